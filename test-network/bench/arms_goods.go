package main

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway"
)

// choice says what a seller's next customer orders.
type choice func(w *world, seller string) *ware

// anything is each good equally often, theOne always the same.
func anything(w *world, seller string) *ware {
	return w.wares[seller][mathrand.IntN(len(w.wares[seller]))]
}

func theOne(w *world, seller string) *ware { return w.wares[seller][0] }

// sell has sellers take orders, accepted at once and paid in points of one lot, and
// deliver them. Each batch delivers what the one before placed, and places as much:
// two commands an order.
func sell(which choice, sellers []string, lanes, batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		clerks, done, err := w.openShops(ctx, which, sellers, lanes, batch, m)
		defer done()
		if err != nil {
			return err
		}
		if err := workers(len(clerks), stop, func(k int) error { return clerks[k].turn(ctx, batch/2) }); err != nil {
			return err
		}
		var group errgroup.Group
		for _, c := range clerks {
			group.Go(func() error { return c.turn(ctx, 0) })
		}
		return group.Wait()
	}
}

// openShops opens the sellers' gateways, with a clerk for each of their lanes. The
// customers are at home with the seller.
func (w *world) openShops(ctx context.Context, which choice, sellers []string, lanes, batch int,
	m *meter) (clerks []*clerk, done func(), err error) {
	var gateways []*gateway.Gateway
	done = func() {
		for _, g := range gateways {
			g.Close()
		}
	}
	for _, seller := range sellers {
		g, err := w.open(ctx, seller, fmt.Sprintf("1-%d", lanes))
		if err != nil {
			return nil, done, err
		}
		gateways = append(gateways, g)
		lots := w.lots[programme].shuffle(batch, atHome(seller))
		for range lanes {
			clerks = append(clerks, &clerk{w: w, g: g, m: m, lots: lots, which: which})
		}
	}
	return clerks, done, nil
}

// clerk is one lane's worth of a seller.
type clerk struct {
	w     *world
	g     *gateway.Gateway
	m     *meter
	lots  *draw
	which choice
	open  []sale // what is placed and not delivered
}

// sale is one order of one ware.
type sale struct {
	ware     *ware
	quantity uint32
	number   number.Command
}

func (s sale) fen() amount.Units { return s.ware.line.Fen * amount.Units(s.quantity) }

// order makes the next customer's order.
func (c *clerk) order() (sale, goods.PlaceRequest) {
	lot, owner, k := c.lots.lot()
	s := sale{ware: c.which(c.w, c.g.Party()), quantity: uint32(1 + k%maxQuantity)}
	return s, goods.PlaceRequest{

		Member: pseudonym(owner), Lines: []goods.Wanted{s.ware.wanted(s.quantity)},
		Quote:  s.ware.quote(c.g.Party(), pseudonym(owner), s.quantity),
		Pieces: []spend.Take{{Lot: lot, Amount: s.fen()}}, Accept: true,
	}
}

// turn delivers what is placed, and takes n orders.
func (c *clerk) turn(ctx context.Context, n int) error {
	var commands []command.Command
	for _, s := range c.open {
		commands = append(commands, command.New("", goods.DeliverRequest{
			Order: s.number, Part: 1, Evidence: document(),
		}))
	}
	placed := make([]sale, n)
	for i := range placed {
		var req goods.PlaceRequest
		placed[i], req = c.order()
		commands = append(commands, command.New("", req))
	}
	if len(commands) == 0 {
		return nil
	}
	began := time.Now()
	ran, err := c.g.Run(ctx, "", commands)
	if err != nil {
		return fmt.Errorf("placing and delivering: %w", err)
	}
	c.m.done(len(commands)-c.m.refuse(ran, commands), began)
	return c.settle(ran, commands, placed)
}

// document is the hash of one that nobody has.
func document() codec.Hash {
	hash := make(codec.Hash, 32)
	rand.Read(hash) // it never fails
	return hash
}

// settle keeps the books of what was delivered, and notes what now is placed.
func (c *clerk) settle(ran gateway.Outcome, commands []command.Command, placed []sale) error {
	receipts, refusals := ran.Receipts(c.g.Party(), commands)
	for i, s := range c.open {
		if refusals[i] != nil {
			continue
		}
		c.w.books.points[programme].captured.Add(int64(s.fen()))
		if err := c.w.books.sold(c.g.Party(), s); err != nil {
			return err
		}
	}
	delivered := len(c.open)
	c.open = c.open[:0]
	for i, s := range placed {
		if refusals[delivered+i] == nil {
			s.number = receipts[delivered+i].Number
			c.open = append(c.open, s)
		}
	}
	return nil
}

// Of the lanes that import, a quarter are the seller's: of the four commands of a
// good, the supplier's party sends three.
const (
	importSeller  = operator
	listingLanes  = lanesAll / 4
	supplierLanes = lanesAll - listingLanes
)

// importGoods has a supplier's party make goods, offer a seller terms and stock, and
// the seller list them: four commands a good, and a good is what is counted.
func importGoods(batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		supplier, err := w.open(ctx, suppliers[0], fmt.Sprintf("1-%d", supplierLanes))
		if err != nil {
			return err
		}
		defer supplier.Close()
		seller, err := w.open(ctx, importSeller, fmt.Sprintf("1-%d", listingLanes))
		if err != nil {
			return err
		}
		defer seller.Close()
		return workers(lanesAll, stop, func(int) error { return w.importBatch(ctx, supplier, seller, batch, m) })
	}
}

// importBatch imports so many goods, a step at a time. Each step is a quarter of the
// goods' commands, and counts as that many goods.
func (w *world) importBatch(ctx context.Context, supplier, seller *gateway.Gateway, n int, m *meter) error {
	wares := make([]*ware, n)
	for i := range wares {
		x, err := newWare(len(suppliers) * (goodsSold + int(w.serial.Add(1))))
		if err != nil {
			return err
		}
		wares[i] = x
	}
	steps := []struct {
		g   *gateway.Gateway
		ask func(x *ware) command.Command
	}{
		{supplier, func(x *ware) command.Command { return command.New("", x.set()) }},
		{supplier, func(x *ware) command.Command { return command.New("", x.offer(seller.Party())) }},
		{supplier, func(x *ware) command.Command { return w.restock(x, seller.Party(), 1) }},
		{seller, func(x *ware) command.Command { return command.New("", x.list()) }},
	}
	for _, step := range steps {
		commands := make([]command.Command, n)
		for i, x := range wares {
			commands[i] = step.ask(x)
		}
		began := time.Now()
		ran, err := step.g.Run(ctx, "", commands)
		if err != nil {
			return fmt.Errorf("importing: %w", err)
		}
		m.done((n-m.refuse(ran, commands))/len(steps), began)
		if err := seen(ctx, supplier, seller); err != nil {
			return err
		}
	}
	return nil
}

// seen waits until another party's peer has what a party has done.
func seen(ctx context.Context, done, by *gateway.Gateway) error {
	by.AtLeast(done.Height())
	_, err := by.Query().Cycle(ctx)
	return err
}
