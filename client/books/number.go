package books

import (
	"cmp"
	"slices"
	"strings"

	"tallystick/chaincode/date"
)

// Count gives vouchers their words and numbers (凭证字号): by date, and on one day as they
// come, each word from the number after the last one that it has had.
func (c Chart) Count(list []Voucher, last map[string]int) []Voucher {
	slices.SortStableFunc(list, func(a, b Voucher) int { return cmp.Compare(a.Date, b.Date) })
	next := map[string]int{}
	for i, v := range list {
		word := c.wordOf(v)
		if next[word] == 0 {
			next[word] = last[word]
		}
		next[word]++
		list[i].Word, list[i].Serial = word, next[word]
	}
	return list
}

// wordOf is the word of a voucher, by what it does to the bank.
func (c Chart) wordOf(v Voucher) string {
	word := ""
	for _, e := range v.Entries {
		switch {
		case e.Role == Bank && e.Debit > 0:
			word = c.Words.Receipt
		case e.Role == Bank:
			word = c.Words.Payment
		}
	}
	return cmp.Or(word, c.Words.General)
}

// LastOf are the highest numbers that vouchers have, by word.
func LastOf(list []Voucher) map[string]int {
	last := map[string]int{}
	for _, v := range list {
		last[v.Word] = max(last[v.Word], v.Serial)
	}
	return last
}

// SumByDay makes one voucher (汇总凭证) of the statement lines of a kind that fall on one
// day: entries of one account, counterparty, programme and fapiao become one. What isn't of
// a line stays as it is.
func SumByDay(list []Voucher) []Voucher {
	type of struct {
		on date.Date
		en string
	}
	summed, at := []Voucher{}, map[of]int{}
	for _, v := range list {
		if v.Tx == "" {
			summed = append(summed, v)
			continue
		}
		i, begun := at[of{v.Date, v.En}]
		if !begun {
			i = len(summed)
			at[of{v.Date, v.En}] = i
			line := v.Date.String() + "-" + strings.NewReplacer(" ", "_", ":", "").Replace(v.En)
			summed = append(summed, Voucher{Number: v.Party + "-" + v.Period + "-" + line, Party: v.Party,
				Period: v.Period, Date: v.Date, En: v.En, Zh: v.Zh, Line: line, Entries: []Entry{}})
		}
		summed[i].Lines++
		for _, e := range v.Entries {
			summed[i].merge(e)
		}
	}
	return summed
}

// merge adds an entry to the one of the same account and side.
func (v *Voucher) merge(e Entry) {
	for i, is := range v.Entries {
		if is.same(e) {
			v.Entries[i].Debit += e.Debit
			v.Entries[i].Credit += e.Credit
			if e.Tax != nil {
				tax := *is.Tax
				tax.Base += e.Tax.Base
				v.Entries[i].Tax = &tax
			}
			return
		}
	}
	v.Entries = append(v.Entries, e)
}

// same says whether two entries differ in their amounts alone.
func (e Entry) same(f Entry) bool {
	if e.Role != f.Role || e.Account != f.Account || e.Party != f.Party || e.Programme != f.Programme ||
		(e.Debit > 0) != (f.Debit > 0) || (e.Tax == nil) != (f.Tax == nil) {
		return false
	}
	if e.Tax == nil {
		return true
	}
	a, b := *e.Tax, *f.Tax
	a.Base, b.Base = 0, 0
	return a == b
}
