package settle

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// Hidden is what one party owes another in an amount that only the two know, opened if this party is one of them and
// its vault has all prices that make it.
type Hidden struct {
	index.HiddenOwed
	Opened bool         `json:"opened"`
	Fen    string       `json:"fen"`   // exact, "" if it isn't opened
	Fees   []index.Owed `json:"fees"`  // what it makes the parties owe in fees
	Wrong  string       `json:"wrong"` // if the ledger has something else than its deliveries come to, or ""
}

// hidden lists hidden positions, and opens what the party can open.
func hidden(n *node.Node, r *index.Reading) ([]Hidden, error) {
	found, err := r.HiddenOwes(n.Party())
	if err != nil || len(found) == 0 {
		return []Hidden{}, err
	}
	operator, err := r.Operator()
	if err != nil {
		return nil, err
	}
	ours := func(v index.HiddenOwed) bool { return v.Debtor == n.Party() || v.Creditor == n.Party() }
	if !slices.ContainsFunc(found, ours) {
		return openHidden(found, nil, n.Party(), operator) // it needs no vault
	}
	v, err := n.Vault()
	if err != nil {
		return nil, err
	}
	return openHidden(found, v, n.Party(), operator)
}

func openHidden(found []index.HiddenOwed, known node.Openings, party, operator string) ([]Hidden, error) {
	opened, list := node.OpeningFinder{Known: known}, make([]Hidden, len(found))
	for i, v := range found {
		var err error
		if list[i], err = position(&opened, v, party, operator); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// position opens a position, if the party is one of its two and all prices are known.
func position(u *node.OpeningFinder, v index.HiddenOwed, party, operator string) (Hidden, error) {
	h := Hidden{HiddenOwed: v, Fees: []index.Owed{}}
	if v.Debtor != party && v.Creditor != party {
		return h, nil
	}
	sum, all, err := sumOf(u, v.Made)
	if err != nil || !all {
		return h, err
	}
	if counted := countOf(v.Made); counted != v.Count || !sum.Opens(v.Sum.Commitment()) {
		h.Wrong = fmt.Sprintf("what %s owes %s in %s at fee %s isn't on the ledger what its deliveries come to "+
			"(%d there, %d in your read model)", v.Debtor, v.Creditor, v.Cycle, v.Fee, v.Count, counted)
		return h, nil
	}
	h.Opened, h.Fen = true, node.ExactFen(sum.Value)
	return h, h.fee(sum, operator)
}

// sum adds up what deliveries come to; false if a price isn't known.
func sumOf(u *node.OpeningFinder, list []index.Supplied) (pedersen.Opening, bool, error) {
	sum := pedersen.Known(pedersen.Value{})
	for _, s := range list {
		terms, err := u.Of(s.Supplier, s.Line.SKU, s.Seller, s.Line.Terms)
		if err != nil || terms == nil {
			return sum, false, err
		}
		part, err := s.Opening(*terms)
		if err != nil {
			return sum, false, err
		}
		if sum, err = sum.Plus(part); err != nil {
			return sum, false, err
		}
	}
	return sum, true, nil
}

func countOf(list []index.Supplied) (n uint64) {
	for _, s := range list {
		n += s.Count
	}
	return n
}

// fee says what a hidden amount makes the parties owe in fees.
func (h *Hidden) fee(opening pedersen.Opening, operator string) error {
	_, fen, err := h.Open(opening)
	if err != nil {
		return err
	}
	if debtor, creditor := h.FeeParties(operator); fen > 0 && debtor != creditor {
		h.Fees = append(h.Fees, index.Owed{Cycle: h.Cycle, Debtor: debtor, Creditor: creditor, Fen: fen})
	}
	return nil
}

// wrong names the positions of which the ledger has something else than their deliveries come to. INTERNAL.
func wrong(list []Hidden) error {
	var texts []string
	for _, h := range list {
		if h.Wrong != "" {
			texts = append(texts, h.Wrong)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return fault.New(fault.Internal, "%s", strings.Join(texts, "; "))
}

// openingOf is what opens a hidden sum of a closed cycle, from the party's vault. NOT_FOUND if a price isn't known,
// INTERNAL if the ledger has something else than the deliveries come to.
func openingOf(n *node.Node, r *index.Reading, cycle string,
	p settlement.HiddenPosition) (opening pedersen.Opening, err error) {
	found, err := r.HiddenOwes(n.Party())
	if err != nil {
		return pedersen.Opening{}, err
	}
	i := slices.IndexFunc(found, func(v index.HiddenOwed) bool {
		return v.Cycle == cycle && v.Debtor == p.Debtor && v.Creditor == p.Creditor &&
			v.Back == p.Back && v.Fee == p.Fee
	})
	if i < 0 {
		return pedersen.Opening{}, fault.New(fault.Internal,
			"your read model has no hidden sum that %s owes %s", p.Debtor, p.Creditor)
	}
	known, err := n.Vault()
	if err != nil {
		return pedersen.Opening{}, err
	}
	u := node.OpeningFinder{Known: known}
	opening, all, err := sumOf(&u, found[i].Made)
	switch {
	case err != nil:
		return opening, err
	case !all:
		return opening, fault.New(fault.NotFound,
			"your vault doesn't know every price of what %s owes %s; the other side may open it", p.Debtor, p.Creditor)
	case !opening.Opens(p.Sum.Commitment()):
		return opening, fault.New(fault.Internal,
			"what %s owes %s isn't on the ledger what its deliveries come to", p.Debtor, p.Creditor)
	}
	return opening, nil
}
