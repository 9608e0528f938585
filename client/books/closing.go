package books

import (
	"maps"
	"math/big"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// Close makes a period's closing vouchers: what statements don't say of a party's own
// points. They bring the provision and the contract liability from what they were at the
// opening to what they are at the end, whatever the vouchers of the period's lines have
// moved already:
//
//	given              Dr marketing           Cr provision   what they were expected to cost
//	expected anew      Dr provision           Cr marketing   fewer will come, by estimate or expiry: a smaller cost
//	issued with a sale Dr revenue             Cr liability   what was allocated
//	issued for others' Dr liability, undivided Cr liability  what conversions' lines credited
//	redeemed, given    Dr provision           Cr marketing   at own outlets, or provided for beyond what acceptors got
//	redeemed, sold     Dr liability           Cr revenue     at own outlets, or allocated beyond what acceptors got
//	                   Dr cost                Cr liability   what acceptors got beyond what was allocated
//	                   Dr liability           Cr provision   where lines debited the other of the two
//	breakage           Dr liability           Cr breakage
//
// and the reverse where a figure fell: points were revoked, refunded, or expected anew.
// opening and closing are the lines of two readings of Liability; ledgers are those of
// the vouchers of the period's lines.
func (b Books) Close(opening, closing []Line, ledgers *Ledgers, on date.Date) []Voucher {
	moved := b.moved(opening, closing)
	vouchers := []Voucher{}
	exchanged := amount.Units(0)
	for _, programme := range slices.Sorted(maps.Keys(moved)) {
		exchanged += moved[programme].exchanged
		for _, t := range b.transfers(programme, moved[programme], ledgers) {
			if v := b.transfer(programme, t, on); len(v.Entries) > 0 {
				vouchers = append(vouchers, v)
			}
		}
	}
	if v := b.exchange(moved, exchanged, -ledgers.Of(Contract, ""), on); len(v.Entries) > 0 {
		vouchers = append(vouchers, v)
	}
	return vouchers
}

// movement is by how much a programme's figures moved in a period, in fen; any may be
// under 0.
type movement struct {
	granted, released, usedGiven, elsewhereGiven               amount.Units
	sold, exchanged, usedReceived, breakage, elsewhereReceived amount.Units
}

// moved compares two readings, for what the party itself bears.
func (b Books) moved(opening, closing []Line) map[string]movement {
	moved := map[string]movement{}
	for _, side := range []struct {
		list []Line
		sign amount.Units
	}{{opening, -1}, {closing, 1}} {
		for _, l := range side.list {
			if l.Party != b.Party {
				continue
			}
			m := moved[l.Programme]
			m.granted += side.sign * l.AllocatedGranted
			m.released += side.sign * l.Released
			m.usedGiven += side.sign * l.RecognisedGiven
			m.elsewhereGiven += side.sign * l.ElsewhereGiven
			m.sold += side.sign * l.AllocatedSold
			m.exchanged += side.sign * l.AllocatedFor
			m.usedReceived += side.sign * (l.RecognisedUse - l.RecognisedGiven)
			m.breakage += side.sign * l.RecognisedBreak
			m.elsewhereReceived += side.sign * l.ElsewhereSold
			moved[l.Programme] = m
		}
	}
	return moved
}

// transfer moves fen from one account to another: of less than 0, back.
type transfer struct {
	what, en, zh  string
	debit, credit Role
	fen           amount.Units
}

// transfers are the closing transfers of a programme.
func (b Books) transfers(programme string, m movement, ledgers *Ledgers) []transfer {
	booked := ledgers.Of(Contract, programme) // by lines, as far as they debited this account
	all := booked + ledgers.Of(Provision, programme)
	received := m.ofReceived(all)
	given := all - received
	counter, rest := Revenue, m.usedReceived-received
	if rest < 0 {
		counter = Cost
	}
	return []transfer{
		{"issue", "points given", "赠送积分计提", Marketing, Provision, m.granted},
		{"estimate", "points that are not expected to be redeemed", "预计不再兑付的积分冲减", Provision, Marketing, m.released},
		{"sale", "points issued with sales", "随销售发放积分", Revenue, Contract, m.sold},
		{"divided", "redeemed of points that were paid for", "兑付分配至合同负债", Contract, Provision, received - booked},
		{"own", "points redeemed, given", "赠送积分兑付结转", Provision, Marketing, m.usedGiven - given},
		{"redeemed", "points redeemed, at what they were allocated", "积分兑付结转", Contract, counter, rest},
		{"breakage", "breakage", "弃兑收入", Contract, Breakage, m.breakage},
	}
}

// ofReceived is the part of what lines debited for redeemed points that is of those for
// which something was received. Lines don't say which points were redeemed, the readings
// do, at the settlement price; what the lines have otherwise, because a model has another
// price or of VAT, is divided in the same ratio.
func (m movement) ofReceived(all amount.Units) amount.Units {
	given, received := max(m.elsewhereGiven, -m.elsewhereGiven), max(m.elsewhereReceived, -m.elsewhereReceived)
	if given == 0 && received == 0 {
		return 0
	}
	rest := all - m.elsewhereGiven - m.elsewhereReceived
	part := new(big.Rat).Mul(ratio(max(rest, -rest)), big.NewRat(int64(received), int64(given+received)))
	fen, err := amount.FromRat(part, amount.HalfEven)
	if err != nil {
		return m.elsewhereReceived // no more than the whole, which is an amount
	}
	if rest < 0 {
		fen = -fen
	}
	return m.elsewhereReceived + fen
}

// transfer is the voucher of a transfer, without entries if nothing moves.
func (b Books) transfer(programme string, t transfer, on date.Date) Voucher {
	v := b.new("close-"+programme+"-"+t.what, on, t.en+", "+programme, t.zh+"，"+programme)
	if t.fen < 0 {
		t.debit, t.credit, t.fen = t.credit, t.debit, -t.fen
	}
	v.debit(b.entry(t.debit, subject{programme: programme}), t.fen)
	v.credit(b.entry(t.credit, subject{programme: programme}), t.fen)
	return v
}

// exchange divides among programmes what conversions' lines credited to the liability
// as a whole. What one issuer converts within its own programmes, and roundings, no
// line has: they are marketing.
func (b Books) exchange(moved map[string]movement, allocated, credited amount.Units, on date.Date) Voucher {
	v := b.new("close-exchanged", on, "points issued for converted ones", "换算发放积分")
	both := func(e Entry, fen amount.Units) {
		v.debit(e, fen)
		v.credit(e, -fen)
	}
	both(b.entry(Contract, subject{}), credited)
	for _, programme := range slices.Sorted(maps.Keys(moved)) {
		both(b.entry(Contract, subject{programme: programme}), -moved[programme].exchanged)
	}
	both(b.entry(Marketing, subject{}), allocated-credited)
	return v
}

// Receives says of which programmes a party's points mostly came with something received:
// their lines debit the contract liability, others' the provision. Closing corrects what
// is of the others.
func Receives(party string, closing []Line) map[string]bool {
	list := map[string]bool{}
	for _, l := range closing {
		if l.Party == party && l.AllocatedSold+l.AllocatedFor > l.AllocatedGranted {
			list[l.Programme] = true
		}
	}
	return list
}
