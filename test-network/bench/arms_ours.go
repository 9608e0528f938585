package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
)

// holdFor is how far ahead holds end.
const holdFor = 3600

// issue has so many lanes issue batch after batch, one grant a command.
func issue(lanes, batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		g, err := w.open(ctx, issuer, fmt.Sprintf("1-%d", lanes))
		if err != nil {
			return err
		}
		defer g.Close()
		return workers(lanes, stop, func(int) error { return w.issue(ctx, g, batch, m) })
	}
}

// redeem has acceptors hold parts of lots and capture them. Each batch captures
// what the one before held, and holds as much: two commands a redemption.
func redeem(parties []string, lanes, batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		var gateways []*gateway.Gateway
		defer func() {
			for _, g := range gateways {
				g.Close()
			}
		}()
		for _, party := range parties {
			g, err := w.open(ctx, party, fmt.Sprintf("1-%d", lanes))
			if err != nil {
				return err
			}
			gateways = append(gateways, g)
		}
		lots := w.lots.shuffle(batch)
		tills := make([]till, len(parties)*lanes)
		for k := range tills {
			tills[k] = till{w: w, g: gateways[k%len(gateways)], lots: lots, m: m}
		}
		if err := workers(len(tills), stop, func(k int) error { return tills[k].turn(ctx, batch/2) }); err != nil {
			return err
		}
		var group errgroup.Group
		for k := range tills {
			group.Go(func() error { return tills[k].turn(ctx, 0) })
		}
		return group.Wait()
	}
}

// till is one lane's worth of an acceptor.
type till struct {
	w    *world
	g    *gateway.Gateway
	lots *draw
	m    *meter
	open []points.CaptureRequest // what is held and not captured
}

// turn captures what is held, and holds n lots.
func (t *till) turn(ctx context.Context, n int) error {
	var commands []command.Command
	for _, c := range t.open {
		commands = append(commands, command.New("", c))
	}
	captures := len(commands)
	deadline := time.Now().Unix() + holdFor
	for range n {
		lot, member, k := t.lots.lot()
		commands = append(commands, command.New("", points.HoldRequest{
			Member: member, Pieces: []points.Piece{{Lot: lot, Amount: portion(k)}}, Deadline: deadline,
		}))
	}
	if len(commands) == 0 {
		return nil
	}
	began := time.Now()
	ran, err := t.g.Run(ctx, "", commands)
	if err != nil {
		return fmt.Errorf("holding and capturing: %w", err)
	}
	t.m.done(len(commands)-t.m.refuse(ran, commands), began)
	return t.settle(ran, commands, captures)
}

// settle keeps the books of what was captured, and notes what now is held.
func (t *till) settle(ran gateway.Outcome, commands []command.Command, captures int) error {
	receipts, refusals := ran.Receipts(t.g.Party(), commands)
	for i, c := range t.open {
		if refusals[i] == nil {
			t.w.books.captured.Add(int64(c.Amount))
		}
	}
	t.open = t.open[:0]
	for i := captures; i < len(commands); i++ {
		if refusals[i] != nil {
			continue
		}
		held, err := commands[i].Decode()
		if err != nil {
			return err
		}
		t.open = append(t.open, points.CaptureRequest{Hold: receipts[i].Number, Amount: held.(points.HoldRequest).Pieces[0].Amount})
	}
	return nil
}

func portion(k int) amount.Units { return amount.Units(1 + k%maxPart) }

// transfer has the issuer move parts of lots from member to member.
func transfer(batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		g, err := w.open(ctx, issuer, fmt.Sprintf("1-%d", lanesAll))
		if err != nil {
			return err
		}
		defer g.Close()
		lots := w.lots.shuffle(batch)
		return workers(lanesAll, stop, func(int) error {
			commands := make([]command.Command, batch)
			for i := range commands {
				lot, from, k := lots.lot()
				commands[i] = command.New("", points.TransferRequest{
					From: from, To: other(from, k), Pieces: []points.Piece{{Lot: lot, Amount: portion(k)}},
				})
			}
			began := time.Now()
			ran, err := g.Run(ctx, "", commands)
			if err != nil {
				return fmt.Errorf("transferring: %w", err)
			}
			m.done(batch-m.refuse(ran, commands), began)
			return nil
		})
	}
}

// other is a member who isn't this one.
func other(from string, k int) string {
	if to := member(k * 7919); to != from {
		return to
	}
	return member(k*7919 + 1)
}

// callers has n of them issue one lot a call, each under a request id of its
// own, as people and their programs do; the gateway makes the batches.
func callers(n int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		g, err := w.open(ctx, issuer, fmt.Sprintf("1-%d", lanesAll))
		if err != nil {
			return err
		}
		defer g.Close()
		return workers(n, stop, func(int) error {
			id := w.serial.key("r")
			began := time.Now()
			if _, err := g.Do(ctx, id, grant(int(w.serial.Load()), today())); err != nil {
				return fmt.Errorf("issuing one: %w", err)
			}
			m.done(1, began)
			w.books.issued.Add(int64(lotAmount))
			return nil
		})
	}
}

// fill issues lots until the ledger has so many rows.
func (w *world) fill(ctx context.Context, rows, batch int, told func(done, of int)) error {
	g, err := w.open(ctx, issuer, fmt.Sprintf("1-%d", lanesAll))
	if err != nil {
		return err
	}
	defer g.Close()
	missing := rows - len(w.chain.rows)
	var asked counter
	m := &meter{}
	var group errgroup.Group
	for range lanesAll {
		group.Go(func() error {
			for asked.Add(int64(batch)) < int64(missing+batch) {
				if err := w.issue(ctx, g, batch, m); err != nil {
					return err
				}
				told(min(missing, int(asked.Load())), missing)
			}
			return nil
		})
	}
	return group.Wait()
}
