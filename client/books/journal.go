package books

import (
	"iter"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/settlement"
)

// rule is how a kind of obligation is booked against what is owed: the debtor debits one account and
// credits the payable, the creditor debits the receivable and credits another. The VAT that is contained goes to
// accounts of its own: input tax of who is supplied, output tax of who supplies.
type rule struct {
	en, zh           string
	debtor, creditor Role
	back             bool // something is given back: the debtor is who had supplied
	whole            bool // of the creditor, points of all programmes together: closing divides them
}

// pointsOwed stands for Contract or Provision in rules: whichever the programme's points mostly are.
const pointsOwed Role = "points"

// takenBack books what a bank took back of a payment: the money is where it was, and is owed again.
var takenBack = rule{en: "taken back by a bank", zh: "银行退回（冲正、退汇）", debtor: Bank, creditor: Bank}

// rules has every kind; of Carried see Posting.booked and takenBack.
var rules = map[settlement.ObligationKind]rule{
	settlement.Redemption:  {en: "points redeemed", zh: "积分兑付", debtor: pointsOwed, creditor: Revenue},
	settlement.Refund:      {en: "redemption refunded", zh: "积分退回", debtor: Revenue, creditor: pointsOwed, back: true},
	settlement.Conversion:  {en: "points converted", zh: "积分换算", debtor: pointsOwed, creditor: Contract, whole: true},
	settlement.Service:     {en: "service rendered", zh: "权益服务", debtor: Marketing, creditor: Revenue},
	settlement.ServiceBack: {en: "service reversed", zh: "权益服务冲正", debtor: Revenue, creditor: Marketing, back: true},
	settlement.Fee:         {en: "platform fee", zh: "平台手续费", debtor: Fee, creditor: FeeRevenue},
	settlement.FeeBack: {en: "platform fee given back", zh: "平台手续费退回", debtor: FeeRevenue, creditor: Fee,
		back: true},
	settlement.Supply:     {en: "goods supplied", zh: "供货", debtor: Cost, creditor: Revenue},
	settlement.Return:     {en: "goods returned", zh: "退货", debtor: Revenue, creditor: Cost, back: true},
	settlement.Adjustment: {en: "adjustment by dispute", zh: "争议调整", debtor: AdjustedCost, creditor: AdjustedRevenue},
	settlement.Rounding:   {en: "rounding", zh: "尾差", debtor: Fee, creditor: FeeRevenue},
	settlement.Carried:    {en: "unpaid, owed again", zh: "未付款项结转", debtor: Clearing, creditor: Clearing},
	settlement.Prefunding: {en: "deposit held", zh: "预存款", debtor: Bank, creditor: Bank},
}

// Journal makes the vouchers of a statement's lines, in their order. Lines between
// others, of nothing, and what another cycle's statement left unsettled make none.
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
			if p.Fen == 0 || p.booked() || p.Debtor != b.Party && p.Creditor != b.Party {
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
	if p.TakenBack {
		r = takenBack
	}
	v := b.new(p.ID, p.Date, r.en, r.zh)
	v.Block, v.Tx = p.Block, p.Tx
	owes := p.Debtor == b.Party
	at, other := subject{programme: p.Programme, party: p.Creditor, scene: p.Scene}, r.debtor
	if !owes {
		at.party, other = p.Debtor, r.creditor
	}
	tax := b.tax(p, at, owes == r.back)
	rest := p.Fen - tax.Debit // it is on the debit side here, whichever it will be on
	var counter Entry
	switch {
	case other == pointsOwed && b.Received[p.Programme]:
		counter = b.entry(Contract, at)
	case other == pointsOwed:
		counter = b.entry(Provision, at)
	case r.whole && !owes:
		counter = b.entry(other, subject{})
	default:
		counter = b.entry(other, at)
	}
	fen := tax.Debit
	if owes {
		v.debit(counter, rest)
		v.debit(tax, fen)
		v.credit(b.entry(Payable, at), p.Fen)
	} else {
		tax.Debit = 0
		v.debit(b.entry(Receivable, at), p.Fen)
		v.credit(counter, rest)
		v.credit(tax, fen)
	}
	if p.Void {
		return v.reversed("-void")
	}
	return v
}

// tax is the entry of a line's VAT, as a debit: output tax of who supplies, input tax of who is supplied. Of an
// ordinary fapiao there is none: it can't be deducted, and stays in the cost.
func (b Books) tax(p Posting, at subject, supplies bool) Entry {
	fen := p.TaxFen()
	if fen == 0 {
		return Entry{}
	}
	role, ids := OutputTax, [2]string{b.Party, at.party}
	if !supplies {
		role, ids = InputTax, [2]string{at.party, b.Party}
	}
	t := &Tax{Rate: p.Tax, Base: p.Fen - fen, Seller: b.Chart.TaxIDs[ids[0]], Buyer: b.Chart.TaxIDs[ids[1]]}
	if found, is := b.Fapiao.of(p, at.party, supplies); is {
		t.Kind, t.Code, t.Number = found.Kind, found.Code, found.Number
	} else if b.Fapiao != nil && !supplies {
		role = PendingTax
	}
	if role == InputTax && !t.Kind.Deductible() {
		return Entry{}
	}
	e := b.entry(role, at)
	e.Debit, e.Tax = fen, t
	return e
}

// Settle books what was paid: payables and receivables go, the bank moves, and what
// netting leaves to be paid waits in the clearing account.
func (b Books) Settle(list []Settlement) ([]Voucher, error) {
	vouchers := []Voucher{}
	for _, s := range list {
		if err := s.Check(); err != nil {
			return nil, err
		}
		v, at := b.new(s.ID, s.Date, "settlement", "清算付款"), subject{party: s.Party}
		v.debit(b.entry(Payable, at), s.Payable)
		v.debit(b.entry(Bank, subject{}), s.Received)
		v.debit(b.entry(BankCharges, subject{}), s.Charges)
		rest := s.Payable + s.Received + s.Charges - s.Receivable - s.Paid // each at most 2⁵³−1
		v.debit(b.entry(Clearing, subject{}), -rest)
		v.credit(b.entry(Receivable, at), s.Receivable)
		v.credit(b.entry(Bank, subject{}), s.Paid)
		v.credit(b.entry(Clearing, subject{}), rest)
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
