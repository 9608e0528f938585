package books

import (
	"cmp"
	"maps"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// BalanceRow is one account of a trial balance (科目余额表), by what it is kept by: fen.
type BalanceRow struct {
	Account       Account      `json:"account"`
	Party         string       `json:"party"`     // counterparty, or ""
	Programme     string       `json:"programme"` // or ""
	OpeningDebit  amount.Units `json:"openingDebit"`
	OpeningCredit amount.Units `json:"openingCredit"`
	Debit         amount.Units `json:"debit"` // of the period
	Credit        amount.Units `json:"credit"`
	ClosingDebit  amount.Units `json:"closingDebit"`
	ClosingCredit amount.Units `json:"closingCredit"`
}

// Balance is a trial balance: of each pair of columns the sums are equal. Accounts without a balance that nothing moved
// are left out.
type Balance struct {
	Rows  []BalanceRow `json:"rows"`
	Total BalanceRow   `json:"total"`
}

// opened is the account against which balances stand that were there before the books
// began: what these are kept by elsewhere.
var opened = Account{"", "Before these books", "期初（账前）"}

// kept is what a row of a balance is of.
type kept struct {
	account          Account
	party, programme string
}

// TrialBalance is the trial balance of the last of some periods, which follow on one
// another from the one with which the books begin.
func TrialBalance(periods []Locked) Balance {
	rows := map[kept]*BalanceRow{}
	at := func(k kept) *BalanceRow {
		if rows[k] == nil {
			rows[k] = &BalanceRow{Account: k.account, Party: k.party, Programme: k.programme}
		}
		return rows[k]
	}
	for i, p := range periods {
		for _, v := range append(p.opening(i == 0), p.All()...) {
			for _, e := range v.Entries {
				r := at(kept{e.Account, e.Party, e.Programme})
				if i < len(periods)-1 || v.Line == openingLine {
					r.OpeningDebit += e.Debit - e.Credit // a balance, until all are known
				} else {
					r.Debit, r.Credit = r.Debit+e.Debit, r.Credit+e.Credit
				}
			}
		}
	}
	b := Balance{Rows: []BalanceRow{}}
	for _, k := range slices.SortedFunc(maps.Keys(rows), kept.order) {
		r := *rows[k]
		closing := r.OpeningDebit + r.Debit - r.Credit
		r.OpeningDebit, r.OpeningCredit = sides(r.OpeningDebit)
		r.ClosingDebit, r.ClosingCredit = sides(closing)
		if b.Total.add(r); !r.blank() {
			b.Rows = append(b.Rows, r)
		}
	}
	return b
}

func (k kept) order(l kept) int {
	return cmp.Or(cmp.Compare(k.account.Code, l.account.Code), cmp.Compare(k.party, l.party),
		cmp.Compare(k.programme, l.programme), cmp.Compare(k.account.En, l.account.En))
}

func (r *BalanceRow) add(s BalanceRow) {
	r.OpeningDebit, r.OpeningCredit = r.OpeningDebit+s.OpeningDebit, r.OpeningCredit+s.OpeningCredit
	r.Debit, r.Credit = r.Debit+s.Debit, r.Credit+s.Credit
	r.ClosingDebit, r.ClosingCredit = r.ClosingDebit+s.ClosingDebit, r.ClosingCredit+s.ClosingCredit
}

// blank says whether an account has neither a balance nor a turnover: what was settled in earlier periods.
func (r BalanceRow) blank() bool {
	return r.OpeningDebit|r.OpeningCredit|r.Debit|r.Credit|r.ClosingDebit|r.ClosingCredit == 0
}

// sides are the two columns of a balance, one of which is 0.
func sides(balance amount.Units) (debit, credit amount.Units) {
	return max(balance, 0), max(-balance, 0)
}

// openingLine names what was there before the books began.
const openingLine = "opening"

// opening is what members were owed when the books began.
func (k Locked) opening(first bool) []Voucher {
	if !first {
		return nil
	}
	v, sum := Voucher{Line: openingLine, Date: k.Summary.From, En: "before these books", Zh: "期初"}, amount.Units(0)
	for _, l := range k.Opening {
		if l.Party != k.Summary.Party {
			continue
		}
		for _, of := range []struct {
			role Role
			fen  amount.Units
		}{{Provision, l.Provision}, {Contract, l.Contract}} {
			v.credit(Entry{Role: of.role, Account: k.accountOf(of.role, l.Programme), Programme: l.Programme}, of.fen)
			sum += of.fen
		}
	}
	v.debit(Entry{Account: opened}, sum)
	return []Voucher{v}
}

// accountOf is the account that the period's vouchers have for a programme's liability.
func (k Locked) accountOf(role Role, programme string) Account {
	for _, v := range k.All() {
		for _, e := range v.Entries {
			if e.Role == role && e.Programme == programme {
				return e.Account
			}
		}
	}
	return DefaultChart().Accounts[role]
}

// LedgerRow is one entry of an account's ledger (明细账), with the balance after it.
type LedgerRow struct {
	Date      date.Date    `json:"date"`
	Period    string       `json:"period"`
	Mark      string       `json:"mark"` // 凭证字号
	Voucher   string       `json:"voucher"`
	En        string       `json:"en"`
	Zh        string       `json:"zh"`
	Party     string       `json:"party"`
	Programme string       `json:"programme"`
	Debit     amount.Units `json:"debit"`
	Credit    amount.Units `json:"credit"`
	Balance   amount.Units `json:"balance"` // debits less credits so far
}

// LedgerFilter says of which entries a ledger is; zero fields don't narrow.
type LedgerFilter struct{ Code, Party, Programme string }

// Ledger is the ledger of an account in the last of some periods, which follow on one
// another from the one with which the books begin. Its first row is the balance before.
func Ledger(periods []Locked, filter LedgerFilter) []LedgerRow {
	list, balance := []LedgerRow{}, amount.Units(0)
	for i, p := range periods {
		for _, v := range p.opening(i == 0) {
			balance += filter.moved(v)
		}
		if i == len(periods)-1 {
			list = append(list, LedgerRow{Date: p.Summary.From, Period: p.Summary.Period, En: "opening balance",
				Zh: "期初余额", Balance: balance})
		}
		for _, v := range p.All() {
			for _, e := range v.Entries {
				if !filter.fits(e) {
					continue
				}
				balance += e.Debit - e.Credit
				if i == len(periods)-1 {
					list = append(list, LedgerRow{v.Date, v.Period, v.Mark(), v.Number, v.En, v.Zh, e.Party,
						e.Programme, e.Debit, e.Credit, balance})
				}
			}
		}
	}
	return list
}

func (f LedgerFilter) fits(e Entry) bool {
	return e.Account.Code == f.Code && fits(f.Party, e.Party) && fits(f.Programme, e.Programme)
}

func (f LedgerFilter) moved(v Voucher) (sum amount.Units) {
	for _, e := range v.Entries {
		if f.fits(e) {
			sum += e.Debit - e.Credit
		}
	}
	return sum
}
