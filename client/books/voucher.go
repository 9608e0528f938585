package books

import (
	"strconv"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Entry is one side of a voucher (分录).
type Entry struct {
	Role      Role         `json:"role"` // what the account is for
	Account   Account      `json:"account"`
	Party     string       `json:"party"`     // counterparty, or ""
	Programme string       `json:"programme"` // or ""
	Debit     amount.Units `json:"debit"`     // fen; one of the two is 0
	Credit    amount.Units `json:"credit"`
	Tax       *Tax         `json:"tax,omitempty"` // of a tax account
}

// Tax is what an entry of a tax account is of.
type Tax struct {
	Rate   amount.Rate  `json:"rate"`
	Base   amount.Units `json:"base"`   // fen, without the tax
	Kind   FapiaoKind   `json:"kind"`   // of the fapiao (发票种类), "" if it isn't there yet
	Code   string       `json:"code"`   // 发票代码, "" of a fully digital one
	Number string       `json:"number"` // 发票号码
	Seller string       `json:"seller"` // 销方纳税人识别号
	Buyer  string       `json:"buyer"`  // 购方纳税人识别号
}

// Voucher is what one event comes to in one party's books (凭证). Its debits are its
// credits. Its id is made of what it is of, so that it is the same whenever and from
// whatever it is exported; its word and number (凭证字号) count within the period.
type Voucher struct {
	Number   string    `json:"number"` // PARTY-PERIOD-SOURCE
	Word     string    `json:"word"`   // 凭证字
	Serial   int       `json:"serial"` // 凭证号, from 1 in each word; 0 before it is counted
	Party    string    `json:"party"`
	Period   string    `json:"period"`
	Date     date.Date `json:"date"`
	En       string    `json:"en"`
	Zh       string    `json:"zh"`
	Line     string    `json:"line"`               // of the statement, the settlement, or the closing
	Lines    int       `json:"lines,omitempty"`    // how many lines it sums up
	Restates string    `json:"restates,omitempty"` // of a restatement: back, or anew
	Block    uint64    `json:"block"`
	Tx       string    `json:"tx"`
	Entries  []Entry   `json:"entries"`
}

// Balanced says whether the debits are the credits, and there are any.
func (v Voucher) Balanced() bool {
	var debit, credit amount.Units
	for _, e := range v.Entries {
		debit, credit = debit+e.Debit, credit+e.Credit
	}
	return debit == credit && debit > 0
}

// Mark is the voucher's word and number as people write it, 记-12; "" before it is counted.
func (v Voucher) Mark() string {
	if v.Serial == 0 {
		return ""
	}
	return v.Word + "-" + itoa(v.Serial)
}

func itoa(n int) string { return strconv.Itoa(n) }

// base is what the tax of an entry is of, 0 for none.
func (e Entry) base() amount.Units {
	if e.Tax == nil {
		return 0
	}
	return e.Tax.Base
}

// Books say how one party keeps its journal.
type Books struct {
	Party    string
	Period   string    // such as 2026-11
	From, To date.Date // the period's days: what bears another day is booked on the nearest of these; 0 for no bound
	Chart    Chart
	Received map[string]bool // programmes whose points mostly came with sales or conversions: see Receives
	Fapiao   *Fapiaos        // nil: every input tax is certified
}

func (b Books) new(line string, on date.Date, en, zh string) Voucher {
	if b.From > 0 {
		on = max(on, b.From)
	}
	if b.To > 0 {
		on = min(on, b.To)
	}
	return Voucher{Number: b.Party + "-" + b.Period + "-" + line, Party: b.Party, Period: b.Period, Date: on, En: en,
		Zh: zh, Line: line, Entries: []Entry{}}
}

// entry is an entry of a role's account, without an amount.
func (b Books) entry(role Role, at subject) Entry {
	e := Entry{Role: role, Account: b.Chart.of(role, at)}
	switch role {
	case Receivable, Payable:
		e.Party = at.party
	case Contract, Provision:
		e.Programme = at.programme
	}
	return e
}

func (v *Voucher) debit(e Entry, fen amount.Units) {
	if fen > 0 {
		e.Debit = fen
		v.Entries = append(v.Entries, e)
	}
}

func (v *Voucher) credit(e Entry, fen amount.Units) {
	if fen > 0 {
		e.Credit = fen
		v.Entries = append(v.Entries, e)
	}
}

// reversed is the voucher that takes another back.
func (v Voucher) reversed(suffix string) Voucher {
	v.Number, v.Line, v.En, v.Zh = v.Number+suffix, v.Line+suffix, "reversed: "+v.En, "冲销："+v.Zh
	entries := make([]Entry, len(v.Entries))
	for i, e := range v.Entries {
		e.Debit, e.Credit = e.Credit, e.Debit
		entries[i] = e
	}
	v.Entries = entries
	return v
}

// requireBalanced refuses with INTERNAL a voucher that doesn't balance.
func requireBalanced(v Voucher) error {
	if v.Balanced() {
		return nil
	}
	return fault.New(fault.Internal, "voucher %s doesn't balance", v.Number)
}
