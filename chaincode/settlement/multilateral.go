package settlement

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// payments are what settles nets: one for each bilateral net, due after its delay; and for each group of parties
// that multilateral nets link, the fewest that matching the largest finds.
func (c Close) payments(nets []Net) []Payment {
	var list []Payment
	for _, n := range nets {
		if !n.Multilateral {
			list = append(list, c.payment(n.Debtor, n.Creditor, n.Fen, n.Delay))
		}
	}
	for _, circle := range circles(nets) {
		for _, group := range groups(circle) {
			list = append(list, c.match(group)...)
		}
	}
	slices.SortStableFunc(list, func(p, q Payment) int {
		return cmp.Or(cmp.Compare(p.Debtor, q.Debtor), cmp.Compare(p.Creditor, q.Creditor))
	})
	for i := range list {
		list[i].N = uint32(i + 1)
	}
	return list
}

func (c Close) payment(debtor, creditor string, fen amount.Units, delay int32) Payment {
	return Payment{Cycle: c.ID, Debtor: debtor, Creditor: creditor, Fen: fen, Due: c.To + date.Date(delay), State: Due}
}

// circles parts the multilateral nets by who accepts whom as a payer, and by their delay: only within such a circle can
// a debt come to be paid by another than who owed it, and nobody is paid later because others agreed to wait.
func circles(nets []Net) [][]Net {
	return parted(nets, func(n Net) string { return fmt.Sprintf("%s\x00%03d", n.payers, n.Delay) })
}

// groups parts the nets of a circle: parties are in one group that are linked by nets, directly or through
// others. So nobody comes to pay a party that it has nothing to do with.
func groups(circle []Net) [][]Net {
	linked := links{}
	for _, n := range circle {
		linked.join(n.Debtor, n.Creditor)
	}
	return parted(circle, func(n Net) string { return linked.head(n.Debtor) })
}

// parted parts the multilateral nets by what of gives, sorted by it.
func parted(nets []Net, of func(Net) string) [][]Net {
	by := map[string][]Net{}
	for _, n := range nets {
		if n.Multilateral {
			by[of(n)] = append(by[of(n)], n)
		}
	}
	list := make([][]Net, 0, len(by))
	for _, key := range slices.Sorted(maps.Keys(by)) {
		list = append(list, by[key])
	}
	return list
}

// links leads from a party to a smaller one of its group. The smallest, its head, leads nowhere.
type links map[string]string

// head goes at most once through each party.
func (l links) head(party string) string {
	for l[party] != "" {
		party = l[party]
	}
	return party
}

func (l links) join(a, b string) {
	if a, b = l.head(a), l.head(b); a != b {
		l[max(a, b)] = min(a, b)
	}
}

// side is what one party is still to pay, or to receive.
type side struct {
	party string
	fen   amount.Units
}

// match has those who owe on balance pay those who are owed. The largest payer pays the largest receiver
// the smaller of the two; one of them is then done, and the last payment does two. So a group is settled by one
// payment less than it has parties at most, and nobody both pays and receives in it. All are due with the delay
// that any two of the group agreed to, which is one. What is above 2⁵³−1 fen takes several payments.
func (c Close) match(group []Net) (list []Payment) {
	delay := group[0].Delay
	payers, receivers := sides(group)
	for len(payers) > 0 && len(receivers) > 0 {
		p, r := &payers[0], &receivers[0]
		fen := min(p.fen, r.fen, amount.Max)
		list = append(list, c.payment(p.party, r.party, fen, delay))
		if p.fen -= fen; p.fen == 0 {
			payers = payers[1:]
		}
		if r.fen -= fen; r.fen == 0 {
			receivers = receivers[1:]
		}
	}
	return list
}

// sides are the balances of a group: largest first, of equal ones by party.
func sides(group []Net) (payers, receivers []side) {
	balance := map[string]amount.Units{}
	for _, n := range group {
		balance[n.Debtor] -= n.Fen
		balance[n.Creditor] += n.Fen
	}
	for _, party := range slices.Sorted(maps.Keys(balance)) {
		switch fen := balance[party]; {
		case fen < 0:
			payers = append(payers, side{party, -fen})
		case fen > 0:
			receivers = append(receivers, side{party, fen})
		}
	}
	bySize := func(a, b side) int { return cmp.Compare(b.fen, a.fen) }
	slices.SortStableFunc(payers, bySize)
	slices.SortStableFunc(receivers, bySize)
	return payers, receivers
}
