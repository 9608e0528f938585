package books

import (
	"maps"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// Close makes a period's closing vouchers: what statements don't say of a party's own
// points. They bring the contract liability from what it was at the opening to what it
// is now, whatever the vouchers of the period's lines have moved already:
//
//	issued, granted     Dr marketing            Cr liability   what was allocated
//	issued with a sale  Dr revenue              Cr liability
//	issued for others'  Dr liability, undivided Cr liability   what conversions' lines credited
//	redeemed            Dr liability            Cr revenue     at own outlets, or allocated beyond what acceptors got
//	                    Dr cost                 Cr liability   what acceptors got beyond what was allocated
//	breakage            Dr liability            Cr breakage
//
// and the reverse where a figure fell: points were revoked, refunded, or expected anew.
// opening and closing are the lines of two readings of Liability; ledgers are those of
// the vouchers of the period's lines.
func (b Books) Close(opening, closing []Line, ledgers *Ledgers, on date.Date) []Voucher {
	moved := b.moved(opening, closing)
	vouchers := []Voucher{}
	add := func(v Voucher) {
		if len(v.Entries) > 0 {
			vouchers = append(vouchers, v)
		}
	}
	exchanged := amount.Units(0)
	for _, programme := range slices.Sorted(maps.Keys(moved)) {
		m := moved[programme]
		exchanged += m.exchanged
		add(b.against(programme, "issue", on, "points issued", "积分发放", b.Chart.Marketing, m.granted))
		add(b.against(programme, "sale", on, "points issued with sales", "随销售发放积分", b.Chart.Revenue, m.sold))
		rest := m.redeemed - ledgers.Of(b.Chart.Liability, programme) // its lines have debited that much
		counter := b.Chart.Revenue
		if rest < 0 {
			counter = b.Chart.Cost
		}
		add(b.against(programme, "redeemed", on, "points redeemed, at what they were allocated", "积分兑付结转", counter, -rest))
		add(b.against(programme, "breakage", on, "breakage", "弃兑收入", b.Chart.Breakage, -m.breakage))
	}
	add(b.exchange(moved, exchanged, -ledgers.Of(b.Chart.Liability, ""), on))
	return vouchers
}

// movement is by how much a programme's figures moved in a period, in fen; any may be
// under 0.
type movement struct{ granted, sold, exchanged, redeemed, breakage amount.Units }

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
			m.sold += side.sign * l.AllocatedSold
			m.exchanged += side.sign * l.AllocatedFor
			m.redeemed += side.sign * l.RecognisedUse
			m.breakage += side.sign * l.RecognisedBreak
			moved[l.Programme] = m
		}
	}
	return moved
}

// against credits the liability of a programme and debits another account, or, of less
// than 0, the reverse.
func (b Books) against(programme, what string, on date.Date, en, zh string, other Account, fen amount.Units) Voucher {
	v := b.new("close-"+programme+"-"+what, on, en+", "+programme, zh+"，"+programme)
	if fen < 0 {
		v.debit(b.Chart.Liability, "", programme, -fen)
		v.credit(other, "", "", -fen)
		return v
	}
	v.debit(other, "", "", fen)
	v.credit(b.Chart.Liability, "", programme, fen)
	return v
}

// exchange divides among programmes what conversions' lines credited to the liability
// as a whole. What one issuer converts within its own programmes, and roundings, no
// line has: they are marketing.
func (b Books) exchange(moved map[string]movement, allocated, credited amount.Units, on date.Date) Voucher {
	v := b.new("close-exchanged", on, "points issued for converted ones", "换算发放积分")
	v.debit(b.Chart.Liability, "", "", credited)
	v.credit(b.Chart.Liability, "", "", -credited)
	for _, programme := range slices.Sorted(maps.Keys(moved)) {
		v.debit(b.Chart.Liability, "", programme, -moved[programme].exchanged)
		v.credit(b.Chart.Liability, "", programme, moved[programme].exchanged)
	}
	v.debit(b.Chart.Marketing, "", "", allocated-credited)
	v.credit(b.Chart.Marketing, "", "", credited-allocated)
	return v
}
