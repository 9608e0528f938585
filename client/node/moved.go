package node

import (
	"context"
	"encoding/json"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"
)

// Moved is what a request moves: what its caller's limits count, and what a second person may have to approve.
type Moved struct {
	Fen    amount.Units // money: of a purchase, a payment
	Points []Part       // of programmes
	Lots   []spend.Take // points of lots
	// what was reserved before, and counted then: it is held to the limit of one request, and to no other
	Counted bool
}

// Move says what an operation's requests move, and at which outlet. It is a row of the table that a test holds to the
// operations a counter may ask for; see [Moving] and [Still].
type Move struct {
	Operation string
	party     bool // the outlet is written PARTY:OUTLET
	read      func(json.RawMessage) (reading, error)
}

// reading is a request that was read, as a Move needs it.
type reading struct {
	request any            // a pointer to it
	outlet  *string        // in it; nil if it has none
	moved   func() MovedOf // what it moves
}

// MovedOf finds out what a request moves; some must be looked up.
type MovedOf func(ctx context.Context, n *Node) (Moved, error)

// Is is what is known without looking.
func Is(m Moved) MovedOf { return func(context.Context, *Node) (Moved, error) { return m, nil } }

// Moving is the row of an operation, by what its request says. A request that names where it is asked for has the
// place of that name at outlet, which is nil for all others.
func Moving[Req, Ans any](op Op[Req, Ans], moved func(Req) MovedOf, outlet func(*Req) *string) Move {
	return Move{Operation: op.Name, read: func(request json.RawMessage) (r reading, err error) {
		var req Req
		if err := codec.DecodeJSON(request, &req); err != nil {
			return r, err
		}
		r = reading{request: &req, moved: func() MovedOf { return moved(req) }}
		if outlet != nil {
			r.outlet = outlet(&req)
		}
		return r, nil
	}}
}

// Still is the row of an operation whose requests move nothing.
func Still[Req, Ans any](op Op[Req, Ans]) Move {
	return Moving(op, func(Req) MovedOf { return Is(Moved{}) }, nil)
}

// OfParty is a row whose outlet is written PARTY:OUTLET.
func (m Move) OfParty() Move {
	m.party = true
	return m
}

// Places says whether requests name an outlet.
func (m Move) Places() bool {
	r, err := m.read(json.RawMessage(`{}`))
	return err == nil && r.outlet != nil
}

// At is a request of an outlet's: it is put in where none is named. FORBIDDEN if another is.
func (m Move) At(request json.RawMessage, party, outlet string) (json.RawMessage, error) {
	r, err := m.read(request)
	if err != nil || r.outlet == nil {
		return request, err
	}
	if m.party {
		outlet = party + ":" + outlet
	}
	if *r.outlet != "" && *r.outlet != outlet {
		return nil, fault.New(fault.Forbidden, "`outlet`: who asks may ask for outlet %s alone; leave it out, or name that",
			outlet)
	}
	*r.outlet = outlet
	return json.Marshal(r.request)
}

// Worth is what a request moves, in fen, points by their programmes' prices, rounded up, and whether that was counted
// before.
func (m Move) Worth(ctx context.Context, n *Node, request json.RawMessage) (fen amount.Units, counted bool, err error) {
	r, err := m.read(request)
	if err != nil {
		return 0, false, err
	}
	moved, err := r.moved()(ctx, n)
	if err != nil {
		return 0, false, err
	}
	fen, err = n.worth(ctx, moved)
	return fen, moved.Counted, err
}

// worth is what is moved, in fen.
func (n *Node) worth(ctx context.Context, m Moved) (sum amount.Units, err error) {
	parts := m.Points
	for _, piece := range m.Lots {
		lots, err := n.Query().Lots(ctx, piece.Lot)
		if err != nil {
			return 0, err
		}
		parts = append(parts, Part{lots[0].Programme, piece.Amount})
	}
	sum = m.Fen
	for _, part := range parts {
		price, err := n.price(ctx, part.Programme)
		if err != nil {
			return 0, err
		}
		fen, err := price.Of(part.Points, amount.Up)
		if err == nil {
			sum, err = sum.Add(fen)
		}
		if err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// price is a programme's, in fen a point, which never changes.
func (n *Node) price(ctx context.Context, programme string) (amount.Rate, error) {
	if known, ok := n.prices.Load(programme); ok {
		return known.(amount.Rate), nil
	}
	p, err := n.Query().Programme(ctx, programme)
	if err != nil {
		return amount.Rate{}, err
	}
	n.prices.Store(programme, p.Price)
	return p.Price, nil
}
