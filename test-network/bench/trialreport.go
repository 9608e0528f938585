package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// closingSummary is all closes of one size, in milliseconds.
type closingSummary struct {
	ledger, cutOff, compute, finalise          Spread
	work, computing, netting                   Spread // the least of the tries
	computingMid, nettingMid                   Spread // their median
	n                                          int
	takeIn, check, recompute, sign, obligation Spread // obligation: of filling, a second
}

// closing sums the closes of a size up; false if there are none.
func (r Report) closing(size string) (s closingSummary, ok bool) {
	var mine []Closing
	for _, c := range r.Closings {
		if c.Arm == size {
			mine = append(mine, c)
		}
	}
	over := func(of func(Closing) float64) Spread {
		var values []float64
		for _, c := range mine {
			values = append(values, of(c))
		}
		return spreadOf(values)
	}
	ms := func(of func(Closing) time.Duration) Spread {
		return over(func(c Closing) float64 { return of(c).Seconds() * 1000 })
	}
	return closingSummary{
		n: len(mine), ledger: ms(Closing.Ledger), work: ms(Closing.Work),
		cutOff:       ms(func(c Closing) time.Duration { return c.CutOff }),
		compute:      ms(func(c Closing) time.Duration { return c.Compute }),
		finalise:     ms(func(c Closing) time.Duration { return c.Finalise }),
		computing:    ms(func(c Closing) time.Duration { return c.Computing.Least }),
		netting:      ms(func(c Closing) time.Duration { return c.Netting.Least }),
		computingMid: ms(func(c Closing) time.Duration { return c.Computing.Median }),
		nettingMid:   ms(func(c Closing) time.Duration { return c.Netting.Median }),
		takeIn:       ms(func(c Closing) time.Duration { return c.TakeIn }),
		check:        ms(func(c Closing) time.Duration { return c.Check }),
		recompute:    ms(func(c Closing) time.Duration { return c.Recompute }),
		sign:         ms(func(c Closing) time.Duration { return c.Sign }),
		obligation:   over(func(c Closing) float64 { return rateOf(int(c.Obligations), c.Fill) }),
	}, len(mine) > 0
}

func rateOf(n int, in time.Duration) float64 {
	if in == 0 {
		return 0
	}
	return float64(n) / in.Seconds()
}

// titled is a table with its title.
type titled struct {
	title string
	table.Writer
}

// trialTables are those of the trials that ran.
func (r Report) trialTables() (list []titled) {
	if len(r.Closings) > 0 {
		list = append(list, titled{"Closing a cycle", r.closingTable()})
	}
	if r.Replay != nil {
		list = append(list, titled{"A fresh read model takes the run's blocks in", r.replayTable()})
	}
	if len(r.Lags) > 0 {
		list = append(list, titled{"A read model follows", r.lagTable()})
	}
	if len(r.Papers) > 0 {
		list = append(list, titled{"Statements", r.paperTable()})
	}
	return list
}

func (r Report) closingTable() table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{
		"arm", "obligations", "statements", "closes", "ledger ms", "min–max", "cut-off", "compute", "finalise",
		"chaincode's ms, least (median): compute", "finalise", "node's s: takes blocks in", "root of all lines",
		"all statements", "a signature, ms", "obligations made/s",
	})
	for _, size := range []string{trialSmall, trialLarge} {
		s, ok := r.closing(size)
		if !ok {
			continue
		}
		of := r.Closings[slices.IndexFunc(r.Closings, func(c Closing) bool { return c.Arm == size })]
		t.AppendRow(table.Row{
			size, figure(float64(of.Obligations)), of.Statements, s.n, figure(s.ledger.Median),
			figure(s.ledger.Min) + "–" + figure(s.ledger.Max),
			figure(s.cutOff.Median), figure(s.compute.Median), figure(s.finalise.Median),
			figure(s.computing.Median) + " (" + figure(s.computingMid.Median) + ")",
			figure(s.netting.Median) + " (" + figure(s.nettingMid.Median) + ")",
			figure(s.takeIn.Median / 1000), figure(s.check.Median / 1000), figure(s.recompute.Median / 1000),
			figure(s.sign.Median), figure(s.obligation.Median),
		})
	}
	return t
}

func (r Report) replayTable() table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{"database", "blocks", "rows", "MB", "s", "of it applying", "blocks/s", "rows/s", "MB/s"})
	p := r.Replay
	mb := float64(p.Bytes) / (1 << 20)
	t.AppendRow(
		table.Row{"SQLite", figure(float64(p.Blocks)), figure(float64(p.Rows)), figure(mb), figure(p.Took.Seconds()),
			fmt.Sprintf("%.0f %%", 100*over(p.Applying.Seconds(), p.Took.Seconds())),
			figure(rateOf(p.Blocks, p.Took)), figure(rateOf(p.Rows, p.Took)), figure(over(mb, p.Took.Seconds()))})
	return t
}

func (r Report) lagTable() table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{
		"arm", "commands/s without", "with", "blocks behind at the end", "caught up in ms", "behind meanwhile: median",
		"most", "busy", "others",
	})
	for _, l := range r.Lags {
		t.AppendRow(table.Row{
			l.Arm, figure(l.Alone), figure(l.Rate), l.Behind, figure(l.CaughtIn.Seconds() * 1000), l.Median, l.Most,
			fmt.Sprintf("%.0f %%", 100*l.Busy), fmt.Sprintf("%.0f %%", 100*l.Foreign),
		})
	}
	return t
}

// pairOfPapers is the same thing done with a short statement and a long one.
type pairOfPapers struct{ short, long Paper }

// paired puts them side by side.
func (r Report) paired() (list []pairOfPapers) {
	for _, long := range r.Papers {
		for _, short := range r.Papers {
			if short.What == long.What && short.Lines < long.Lines {
				list = append(list, pairOfPapers{short, long})
			}
		}
	}
	return list
}

func (r Report) paperTable() table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{
		"what", "lines", "s", "heap MB", "of it live", "lines", "s", "heap MB", "of it live", "file MB",
		"heap, long ÷ short",
	})
	mb := func(bytes uint64) string { return figure(float64(bytes) / (1 << 20)) }
	for _, p := range r.paired() {
		t.AppendRow(table.Row{
			p.long.What, figure(float64(p.short.Lines)), figure(p.short.Secs), mb(p.short.Heap), mb(p.short.Live),
			figure(float64(p.long.Lines)), figure(p.long.Secs), mb(p.long.Heap), mb(p.long.Live),
			mb(uint64(p.long.Bytes)), figure(over(float64(p.long.Heap), float64(p.short.Heap))),
		})
	}
	return t
}

// trialsMarkdown is the trials' part of RESULTS.md.
func (r Report) trialsMarkdown() string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%s, %s. %d obligations in all, as many as the positions count; conservation held after every trial.\n",
		r.Began.UTC().Format("2006-01-02 15:04 UTC"), r.Machine, r.Notes.Obligations)
	for _, t := range r.trialTables() {
		fmt.Fprintf(&b, "\n**%s**\n\n%s\n", t.title, t.RenderMarkdown())
	}
	fmt.Fprintf(&b, "\n**Aims**\n\n%s\n", aimsTable(trialAims(r)).RenderMarkdown())
	return b.String()
}

// trialsInto replaces what stands between the trials' markers of a text.
func (r Report) trialsInto(text string) (string, error) {
	return between(text, trialsFrom, trialsTo, r.trialsMarkdown())
}
