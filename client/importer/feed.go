package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/gateway"
	"tallystick/client/vault"
)

// feeding hands the commands of a file to its source, and hears what becomes of them.
type feeding struct {
	Job
	source  Source
	refused map[uint64]error // by the ledger, in earlier runs

	mu           sync.Mutex
	all          uint64
	done, before uint64
	enrolled     uint64
	waits        map[uint64]waiting // positions that were fed and of which nothing was heard
	denied       []denial           // in this run
	old          []denial           // in earlier runs
}

// waiting is what is kept in mind of a position until its outcome is heard.
type waiting struct {
	line   int
	points amount.Units // that it would give
	doomed string
	met    meeting
}

// denial is a position that the ledger refused, and why.
type denial struct {
	position uint64
	waiting
	draft Draft
	who   *who
	err   error
}

// together is how many items are drafted at once: what the vault must take in for them
// costs the disk once.
const together = 500

// run feeds every command. Those that are done are counted and not made again: what
// they were made of may have changed since.
func (f *feeding) run(ctx context.Context) (err error) {
	if f.source, err = f.Open(ctx, f.Mapping.Source, f.Mapping.Shards, f.hear); err != nil {
		return err
	}
	if f.refused, err = f.source.Refused(); err != nil {
		return err
	}
	rows, err := f.Mapping.Table(f.File)
	if err != nil {
		return inFile(f.File.Name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	reading := &Reading{watch: whileWanted(ctx, rows, f.tell(2))}
	position, items := uint64(0), []*Item{}
	for item, err := range f.Mapping.Read(rows, f.Stores, reading) {
		if err != nil {
			return inFile(f.File.Name, err)
		}
		if items = append(items, item); len(items) == together {
			if position, err = f.items(ctx, position, items); err != nil {
				return err
			}
			items = items[:0]
		}
	}
	if _, err = f.items(ctx, position, items); err != nil {
		return err
	}
	if err := f.source.Flush(ctx); err != nil {
		return err
	}
	return f.settle(ctx)
}

// items feeds the commands of some items, from a position on.
func (f *feeding) items(ctx context.Context, position uint64, items []*Item) (uint64, error) {
	if err := f.prepare(ctx, position, items); err != nil {
		return position, err
	}
	for _, item := range items {
		for i, draft := range item.Drafts {
			if err := f.feed(ctx, position, item, i, draft); err != nil {
				return position, fmt.Errorf("%s: line %d: %w", f.File.Name, item.Lines[0], err)
			}
			position++
		}
	}
	return position, nil
}

func (f *feeding) feed(ctx context.Context, position uint64, item *Item, i int, draft Draft) error {
	w := waiting{line: item.Lines[0]}
	if i == 0 {
		w.points = item.Adds.Points
	}
	if i < len(item.met) {
		w.met = item.met[i]
	}
	if why, was := f.refused[position]; was {
		f.old = append(f.old, denial{position, w, draft, item.who, why})
	}
	if position < f.source.Cursor() {
		return f.source.Feed(ctx, position, nil)
	}
	req, doomed, err := draft(f.Stores)
	if err != nil {
		return err
	}
	w.doomed = doomed
	f.mu.Lock()
	f.waits[position] = w
	f.mu.Unlock()
	return f.source.Feed(ctx, position, req)
}

// prepare takes the customers of items that are still to be fed into the vault, all at
// once, and enrols those who are no members yet where the mapping says so.
func (f *feeding) prepare(ctx context.Context, position uint64, items []*Item) error {
	from := f.source.Cursor()
	var wanted []vault.Wanted
	var people []who
	for _, item := range items {
		position += uint64(len(item.Drafts))
		if position <= from && !f.Retry {
			continue
		}
		wanted = append(wanted, item.takes...)
		if item.who != nil {
			people = append(people, *item.who)
		}
	}
	if len(wanted) > 0 {
		accounts, err := f.Stores.Vault.Take(wanted...)
		if err != nil {
			return err
		}
		for i, account := range accounts {
			f.Stores.keep(account, wanted[i].Customer)
		}
	}
	if f.Mapping.Unknown != enrolling {
		return nil
	}
	n, err := f.enrol(ctx, people)
	f.enrolled += n
	return err
}

// hear counts what became of a position.
func (f *feeding) hear(fed gateway.Fed) {
	f.mu.Lock()
	w := f.waits[fed.Position]
	delete(f.waits, fed.Position)
	switch {
	case fed.Before:
		if _, was := f.refused[fed.Position]; !was {
			f.before++
		}
	case fed.Err != nil:
		f.denied = append(f.denied, denial{position: fed.Position, waiting: w, err: fed.Err})
	default:
		f.done++
	}
	done := f.done + f.before + uint64(len(f.denied)+len(f.refused))
	f.mu.Unlock()
	if f.Progress != nil {
		f.Progress(min(done, f.all), f.all)
	}
}

// settle tries again what was refused before, if it is asked to, finds what is there
// already whoever made it, and has the reasons remembered.
func (f *feeding) settle(ctx context.Context) error {
	reasons := map[uint64]error{}
	still := func(list []denial, try bool) ([]denial, error) {
		var left []denial
		for _, d := range list {
			same, why := false, ""
			var err error
			if d.met != nil {
				if same, why, err = d.met(f.Stores); err != nil {
					return nil, err
				}
			}
			switch {
			case same:
				f.before++
				reasons[d.position] = nil
			case why != "":
				d.err, d.doomed = &fault.Error{Code: fault.CodeOf(d.err), Text: why}, why
				reasons[d.position] = d.err
				left = append(left, d)
			case d.doomed != "" && !try:
				d.err = &fault.Error{Code: fault.CodeOf(d.err), Text: d.doomed}
				reasons[d.position] = d.err
				left = append(left, d)
			default:
				left = append(left, d)
			}
		}
		return left, nil
	}
	var err error
	if f.denied, err = still(f.denied, false); err != nil {
		return err
	}
	if f.old, err = still(f.old, true); err != nil {
		return err
	}
	if err := f.source.Explain(reasons); err != nil || !f.Retry {
		return err
	}
	return f.retry(ctx)
}

// retriedAtOnce is how many refused commands are tried again at a time, where their order
// doesn't matter.
const retriedAtOnce = 64

// retry tries again what was refused in earlier runs.
func (f *feeding) retry(ctx context.Context) error {
	list := f.old
	f.old = nil
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(retriedAtOnce)
	if f.Mapping.inOrder() {
		group.SetLimit(1)
	}
	for _, d := range list {
		group.Go(func() error { return f.redo(ctx, d) })
	}
	err := group.Wait()
	slices.SortFunc(f.denied, func(a, b denial) int { return a.line - b.line })
	return err
}

// redo tries one refused command again.
func (f *feeding) redo(ctx context.Context, d denial) error {
	f.mu.Lock() // drafts share what the vault told
	req, doomed, err := d.draft(f.Stores)
	f.mu.Unlock()
	if err != nil {
		return err
	}
	if doomed != "" {
		d.err = &fault.Error{Code: fault.CodeOf(d.err), Text: doomed}
		err = f.source.Explain(map[uint64]error{d.position: d.err})
		return errors.Join(err, f.retried(d, d.err))
	}
	err = f.source.Redo(ctx, d.position, req)
	var refusal *fault.Error
	if err != nil && (!errors.As(err, &refusal) || refusal.Code.Passing()) {
		return errors.Join(err, f.retried(d, d.err))
	}
	return f.retried(d, err)
}

func (f *feeding) retried(d denial, err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.done++
		return nil
	}
	d.err = err
	f.denied = append(f.denied, d)
	return nil
}

// sum writes down what was heard.
func (f *feeding) sum(r *Report) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Done, r.Before, r.Enrolled = f.done, f.before, f.enrolled
	r.Refused, r.RefusedBefore = uint64(len(f.denied)), uint64(len(f.old))
	for _, d := range f.denied {
		r.Rejected = append(r.Rejected, d.rejected(false))
		r.PointsRefused += d.points // no more than r.Points, which is checked
	}
	for _, d := range f.old {
		r.Rejected = append(r.Rejected, d.rejected(true))
		r.PointsRefused += d.points
	}
}

func (d denial) rejected(before bool) Rejected {
	one := Rejected{Line: d.line, Reason: d.err.Error(), Code: fault.CodeOf(d.err), Before: before}
	if d.doomed != "" {
		one.Reason = d.doomed
	}
	var refusal *fault.Error
	if errors.As(d.err, &refusal) && refusal.Text == noMember {
		one.Reason = refusal.Text
	}
	return one
}
