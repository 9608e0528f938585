// Package duty does what a party has to do by itself when its time has come: it gives back what holds kept too long,
// goes on with orders whose other side is silent, and ends points and entitlements whose last day has passed. Whoever
// does it by hand beside it does no harm: the ledger lets each be done once.
package duty

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
	"tallystick/client/node/loyalty"
	"tallystick/client/store"
)

// Duty is one thing that is done again and again.
type Duty struct {
	Name  string // of its operation
	Every time.Duration
	// do does it, and says how much was done, and what the ledger refused
	do func(context.Context, *node.Node) (Done, error)
}

// Done is what a duty did.
type Done struct {
	Done    int
	Refused []node.Refused
}

// Duties lists them all, in the order in which they are done.
func Duties() []Duty {
	return []Duty{
		{"points.timeout.due", time.Minute, results(loyalty.PointsTimeoutDue, node.NoRequest{})},
		{"benefit.expire.due", 10 * time.Minute, results(loyalty.BenefitExpireDue,
			loyalty.ExpireEntitlementsRequest{})},
		{"points.expire", 10 * time.Minute, expire},
		{"order.timeout.due", time.Minute, ofOrders(catalogue.OrderTimeoutDue)},
		{"order.deliver.due", time.Minute, ofOrders(catalogue.OrderDeliverDue)},
		{"order.complete.due", time.Minute, ofOrders(catalogue.OrderCompleteDue)},
		{"order.return.timeout.due", time.Minute, ofOrders(catalogue.OrderReturnTimeoutDue)},
		// for sellers whose node doesn't: seldom, since what all nodes do for all is done in vain but once
		{"order.timeout.due", time.Hour, results(catalogue.OrderTimeoutDue, catalogue.DueRequest{})},
		{"order.return.timeout.due", time.Hour, results(catalogue.OrderReturnTimeoutDue, catalogue.DueRequest{})},
	}
}

// ofOrders performs an operation that goes over the orders of which the party is the seller.
func ofOrders(op node.Op[catalogue.DueRequest, *node.Results]) func(context.Context, *node.Node) (Done, error) {
	return func(ctx context.Context, n *node.Node) (Done, error) {
		return results(op, catalogue.DueRequest{Seller: n.Party()})(ctx, n)
	}
}

// results performs an operation that goes over what is due.
func results[Req any](op node.Op[Req, *node.Results], req Req) func(context.Context, *node.Node) (Done, error) {
	return func(ctx context.Context, n *node.Node) (Done, error) {
		r, err := op.Do(ctx, n, &node.Call{}, req)
		if err != nil {
			return Done{}, err
		}
		return Done{len(r.Done), r.Refused}, nil
	}
}

// expire ends what is due of the party's programmes.
func expire(ctx context.Context, n *node.Node) (done Done, err error) {
	programmes, err := node.Ask(ctx, n, (*index.Reading).Programmes)
	if err != nil {
		return done, err
	}
	for _, p := range programmes {
		for more := p.Issuer == n.Party(); more; {
			ended, err := loyalty.PointsExpire.Do(ctx, n, &node.Call{}, loyalty.ExpireRequest{Programme: p.ID})
			if err != nil {
				return done, err
			}
			done.Done += ended.Lots
			more = ended.More && ended.Lots > 0
		}
	}
	return done, nil
}

// How long one process has the duties without a word, and how often it looks what is to be done.
const (
	lease = 30 * time.Second
	look  = 5 * time.Second
)

// Do does the duties until ctx ends, unless another process of the node does.
func Do(ctx context.Context, n *node.Node, own *store.Store, log *slog.Logger) error {
	holder := node.NewID()
	duties := Duties()
	last := make([]time.Time, len(duties))
	every := time.NewTicker(look)
	defer every.Stop()
	for {
		held, err := own.Hold(ctx, "duties", holder, time.Now(), lease)
		if err != nil && ctx.Err() == nil {
			log.Error("duties aren't done", "err", err)
		}
		for i, d := range duties {
			if held && ctx.Err() == nil && time.Since(last[i]) >= d.Every {
				d.once(ctx, n, own, holder, log)
				last[i] = time.Now()
			}
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return own.Release(context.WithoutCancel(ctx), "duties", holder)
		}
	}
}

// once does a duty, and holds the lease meanwhile.
func (d Duty) once(ctx context.Context, n *node.Node, own *store.Store, holder string, log *slog.Logger) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beaten := make(chan struct{})
	go func() {
		defer close(beaten)
		d.keep(ctx, cancel, own, holder)
	}()
	done, err := d.do(ctx, n)
	cancel()
	<-beaten
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		level := slog.LevelError
		if fault.CodeOf(err).Passing() {
			level = slog.LevelWarn
		}
		log.Log(context.WithoutCancel(ctx), level, "a duty failed; it is tried again", "duty", d.Name, "err", err)
	case done.Done > 0 || len(done.Refused) > 0:
		log.Info("did what was due", "duty", d.Name, "done", done.Done, "refused", len(done.Refused))
		for i, r := range done.Refused {
			if i == mostTold {
				break
			}
			log.Warn("what was due was refused", "duty", d.Name, "id", r.ID, "code", r.Code)
		}
	}
}

// mostTold is how many refusals of one duty are logged one by one.
const mostTold = 5

// keep holds the lease until ctx ends, or another process has it.
func (d Duty) keep(ctx context.Context, stop context.CancelFunc, own *store.Store, holder string) {
	every := time.NewTicker(lease / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if held, err := own.Hold(ctx, "duties", holder, time.Now(), lease); err == nil && !held {
			stop()
			return
		}
	}
}
