package index

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// hidden replaces a lane's hidden positions of a cycle. They only grow, as positions
// do, so none is left over.
func (f *fold) hidden(key string, id []string, all settlement.HiddenPositions, c change) error {
	for _, p := range all.List {
		part := strings.Join([]string{key, p.Debtor, p.Creditor, direction(p.Back), p.Fee.String()}, "/")
		if err := f.put("hidden", part, id[0], p.Debtor, p.Creditor, p.Back, p.Fee.String(), int64(p.Count),
			[]byte(p.Sum.Commitment()), c.block); err != nil {
			return err
		}
	}
	return nil
}

// direction keeps a position of returns apart from one of sales.
func direction(back bool) string {
	if back {
		return "back"
	}
	return "sold"
}

// HiddenOwed is what one party owes another in an amount that only the two know, as the
// ledger has it over all lanes.
type HiddenOwed struct {
	Cycle string `json:"cycle"`
	settlement.HiddenPosition
	State string `json:"state"` // as Owes has it; OPENED once its amount is an obligation
	Waits bool   `json:"waits"` // it is owed by this row: neither opened nor carried over
	// what makes it: the debtor's sales of the creditor's goods, or the creditor's of the debtor's that came back
	Made []Supplied `json:"-"`
}

// HiddenOwes says who owes whom hidden amounts: by cycle, debtor, creditor, whether
// of returns, and fee.
// Where one of the two is this party, it also lists, from the orders in the index,
// what makes it, in that cycle or in those that it was carried over from.
func (r *Reading) HiddenOwes(party string) (list []HiddenOwed, err error) {
	if list, err = r.hiddenOwed(); err != nil {
		return nil, err
	}
	if err := r.howFar(list); err != nil {
		return nil, err
	}
	before, err := r.cyclesBefore()
	if err != nil {
		return nil, err
	}
	for i, v := range list {
		if v.Debtor != party && v.Creditor != party {
			continue
		}
		if list[i].Made, err = r.made(v, list, before); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// howFar notes the states of hidden positions.
func (r *Reading) howFar(list []HiddenOwed) error {
	for i, v := range list {
		list[i].State, list[i].Waits = "OPEN", true
		closed, is, err := one(r, "entries", row.Close(v.Cycle))
		if err != nil {
			return err
		}
		if !is {
			continue
		}
		list[i].State = closed.State.String()
		pair, found, err := one(r, "facts", row.Pair(v.Cycle, v.Debtor, v.Creditor))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(pair.Hidden, func(h settlement.HiddenSum) bool { return h.Names(v.HiddenPosition) })
		if !found || at < 0 {
			continue
		}
		switch h := pair.Hidden[at]; {
		case h.Carried:
			list[i].State, list[i].Waits = settlement.Left.String(), false
		case !h.Opened.IsZero():
			list[i].State, list[i].Waits = "OPENED", false
		}
	}
	return nil
}

func (r *Reading) hiddenOwed() ([]HiddenOwed, error) {
	rows, err := r.tx.Query("SELECT cycle, debtor, creditor, back, fee, count, sum FROM hidden ORDER BY 1, 2, 3, 4, 5")
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	list := []HiddenOwed{}
	for rows.Next() {
		var v HiddenOwed
		var fee string
		var sum []byte
		if err := rows.Scan(&v.Cycle, &v.Debtor, &v.Creditor, &v.Back, &fee, &v.Count, &sum); err != nil {
			return nil, inIndex(err)
		}
		if v.Fee, err = amount.ParseRate(fee); err != nil {
			return nil, fmt.Errorf("index: fee %.40q: %w", fee, err)
		}
		if err := v.Sum.UnmarshalBinary(sum); err != nil {
			return nil, inIndex(err)
		}
		if list, err = addHidden(list, v); err != nil {
			return nil, err
		}
	}
	return list, rows.Err()
}

// addHidden adds a lane's position to the last of the list, if it is the same.
func addHidden(list []HiddenOwed, v HiddenOwed) ([]HiddenOwed, error) {
	n := len(list)
	if n == 0 || list[n-1].Cycle != v.Cycle || list[n-1].Debtor != v.Debtor || list[n-1].Creditor != v.Creditor ||
		list[n-1].Back != v.Back || list[n-1].Fee != v.Fee {
		return append(list, v), nil
	}
	sum, err := list[n-1].Sum.Plus(v.Sum)
	if err != nil {
		return nil, fmt.Errorf("index: what %s owes %s: %w", v.Debtor, v.Creditor, err)
	}
	list[n-1].Sum, list[n-1].Count = sum, list[n-1].Count+v.Count
	return list, nil
}

// Supplied are deliveries that are alike, or refunded returns: of one good at one
// seller, under the same terms, at the same price, of the same quantity.
type Supplied struct {
	Supplier string
	Seller   string
	Line     goods.Line // SKU, quantity, price and terms only
	Count    uint64     // how many there are
}

// What was sold and what came back in a cycle, of a party's goods at a seller and
// under a fee.
const (
	soldIn = `SELECT l.supplier, l.seller, l.sku, l.kind, l.terms, l.fen, l.quantity, COUNT(*) FROM lines l
		WHERE l.kind > 0 AND l.cycle <> '' AND l.cycle = ? AND l.seller = ? AND l.party = ? AND l.fee = ?
		GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7`
	backIn = `SELECT l.supplier, l.seller, l.sku, l.kind, l.terms, l.fen, r.quantity, COUNT(*) FROM returns r JOIN lines l ON l.key = r.line_key
		WHERE l.kind > 0 AND r.cycle <> '' AND r.cycle = ? AND l.seller = ? AND l.party = ? AND l.fee = ?
		GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7`
)

func (r *Reading) supplied(query, cycle, seller, party string, fee amount.Rate) ([]Supplied, error) {
	rows, err := r.tx.Query(query, cycle, seller, party, fee.String())
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	var list []Supplied
	for rows.Next() {
		var s Supplied
		var terms []byte
		if err := rows.Scan(&s.Supplier, &s.Seller, &s.Line.SKU, &s.Line.Kind, &terms, &s.Line.Fen, &s.Line.Quantity,
			&s.Count); err != nil {
			return nil, inIndex(err)
		}
		s.Line.Terms = pedersen.Commitment(terms)
		list = append(list, s)
	}
	return list, rows.Err()
}

// Opening is what all of them come to, given what their terms hide.
func (s Supplied) Opening(terms pedersen.Opening) (pedersen.Opening, error) {
	one, err := s.Line.OwesOpened(terms, s.Line.Quantity)
	if err != nil {
		return pedersen.Opening{}, err
	}
	return one.Times(s.Count)
}
