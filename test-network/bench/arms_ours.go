package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
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
		return workers(lanes, stop, func(int) error { return w.issue(ctx, g, programme, batch, m) })
	}
}

// redeem has acceptors hold parts of lots and capture them. Each batch captures
// what the one before held, and holds as much: two commands a redemption.
func redeem(of customers, parties []string, lanes, batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		tills, done, err := w.openTills(ctx, of, parties, lanes, batch, m)
		defer done()
		if err != nil {
			return err
		}
		if err := workers(len(tills), stop, func(k int) error { return tills[k].turn(ctx, batch/2) }); err != nil {
			return err
		}
		var group errgroup.Group
		for _, t := range tills {
			group.Go(func() error { return t.turn(ctx, 0) })
		}
		return group.Wait()
	}
}

// customers says who comes to an acceptor: for each of its lanes, from 0, what
// makes one hold after another.
type customers func(w *world, party string, batch int) func(lane int) queue

// queue makes the next hold.
type queue func() points.HoldRequest

// openTills opens the parties' gateways, and a till for each of their lanes.
func (w *world) openTills(ctx context.Context, of customers, parties []string, lanes, batch int,
	m *meter) (tills []*till, done func(), err error) {
	var gateways []*gateway.Gateway
	done = func() {
		for _, g := range gateways {
			g.Close()
		}
	}
	for _, party := range parties {
		g, err := w.open(ctx, party, fmt.Sprintf("1-%d", lanes))
		if err != nil {
			return nil, done, err
		}
		gateways = append(gateways, g)
		come := of(w, party, batch)
		for lane := range lanes {
			tills = append(tills, &till{w: w, g: g, next: come(lane), of: programmes, m: m})
		}
	}
	return tills, done, nil
}

// atHomeThere has an acceptor's own members spend one lot at a time. They need no
// authorisation.
func atHomeThere(w *world, party string, batch int) func(lane int) queue {
	lots := w.lots[programme].shuffle(batch, atHome(party))
	return func(int) queue {
		return func() points.HoldRequest {
			lot, owner, k := lots.lot()
			return points.HoldRequest{Member: pseudonym(owner), Pieces: []spend.Take{{Lot: lot, Amount: portion(k)}}}
		}
	}
}

// classes is how many disjoint shares of members visitors make: the lanes that
// one acceptor may have, by the acceptors.
const classes = 20

// visiting has members spend lots of all three programmes at the acceptor that
// they have authorised. Each lane has members of its own, whose authorisations
// no other lane writes.
func visiting(w *world, party string, batch int) func(lane int) queue {
	others := map[string][][]number.Row{}
	for _, p := range programmes[1:] {
		others[p] = w.lots[p].byOwner()
	}
	from := (homeOf(party) + len(acceptors) - 1) % len(acceptors) // whose members come
	return func(lane int) queue {
		lots := w.lots[programme].shuffle(batch, share{every: classes, first: lane*len(acceptors) + from})
		return func() points.HoldRequest {
			lot, owner, k := lots.lot()
			req := points.HoldRequest{
				Member: pseudonym(owner), Authorisation: w.consents[owner],
				Pieces: []spend.Take{{Lot: lot, Amount: portion(k)}},
			}
			for _, p := range programmes[1:] {
				theirs := others[p][owner]
				req.Pieces = append(req.Pieces, spend.Take{Lot: theirs[k%len(theirs)], Amount: portion(k)})
			}
			return req
		}
	}
}

// till is one lane's worth of an acceptor.
type till struct {
	w    *world
	g    *gateway.Gateway
	next queue
	of   []string // programmes of a hold's pieces, in their order
	m    *meter
	open []held // what is held and not captured
}

// held is a hold that stands.
type held struct {
	number number.Command
	pieces []spend.Take // of the till's programmes, in their order
}

func (h held) sum() (sum amount.Units) {
	for _, p := range h.pieces {
		sum += p.Amount
	}
	return sum
}

// turn captures what is held, and places n holds.
func (t *till) turn(ctx context.Context, n int) error {
	var commands []command.Command
	for _, h := range t.open {
		commands = append(commands, command.New("", points.CaptureRequest{Hold: h.number, Amount: h.sum()}))
	}
	deadline := time.Now().Unix() + holdFor
	asked := make([]points.HoldRequest, n)
	for i := range asked {
		asked[i] = t.next()
		asked[i].Deadline = deadline
		commands = append(commands, command.New("", asked[i]))
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
	t.settle(ran, commands, asked)
	return nil
}

// settle keeps the books of what was captured, and notes what now is held.
func (t *till) settle(ran gateway.Outcome, commands []command.Command, asked []points.HoldRequest) {
	receipts, refusals := ran.Receipts(t.g.Party(), commands)
	captures := len(t.open)
	for i, h := range t.open {
		if refusals[i] != nil {
			continue
		}
		for k, p := range h.pieces {
			t.w.books.points[t.of[k]].captured.Add(int64(p.Amount))
		}
	}
	t.open = t.open[:0]
	for i, req := range asked {
		if refusals[captures+i] == nil {
			t.open = append(t.open, held{receipts[captures+i].Number, req.Pieces})
		}
	}
}

func portion(k int) amount.Units { return amount.Units(1 + k%maxPart) }

// transfer has the issuer move parts of lots of members who are at home with it to
// other members.
func transfer(batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		g, err := w.open(ctx, issuer, fmt.Sprintf("1-%d", lanesAll))
		if err != nil {
			return err
		}
		defer g.Close()
		lots := w.lots[programme].shuffle(batch, atHome(issuer))
		return workers(lanesAll, stop, func(int) error {
			commands := make([]command.Command, batch)
			for i := range commands {
				lot, from, k := lots.lot()
				commands[i] = command.New("", points.TransferRequest{

					From: pseudonym(from), To: pseudonym(other(from, k)),
					Pieces: []spend.Take{{Lot: lot, Amount: portion(k)}},
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
func other(from, k int) int {
	if to := k * 7919 % members; to != from {
		return to
	}
	return (from + 1) % members
}

// twice is how many points become one by the rate of the conversions.
const twice = 2

// convert has the issuer of another programme convert parts of lots of members
// who are at home with it.
func convert(into string, batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		g, err := w.open(ctx, issuers[into], fmt.Sprintf("1-%d", lanesAll))
		if err != nil {
			return err
		}
		defer g.Close()
		lots := w.lots[programme].shuffle(batch, atHome(issuers[into]))
		return workers(lanesAll, stop, func(int) error {
			commands, got := make([]command.Command, batch), make([]amount.Units, batch)
			for i := range commands {
				lot, owner, k := lots.lot()
				got[i] = portion(k)
				commands[i] = command.New("", points.ConvertRequest{
					Member: pseudonym(owner), To: into, Pieces: []spend.Take{{Lot: lot, Amount: twice * got[i]}},
				})
			}
			began := time.Now()
			ran, err := g.Run(ctx, "", commands)
			if err != nil {
				return fmt.Errorf("converting: %w", err)
			}
			m.done(batch-m.refuse(ran, commands), began)
			_, refusals := ran.Receipts(g.Party(), commands)
			for i, err := range refusals {
				if err == nil {
					w.books.points[programme].converted.Add(int64(twice * got[i]))
					w.books.points[into].issued.Add(int64(got[i]))
				}
			}
			return nil
		})
	}
}

// agreeRate publishes the rate of the conversions, and agrees to it.
func (w *world) agreeRate(ctx context.Context) error {
	const into = "GP"
	rate := amount.Rate{Num: 1, Den: twice}
	err := w.as(ctx, issuers[into], "", func(g *gateway.Gateway) error {
		_, err := g.Single(ctx, "bench-rate", points.PublishRateRequest{
			From: programme, To: into, Rate: rate, Since: today(), Until: today() + 365,
		})
		return err
	})
	if err != nil {
		return err
	}
	return w.as(ctx, issuer, "", func(g *gateway.Gateway) error {
		published, err := g.Query().Conversion(ctx, programme, into)
		if err != nil {
			return err
		}
		_, err = g.Single(ctx, "bench-rate", points.AgreeRateRequest{
			From: programme, To: into, Terms: published.Terms(),
		})
		return err
	})
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
			if _, err := g.Do(ctx, id, grant(programme, int(w.serial.Load()), today())); err != nil {
				return fmt.Errorf("issuing one: %w", err)
			}
			m.done(1, began)
			w.books.points[programme].issued.Add(int64(lotAmount))
			return nil
		})
	}
}

// fill issues lots until the ledger has so many rows.
func (w *world) fill(ctx context.Context, rows, batch int, told func(done, of int)) error {
	return w.stock(ctx, programme, rows-len(w.chain.rows), batch, told)
}

// stock issues so many lots of a programme, or a few more.
func (w *world) stock(ctx context.Context, programme string, missing, batch int, told func(done, of int)) error {
	g, err := w.open(ctx, issuers[programme], fmt.Sprintf("1-%d", lanesAll))
	if err != nil {
		return err
	}
	defer g.Close()
	var asked counter
	m := &meter{}
	var group errgroup.Group
	for range lanesAll {
		group.Go(func() error {
			for asked.Add(int64(batch)) < int64(missing+batch) {
				if err := w.issue(ctx, g, programme, batch, m); err != nil {
					return err
				}
				told(min(missing, int(asked.Load())), missing)
			}
			return nil
		})
	}
	return group.Wait()
}
