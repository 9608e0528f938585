package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/pedersen"
)

// Limits of the hidden supply that one lane can count in a cycle: a statement has the sums of all lanes, and must fit
// in one transaction with all others.
const (
	MaxHidden = 4096 // pairs of parties, by fee
	MaxFees   = 32   // fees of what one owes one other
)

// PerFen is how many of the units of hidden values are a fen: ten-thousandths, so
// that a commission in basis points of a price is whole too.
const PerFen = 10_000

// HiddenPositions is what one lane's deliveries of a cycle make sellers owe suppliers'
// parties in amounts that only the two know, sorted by debtor, creditor,
// whether it is of returns, and fee. All of it is one row, as Positions is.
type HiddenPositions struct {
	_    struct{}         `cbor:",toarray"`
	List []HiddenPosition `json:"list"`
}

// HiddenPosition is what a debtor owes a creditor for hidden supply at one fee. A
// return is the opposite: debtor and creditor change places, and nothing is
// subtracted. It is a position of its own, since two parties may supply each other.
type HiddenPosition struct {
	_        struct{} `cbor:",toarray"`
	Debtor   string   `json:"debtor"`
	Creditor string   `json:"creditor"`
	Back     bool     `json:"back"` // of returns: the debtor is the supplier's party, else the creditor is
	// of the value, in lowest terms: what the supplier's party owes the operator; for a return, the operator it
	Fee   amount.Rate  `json:"fee"`
	Count uint64       `json:"count"` // deliveries, or returns
	Sum   pedersen.Sum `json:"sum"`   // of their values, in ten-thousandths of a fen
}

// HiddenOwe is one thing that makes a debtor owe a creditor a hidden amount.
type HiddenOwe struct {
	Scene    string
	Debtor   string
	Creditor string
	Back     bool
	Fee      amount.Rate
	Count    uint64
	Sum      pedersen.Sum
	Carried  bool // it is part of a sum that some lane counts already, so it makes no fee more than there are
}

func (p HiddenPosition) order(q HiddenPosition) int {
	return cmp.Or(cmp.Compare(p.Debtor, q.Debtor), cmp.Compare(p.Creditor, q.Creditor), compareBool(p.Back, q.Back),
		cmp.Compare(p.Fee.Num, q.Fee.Num), cmp.Compare(p.Fee.Den, q.Fee.Den))
}

// compareBool sorts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// FeeParties are who owes the fee on a position to whom: the supplier's party the
// operator, or for a return the operator it.
func (p HiddenPosition) FeeParties(operator string) (debtor, creditor string) {
	if p.Back {
		return operator, p.Debtor
	}
	return p.Creditor, operator
}

// Of is the same owed once more.
func (p HiddenPosition) Of() HiddenOwe {
	return HiddenOwe{
		Debtor: p.Debtor, Creditor: p.Creditor, Back: p.Back, Fee: p.Fee, Count: p.Count, Sum: p.Sum, Carried: true,
	}
}

// Plus adds what is owed. What a party owes itself is left out. LIMIT above MaxHidden positions, MaxFees of two
// parties, or 2⁵³−1 deliveries. What is carried over isn't refused for its fee: lanes may have MaxFees each, and their
// sums come into one.
func (v HiddenPositions) Plus(owe HiddenOwe) (HiddenPositions, error) {
	if owe.Debtor == owe.Creditor {
		return v, nil
	}
	one := HiddenPosition{
		Debtor: owe.Debtor, Creditor: owe.Creditor, Back: owe.Back, Fee: lowestFee(owe.Fee), Count: owe.Count,
		Sum: owe.Sum,
	}
	i, found := slices.BinarySearchFunc(v.List, one, HiddenPosition.order)
	if !found {
		if len(v.List) >= MaxHidden || !owe.Carried && v.fees(one) >= MaxFees {
			return HiddenPositions{}, fault.New(fault.Limit,
				"the lane has %d hidden positions in this cycle, %d of %s and %s",
				len(v.List), v.fees(one), one.Debtor, one.Creditor)
		}
		return HiddenPositions{List: slices.Insert(slices.Clone(v.List), i, one)}, nil
	}
	if now := v.List[i].Count; one.Count > uint64(amount.Max) || now > uint64(amount.Max)-one.Count {
		return HiddenPositions{}, fault.New(fault.Limit, "more than %d deliveries", int64(amount.Max))
	}
	sum, err := v.List[i].plus(one)
	if err != nil {
		return HiddenPositions{}, err
	}
	next := slices.Clone(v.List)
	next[i] = sum
	return HiddenPositions{List: next}, nil
}

// fees is by how many fees the lane counts what one party owes another.
func (v HiddenPositions) fees(of HiddenPosition) (n int) {
	for _, p := range v.List {
		if p.Debtor == of.Debtor && p.Creditor == of.Creditor {
			n++
		}
	}
	return n
}

// plus adds another part of the same position. An error means that the ledger has a sum that none of its commands
// wrote.
func (p HiddenPosition) plus(q HiddenPosition) (HiddenPosition, error) {
	sum, err := p.Sum.Plus(q.Sum)
	if err != nil {
		return HiddenPosition{}, err
	}
	p.Count, p.Sum = p.Count+q.Count, sum
	return p, nil
}

// lowestFee writes equal fees in one way, none as 0/1.
func lowestFee(fee amount.Rate) amount.Rate {
	if fee.Num == 0 {
		return amount.Rate{Den: 1}
	}
	return fee.Lowest()
}

// Open says what a position comes to, in fen, and the fee on it: both of the exact
// sum, each rounded once, half to even. So neither hangs on how many deliveries made
// it. BAD_REQUEST for an opening that isn't the sum's, LIMIT above 2⁵³−1.
func (p HiddenPosition) Open(o pedersen.Opening) (fen, fee amount.Units, err error) {
	if !o.Opens(p.Sum.Commitment()) {
		return 0, 0, fault.New(fault.BadRequest, "this doesn't open what %s owes %s", p.Debtor, p.Creditor)
	}
	var exact, part amount.Exact
	perFen := amount.Rate{Num: 1, Den: PerFen}
	exact.AddBig(o.Value.Big(), perFen)
	part.AddBig(o.Value.Big(), perFen, p.Fee)
	if fen, err = exact.Round(amount.HalfEven); err != nil {
		return 0, 0, err
	}
	fee, err = part.Round(amount.HalfEven)
	return fen, fee, err
}
