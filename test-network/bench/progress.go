package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

// progress tells a person on stderr how far the run is.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time

	mu     sync.Mutex
	tenths int
}

func newProgress() *progress {
	return &progress{out: os.Stderr, terminal: isatty.IsTerminal(os.Stderr.Fd()), began: time.Now()}
}

// say writes one line, with the time since the start.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%s%6.0fs  %s\n", p.home(), time.Since(p.began).Seconds(), fmt.Sprintf(format, args...))
}

// bar shows a part done: redrawn on a terminal, a line every tenth elsewhere.
func (p *progress) bar(what string) func(done, of int) {
	p.mu.Lock()
	p.tenths = 0
	p.mu.Unlock()
	return func(done, of int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		tenths := 10
		if of > 0 {
			tenths = 10 * done / of
		}
		line := fmt.Sprintf("%6.0fs  %s [%s%s] %d of %d", time.Since(p.began).Seconds(), what,
			strings.Repeat("#", tenths), strings.Repeat(".", 10-tenths), done, of)
		switch {
		case p.terminal:
			fmt.Fprint(p.out, p.home(), line)
		case tenths > p.tenths:
			fmt.Fprintln(p.out, line)
		}
		p.tenths = max(p.tenths, tenths)
	}
}

// home returns to the line's start on a terminal, and clears it.
func (p *progress) home() string {
	if p.terminal {
		return "\r\x1b[K"
	}
	return ""
}
