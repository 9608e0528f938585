package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

// progress tells a person how far a command is, one line a step:
//
//	0.4s  identities
//	3.1s  orderers
//
// The time is when the step was done, counted from the command's start. On a
// terminal the line of the step under way is redrawn; elsewhere only finished
// steps are written, so a log stays readable.
type progress struct {
	out      *os.File
	terminal bool
	began    time.Time

	mu     sync.Mutex
	step   string
	detail string
	stop   chan struct{}
	redraw sync.WaitGroup
}

func newProgress(out *os.File) *progress {
	p := &progress{out: out, terminal: isatty.IsTerminal(out.Fd()), began: time.Now(), stop: make(chan struct{})}
	if p.terminal {
		p.redraw.Go(p.animate)
	}
	return p
}

// Step implements network.Reporter.
func (p *progress) Step(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish("✓")
	p.step, p.detail = what, ""
}

// Detail implements network.Reporter.
func (p *progress) Detail(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.detail = text
}

// end finishes the last step, well or not.
func (p *progress) end(err error) {
	close(p.stop)
	p.redraw.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.finish("✗")
		return
	}
	p.finish("✓")
}

// finish writes the current step's last line.
func (p *progress) finish(mark string) {
	if p.step == "" {
		return
	}
	fmt.Fprintf(p.out, "%s%s\n", p.home(), p.line(mark))
	p.step = ""
}

// home returns to the line's start on a terminal, and clears it.
func (p *progress) home() string {
	if p.terminal {
		return "\r\x1b[K"
	}
	return ""
}

func (p *progress) line(mark string) string {
	line := fmt.Sprintf("%s %6.1fs  %s", mark, time.Since(p.began).Seconds(), p.step)
	if p.detail != "" {
		line += ": " + p.detail
	}
	return line
}

func (p *progress) animate() {
	frames := []string{"⠋", "⠙", "⠸", "⠴", "⠦", "⠇"}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for i := 0; ; i++ {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			if p.step != "" {
				fmt.Fprint(p.out, p.home(), p.line(frames[i%len(frames)]))
			}
			p.mu.Unlock()
		}
	}
}
