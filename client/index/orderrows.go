package index

import (
	"fmt"

	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/client/index/internal/database"
)

// order replaces an order and what is taken from it. An order never has more or
// fewer parts and lines than when it was placed, so none is left over.
func (f *fold) order(key string, _ []string, o goods.Order, c change) error {
	open := 0
	for i, p := range o.Parts {
		if p.State.Holds() {
			open = 1
		}
		if err := f.part(key, o, i, c.block); err != nil {
			return err
		}
	}
	return f.put("orders", key, o.Member, open, c.block, c.value)
}

// part replaces a part of an order, counted from 0, and its lines.
func (f *fold) part(order string, o goods.Order, i int, block uint64) error {
	p, key := o.Parts[i], partKey(order, i+1)
	if err := f.put("parts", key, order, o.Seller, p.Supplier, p.Party, o.Member, int64(p.State), int64(p.Since),
		endOf(o, p), int64(o.Date),
		o.Reference, p.Waybill, int64(p.Value()), int64(p.Cash), int64(p.Pieces.Sum()), block); err != nil {
		return err
	}
	for n, l := range p.Lines {
		if err := f.put("lines", lineKey(order, i+1, n+1), p.Supplier, l.SKU, o.Seller, p.Party, int64(p.State), p.Lost,
			int64(l.Quantity), int64(l.Fen),
			int64(l.Kind), database.NotNil(l.Terms), p.Fee.String(), p.Cycle, block); err != nil {
			return err
		}
	}
	return nil
}

// endOf is when a part's state ends if nobody does anything: UTC seconds while it
// waits to be accepted, then the last day to ship it, to say that it hasn't come, to
// return it. 0 for states that don't end so.
func endOf(o goods.Order, p goods.Part) int64 {
	switch p.State {
	case goods.Placed:
		return o.AcceptBy
	case goods.Accepted:
		return int64(p.Since) + int64(o.ShipDays)
	case goods.OnItsWay:
		return int64(p.Since) + int64(o.SilenceDays)
	case goods.Delivered:
		return int64(p.Since) + int64(o.ReturnDays)
	case goods.Completed, goods.Rejected, goods.Cancelled, goods.TimedOut:
	}
	return 0
}

func (f *fold) returned(key string, _ []string, r goods.Return, c change) error {
	order := string(row.Order(r.Order))
	return f.put("returns", key, order, lineKey(order, int(r.Part), int(r.Line)), int64(r.State), int64(r.Quantity),
		r.Restocked, r.Cycle, c.block, c.value)
}

// partKey and lineKey are those of a part and a line, counted from 1: they stand in
// the order of their orders.
func partKey(order string, part int) string { return fmt.Sprintf("%s/%02d", order, part) }

func lineKey(order string, part, line int) string {
	return fmt.Sprintf("%s/%02d", partKey(order, part), line)
}

// Order is an order with its number and the block that wrote it last.
type Order struct {
	Number number.Command `json:"number"`
	goods.Order
	Block uint64 `json:"block"`
}

// readOrder decodes an order's row.
func readOrder(key string, block uint64, value []byte) (Order, error) {
	named, err := row.Read(key, value)
	if err != nil {
		return Order{}, inIndex(err)
	}
	n, err := number.ParseCommand(named.ID)
	return Order{Number: n, Order: named.Row.(goods.Order), Block: block}, err
}

// Part is a part of the order, counted from 1.
func (o Order) Part(n int) OrderPart {
	p := o.Parts[n-1]
	part := OrderPart{
		Order: o.Number, Number: n, Seller: o.Seller, Member: o.Member, Outlet: o.Outlet, Region: o.Region,
		Reference: o.Reference, Date: o.Date, Part: p, Block: o.Block,
	}
	if end := endOf(o.Order, p); p.State == goods.Placed {
		part.AcceptBy = end
	} else {
		part.LastDay = date.Date(end)
	}
	return part
}

// OrderPart is a part of an order, with what its order says of all of them.
type OrderPart struct {
	Order     number.Command `json:"order"`
	Number    int            `json:"part"` // from 1
	Seller    string         `json:"seller"`
	Member    string         `json:"member"`
	Outlet    string         `json:"outlet"`
	Region    string         `json:"region"`
	Reference string         `json:"reference"` // the seller's own number for the order, or ""
	Date      date.Date      `json:"date"`      // of the order
	AcceptBy  int64          `json:"acceptBy"`  // UTC seconds, while it is PLACED; else 0
	// of the state, if it ends by itself: to ship it, to say that it hasn't come, to return it
	LastDay date.Date `json:"lastDay"`
	goods.Part
	Block uint64 `json:"block"` // that wrote the order last
}
