package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// Limits of what one lane makes the parties owe each other in a cycle.
const (
	MaxPositions = 16_384 // by debtor, creditor and programme
	MaxKept      = 64     // programmes of one debtor and creditor, and prices that don't come to whole fen
)

// Positions is what one lane's commands of a cycle make the parties owe each
// other, sorted by debtor, creditor and programme. All of it is one row, so
// that netting reads parties × lanes rows, whatever the number of redemptions.
// The chain binds each obligation that it sums up, hidden ones included.
type Positions struct {
	_     struct{}   `cbor:",toarray"`
	List  []Position `json:"list"`
	Chain codec.Hash `json:"chain"` // SHA-256(chain before ‖ obligation), from nothing
}

// Position is what a debtor owes a creditor for points of one programme, or, with
// no programme, for what isn't for points. Points and fen count up to 2⁵³−1 and stay there, so that no sum can keep a
// cycle from being closed.
//
// What it is worth exactly is Fen + Σ Rests. Each rest is under one fen: what makes a whole one is in Fen. So the
// lines of a lane come to what they are worth together, rounded down, however they were cut.
type Position struct {
	_         struct{}          `cbor:",toarray"`
	Debtor    string            `json:"debtor"`
	Creditor  string            `json:"creditor"`
	Programme string            `json:"programme"`
	Count     uint64            `json:"count"` // obligations
	Points    amount.Units      `json:"points"`
	Fen       amount.Units      `json:"fen"`
	Rests     []amount.Fraction `json:"rests"` // one for each denominator, sorted by it
}

func (p Position) order(q Position) int {
	return cmp.Or(cmp.Compare(p.Debtor, q.Debtor), cmp.Compare(p.Creditor, q.Creditor),
		cmp.Compare(p.Programme, q.Programme))
}

// Place adds what is owed to its position. It answers it with the fen that its line has: those of its own, and one more
// where its rest makes a whole one together with the rests before. Where the debtor and the creditor have MaxKept
// programmes and denominators in the lane, what is of another one is rounded up by itself, and owed for no programme.
// LIMIT above MaxPositions.
func (p Positions) Place(o Owe) (Positions, Owe, error) {
	i, found := p.find(o)
	if !p.keeps(o, i, found) {
		if o = o.inFen(); o.Fen > amount.Max {
			return Positions{}, Owe{}, fault.New(fault.Limit, "an amount is above %d fen", int64(amount.Max))
		}
		i, found = p.find(o)
	}
	if !found && len(p.List) >= MaxPositions {
		return Positions{}, Owe{}, fault.New(fault.Limit, "there are %d positions in this cycle", MaxPositions)
	}
	p.List = slices.Clone(p.List)
	if !found {
		p.List = slices.Insert(p.List, i, Position{Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme})
	}
	next, carried := p.List[i].with(o.Rest)
	o.Fen = o.Fen.AddUpTo(carried)
	p.List[i] = next.plus(Position{Count: 1, Points: o.Points, Fen: o.Fen})
	return p, o, nil
}

// find is the place of what is owed.
func (p Positions) find(o Owe) (int, bool) {
	return slices.BinarySearchFunc(p.List, Position{Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme},
		Position.order)
}

// keeps says whether what is owed has a position and a denominator of its own, or there is room for them.
func (p Positions) keeps(o Owe, i int, found bool) bool {
	if found && (o.Rest.Den == 0 || p.List[i].has(o.Rest.Den)) || o.Programme == "" && o.Rest.Den == 0 {
		return true
	}
	kept := 0
	for _, one := range p.List {
		if one.Debtor == o.Debtor && one.Creditor == o.Creditor {
			kept += 1 + len(one.Rests)
		}
	}
	return kept < MaxKept
}

func (p Position) has(den amount.Units) bool {
	return slices.ContainsFunc(p.Rests, func(f amount.Fraction) bool { return f.Den == den })
}

// with adds a rest to that of its denominator, and answers the whole fen that they make: 1 or 0.
func (p Position) with(rest amount.Fraction) (_ Position, carried amount.Units) {
	if rest.Den == 0 {
		return p, 0
	}
	p.Rests = slices.Clone(p.Rests)
	i, found := slices.BinarySearchFunc(p.Rests, rest.Den,
		func(f amount.Fraction, den amount.Units) int { return cmp.Compare(f.Den, den) })
	if !found {
		p.Rests = slices.Insert(p.Rests, i, rest)
		return p, 0
	}
	if p.Rests[i].Num += rest.Num; p.Rests[i].Num >= rest.Den {
		p.Rests[i].Num -= rest.Den
		carried = 1
	}
	return p, carried
}

// plus adds count, points and fen, up to 2⁵³−1.
func (p Position) plus(q Position) Position {
	p.Count += q.Count
	p.Points = p.Points.AddUpTo(q.Points)
	p.Fen = p.Fen.AddUpTo(q.Fen)
	return p
}

// Bind is the chain with one more obligation.
func (p Positions) Bind(o Obligation) codec.Hash { return link(p.Chain, o) }

// NoteHidden binds a hidden obligation; Veiled sums it up.
func (p Positions) NoteHidden(h Hidden) Positions {
	p.Chain = link(p.Chain, h)
	return p
}

// Merge adds up two lanes' positions. The chain stays.
func (p Positions) Merge(q Positions) Positions {
	p.List = slices.Clone(p.List)
	for _, one := range q.List {
		i, found := slices.BinarySearchFunc(p.List, one, Position.order)
		if !found {
			p.List = slices.Insert(p.List, i, one)
			continue
		}
		at := p.List[i].plus(one)
		for _, rest := range one.Rests {
			var carried amount.Units
			at, carried = at.with(rest)
			at.Fen = at.Fen.AddUpTo(carried)
		}
		p.List[i] = at
	}
	return p
}
