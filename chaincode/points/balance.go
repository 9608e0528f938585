package points

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Balance is what some of a member's lots hold: what a proof of balance says.
// It speaks of the lots that were named and of no others, so it can only
// understate what the member has.
type Balance struct {
	Member string       `json:"member"`
	Date   date.Date    `json:"date"`   // business date
	Frozen []Stop       `json:"frozen"` // what keeps it from being spent now, whatever the sums
	Lots   []BalanceLot `json:"lots"`   // in the order asked
	Sums   []BalanceSum `json:"sums"`   // by programme
}

// BalanceLot is one lot of a balance.
type BalanceLot struct {
	Number    number.Row   `json:"number"`
	Programme string       `json:"programme"`
	Available amount.Units `json:"available"`
	Expires   date.Date    `json:"expires"` // last day
	State     LotState     `json:"state"`
}

// BalanceSum is what the active, unexpired lots of one programme hold together.
type BalanceSum struct {
	Programme string       `json:"programme"`
	Available amount.Units `json:"available"`
}

// BalanceOf adds up lots, which lie beside their numbers.
//
// Refused, first that applies: BAD_REQUEST (a lot is named twice: it would count
// twice), FORBIDDEN (a lot isn't the member's), LIMIT (a sum above 2⁵³−1).
func BalanceOf(member string, numbers []number.Row, lots []Lot, frozen []Stop, today date.Date) (Balance, error) {
	b := Balance{Member: member, Date: today, Frozen: frozen, Lots: []BalanceLot{}, Sums: []BalanceSum{}}
	for i, n := range numbers {
		if slices.Contains(numbers[:i], n) {
			return Balance{}, fault.New(fault.BadRequest, "lot %s is named twice", n)
		}
	}
	for i, lot := range lots {
		if lot.Member != member {
			return Balance{}, fault.New(fault.Forbidden, "lot %s is not %s's", numbers[i], member)
		}
		b.Lots = append(b.Lots, BalanceLot{numbers[i], lot.Programme, lot.Available(), lot.Expires, lot.State})
	}
	for _, lot := range b.Lots {
		if lot.State != Active || lot.Expires < today {
			continue
		}
		if err := b.add(lot.Programme, lot.Available); err != nil {
			return Balance{}, err
		}
	}
	return b, nil
}

func (b *Balance) add(programme string, units amount.Units) (err error) {
	at, found := slices.BinarySearchFunc(b.Sums, programme,
		func(s BalanceSum, p string) int { return cmp.Compare(s.Programme, p) })
	if !found {
		b.Sums = slices.Insert(b.Sums, at, BalanceSum{Programme: programme})
	}
	b.Sums[at].Available, err = b.Sums[at].Available.Add(units)
	return err
}
