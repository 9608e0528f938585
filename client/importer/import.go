package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/gateway"
	"tallystick/client/machine"
	"tallystick/client/vault"
)

// Source is where the commands go: a numbered source of the ledger.
type Source interface {
	Cursor() uint64
	Feed(ctx context.Context, position uint64, req command.Request) error
	Flush(ctx context.Context) error
	// Refused are the positions that the ledger has refused so far and that weren't done
	// since, with the reasons.
	Refused() (map[uint64]error, error)
	// Explain replaces reasons by better ones, and forgets positions whose reason is nil.
	Explain(reasons map[uint64]error) error
	// Redo does the command of a position that was refused, once however often it is asked.
	Redo(ctx context.Context, position uint64, req command.Request) error
}

// OpenSource opens the numbered source of a name. The report hears about each
// position.
type OpenSource func(ctx context.Context, name string, shards int, report func(gateway.Fed)) (Source, error)

// Report is what an import did. The totals are what the lines come to that were
// not left out, seen before or rejected by this program.
type Report struct {
	Source  string `json:"source"`
	Kind    string `json:"kind"`
	Lines   int    `json:"lines"`   // of the file, without its header
	Skipped int    `json:"skipped"` // left out by the mapping's conditions
	Seen    int    `json:"seen"`    // of things that an earlier line had made
	Totals
	PointsRefused amount.Units `json:"pointsRefused,omitempty"` // of Points, by the ledger, in this run or before
	Digits        uint8        `json:"digits,omitempty"`        // of the points, that stand after the point for people
	Commands      uint64       `json:"commands"`                // that the other lines make
	Done          uint64       `json:"done"`                    // of them, in this run
	Before        uint64       `json:"before"`                  // that were done before, by this source or otherwise
	Refused       uint64       `json:"refused"`                 // by the ledger, in this run
	RefusedBefore uint64       `json:"refusedBefore"`           // by the ledger in earlier runs, and not tried again
	Enrolled      uint64       `json:"enrolled"`                // members whom the mapping has enrolled, in this run
	Rejected      []Rejected   `json:"rejected"`                // lines, by this program or by the ledger, in order
	Notes         []string     `json:"notes"`                   // what was found out about the file
	DryRun        bool         `json:"dryRun"`                  // nothing was sent
	Stopped       bool         `json:"stopped"`                 // before its end; run again, it goes on there
	Millis        int64        `json:"millis"`                  // that feeding took
}

// Job is one import.
type Job struct {
	Mapping *Mapping
	File    bounds.Input
	State   string // directory that remembers what was imported under which source
	Open    OpenSource
	Stores  Stores
	Notes   []string // for people, before those of the file
	Strict  bool     // nothing is sent if a line is rejected
	DryRun  bool     // nothing is sent or kept
	Retry   bool     // what the ledger refused before is tried again
	// Enrol enrols members, and answers what became of each; nil if the mapping doesn't
	// need it.
	Enrol    func(ctx context.Context, reqs []command.Request) []error
	Progress func(done, all uint64)          // commands; called from several goroutines
	Reading  func(pass int, read, all int64) // bytes, of the first and the second reading
}

// Scanned is a file that was read once, and can be fed.
type Scanned struct {
	Reading
	Job Job // what feeding needs of it can be set until then
}

// Run reads the file twice: once to know that it can be read and how much it
// is, then to feed it from where the ledger's cursor stands.
//
// CONFLICT if the source was fed with another mapping, or a file that doesn't
// begin with the one before: its positions would mean other lines. STOPPED, with the
// report of what was done, if the context ends.
func (j Job) Run(ctx context.Context) (*Report, error) {
	scanned, err := j.Scan(ctx)
	if err != nil {
		return nil, err
	}
	return scanned.Feed(ctx)
}

// Scan is the first half of Run: it sends nothing. What lines want kept in the vault
// is kept from now on, unless it is a dry run.
func (j Job) Scan(ctx context.Context) (*Scanned, error) {
	j.Stores.known = known{}
	s := &Scanned{Job: j}
	first, err := j.scan(ctx, &s.Reading)
	if err != nil {
		return nil, err
	}
	if j.DryRun || j.Strict && len(s.Rejected) > 0 {
		return s, nil
	}
	if s.Commands == 0 && first.known.Hash == "" {
		return s, nil // nothing of it has a position: once it is mended, it may have the source
	}
	return s, j.remember(first)
}

// report is what is known before anything is sent.
func (s *Scanned) report() *Report {
	r := &Report{
		Source: s.Job.Mapping.Source, Kind: s.Job.Mapping.Kind, Lines: s.Lines, Skipped: s.Skipped, Seen: s.Seen,
		Totals: s.Totals, Digits: s.Job.Mapping.digits,
		Commands: s.Commands, Rejected: append([]Rejected{}, s.Rejected...),
		Notes: append(append([]string{}, s.Job.Notes...), s.Notes...), DryRun: s.Job.DryRun,
	}
	r.sort()
	return r
}

// sort puts the rejected lines in the order of the file.
func (r *Report) sort() {
	slices.SortStableFunc(r.Rejected, func(a, b Rejected) int { return a.Line - b.Line })
}

// Feed is the second half of Run. BAD_REQUEST besides, with the report, if a strict
// job's file has lines that were rejected.
func (s *Scanned) Feed(ctx context.Context) (*Report, error) {
	j, report := s.Job, s.report()
	if j.Strict && len(s.Rejected) > 0 {
		return report,
			fault.New(fault.BadRequest, "%d lines of %s are rejected, so none was sent", len(s.Rejected), j.File.Name)
	}
	if j.DryRun {
		return report, nil
	}
	began := time.Now()
	f := &feeding{Job: j, all: s.Commands, waits: map[uint64]waiting{}}
	err := f.run(ctx)
	report.Millis = time.Since(began).Milliseconds()
	f.sum(report)
	report.sort()
	if ctx.Err() != nil && err != nil {
		report.Stopped = true
		err = fault.New(fault.Stopped, "stopped after %d of %d commands; run it again to go on from there",
			report.Done+report.Before+report.Refused, report.Commands)
	}
	return report, err
}

// scan reads the whole file and answers its fingerprint.
func (j Job) scan(ctx context.Context, r *Reading) (print fingerprint, err error) {
	rows, err := j.Mapping.Table(j.File)
	if err != nil {
		return print, inFile(j.File.Name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	sum, err := j.begin(rows.Header)
	if err != nil {
		return print, err
	}
	r.watch, r.each = whileWanted(ctx, rows, j.tell(1)), sum.add
	kept := keeper{vault: j.Stores.Vault}
	for item, err := range j.Mapping.Read(rows, j.Stores, r) {
		if err == nil {
			if err := j.note(r, item, &kept); err != nil {
				return print, err
			}
			continue
		}
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return print,
				fault.New(fault.Stopped, "stopped after reading %d lines of %s; nothing was sent", r.Lines, j.File.Name)
		}
		return print, inFile(j.File.Name, err)
	}
	return sum.fingerprint(), kept.flush()
}

// note has kept what an item wants kept, or, in a dry run, foresees what becomes of it.
func (j Job) note(r *Reading, item *Item, kept *keeper) error {
	if j.DryRun {
		return j.foresee(r, item)
	}
	return kept.take(item)
}

// inFile says which file an error is about, unless it says so itself. What is neither coded nor the machine's is what
// is wrong with the file: BAD_REQUEST.
func inFile(name string, err error) error {
	text := err.Error()
	if !strings.Contains(text, name) {
		text = name + ": " + text
	}
	switch {
	case fault.CodeOf(err) == fault.Internal && machine.Advice(err) == "":
		return fault.New(fault.BadRequest, "%s", text)
	case text == err.Error():
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (j Job) tell(pass int) func(read, all int64) {
	if j.Reading == nil {
		return nil
	}
	return func(read, all int64) { j.Reading(pass, read, all) }
}

// foresee rejects in a dry run what the ledger would refuse for want of a member, as far
// as the vault knows.
func (j Job) foresee(r *Reading, item *Item) error {
	m := j.Mapping
	if item.who == nil || m.Pseudonym == plain || m.Unknown == enrolling {
		return nil
	}
	if j.Stores.Vault != nil {
		if _, found, err := j.Stores.account(m.Channels[0], item.who.customer); found || err != nil {
			return err
		}
	}
	for _, line := range item.Lines {
		r.reject(line, noMember)
	}
	return nil
}

// keeper puts what items want kept into the vault, many at a time: each time costs
// the disk.
type keeper struct {
	vault Vault
	terms []vault.Terms
}

const keptAtOnce = 1000

func (k *keeper) take(item *Item) error {
	if item.keep == nil {
		return nil
	}
	if k.terms = append(k.terms, *item.keep); len(k.terms) < keptAtOnce {
		return nil
	}
	return k.flush()
}

func (k *keeper) flush() error {
	if len(k.terms) == 0 {
		return nil
	}
	defer func() { k.terms = nil }()
	return k.vault.PutTerms(k.terms...)
}
