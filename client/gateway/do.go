package gateway

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"go.opentelemetry.io/otel/trace"

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

func (g *Gateway) doLinked(ctx context.Context, asked Asked, reqs ...command.Request) ([]command.Receipt, []error) {
	return g.queueLinked(ctx, asked, reqs...)(ctx)
}

// queueLinked has commands wait for a lane, and returns what waits for their outcome, which must be called once.
func (g *Gateway) queueLinked(ctx context.Context, asked Asked,
	reqs ...command.Request) (outcome func(context.Context) ([]command.Receipt, []error)) {
	_, span := begin(ctx, "lane")
	queued := g.queued(span, asked, reqs...)
	return func(ctx context.Context) ([]command.Receipt, []error) {
		receipts, errs := queued(ctx)
		end(span, errors.Join(errs...))
		return receipts, errs
	}
}

// queued is queueLinked within a trace.
func (g *Gateway) queued(span trace.Span, asked Asked,
	reqs ...command.Request) (outcome func(context.Context) ([]command.Receipt, []error)) {
	fail := func(err error) ([]command.Receipt, []error) {
		errs := make([]error, max(1, len(reqs)))
		for i := range errs {
			errs[i] = asFault(err)
		}
		return nil, errs
	}
	failed := func(err error) func(context.Context) ([]command.Receipt, []error) {
		return func(context.Context) ([]command.Receipt, []error) { return fail(err) }
	}
	commands, err := link(asked, reqs)
	if err != nil {
		return failed(err)
	}
	if g.out == nil {
		return failed(errNoLanes())
	}
	var before []command.Receipt
	mine := newTicket(asked.name(), commands)
	mine.trace = span.SpanContext()
	t, err := g.queue.enter(mine, func() (known bool, err error) {
		before, err = g.recall(commands)
		return before != nil, err
	})
	if err != nil {
		return failed(err)
	}
	if t == nil {
		return func(context.Context) ([]command.Receipt, []error) { return before, make([]error, len(before)) }
	}
	return func(ctx context.Context) ([]command.Receipt, []error) {
		if err := g.wait(ctx, t); err != nil {
			return fail(err)
		}
		came(span, t.outcome)
		receipts := slices.Clone(t.receipts)
		for i := range receipts {
			receipts[i].Duplicate = receipts[i].Duplicate || t != mine && t.errs[i] == nil
		}
		return receipts, slices.Clone(t.errs)
	}
}

// Queue is Do in two steps: it has a command wait for a lane, and outcome, which must be called once, waits for what
// becomes of it. Commands that one caller queues one after the other take effect in that order where they touch the
// same. A kind that comes alone is refused with BAD_REQUEST; without lanes the command is sent by itself at once.
func (g *Gateway) Queue(ctx context.Context, request string,
	req command.Request) (outcome func(context.Context) (command.Receipt, error)) {
	done := func(receipt command.Receipt, err error) func(context.Context) (command.Receipt, error) {
		return func(context.Context) (command.Receipt, error) { return receipt, err }
	}
	switch {
	case command.KindOf(req).Alone():
		return done(command.Receipt{}, fault.New(fault.BadRequest, "%s comes alone: send it by itself",
			command.KindOf(req)))
	case g.out == nil:
		return done(g.Single(ctx, request, req))
	}
	queued := g.queueLinked(ctx, Asked{ID: request}, req)
	return func(ctx context.Context) (command.Receipt, error) {
		receipts, errs := queued(ctx)
		if len(receipts) == 0 {
			return command.Receipt{}, errs[0]
		}
		return receipts[0], errs[0]
	}
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
