package gateway

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// Do carries out one command and waits for its receipt.
//
// With a request id it takes effect once, however often and from whichever
// machine it is asked for: the same id gives the first receipt (Again), with
// other content it is a CONFLICT. A refused request is forgotten and may be
// asked again. The id may be "", for callers that never ask twice. Where the node
// chooses part of the content, ask by Once.
//
// Every error is a *fault.Error. Besides the command's own refusals: BAD_REQUEST,
// OVERLOADED (too many wait; at once), UNAVAILABLE (no peer answered; nothing
// happened), UNKNOWN_OUTCOME (ctx ended while the command was in a transaction;
// ask again with the same id). If ctx ends earlier, the command is withdrawn
// and the error is UNAVAILABLE.
func (g *Gateway) Do(ctx context.Context, request string, req command.Request) (command.Receipt, error) {
	receipts, errs := g.DoLinked(ctx, request, req)
	if len(receipts) == 0 {
		return command.Receipt{}, errs[0]
	}
	return receipts[0], errs[0]
}

// DoLinked carries out commands that stand or fall together, and answers a
// receipt or a refusal for each. If one is refused, it has its own code and the
// others have LINKED. If the group as a whole wasn't reached, receipts is nil
// and every entry of errs is why.
//
// Of several commands the last takes the request id on the ledger, and the others
// "request~1", "request~2" ….
func (g *Gateway) DoLinked(ctx context.Context, request string, reqs ...command.Request) ([]command.Receipt, []error) {
	return g.doLinked(ctx, Asked{ID: request}, reqs...)
}

func (g *Gateway) doLinked(ctx context.Context, asked Asked, reqs ...command.Request) (receipts []command.Receipt,
	errs []error) {
	ctx, span := begin(ctx, "lane")
	defer func() { end(span, errors.Join(errs...)) }()
	fail := func(err error) ([]command.Receipt, []error) {
		errs := make([]error, max(1, len(reqs)))
		for i := range errs {
			errs[i] = asFault(err)
		}
		return nil, errs
	}
	commands, err := link(asked, reqs)
	if err != nil {
		return fail(err)
	}
	if g.out == nil {
		return fail(errNoLanes())
	}
	var before []command.Receipt
	mine := newTicket(asked.name(), commands)
	mine.trace = span.SpanContext()
	t, err := g.queue.enter(mine, func() (known bool, err error) {
		before, err = g.recall(commands)
		return before != nil, err
	})
	if err != nil {
		return fail(err)
	}
	if t == nil {
		return before, make([]error, len(before))
	}
	if err := g.wait(ctx, t); err != nil {
		return fail(err)
	}
	came(span, t.outcome)
	receipts = slices.Clone(t.receipts)
	for i := range receipts {
		receipts[i].Duplicate = receipts[i].Duplicate || t != mine && t.errs[i] == nil
	}
	return receipts, slices.Clone(t.errs)
}

// errNoLanes is what a gateway without lanes answers to commands.
func errNoLanes() error {
	return fault.New(fault.Unavailable, "this gateway has no lanes; configure lanes, or send a single command")
}

// wait waits for a ticket's end, or takes the caller off it.
func (g *Gateway) wait(ctx context.Context, t *ticket) error {
	select {
	case <-t.done:
		return t.err
	case <-ctx.Done():
	}
	if g.queue.leave(t) {
		return fault.New(fault.Unavailable, "withdrawn before it was sent: %v", ctx.Err())
	}
	select { // it may have ended just now
	case <-t.done:
		return t.err
	default:
		return t.unknown()
	}
}

// recall finds the receipts of requests that took effect before, as far as the
// outbox remembers; nil if it doesn't know one of them. CONFLICT if one was
// for something else.
func (g *Gateway) recall(commands []command.Command) ([]command.Receipt, error) {
	receipts := make([]command.Receipt, len(commands))
	for i, c := range commands {
		if c.Request == "" {
			return nil, nil
		}
		done, found, err := g.out.receipt(c.Name())
		if err != nil || !found {
			return nil, err
		}
		if hash := c.Hash(); !bytes.Equal(done.Hash, hash[:]) {
			return nil, elsewhere(c.Name(), done.Receipt)
		}
		receipts[i] = done.Receipt
		receipts[i].Duplicate = true
	}
	return receipts, nil
}
