package gateway

import (
	"bytes"
	"context"
	"errors"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Run carries out a caller's own full batch in one transaction, on whichever
// lane is free first, and answers what became of it. What became of each
// command, Receipts of the outcome says.
//
// With an id, asking again with the same commands answers the first outcome, as
// far as this node's outbox remembers (config.Keep); with others it is a
// CONFLICT. The ledger doesn't know a batch's id: programs that must be exactly
// once from several machines use a Source or request ids.
//
// Errors are those of Do; of the batch as a whole also FORBIDDEN and
// TIME_WINDOW.
func (g *Gateway) Run(ctx context.Context, id string, commands []command.Command) (Outcome, error) {
	return g.runBatch(ctx, id, nil, commands)
}

func (g *Gateway) runBatch(ctx context.Context, id string, source *command.Source,
	commands []command.Command) (Outcome, error) {
	if g.out == nil {
		return Outcome{}, errNoLanes()
	}
	if err := (command.Batch{Lane: 1, Seq: 1, Source: source, Commands: commands}).Check(); err != nil {
		return Outcome{}, err
	}
	for _, c := range commands {
		id, _, err := command.ParseRequest(c.Request)
		if err = errors.Join(err, Asked{ID: id}.check()); err != nil {
			return Outcome{}, asFault(err)
		}
	}
	t := newBatch("", commands)
	t.source = source
	if id != "" {
		if err := name.CheckID("batch", id); err != nil {
			return Outcome{}, err
		}
		t.id = "batch:" + id // a name that no request id can be
	}
	var before Outcome
	queued, err := g.queue.enter(t, func() (known bool, err error) {
		before, known, err = g.recallRun(t)
		return known, err
	})
	if err != nil {
		return Outcome{}, asFault(err)
	}
	if t = queued; t == nil {
		return before, nil
	}
	if err := g.wait(ctx, t); err != nil {
		return Outcome{}, asFault(err)
	}
	return t.outcome, nil
}

func (g *Gateway) recallRun(t *ticket) (Outcome, bool, error) {
	done, found, err := get[storedRun](g.out, bucketRuns, []byte(t.id))
	if err != nil || !found {
		return Outcome{}, false, asFault(err)
	}
	if !bytes.Equal(done.Hash, t.hash[:]) {
		return Outcome{}, false, fault.New(fault.Conflict, "this batch id was used with other commands")
	}
	return done.Outcome, true, nil
}

// Receipts spreads the outcome over the batch's commands: for each a receipt or
// a refusal.
func (o Outcome) Receipts(party string, commands []command.Command) ([]command.Receipt, []error) {
	return command.Batch{Lane: o.Lane, Seq: o.Seq, Commands: commands}.Receipts(party, o.Result)
}
