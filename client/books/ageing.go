package books

import (
	"cmp"
	"maps"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// AgeingRow is what one counterparty owes, or is owed, by how long ago it arose (账龄): fen.
type AgeingRow struct {
	Account Role           `json:"account"` // receivable or payable
	Party   string         `json:"party"`
	Total   amount.Units   `json:"total"`
	Days    []amount.Units `json:"days"`    // by the spans of AgeingSpans
	Advance amount.Units   `json:"advance"` // paid, or taken back, beyond what was owed
}

// spans are the first days of ageing's spans.
var spans = []struct {
	from date.Date
	name string
}{{0, "0-30"}, {31, "31-60"}, {61, "61-90"}, {91, "91-180"}, {181, "181-365"}, {366, "366+"}}

// AgeingSpans are the names of the spans by which ageing is told, in days, the youngest
// first.
func AgeingSpans() []string {
	names := make([]string, len(spans))
	for i, s := range spans {
		names[i] = s.name
	}
	return names
}

// owing is an amount with the day on which it arose.
type owing struct {
	on  date.Date
	fen amount.Units
}

// Ageing tells what is owed between a party and others on the last day of some periods,
// which follow on one another from the one with which the books begin. What is paid, netted
// or taken back discharges the oldest first.
func Ageing(periods []Locked) []AgeingRow {
	type of struct {
		role  Role
		party string
	}
	open, advance, today := map[of][]owing{}, map[of]amount.Units{}, date.Date(0)
	for _, p := range periods {
		today = max(today, p.Summary.To)
		for _, v := range p.All() {
			for _, e := range v.Entries {
				arose, gone := e.Debit, e.Credit
				switch e.Role {
				case Receivable:
				case Payable:
					arose, gone = e.Credit, e.Debit
				default:
					continue
				}
				k := of{e.Role, e.Party}
				open[k], advance[k] = settle(open[k], advance[k], owing{v.Date, arose}, gone)
			}
		}
	}
	list := []AgeingRow{}
	for _, k := range slices.SortedFunc(maps.Keys(open), func(a, b of) int {
		return cmp.Or(-cmp.Compare(a.role, b.role), cmp.Compare(a.party, b.party))
	}) {
		if row := aged(open[k], today); row.Total > 0 || advance[k] > 0 {
			row.Account, row.Party, row.Advance = k.role, k.party, advance[k]
			list = append(list, row)
		}
	}
	return list
}

// settle adds what arose and takes off what is gone, the oldest first; advance is what was
// taken off before it arose.
func settle(list []owing, advance amount.Units, arose owing, gone amount.Units) ([]owing, amount.Units) {
	if arose.fen > 0 {
		taken := min(advance, arose.fen)
		advance -= taken
		if arose.fen -= taken; arose.fen > 0 {
			at, _ := slices.BinarySearchFunc(list, arose,
				func(a, b owing) int { return cmp.Or(cmp.Compare(a.on, b.on), -1) })
			list = slices.Insert(list, at, arose)
		}
	}
	for gone > 0 && len(list) > 0 {
		part := min(gone, list[0].fen)
		gone -= part
		if list[0].fen -= part; list[0].fen == 0 {
			list = list[1:]
		}
	}
	return list, advance + gone
}

func aged(list []owing, today date.Date) AgeingRow {
	row := AgeingRow{Days: make([]amount.Units, len(spans))}
	for _, o := range list {
		at := 0
		for i, s := range spans {
			if today-o.on >= s.from {
				at = i
			}
		}
		row.Days[at] += o.fen
		row.Total += o.fen
	}
	return row
}
