// Command paper recomputes one statement from a read model and writes it in every form,
// and says how long each took and how large its heap was: in a process of its own, as
// tally is, whose heap nothing else is in.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"time"

	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/statement"
)

// Step is one thing that was done.
type Step struct {
	What  string  `json:"what"`
	Lines uint64  `json:"lines"`
	Secs  float64 `json:"seconds"`
	Heap  uint64  `json:"heap"`  // bytes allocated at most while it was done
	Live  uint64  `json:"live"`  // of it in use, as collections found
	Bytes int64   `json:"bytes"` // of the file
}

func main() {
	if len(os.Args) != 7 {
		fail(fmt.Errorf("want INDEX DIR NETWORK CYCLE A B"))
	}
	steps, err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(steps); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "paper: %v\n", err)
	os.Exit(1)
}

func run(path, dir, network, cycle, a, b string) ([]Step, error) {
	ix, err := index.Open(path)
	if err != nil {
		return nil, err
	}
	defer ix.Close()
	now, err := ix.At(context.Background(), 0)
	if err != nil {
		return nil, err
	}
	defer now.Close()
	var s clearing.Statement
	first, err := measured("recompute", func() (err error) {
		s, err = clearing.Node{Network: network, Index: now}.Recompute(cycle, a, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	steps := []Step{first}
	for _, form := range statement.Forms() {
		file := filepath.Join(dir, cycle+"."+form)
		step, err := measured(form, func() error { return write(file, form, s) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", form, err)
		}
		if info, err := os.Stat(file); err == nil {
			step.Bytes = info.Size()
		}
		steps = append(steps, step)
	}
	for i := range steps {
		steps[i].Lines = s.Total.Lines
	}
	return steps, nil
}

func write(path, form string, s clearing.Statement) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := statement.Write(file, form, s.Statement, s.Lines,
		statement.Options{Language: statement.Chinese}); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

// measured does something and samples the heap meanwhile.
func measured(what string, do func() error) (Step, error) {
	runtime.GC()
	done, peak := make(chan struct{}), make(chan Step)
	go func() {
		most := Step{What: what}
		for tick := time.Tick(2 * time.Millisecond); ; {
			select {
			case <-tick:
				most.look()
			case <-done:
				most.look()
				peak <- most
				return
			}
		}
	}()
	began := time.Now()
	err := do()
	took := time.Since(began)
	close(done)
	found := <-peak
	found.Secs = took.Seconds()
	return found, err
}

// look samples the heap.
func (s *Step) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	s.Heap, s.Live = max(s.Heap, m.HeapAlloc), max(s.Live, live[0].Value.Uint64())
}
