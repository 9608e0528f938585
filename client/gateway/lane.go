package gateway

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/machine"
)

// lane is the single writer of one of the party's lanes, with one transaction
// in flight.
type lane struct {
	g      *Gateway
	number uint8
	seq    uint64 // of its last batch
	left   *job   // what the last process left under way
	retire bool   // only finishes what is left: the lane isn't this process's any more

	term  context.Context // in which it begins batches
	give  func()          // ends term
	ended chan struct{}   // closed when nothing of it is under way any more

	// when the process has to leave it, if lanes are shared; nil for it hasn't got it
	until     atomic.Pointer[time.Time]
	prolonged chan struct{} // of capacity 1: until is another
}

func newLane(g *Gateway, number uint8) *lane {
	return &lane{g: g, number: number, ended: make(chan struct{}), prolonged: make(chan struct{}, 1)}
}

// run works off what was left, then batch after batch until the lane is given up, or ctx ends.
func (l *lane) run(ctx context.Context) {
	if l.left != nil {
		l.finish(ctx, l.left)
		l.g.recovering.Done()
	}
	if l.g.shared && !l.findHead() {
		return
	}
	for l.awaitTurn() {
		tickets := l.g.queue.take(l.term, l.number)
		if len(tickets) == 0 {
			return
		}
		l.do(ctx, tickets)
	}
}

// do makes a job of tickets and brings it to its end.
func (l *lane) do(ctx context.Context, tickets []*ticket) {
	j := &job{batch: command.Batch{Lane: l.number, Seq: l.seq + 1, Commands: commandsOf(tickets)}, tickets: tickets}
	if first := tickets[0]; first.batch {
		j.batch.Source, j.id = first.source, first.id
	}
	if err := l.g.out.begin(j); err != nil {
		l.answer(j, Outcome{}, err)
		return
	}
	j.watch = l.g.feed.watch(l.number)
	l.finish(ctx, j)
}

// finish brings a job to its end and answers those who wait.
func (l *lane) finish(ctx context.Context, j *job) {
	defer j.watch.end()
	traced, span := beginBatch(ctx, j)
	ran, err := l.carry(traced, j)
	came(span, ran)
	end(span, err)
	switch {
	case errors.Is(err, errClosing) || errors.Is(err, errStopped):
		// The outbox keeps it; its callers can't know.
	case err == nil:
		l.seq = ran.Seq
	default:
		l.seq = j.batch.Seq - 1
	}
	l.answer(j, ran, err)
}

// answer gives each ticket its part of the outcome. The queue lets go of keys,
// and of the names of what was refused, before anybody hears of it: who asks
// again at once is not told that the first is under way.
func (l *lane) answer(j *job, ran Outcome, err error) {
	l.settle(j, ran, err)
	for _, t := range l.g.queue.release(j.tickets) {
		t.tell()
	}
}

// settle sets each ticket's part of the outcome.
func (l *lane) settle(j *job, ran Outcome, err error) {
	if errors.Is(err, errClosing) || errors.Is(err, errStopped) {
		for _, t := range j.tickets {
			t.err = t.unknown()
		}
		return
	}
	if err != nil {
		l.g.out.finish(j, nil, nil, Outcome{}, nil)
		for _, t := range j.tickets {
			t.err = asFault(err)
			t.unfit = errors.Is(err, errGivenUp) && t.source == nil // another lane takes it; a source is fed again
		}
		return
	}
	l.g.AtLeast(l.g.feed.height())
	l.g.count.batches.Add(1)
	l.g.count.commands.Add(int64(len(j.batch.Commands)))
	receipts, errs := j.batch.Receipts(l.g.cfg.Party, ran.Result)
	at := 0
	var ended []*ticket
	for i, t := range j.tickets {
		n := at + len(t.commands)
		t.receipts, t.errs, t.outcome = receipts[at:n:n], errs[at:n:n], ran
		at = n
		if t.unfit = i > 0 && slices.ContainsFunc(t.errs, command.IsFull); !t.unfit {
			ended = append(ended, t)
		}
	}
	// A name is known to the queue until the outbox knows it: at no moment can
	// it seem new.
	l.g.out.finish(j, receipts, errs, ran, func(error) { l.g.queue.settle(ended) })
}

// asFault makes every error a coded one.
func asFault(err error) error {
	var coded *fault.Error
	var failed *callError
	if failed, is := err.(*callError); is { // which stage it was is nothing to whom the ledger answers
		return failed.asFault()
	}
	switch {
	case err == nil || errors.As(err, &coded):
		return err
	case errors.As(err, &failed):
		return failed.asFault()
	}
	if err := machine.Fault(err); fault.CodeOf(err) == fault.Machine {
		return err
	}
	return fault.New(fault.Internal, "%v", err)
}
