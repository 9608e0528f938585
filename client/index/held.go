package index

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// Held is what something that is open sets aside of a member's points of one
// programme.
type Held struct {
	What      string       `json:"what"` // hold, order or trade
	ID        string       `json:"id"`
	By        string       `json:"by"` // acceptor, seller or who made the offer
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"`
}

// heldBy lists what a line holds, by programme.
func heldBy(what, id, by string, line spend.Line) []Held {
	var list []Held
	for _, m := range line.ByProgramme() {
		list = append(list, Held{What: what, ID: id, By: by, Programme: m.Programme, Amount: m.Amount})
	}
	return list
}

// held lists what open holds, orders and trades hold of a member's points.
func (r *Reading) held(member string) ([]Held, error) {
	list := []Held{}
	holds, err := r.holds(
		mine+"SELECT key, block, row FROM holds WHERE member IN (SELECT id FROM mine) AND state IN (?, ?) ORDER BY key",
		member, int64(points.Open), int64(points.PartCaptured))
	if err != nil {
		return nil, err
	}
	for _, h := range holds {
		list = append(list, heldBy("hold", h.Number.String(), h.Acceptor, h.Pieces.Between(h.Captured, h.Sum()))...)
	}
	orders, err := r.orders(
		mine+"SELECT key, block, row FROM orders WHERE member IN (SELECT id FROM mine) AND open = 1 ORDER BY key",
		member)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		list = append(list, heldBy("order", o.Number.String(), o.Seller, o.Held())...)
	}
	return list, r.rows(func(key string, _ uint64, value []byte) error {
		named, err := row.Read(key, value)
		if err != nil {
			return inIndex(err)
		}
		t := named.Row.(points.Trade)
		list = append(list, heldBy("trade", named.ID, t.By, t.Pieces)...)
		return nil
	},
		mine+
			"SELECT key, block, row FROM entries WHERE kind = 'trade' AND state = ? AND member IN (SELECT id FROM mine) ORDER BY key",
		member, points.Offered.String())
}

// Held are the points that the order's open parts hold.
func (o Order) Held() (line spend.Line) {
	for _, p := range o.Parts {
		if p.State.Holds() {
			line = append(line, p.Pieces...)
		}
	}
	return line
}
