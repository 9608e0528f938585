package index

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Owed is what one party owes another: for points of a programme, or a fee.
type Owed struct {
	Cycle     string       `json:"cycle"`
	Debtor    string       `json:"debtor"`
	Creditor  string       `json:"creditor"`
	Programme string       `json:"programme"` // "" for a fee
	Points    amount.Units `json:"points"`
	Fen       amount.Units `json:"fen"`
	State     string       `json:"state"` // see Owes
	Open      bool         `json:"open"`  // it is still owed by this row: not netted, carried over, paid or decided
}

// Unpaid is what of a payment hasn't come in.
type Unpaid struct {
	Cycle    string       `json:"cycle"`
	N        uint32       `json:"n"`
	Debtor   string       `json:"debtor"`
	Creditor string       `json:"creditor"`
	Fen      amount.Units `json:"fen"` // of the whole payment
	Left     amount.Units `json:"left"`
	Due      string       `json:"due"`
	State    string       `json:"state"`
	Open     bool         `json:"open"`
}

// Owes says who owes whom how much: each cycle's obligations by debtor, creditor and
// programme, and the payments that they were netted into. What issuers owe their members,
// Outstanding says.
//
// The state of an obligation is its cycle's while that is OPEN or CUT_OFF, then its
// statement's (DRAFT, SIGNED, DIFFERS, AGREED, CONSENTED, UPHELD), then NETTED, and SETTLED
// once its debtor has paid all of its payments of the cycle; or CARRIED, when a later cycle
// has it. Lines that were left out because they are disputed have the dispute's. So the
// rows that are Open, with the payments that are, are what is owed, each fen once.
func (r *Reading) Owes() (list []Owed, payments []Unpaid, err error) {
	o, err := r.owing()
	if err != nil {
		return nil, nil, err
	}
	return o.rows, o.payments, nil
}

// debts gathers what is owed.
type debts struct {
	*Reading
	closed   map[string]settlement.Close
	disputes map[string]settlement.DisputeState // by the dispute's number
	unpaid   map[[2]string]bool                 // cycle and debtor of payments that are open
	payments []Unpaid
	rows     []Owed
}

func (r *Reading) owing() (*debts, error) {
	o := &debts{
		Reading: r, closed: map[string]settlement.Close{}, disputes: map[string]settlement.DisputeState{},
		unpaid: map[[2]string]bool{}, payments: []Unpaid{}, rows: []Owed{},
	}
	for _, read := range []func() error{o.readClosed, o.readDisputes, o.readPayments, o.readPositions, o.readPairs} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(o.rows, func(a, b Owed) int {
		return cmp.Or(cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(a.Debtor, b.Debtor),
			cmp.Compare(a.Creditor, b.Creditor), cmp.Compare(a.Programme, b.Programme))
	})
	return o, nil
}

func (o *debts) readClosed() error {
	return decoded(o.Reading, func(_ string, _ uint64, c settlement.Close) error {
		o.closed[c.ID] = c
		return nil
	}, entriesOf, "close")
}

func (o *debts) readDisputes() error {
	return decoded(o.Reading, func(key string, _ uint64, d settlement.Dispute) error {
		o.disputes[key] = d.State
		return nil
	}, entriesOf, "dispute")
}

func (o *debts) readPayments() error {
	from, to := row.Payments().Bounds()
	return decoded(o.Reading, func(_ string, _ uint64, p settlement.Payment) error {
		one := Unpaid{
			Cycle: p.Cycle, N: p.N, Debtor: p.Debtor, Creditor: p.Creditor, Fen: p.Fen, Left: p.Fen - p.Received,
			Due: p.Due.String(), State: p.State.String(), Open: !p.State.Ended(),
		}
		if p.State == settlement.Paid {
			one.Left = 0
		}
		o.unpaid[[2]string{p.Cycle, p.Debtor}] = o.unpaid[[2]string{p.Cycle, p.Debtor}] || one.Open
		o.payments = append(o.payments, one)
		return nil
	}, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", from, to)
}

// readPositions reads what cycles have that aren't computed yet.
func (o *debts) readPositions() error {
	rows, err := o.tx.Query(`SELECT cycle, debtor, creditor, programme, SUM(points), SUM(fen) FROM positions
		GROUP BY cycle, debtor, creditor, programme ORDER BY 1, 2, 3, 4`)
	if err != nil {
		return inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		one := Owed{State: "OPEN", Open: true}
		if err := rows.Scan(&one.Cycle, &one.Debtor, &one.Creditor, &one.Programme, &one.Points, &one.Fen); err != nil {
			return inIndex(err)
		}
		closed, is := o.closed[one.Cycle]
		if is && closed.State != settlement.Cut {
			continue // its statements have it
		}
		if is {
			one.State = closed.State.String()
		}
		o.rows = append(o.rows, one)
	}
	return rows.Err()
}

// readPairs reads the statements of closed cycles.
func (o *debts) readPairs() error {
	from, to := row.Pairs().Bounds()
	return decoded(o.Reading, func(_ string, _ uint64, p settlement.Pair) error {
		for _, position := range p.Owed {
			one := Owed{
				Cycle: p.Cycle, Debtor: position.Debtor, Creditor: position.Creditor, Programme: position.Programme,
				Points: position.Points, Fen: position.Fen,
			}
			carved := o.carve(p, &one)
			if one.Points > 0 || one.Fen > 0 {
				o.rows = append(o.rows, o.stated(p, one))
			}
			o.rows = append(o.rows, carved...)
		}
		return nil
	}, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", from, to)
}

// carve takes what is disputed out of a position.
func (o *debts) carve(p settlement.Pair, from *Owed) (carved []Owed) {
	for _, c := range p.Carved {
		if c.Debtor != from.Debtor || c.Programme != from.Programme {
			continue
		}
		state := o.disputes[string(row.Dispute(c.Dispute))]
		one := *from
		one.Points, one.Fen = min(c.Points, from.Points), min(c.Fen, from.Fen)
		one.State, one.Open = state.String(), !state.Ended()
		from.Points, from.Fen = from.Points-one.Points, from.Fen-one.Fen
		carved = append(carved, one)
	}
	return carved
}

// stated is a position of a statement with how far it is.
func (o *debts) stated(p settlement.Pair, one Owed) Owed {
	switch {
	case p.State == settlement.Left:
		one.State = p.State.String()
	case o.closed[p.Cycle].State <= settlement.Computed:
		one.State, one.Open = p.State.String(), true
	case o.unpaid[[2]string{p.Cycle, one.Debtor}]:
		one.State = "NETTED"
	default:
		one.State = settlement.Settled.String()
	}
	return one
}
