package benefit

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// Owed is what a write-off makes a debtor owe a creditor: for points of a
// programme, or, with no programme, a price or a fee.
type Owed struct {
	_         struct{}        `cbor:",toarray"`
	Debtor    string          `json:"debtor"`
	Creditor  string          `json:"creditor"`
	Programme string          `json:"programme"` // "" for a price or a fee
	Points    amount.Units    `json:"points"`
	Fen       amount.Units    `json:"fen"`  // whole fen
	Rest      amount.Fraction `json:"rest"` // of a fen, beyond them
	Fee       bool            `json:"fee"`
}

// Opposite lists the same with debtor and creditor exchanged.
func Opposite(list []Owed) []Owed {
	back := make([]Owed, len(list))
	for i, o := range list {
		o.Debtor, o.Creditor = o.Creditor, o.Debtor
		back[i] = o
	}
	return back
}

// share is a number of points of one programme from one funder.
type share struct {
	programme, funder string
	points            amount.Units
}

// shares adds up the first points of the line, by programme and funder, in the
// order in which they first stand in it. Those of fewer points begin those of more.
func (e Entitlement) shares(upTo amount.Units) []share {
	var list []share
	for _, p := range e.Pieces.Between(0, upTo) {
		i := 0
		for i < len(list) && (list[i].programme != p.Programme || list[i].funder != p.Funder) {
			i++
		}
		if i == len(list) {
			list = append(list, share{programme: p.Programme, funder: p.Funder})
		}
		list[i].points += p.Amount
	}
	return list
}

// worth is what the funders of the line's points from..to owe the provider, exactly, and
// the sum of it, the provider's own points included. LIMIT above 2⁵³−1.
func (e Entitlement) worth(from, to amount.Units, provider string,
	terms Terms) (owed []Owed, value amount.Exact, err error) {
	before := e.shares(from)
	for i, s := range e.shares(to) {
		was := amount.Units(0)
		if i < len(before) {
			was = before[i].points
		}
		if s.points == was {
			continue
		}
		price, err := terms.price(s)
		if err != nil {
			return nil, value, err
		}
		fen, err := amount.Exactly(s.points-was, price)
		if err != nil {
			return nil, value, err
		}
		value.Add(s.points-was, price)
		if s.funder != provider {
			owed = append(owed, Owed{
				Debtor: s.funder, Creditor: provider, Programme: s.programme, Points: s.points - was, Fen: fen.Whole,
				Rest: fen.Rest,
			})
		}
	}
	return owed, value, nil
}

// price is what a point of one funder and programme is settled at.
func (t Terms) price(of share) (amount.Rate, error) {
	price, known := t.Agreed[[2]string{of.funder, of.programme}]
	if !known {
		price, known = t.Prices[of.programme]
	}
	if !known {
		return amount.Rate{}, fault.New(fault.Internal, "there is no price of %s", of.programme)
	}
	return price, nil
}

// fee is what the provider owes the operator for a use of some value, if anything.
func (m Model) fee(value amount.Exact, operator string) ([]Owed, error) {
	if m.Provider == operator || m.Fee.Num == 0 {
		return nil, nil
	}
	fen, err := value.Times(m.Fee).Fine()
	if err != nil || fen == (amount.Fine{}) {
		return nil, err
	}
	return []Owed{{Debtor: m.Provider, Creditor: operator, Fen: fen.Whole, Rest: fen.Rest, Fee: true}}, nil
}

// bear is what the funders of an entitlement owe the provider for one use, by
// largest remainder, and the sum of it, the provider's own share included: the
// price, whatever the parts. Every use comes to the same.
func (m Model) bear(funders []Funder) (owed []Owed, value amount.Units, err error) {
	parts := make([]amount.Units, len(funders))
	for i, f := range funders {
		parts[i] = f.Parts
	}
	shares, err := amount.Split(m.Price, parts)
	if err != nil {
		return nil, 0, err
	}
	owed = []Owed{}
	for i, f := range funders {
		value += shares[i]
		if f.Party != m.Provider && shares[i] > 0 {
			owed = append(owed, Owed{Debtor: f.Party, Creditor: m.Provider, Fen: shares[i]})
		}
	}
	return owed, value, nil
}

// use is what use k of an entitlement makes the parties owe each other, and its
// value in fen, half to even.
func (m Model) use(e Entitlement, k uint16, terms Terms) (owed []Owed, value amount.Units, err error) {
	owed = []Owed{}
	var exact amount.Exact
	switch {
	case len(e.Pieces) > 0:
		owed, exact, err = e.worth(e.after(k-1), e.after(k), m.Provider, terms)
	case len(e.Funders) > 0:
		owed, value, err = m.bear(e.Funders)
		exact.Add(value)
	default:
		exact.Add(m.Price)
		if m.Price > 0 && e.By != m.Provider {
			owed = append(owed, Owed{Debtor: e.By, Creditor: m.Provider, Fen: m.Price})
		}
	}
	if err != nil {
		return nil, 0, err
	}
	if value, err = exact.Round(amount.HalfEven); err != nil {
		return nil, 0, err
	}
	fee, err := m.fee(exact, terms.Operator)
	return append(owed, fee...), value, err
}
