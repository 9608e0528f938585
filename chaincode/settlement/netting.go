package settlement

import (
	"cmp"
	"errors"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Netting is what remains to be paid of a cycle (轧差): what each two owe each other,
// turned into one net, and these into payments.
//
// Of each pair: net = |what A owes B − what B owes A|, carved lines left out. Of each party:
// receives − pays = its nets as a creditor − its nets as a debtor. So Σ pays = Σ receives.
type Netting struct {
	_       struct{}     `cbor:",toarray"`
	Gross   amount.Units `json:"gross"`   // fen of all lines that stand
	Lines   uint64       `json:"lines"`   // that stand
	Nets    []Net        `json:"nets"`    // of pairs whose statement stands and isn't level, sorted by debtor and creditor
	Parties []Stand      `json:"parties"` // what each pays and receives, sorted by party
}

// Net is what one party owes another after both directions are set off.
type Net struct {
	_            struct{}     `cbor:",toarray"`
	Debtor       string       `json:"debtor"`
	Creditor     string       `json:"creditor"`
	Fen          amount.Units `json:"fen"`
	Multilateral bool         `json:"multilateral"` // set off with all others who agreed to it; else paid between the two
	Delay        int32        `json:"delay"`        // days from cut-off to payment
}

// Stand is what a party pays and receives in all (头寸).
type Stand struct {
	_        struct{}     `cbor:",toarray"`
	Party    string       `json:"party"`
	Pays     amount.Units `json:"pays"`
	Receives amount.Units `json:"receives"`
}

// FinaliseRequest nets a closed cycle: every statement stands or was carried over, or is taken to
// stand by silence after the deadline. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (the cycle isn't
// COMPUTED; a statement is open before the deadline, or after it where silence is no consent, or its parties signed
// different roots, or it waits for hidden sums to be opened), LIMIT (all lines together are above 2⁵³−1 fen).
type FinaliseRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r FinaliseRequest) Check() error { return name.CheckID("cycle", r.Cycle) }

// CarryRequest leaves a pair's statement out of its cycle, after the deadline, because it isn't agreed: what is
// owed, less disputed lines, and what is still hidden, are carried into the open cycle. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (the cycle isn't COMPUTED, the
// deadline hasn't passed, the statement has ended, or silence is consent for it), LIMIT (too many hidden sums).
type CarryRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
	A     string   `json:"a"`
	B     string   `json:"b"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CarryRequest) Check() error {
	for _, id := range [][2]string{{"cycle", r.Cycle}, {"a", r.A}, {"b", r.B}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	return nil
}

// Netted is what netting a cycle changes.
type Netted struct {
	Close    Close
	Pairs    []Pair // whose statement stands by silence from now on
	Netting  Netting
	Payments []Payment // numbered from 1, sorted by debtor and creditor; between the same two, the bilateral one first
}

// Net nets a cycle on a business date, as Close.Day counts it. The pairs are all of the cycle's, in any order. What it answers is
// checked: where nets and payments differ, or a party would be owed what nobody pays, the error
// is no refusal.
func (c Close) Net(pairs []Pair, book Book, today date.Date) (Netted, error) {
	if err := c.Require(Computed); err != nil {
		return Netted{}, err
	}
	standing, silent, err := c.standing(pairs, today)
	if err != nil {
		return Netted{}, err
	}
	n, err := book.net(standing, c.To)
	if err != nil {
		return Netted{}, err
	}
	payments := c.payments(n.Nets)
	n.Parties = stands(payments)
	if err := n.prove(); err != nil {
		return Netted{}, err
	}
	c.State, c.Payments = Final, uint32(len(payments))
	if len(payments) == 0 {
		c.State = Settled
	}
	return Netted{Close: c, Pairs: silent, Netting: n, Payments: payments}, nil
}

// standing are the pairs that are settled, and those of them that are so by silence. WRONG_STATE
// if a statement is still open.
func (c Close) standing(pairs []Pair, today date.Date) (standing, silent []Pair, err error) {
	for _, p := range pairs {
		if !p.State.Ended() && c.Silent(p, today) {
			p.State = BySilent
			silent = append(silent, p)
		}
		switch {
		case p.State.Stands():
			standing = append(standing, p)
		case !p.State.Ended():
			return nil, nil, fault.New(fault.WrongState, "the statement of %s and %s is %s, with %d hidden sums to be opened", p.A, p.B, p.State, p.Pending)
		}
	}
	return standing, silent, nil
}

// Silent says whether silence is consent to an open statement, on a day as Close.Day counts it: whoever hasn't signed has accepted that it is, the
// deadline has passed, and nothing about it is contested or unknown.
func (c Close) Silent(p Pair, day date.Date) bool {
	return day > c.SignBy && p.State != Differs && p.Pending == 0 && c.speaks(p.A, p.SignedA) && c.speaks(p.B, p.SignedB)
}

// speaks says whether a party has signed, or its silence is consent.
func (c Close) speaks(party string, signed Signature) bool {
	_, consents := slices.BinarySearch(c.Consenting, party)
	return len(signed.Root) > 0 || consents
}

// net turns what stands of pairs into nets. LIMIT above 2⁵³−1 fen in all.
func (b Book) net(standing []Pair, day date.Date) (n Netting, err error) {
	for _, p := range standing {
		a, x, err := p.stands()
		if err != nil {
			return Netting{}, err
		}
		if n.Gross, err = sum(n.Gross, a, x); err != nil {
			return Netting{}, err
		}
		n.Lines += p.Count() - uint64(len(p.Carved))
		if a == x {
			continue
		}
		net := Net{Debtor: p.A, Creditor: p.B, Fen: a - x}
		if a < x {
			net.Debtor, net.Creditor, net.Fen = p.B, p.A, x-a
		}
		net.Multilateral, net.Delay = b.between(p.A, p.B, day)
		n.Nets = append(n.Nets, net)
	}
	slices.SortFunc(n.Nets, func(m, n Net) int {
		return cmp.Or(cmp.Compare(m.Debtor, n.Debtor), cmp.Compare(m.Creditor, n.Creditor))
	})
	return n, nil
}

// stands is what A owes B, and B A, less what is carved out.
func (p Pair) stands() (a, b amount.Units, err error) {
	if _, a, err = p.Owes(p.A); err != nil {
		return 0, 0, err
	}
	if _, b, err = p.Owes(p.B); err != nil {
		return 0, 0, err
	}
	if a < 0 || b < 0 || p.Count() < uint64(len(p.Carved)) {
		return 0, 0, errors.New("settlement: more is carved out of a statement than is in it")
	}
	return a, b, nil
}

// between is how the net of two parties is settled: with all others if their models say so in both
// directions, and by the longer delay. Only models for any scene and any programme count: a net is of all of them.
func (b Book) between(a, x string, day date.Date) (multilateral bool, delay int32) {
	there, _ := b.Select(Question{Issuer: a, Acceptor: x, Day: day})
	back, _ := b.Select(Question{Issuer: x, Acceptor: a, Day: day})
	return there.Multilateral && back.Multilateral, max(there.Delay, back.Delay)
}

// stands is what each party pays and receives.
func stands(payments []Payment) (list []Stand) {
	of := func(party string) *Stand {
		i, found := slices.BinarySearchFunc(list, party, func(s Stand, id string) int { return cmp.Compare(s.Party, id) })
		if !found {
			list = slices.Insert(list, i, Stand{Party: party})
		}
		return &list[i]
	}
	for _, p := range payments {
		of(p.Debtor).Pays += p.Fen
		of(p.Creditor).Receives += p.Fen
	}
	return list
}

// prove checks that everybody's payments come to everybody's nets, and that all sum to zero. No sum here is above
// the gross, which was checked. An error is a broken invariant.
func (n Netting) prove() error {
	left := map[string]amount.Units{}
	for _, net := range n.Nets {
		left[net.Debtor] -= net.Fen
		left[net.Creditor] += net.Fen
	}
	var pays, receives amount.Units
	for _, s := range n.Parties {
		left[s.Party] -= s.Receives - s.Pays
		pays, receives = pays+s.Pays, receives+s.Receives
	}
	if pays != receives {
		return errors.New("settlement: what is paid isn't what is received")
	}
	for _, fen := range left {
		if fen != 0 {
			return errors.New("settlement: a party's payments don't come to its nets")
		}
	}
	return nil
}
