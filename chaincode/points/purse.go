package points

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"
)

// Purse is what a spend must know of the member: the lots that it names, and all
// that bears on them.
type Purse struct {
	Member     string               // who spends; of merged members, the one that they became
	Owners     map[string]string    // who a lot's member has become, where it was merged
	Homes      map[string]string    // of the members of lots that are bound to one
	Lots       []Lot                // of the pieces, in their order
	Programmes map[string]Programme // of the lots
	Standings  map[string]Standing  // by programme, where its rules count spending
	Stops      []Stop               // freezes of the wallet
}

// Stop is a freeze, as far as spending is concerned.
type Stop struct {
	_      struct{} `cbor:",toarray"`
	By     string   `json:"by"`
	All    bool     `json:"all"` // every programme; else only those that By issues
	Reason string   `json:"reason"`
}

func (p Purse) owner(l Lot) string {
	if became, ok := p.Owners[l.Member]; ok {
		return became
	}
	return l.Member
}

// homed says whether a lot that was granted to a member who was yet to come is that
// member's: somebody else may have enrolled the pseudonym before.
func (p Purse) homed(l Lot) bool { return l.Home == "" || l.Home == p.Homes[l.Member] }

// lastDay is the last day on which a lot can be spent: where expiry slides, the
// member's last activity moves it on.
func (p Purse) lastDay(l Lot) date.Date {
	if rules := p.Programmes[l.Programme].Rules; rules.Expiry.Kind == Sliding {
		return max(l.Expires, p.Standings[l.Programme].Active+date.Date(rules.Expiry.N))
	}
	return l.Expires
}

// takeAll checks every piece against its lot and the freezes, then their order.
func (p Purse) takeAll(pieces []spend.Take, today date.Date) error {
	for i, piece := range pieces {
		if err := p.take(p.Lots[i], piece, today); err != nil {
			return err
		}
	}
	for _, lot := range p.Lots {
		if f, ok := p.stopped(lot); ok {
			return fault.New(fault.Frozen, "%s's wallet is frozen by %s: %s", p.Member, f.By, f.Reason)
		}
	}
	return inOrder(pieces, p.Lots)
}

// stopped finds a freeze that keeps a lot from being spent.
func (p Purse) stopped(l Lot) (Stop, bool) {
	for _, f := range p.Stops {
		if f.All || f.By == p.Programmes[l.Programme].Issuer {
			return f, true
		}
	}
	return Stop{}, false
}

// funder is the party that owes what a lot is worth.
func (p Purse) funder(l Lot) string {
	if l.Funder != "" {
		return l.Funder
	}
	return p.Programmes[l.Programme].Issuer
}

// Place moves the pieces out of their lots, for a hold, a trade or a benefit, and
// answers them as the taker records them, with the lots as they then are.
//
// Refused, lot by lot: FORBIDDEN (not the member's), WRONG_STATE, EXPIRED,
// INSUFFICIENT; then FROZEN, WRONG_ORDER.
func (p Purse) Place(pieces []spend.Take, today date.Date) (spend.Line, []Lot, error) {
	if err := p.takeAll(pieces, today); err != nil {
		return nil, nil, err
	}
	held, next := make(spend.Line, len(pieces)), make([]Lot, len(pieces))
	for i, piece := range pieces {
		next[i] = p.Lots[i]
		next[i].Placed += piece.Amount
		held[i] = spend.Piece{
			Lot: piece.Lot, Programme: next[i].Programme, Funder: p.funder(next[i]), Amount: piece.Amount,
		}
	}
	return held, next, nil
}
