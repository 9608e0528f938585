package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"

	"tallystick/chaincode/settlement"
)

// Paper is what making one statement, or one file of it, took. The program paper has
// the same.
type Paper struct {
	What  string  `json:"what"` // recompute, or the form
	Lines uint64  `json:"lines"`
	Secs  float64 `json:"seconds"`
	Heap  uint64  `json:"heap"`  // bytes allocated at most, garbage included
	Live  uint64  `json:"live"`  // bytes that a collection found in use, at most
	Bytes int64   `json:"bytes"` // of the file
}

// statements makes two statements of one pair, the second ten times as long, and has them
// written.
func statements(ctx context.Context, w *world, o options, p *progress, r *Report) error {
	for _, lines := range []int{o.lines / 10, o.lines} {
		cycle, err := w.oneStatement(ctx, lines, p)
		if err != nil {
			return err
		}
		list, err := w.paper(ctx, cycle)
		if err != nil {
			return err
		}
		r.Papers = append(r.Papers, list...)
		for _, one := range list {
			p.say("%-12s %7d lines: %-9s %s s, heap %d MB",
				trialStatement, one.Lines, one.What, figure(one.Secs), one.Heap>>20)
		}
	}
	return w.settle(ctx, &Run{})
}

// oneStatement makes a cycle in which D owes G in so many lines, ends it and adds it up.
func (w *world) oneStatement(ctx context.Context, lines int, p *progress) (cycle string, err error) {
	g, err := w.open(ctx, operator, "")
	if err != nil {
		return "", err
	}
	defer g.Close()
	if _, _, err := w.cutOff(ctx, g); err != nil {
		return "", err
	}
	if err := w.owe(ctx, debts{manyAcceptors[:1], manyEach, lines}, p.bar(trialStatement)); err != nil {
		return "", err
	}
	if cycle, _, err = w.cutOff(ctx, g); err != nil {
		return "", err
	}
	if _, err := g.Single(ctx, cycle+"-compute", settlement.ComputeRequest{Cycle: cycle}); err != nil {
		return "", err
	}
	_, err = w.readModel(ctx, g)
	return cycle, err
}

// paper runs the program that writes the statement of D and G.
func (w *world) paper(ctx context.Context, cycle string) (list []Paper, err error) {
	var out, told bytes.Buffer
	cmd := exec.CommandContext(ctx, w.net.bin("paper"), w.indexPath(), w.net.home, w.control.links[0].network.Name(),
		cycle, manyIssuers[0], manyAcceptors[0])
	cmd.Stdout, cmd.Stderr = &out, &told
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, told.Bytes())
	}
	return list, json.Unmarshal(out.Bytes(), &list)
}
