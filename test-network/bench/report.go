package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// The phases of a run.
const (
	phaseSmall = "small"
	phaseLarge = "large"
)

// Summary is one arm in one phase, over its rounds.
type Summary struct {
	Key    string             `json:"arm"`
	Title  string             `json:"title"`
	Ours   bool               `json:"ours"`
	Phase  string             `json:"phase"`
	Rounds int                `json:"rounds"`
	Rate   Spread             `json:"commandsPerSecond"`
	P50    Spread             `json:"p50ms"`
	P99    Spread             `json:"p99ms"`
	Bytes  float64            `json:"bytesPerCommand"`
	CPU    map[string]float64 `json:"cpuMsPerCommand"`
	Busy   float64            `json:"busy"`
	// Foreign is the part of the machine that others used, at worst.
	Foreign float64 `json:"foreign"`
	// Memory is the largest process of each kind at its largest, in MB.
	Memory     map[string]float64 `json:"memoryMB"`
	Leaders    int                `json:"leaders"` // changes of the orderers' leader, all rounds
	Invalid    map[string]int     `json:"invalid"` // transactions, all rounds
	Refused    int                `json:"refused"`
	Unendorsed int                `json:"unendorsed"`
	Why        string             `json:"why,omitempty"`
	// all of the ledger's, at the first round's start and the last one's end
	Rows [2]int   `json:"rows"`
	MB   [2]int64 `json:"mb"`
}

// Report is a whole run.
type Report struct {
	Began   time.Time       `json:"began"`
	Machine string          `json:"machine"`
	Batch   int             `json:"batch"`
	Seconds float64         `json:"seconds"` // of each window
	Arms    []Summary       `json:"arms"`
	Aims    []Aim           `json:"aims"`
	Sums    map[string]Sums `json:"sums"` // by programme, at the end; nothing lost or made
	Uses    Uses            `json:"uses"` // likewise
	Wares   Wares           `json:"wares"`
	Notes   Notes           `json:"notes"`
	Runs    []Run           `json:"runs"`
	// Of the trials, each in the order in which it was run.
	Closings []Closing `json:"closings"`
	Replay   *Replay   `json:"replay"`
	Lags     []Lag     `json:"lags"`
	Papers   []Paper   `json:"papers"`
}

func (r Report) arm(phase, key string) (Summary, bool) {
	for _, s := range r.Arms {
		if s.Phase == phase && s.Key == key {
			return s, true
		}
	}
	return Summary{}, false
}

func (r Report) phases() []string {
	var list []string
	for _, s := range r.Arms {
		if !slices.Contains(list, s.Phase) {
			list = append(list, s.Phase)
		}
	}
	return list
}

// summarise groups runs by phase and arm.
func summarise(runs []Run, all []arm) []Summary {
	var list []Summary
	for _, phase := range []string{phaseSmall, phaseLarge} {
		for _, a := range all {
			var mine []Run
			for _, r := range runs {
				if r.Phase == phase && r.Arm == a.Key {
					mine = append(mine, r)
				}
			}
			if len(mine) > 0 {
				s := summary(mine)
				s.Key, s.Title, s.Ours, s.Phase = a.Key, a.Title, a.Ours, phase
				list = append(list, s)
			}
		}
	}
	return list
}

func summary(runs []Run) Summary {
	over := func(of func(Run) float64) Spread {
		values := make([]float64, len(runs))
		for i, r := range runs {
			values[i] = of(r)
		}
		return spreadOf(values)
	}
	first, last := runs[0].Before, runs[len(runs)-1].After
	s := Summary{
		Rounds:  len(runs),
		Rate:    over(func(r Run) float64 { return r.Rate }),
		P50:     over(func(r Run) float64 { return float64(r.P50.Milliseconds()) }),
		P99:     over(func(r Run) float64 { return float64(r.P99.Milliseconds()) }),
		Bytes:   over(func(r Run) float64 { return r.Bytes }).Median,
		Busy:    over(func(r Run) float64 { return r.Busy }).Median,
		Foreign: over(func(r Run) float64 { return r.Foreign }).Max,
		CPU:     map[string]float64{}, Memory: map[string]float64{}, Invalid: map[string]int{},
		Rows: [2]int{first.Rows + first.Other, last.Rows + last.Other},
		MB:   [2]int64{first.Bytes >> 20, last.Bytes >> 20},
	}
	for _, kind := range kinds {
		s.CPU[kind] = over(func(r Run) float64 { return r.CPU[kind] }).Median
	}
	for _, r := range runs {
		s.Leaders += r.Leaders
		for kind, mb := range r.Memory {
			s.Memory[kind] = max(s.Memory[kind], mb)
		}
		for what, n := range r.Blocks.Invalid {
			s.Invalid[what] += n
		}
		s.Refused, s.Unendorsed = s.Refused+r.Refused, s.Unendorsed+r.Unendorsed
		if r.Why != "" {
			s.Why = r.Why
		}
	}
	return s
}

// armsTable shows one phase.
func (r Report) armsTable(phase string) table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{"arm", "what", "commands/s", "min–max", "p50 ms", "p99 ms", "bytes",
		"CPU µs: peers", "orderers", "chaincode", "driver", "MB at most: peer", "orderer", "chaincode", "busy",
		"others", "invalid", "rows, thousands", "MB",
	})
	for _, s := range r.Arms {
		if s.Phase != phase {
			continue
		}
		t.AppendRow(table.Row{s.Key, s.Title, figure(s.Rate.Median), figure(s.Rate.Min) + "–" + figure(s.Rate.Max),
			figure(s.P50.Median), figure(s.P99.Median), figure(s.Bytes),
			figure(1000 * s.CPU[kindPeer]), figure(1000 * s.CPU[kindOrderer]), figure(1000 * s.CPU[kindChaincode]),
			figure(1000 * s.CPU[kindDriver]),
			figure(s.Memory[kindPeer]), figure(s.Memory[kindOrderer]), figure(s.Memory[kindChaincode]),
			fmt.Sprintf("%.0f %%", 100*s.Busy), fmt.Sprintf("%.0f %%", 100*s.Foreign), conflicts(s),
			fmt.Sprintf("%d–%d", s.Rows[0]/1000, s.Rows[1]/1000), fmt.Sprintf("%d–%d", s.MB[0], s.MB[1]),
		})
	}
	return t
}

// aimsTable shows what was wanted and what came of it.
func aimsTable(list []Aim) table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{"", "aim", "want", "got"})
	for _, a := range list {
		mark := "✗"
		if a.Met {
			mark = "✓"
		}
		t.AppendRow(table.Row{mark, a.What, a.Want, figure(a.Got)})
	}
	return t
}

func newTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	return t
}

// figure writes a number with three figures or so.
func figure(v float64) string {
	switch {
	case v != 0 && v > -10 && v < 10:
		return fmt.Sprintf("%.2f", v)
	case v > -100 && v < 100:
		return fmt.Sprintf("%.3g", v)
	}
	whole := fmt.Sprintf("%.0f", v)
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return whole
}

func conflicts(s Summary) string {
	var list []string
	for what, n := range s.Invalid {
		list = append(list, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(list)
	if s.Refused > 0 {
		list = append(list, fmt.Sprintf("refused %d", s.Refused))
	}
	if s.Unendorsed > 0 {
		list = append(list, fmt.Sprintf("unendorsed %d", s.Unendorsed))
	}
	return strings.Join(list, ", ")
}

// markdown is the report for RESULTS.md.
func (r Report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s. Windows of %.3g s, batches of %d. Conservation held after every arm; at the end, %s.\n",
		r.Began.UTC().Format("2006-01-02 15:04 UTC"), r.Machine, r.Seconds, r.Batch, r.conserved())
	for _, phase := range r.phases() {
		fmt.Fprintf(&b, "\n**The %s ledger**\n\n%s\n", phase, r.armsTable(phase).RenderMarkdown())
	}
	fmt.Fprintf(&b, "\n**Aims**\n\n%s\n", aimsTable(armAims(r)).RenderMarkdown())
	return b.String()
}

// conserved says what everything added up to.
func (r Report) conserved() string {
	var list []string
	for _, p := range programmes {
		s := r.Sums[p]
		list = append(list, fmt.Sprintf("%s: issued %d = available %d + held %d + captured %d + converted %d",
			p, s.Issued, s.Available, s.Held, s.Captured, s.Converted))
	}
	list = append(list, fmt.Sprintf("write-offs: used %d = written off %d", r.Uses.Used, r.Uses.WrittenOff))
	g := r.Wares
	list = append(list, fmt.Sprintf("goods: restocked %d = free %d + reserved %d + delivered %d",
		g.Restocked, g.Free, g.Reserved, g.Delivered))
	return strings.Join(list, "; ")
}

// terminal is the report for people at a terminal.
func (r Report) terminal() string {
	var b strings.Builder
	for _, phase := range r.phases() {
		fmt.Fprintf(&b, "The %s ledger, %d rounds of %.3g s\n%s\n\n",
			phase, r.Arms[0].Rounds, r.Seconds, r.armsTable(phase).Render())
	}
	for _, t := range r.trialTables() {
		fmt.Fprintf(&b, "%s\n%s\n\n", t.title, t.Render())
	}
	fmt.Fprintf(&b, "Aims\n%s\n", aimsTable(r.Aims).Render())
	return b.String()
}

// write puts bench.json and bench.md into a directory.
func (r Report) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "bench.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "bench.md"), []byte(r.markdown()+"\n"+r.trialsMarkdown()), 0o644)
}

// The markers between which RESULTS.md holds the last run's results, and its trials'.
const (
	resultsFrom = "<!-- results: written by make bench -->"
	resultsTo   = "<!-- results end -->"
	trialsFrom  = "<!-- trials: written by make bench -->"
	trialsTo    = "<!-- trials end -->"
)

// into replaces what stands between the markers of a text.
func (r Report) into(text string) (string, error) {
	return between(text, resultsFrom, resultsTo, r.markdown())
}

func between(text, from, to, new string) (string, error) {
	before, rest, ok1 := strings.Cut(text, from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("the text lacks the markers %q and %q", from, to)
	}
	return before + from + "\n\n" + new + "\n" + to + after, nil
}
