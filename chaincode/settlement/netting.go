package settlement

import (
	"cmp"
	"errors"
	"slices"
	"strings"

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
	_     struct{}     `cbor:",toarray"`
	Gross amount.Units `json:"gross"` // fen of all lines that stand, up to 2⁵³−1
	Lines uint64       `json:"lines"` // that stand
	// of pairs whose statement stands and isn't level, sorted by debtor and creditor
	Nets    []Net   `json:"nets"`
	Parties []Stand `json:"parties"` // what each pays and receives, sorted by party
}

// Net is what one party owes another after both directions are set off.
type Net struct {
	_        struct{}     `cbor:",toarray"`
	Debtor   string       `json:"debtor"`
	Creditor string       `json:"creditor"`
	Fen      amount.Units `json:"fen"`
	// set off with all others who agreed to it; else paid between the two
	Multilateral bool   `json:"multilateral"`
	Delay        int32  `json:"delay"` // days from cut-off to payment
	payers       string // of a multilateral one: who accept each other as payers, joined
}

// Stand is what a party pays and receives in all (头寸).
type Stand struct {
	_        struct{}     `cbor:",toarray"`
	Party    string       `json:"party"`
	Pays     amount.Units `json:"pays"` // both up to 2⁵³−1
	Receives amount.Units `json:"receives"`
}

// FinaliseRequest nets a closed cycle: every statement stands or was carried over, or is taken to
// stand by silence after the deadline. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (the cycle isn't
// COMPUTED; a statement is open before the deadline, or after it where silence is no consent, or its parties signed
// different roots and none of them claims it, or it waits for hidden sums to be opened).
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
// deadline hasn't passed, the statement has ended, or it stands by silence or by a claim).
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
	Pairs    []Pair // whose statement stands by silence, or by a claim, from now on
	Netting  Netting
	Payments []Payment // numbered from 1, sorted by debtor and creditor; between the same two, the bilateral one first
}

// Net nets a cycle on a business date, as Close.Day counts it. The pairs are all of the cycle's, in any order. What it
// answers is checked: where nets and payments differ, or a party would be owed what nobody pays, the error is no
// refusal.
func (c Close) Net(pairs []Pair, book Book, today date.Date) (Netted, error) {
	if err := c.Require(Computed); err != nil {
		return Netted{}, err
	}
	standing, late, err := c.standing(pairs, today)
	if err != nil {
		return Netted{}, err
	}
	n := book.net(standing, c.To)
	payments := c.payments(n.Nets)
	n.Parties = stands(payments)
	if err := n.prove(payments); err != nil {
		return Netted{}, err
	}
	c.State, c.Payments = Final, uint32(len(payments))
	if len(payments) == 0 {
		c.State = Settled
	}
	return Netted{Close: c, Pairs: late, Netting: n, Payments: payments}, nil
}

// standing are the pairs that are settled, and those of them that are so by silence or by a claim. WRONG_STATE
// if a statement is still open.
func (c Close) standing(pairs []Pair, today date.Date) (standing, late []Pair, err error) {
	for _, p := range pairs {
		if !p.State.Ended() && (c.Silent(p, today) || c.Upholds(p, today)) {
			if p.State = BySilent; p.Claim != "" {
				p.State = Upheld
			}
			late = append(late, p)
		}
		switch {
		case p.State.Stands():
			standing = append(standing, p)
		case !p.State.Ended():
			return nil, nil, fault.New(fault.WrongState,
				"the statement of %s and %s is %s, with %d hidden sums to be opened", p.A, p.B, p.State, p.Pending)
		}
	}
	return standing, late, nil
}

// Silent says whether silence is consent to an open statement, on a day as Close.Day counts it: whoever hasn't signed
// has accepted that it is, the deadline has passed, and nothing about it is contested or unknown.
func (c Close) Silent(p Pair, day date.Date) bool {
	return day > c.SignBy && p.State != Differs && p.Pending == 0 && c.speaks(p.A, p.SignedA) &&
		c.speaks(p.B, p.SignedB)
}

// speaks says whether a party has signed, or its silence is consent.
func (c Close) speaks(party string, signed Signature) bool {
	_, consents := slices.BinarySearch(c.Consenting, party)
	return len(signed.Root) > 0 || consents
}

// Upholds says whether an open statement stands as the ledger adds it up: after the deadline, if one of the two has
// signed and claimed it, and nothing about it is unknown. A debtor that signs another root, or nothing, doesn't escape
// so.
func (c Close) Upholds(p Pair, today date.Date) bool {
	return p.Claim != "" && today > c.SignBy && p.Pending == 0
}

// net turns what stands of pairs into nets.
func (b Book) net(standing []Pair, day date.Date) (n Netting) {
	for _, p := range standing {
		_, a := p.Owes(p.A)
		_, x := p.Owes(p.B)
		n.Gross = n.Gross.AddUpTo(a).AddUpTo(x)
		n.Lines += p.Count() - min(p.Count(), uint64(len(p.Carved)))
		if a == x {
			continue
		}
		net := Net{Debtor: p.A, Creditor: p.B, Fen: a - x}
		if a < x {
			net.Debtor, net.Creditor, net.Fen = p.B, p.A, x-a
		}
		net.payers, net.Delay = b.between(p.A, p.B, day)
		net.Multilateral = net.payers != ""
		n.Nets = append(n.Nets, net)
	}
	slices.SortFunc(n.Nets, func(m, n Net) int {
		return cmp.Or(cmp.Compare(m.Debtor, n.Debtor), cmp.Compare(m.Creditor, n.Creditor))
	})
	return n
}

// between is how the net of two parties is settled: with the others of a circle if their models name the two in the
// same one in both directions, and by the longer delay. Only models for any scene and any programme count: a net is of
// all of them.
func (b Book) between(a, x string, day date.Date) (payers string, delay int32) {
	there, _ := b.Select(Question{Issuer: a, Acceptor: x, Day: day})
	back, _ := b.Select(Question{Issuer: x, Acceptor: a, Day: day})
	if slices.Equal(there.Payers, back.Payers) && slices.Contains(there.Payers, a) && slices.Contains(there.Payers, x) {
		payers = strings.Join(there.Payers, ",")
	}
	return payers, max(there.Delay, back.Delay)
}

// stands is what each party pays and receives.
func stands(payments []Payment) (list []Stand) {
	of := func(party string) *Stand {
		i, found := slices.BinarySearchFunc(list, party,
			func(s Stand, id string) int { return cmp.Compare(s.Party, id) })
		if !found {
			list = slices.Insert(list, i, Stand{Party: party})
		}
		return &list[i]
	}
	for _, p := range payments {
		payer := of(p.Debtor)
		payer.Pays = payer.Pays.AddUpTo(p.Fen)
		receiver := of(p.Creditor)
		receiver.Receives = receiver.Receives.AddUpTo(p.Fen)
	}
	return list
}

// prove checks that everybody's payments come to everybody's nets, and so that all sum to zero. Of a net of at most
// 2⁵³−1 each party has fewer than there are parties, so no sum here is above 2⁶⁰. An error is a broken invariant.
func (n Netting) prove(payments []Payment) error {
	left := map[string]amount.Units{}
	for _, net := range n.Nets {
		left[net.Debtor] -= net.Fen
		left[net.Creditor] += net.Fen
	}
	for _, p := range payments {
		left[p.Debtor] += p.Fen
		left[p.Creditor] -= p.Fen
	}
	for _, fen := range left {
		if fen != 0 {
			return errors.New("settlement: a party's payments don't come to its nets")
		}
	}
	return nil
}
