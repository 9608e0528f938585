package books

import (
	"iter"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
)

// Entry is one side of a voucher (分录).
type Entry struct {
	Account   Account      `json:"account"`
	Party     string       `json:"party"`     // counterparty, or ""
	Programme string       `json:"programme"` // or ""
	Debit     amount.Units `json:"debit"`     // fen; one of the two is 0
	Credit    amount.Units `json:"credit"`
}

// Voucher is what one event comes to in one party's books (凭证). Its debits are its
// credits. Its number is made of what it is of, so that it is the same whenever and
// from whatever it is exported.
type Voucher struct {
	Number  string    `json:"number"` // PARTY-PERIOD-SOURCE
	Party   string    `json:"party"`
	Period  string    `json:"period"`
	Date    date.Date `json:"date"`
	En      string    `json:"en"`
	Zh      string    `json:"zh"`
	Line    string    `json:"line"` // of the statement, the settlement, or the closing
	Block   uint64    `json:"block"`
	Tx      string    `json:"tx"`
	Entries []Entry   `json:"entries"`
}

// Balanced says whether the debits are the credits, and there are any.
func (v Voucher) Balanced() bool {
	var debit, credit amount.Units
	for _, e := range v.Entries {
		debit, credit = debit+e.Debit, credit+e.Credit
	}
	return debit == credit && debit > 0
}

// Books say how one party keeps its journal.
type Books struct {
	Party  string
	Period string // such as 2026-11
	Chart  Chart
}

// rule is how a kind of obligation is booked against what is owed: the debtor debits one account and
// credits the payable, the creditor debits the receivable and credits another.
type rule struct {
	en, zh          string
	debtor          func(Chart) Account
	creditor        func(Chart) Account
	byProgramme     bool // the debtor's account is kept by programme
	creditProgramme bool // the creditor's is
}

func liabilityOf(c Chart) Account { return c.Liability }
func revenueOf(c Chart) Account   { return c.Revenue }
func costOf(c Chart) Account      { return c.Cost }

func marketingOf(c Chart) Account { return c.Marketing }
func feeOf(c Chart) Account       { return c.Fee }
func feesOf(c Chart) Account      { return c.FeeRevenue }

func bankOf(c Chart) Account { return c.Bank }

// rules has every kind but Carried: what another cycle left unsettled is booked already.
var rules = map[settlement.Kind]rule{
	settlement.Redemption:  {"points redeemed", "积分兑付", liabilityOf, revenueOf, true, false},
	settlement.Refund:      {"redemption refunded", "积分退回", revenueOf, liabilityOf, false, true},
	settlement.Conversion:  {"points converted", "积分换算", liabilityOf, liabilityOf, true, false},
	settlement.Service:     {"service rendered", "权益服务", marketingOf, revenueOf, false, false},
	settlement.ServiceBack: {"service reversed", "权益服务冲正", revenueOf, marketingOf, false, false},
	settlement.Fee:         {"platform fee", "平台手续费", feeOf, feesOf, false, false},
	settlement.FeeBack:     {"platform fee given back", "平台手续费退回", feesOf, feeOf, false, false},
	settlement.Supply:      {"goods supplied", "供货", costOf, revenueOf, false, false},
	settlement.Return:      {"goods returned", "退货", revenueOf, costOf, false, false},
	settlement.Adjustment:  {"adjustment by dispute", "争议调整", func(c Chart) Account { return c.AdjustedCost }, func(c Chart) Account { return c.AdjustedRevenue }, false, false},
	settlement.Rounding:    {"rounding", "尾差", feeOf, feesOf, false, false},
	settlement.Prefunding:  {"deposit held", "预存款", bankOf, bankOf, false, false},
}

// Journal makes the vouchers of a statement's lines, in their order. Lines between
// others, of nothing, and what another cycle left unsettled make none.
func (b Books) Journal(lines iter.Seq2[Posting, error]) iter.Seq2[Voucher, error] {
	return func(yield func(Voucher, error) bool) {
		for p, err := range lines {
			if err == nil {
				err = p.Check()
			}
			if err != nil {
				yield(Voucher{}, err)
				return
			}
			if p.Fen == 0 || p.Kind == settlement.Carried || p.Debtor != b.Party && p.Creditor != b.Party {
				continue
			}
			if !yield(b.voucher(p), nil) {
				return
			}
		}
	}
}

// voucher books one line.
func (b Books) voucher(p Posting) Voucher {
	r := rules[p.Kind]
	v := b.new(p.ID, p.Date, r.en, r.zh)
	v.Block, v.Tx = p.Block, p.Tx
	if p.Debtor == b.Party {
		v.debit(r.debtor(b.Chart), "", only(r.byProgramme, p.Programme), p.Fen)
		v.credit(b.Chart.Payable, p.Creditor, "", p.Fen)
	} else {
		v.debit(b.Chart.Receivable, p.Debtor, "", p.Fen)
		v.credit(r.creditor(b.Chart), "", only(r.creditProgramme, p.Programme), p.Fen)
	}
	if p.Void {
		return v.reversed()
	}
	return v
}

func only(when bool, text string) string {
	if when {
		return text
	}
	return ""
}

func (b Books) new(line string, on date.Date, en, zh string) Voucher {
	return Voucher{Number: b.Party + "-" + b.Period + "-" + line, Party: b.Party, Period: b.Period, Date: on, En: en, Zh: zh, Line: line, Entries: []Entry{}}
}

// reversed is the voucher that takes another back.
func (v Voucher) reversed() Voucher {
	v.Number, v.En, v.Zh = v.Number+"-void", "reversed: "+v.En, "冲销："+v.Zh
	entries := make([]Entry, len(v.Entries))
	for i, e := range v.Entries {
		e.Debit, e.Credit = e.Credit, e.Debit
		entries[i] = e
	}
	v.Entries = entries
	return v
}

func (v *Voucher) debit(a Account, party, programme string, fen amount.Units) {
	if fen > 0 {
		v.Entries = append(v.Entries, Entry{a, party, programme, fen, 0})
	}
}

func (v *Voucher) credit(a Account, party, programme string, fen amount.Units) {
	if fen > 0 {
		v.Entries = append(v.Entries, Entry{a, party, programme, 0, fen})
	}
}

// Settle books what was paid: payables and receivables go, the bank moves, and what
// netting leaves to be paid waits in the clearing account.
func (b Books) Settle(list []Settlement) ([]Voucher, error) {
	vouchers := []Voucher{}
	for _, s := range list {
		if err := s.Check(); err != nil {
			return nil, err
		}
		v := b.new(s.ID, s.Date, "settlement", "清算付款")
		v.debit(b.Chart.Payable, s.Party, "", s.Payable)
		v.debit(b.Chart.Bank, "", "", s.Received)
		rest := s.Payable + s.Received - s.Receivable - s.Paid // each at most 2⁵³−1
		v.debit(b.Chart.Clearing, "", "", -rest)
		v.credit(b.Chart.Receivable, s.Party, "", s.Receivable)
		v.credit(b.Chart.Bank, "", "", s.Paid)
		v.credit(b.Chart.Clearing, "", "", rest)
		if len(v.Entries) > 0 {
			vouchers = append(vouchers, v)
		}
	}
	return vouchers, nil
}

// Position is what one counterparty and this party owe each other, by what a statement
// says or by what vouchers come to.
type Position struct {
	Party      string       `json:"party"`
	Payable    amount.Units `json:"payable"`    // fen that this party owes
	Receivable amount.Units `json:"receivable"` // fen that it is owed
}

// Difference is where vouchers and a statement say something else.
type Difference struct {
	Party     string       `json:"party"`
	Account   string       `json:"account"` // payable or receivable
	Statement amount.Units `json:"statement"`
	Vouchers  amount.Units `json:"vouchers"`
}

// requireBalanced refuses with INTERNAL a voucher that doesn't balance.
func requireBalanced(v Voucher) error {
	if v.Balanced() {
		return nil
	}
	return fault.New(fault.Internal, "voucher %s doesn't balance", v.Number)
}
