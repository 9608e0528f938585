package books

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// Ledgers are the balances that vouchers come to, account by account: debits less
// credits, in fen. They may be under 0.
type Ledgers struct{ totals map[account]amount.Units }

// account is what an account is for, with what it is kept by.
type account struct {
	role             Role
	party, programme string
}

// NewLedgers opens the books' accounts.
func NewLedgers() *Ledgers { return &Ledgers{totals: map[account]amount.Units{}} }

// Post adds a voucher. INTERNAL if it doesn't balance.
func (l *Ledgers) Post(v Voucher) error {
	if err := requireBalanced(v); err != nil {
		return err
	}
	for _, e := range v.Entries {
		l.totals[account{e.Role, e.Party, e.Programme}] += e.Debit - e.Credit
	}
	return nil
}

// Balance is a role's debits less its credits, over whatever it is kept by.
func (l *Ledgers) Balance(role Role) (sum amount.Units) {
	for k, n := range l.totals {
		if k.role == role {
			sum += n
		}
	}
	return sum
}

// Of is Balance of one programme's part.
func (l *Ledgers) Of(role Role, programme string) (sum amount.Units) {
	for k, n := range l.totals {
		if k.role == role && k.programme == programme {
			sum += n
		}
	}
	return sum
}

// Positions lists what is owed by counterparty.
func (l *Ledgers) Positions() []Position {
	by := map[string]*Position{}
	for k, n := range l.totals {
		if k.party == "" || k.role != Payable && k.role != Receivable {
			continue
		}
		if by[k.party] == nil {
			by[k.party] = &Position{Party: k.party}
		}
		if k.role == Payable {
			by[k.party].Payable -= n
		} else {
			by[k.party].Receivable += n
		}
	}
	list := []Position{}
	for _, party := range slices.Sorted(maps.Keys(by)) {
		list = append(list, *by[party])
	}
	return list
}

// Totals adds up a statement's lines by counterparty: what vouchers must come to. It
// knows nothing of accounts.
type Totals struct {
	Party string
	by    map[string]*Position
}

// Add counts one line; those between others don't count, nor what another cycle left
// unsettled.
func (t *Totals) Add(p Posting) {
	if p.booked() {
		return
	}
	other, owed := p.Creditor, p.Debtor == t.Party
	if p.Creditor == t.Party {
		other = p.Debtor
	} else if !owed {
		return
	}
	if t.by == nil {
		t.by = map[string]*Position{}
	}
	if t.by[other] == nil {
		t.by[other] = &Position{Party: other}
	}
	fen := p.Fen
	if p.Void {
		fen = -fen
	}
	if owed {
		t.by[other].Payable += fen
	} else {
		t.by[other].Receivable += fen
	}
}

// Positions lists the totals by counterparty.
func (t *Totals) Positions() []Position {
	list := []Position{}
	for _, party := range slices.Sorted(maps.Keys(t.by)) {
		list = append(list, *t.by[party])
	}
	return list
}

// Tie compares what a statement says with what vouchers come to, and names every
// difference.
func Tie(statement, vouchers []Position) []Difference {
	type pair struct{ said, booked Position }
	pairs := map[string]*pair{}
	for _, side := range []struct {
		list []Position
		to   func(*pair) *Position
	}{{statement, func(p *pair) *Position { return &p.said }},
		{vouchers, func(p *pair) *Position { return &p.booked }}} {
		for _, p := range side.list {
			if pairs[p.Party] == nil {
				pairs[p.Party] = &pair{}
			}
			to := side.to(pairs[p.Party])
			to.Payable, to.Receivable = to.Payable+p.Payable, to.Receivable+p.Receivable
		}
	}
	differences := []Difference{}
	for _, party := range slices.Sorted(maps.Keys(pairs)) {
		p := pairs[party]
		if p.said.Payable != p.booked.Payable {
			differences = append(differences, Difference{party, "payable", p.said.Payable, p.booked.Payable})
		}
		if p.said.Receivable != p.booked.Receivable {
			differences = append(differences, Difference{party, "receivable", p.said.Receivable, p.booked.Receivable})
		}
	}
	return differences
}

// Untied is INTERNAL if the vouchers don't tie, and names what differs.
func (s Summary) Untied() error {
	var texts []string
	for _, d := range s.Differences {
		texts = append(texts, fmt.Sprintf("%s of %s: the statement says %d fen, the vouchers %d", d.Account, d.Party,
			int64(d.Statement), int64(d.Vouchers)))
	}
	for _, l := range s.Liability {
		if l.Vouchers != l.Readings {
			texts = append(texts, fmt.Sprintf("%s of %s: it moved by %d fen, the vouchers by %d", l.Account.Liability(),
				l.Programme, int64(l.Readings), int64(l.Vouchers)))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return fault.New(fault.Internal, "%s", strings.Join(texts, "; "))
}

// Liability is what people call one of the two liabilities of points, "" for another account.
func (r Role) Liability() string {
	return map[Role]string{Provision: "provision", Contract: "contract liability"}[r]
}
