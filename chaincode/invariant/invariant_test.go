package invariant

import (
	"maps"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// rows is a ledger's state that a test writes.
type rows map[string][]byte

func put[T any](to rows, key row.Key[T], r T) { to[string(key)] = row.Encode(r) }

// one is the first command of a lane, and what it made.
var one = number.Command{Party: "D", Lane: 1, Seq: 2, Index: 1}

// TestBreaches writes rows that break a promise, one promise at a time, and reads which of them is named. That rows
// which rules wrote break none is for the tests of the rules: each of their models and lives ends with this package.
func TestBreaches(t *testing.T) {
	lot := number.Row{Command: one}
	for name, c := range map[string]struct {
		write   func(to rows)
		rule    string
		subject string
	}{
		"a lot out of nothing": {func(to rows) {
			put(to, row.Lot(lot), points.Lot{Origin: points.Issued, Programme: "DP", Member: "zhang", Issued: 10})
		}, "points", "DP"},
		"a lot that gave more than it had": {func(to rows) {
			put(to, row.Lot(lot), points.Lot{Origin: points.Issued, Programme: "DP", Issued: 10, Placed: 11})
			put(to, row.Totals("DP", "D", 1), points.Totals{Issued: 10, Captured: 11})
		}, "points", "lot D.1.2.1.0"},
		"a capture that nobody owes": {func(to rows) {
			put(to, row.Lot(lot), points.Lot{Origin: points.Issued, Programme: "DP", Issued: 10, Placed: 10})
			put(to, row.Totals("DP", "D", 1), points.Totals{Issued: 10, Captured: 10})
			put(to, row.Hold(one), points.Hold{Acceptor: "G", State: points.Captured, Captured: 10,
				Pieces:   spend.Line{{Lot: lot, Programme: "DP", Funder: "D", Amount: 10}},
				Captures: []points.HoldCapture{{Amount: 10}}})
		}, "points", "DP"},
		"a position without obligations": {func(to rows) {
			put(to, row.Positions("2026-11", "D", 1), settlement.Positions{Chain: make([]byte, 32)})
		}, "owing", "positions 2026-11/D/01"},
		"obligations without a position": {func(to rows) {
			put(to, row.Obligations("D", 1, 2), settlement.Obligations{Cycle: "2026-11", List: []settlement.Obligation{
				{Kind: settlement.Adjustment, Debtor: "D", Creditor: "G", Fen: 5}}})
		}, "owing", "positions 2026-11/D/01"},
		"a statement of no cycle": {func(to rows) {
			put(to, row.Pair("2026-11", "D", "G"), settlement.Pair{A: "D", B: "G"})
		}, "statements", "pair 2026-11/D/G"},
		"a payment that came to more": {func(to rows) {
			put(to, row.Close("2026-11"), settlement.Close{ID: "2026-11", State: settlement.Final,
				Root: settlement.Root(nil), Pairs: [][2]string{{"D", "G"}}, Payments: 1})
			put(to, row.Pair("2026-11", "D", "G"), settlement.Pair{A: "D", B: "G", State: settlement.Agreed})
			put(to, row.Payment("2026-11", 1), settlement.Payment{Cycle: "2026-11", N: 1, Debtor: "D", Creditor: "G",
				Fen: 5, Received: 6})
		}, "payments", "payment 2026-11/1"},
		"a payment that bounced and is owed nowhere": {func(to rows) {
			put(to, row.Payment("2026-11", 1), settlement.Payment{Cycle: "2026-11", Debtor: "D", Creditor: "G", Fen: 5,
				State: settlement.Overdue})
		}, "carried", "D to G"},
		"stock out of nothing": {func(to rows) {
			put(to, row.Pool("S1", "oil", "D"), goods.Pool{Restocked: 3, Free: 4})
		}, "stock", "stock S1/oil/D"},
		"a return of a line that isn't there": {func(to rows) {
			put(to, row.Return(one), goods.Return{Order: one, Part: 9, Line: 9})
		}, "stock", "return D.1.2.1"},
		"an order that nobody paid": {func(to rows) {
			put(to, row.Order(one), goods.Order{Seller: "D", Parts: []goods.Part{{Lines: []goods.Line{
				{SKU: "oil", Quantity: 1, Fen: 29_800}}}}})
		}, "orders", "order D.1.2.1"},
		"a use more than there were": {func(to rows) {
			put(to, row.Entitlement(lot), benefit.Entitlement{Uses: 1, Used: 1})
		}, "rights", "entitlement D.1.2.1.0"},
		"an award of more than its shares": {func(to rows) {
			put(to, row.Award(lot), campaign.Award{Campaign: "spring", Points: 5})
		}, "campaigns", "award D.1.2.1.0"},
		"members who became each other": {func(to rows) {
			put(to, row.Member("li"), member.Member{Into: "wang"})
			put(to, row.Member("wang"), member.Member{Into: "li"})
			put(to, row.Award(lot), campaign.Award{Campaign: "spring", Member: "li"})
			put(to, row.AwardCount("spring", "wang"), campaign.Count{Awards: 9})
		}, "campaigns", ""},
		"a limit that leased what no lane has": {func(to rows) {
			put(to, row.Quota(quota.Liability, "D"), quota.Quota{Limit: 9, Leased: 5})
		}, "caps", "quota liability/D"},
		"a request of another party": {func(to rows) {
			put(to, row.NamedRequest("G", "a"), row.Request{Hash: make([]byte, 32), Number: one})
		}, "requests", "request G/a"},
		"a row that can't be read": {func(to rows) { to[string(row.Lot(lot))] = []byte("lot") }, "rows", ""},
		"a key of no row":          {func(to rows) { to["nothing/here"] = nil }, "rows", `"nothing/here"`},
	} {
		t.Run(name, func(t *testing.T) {
			to := rows{}
			c.write(to)
			breaches := Of(maps.All(to)).Breaches()
			for _, b := range breaches {
				if b.Rule == c.rule && (c.subject == "" || b.Subject == c.subject) {
					return
				}
			}
			t.Errorf("%v, want %s %s", breaches, c.rule, c.subject)
		})
	}
}

// TestSums: what lanes counted adds up over all of them.
func TestSums(t *testing.T) {
	to := rows{}
	put(to, row.Lot(number.Row{Command: one}), points.Lot{Origin: points.Issued, Programme: "DP", Issued: 10,
		Expired: 3})
	put(to, row.Totals("DP", "D", 1), points.Totals{Issued: 4, Expired: 3})
	put(to, row.Totals("DP", "D", 2), points.Totals{Issued: 6})
	state := Of(maps.All(to))
	if got := state.Points()["DP"]; got.Issued != 10 || got.Available != 7 || got.Totals.Issued != amount.Units(10) {
		t.Errorf("%+v", got)
	}
	if breaches := state.Breaches(); len(breaches) > 0 {
		t.Error(breaches)
	}
	for _, r := range Rules() {
		if r.Name == "" || !strings.ContainsAny(r.Says, " ") {
			t.Errorf("%+v", r)
		}
	}
}

// TestMerged: who was merged is counted as whom he became, along a chain and in a circle that only a forger makes.
func TestMerged(t *testing.T) {
	became := merged(map[string]member.Member{"a": {Into: "b"}, "b": {Into: "c"}, "c": {}, "x": {Into: "y"},
		"y": {Into: "x"}})
	for id, want := range map[string]string{"a": "c", "b": "c", "c": "c", "nobody": "nobody"} {
		if got := became(id); got != want {
			t.Errorf("%s became %s, want %s", id, got, want)
		}
	}
	if became("x") != became("y") {
		t.Errorf("a circle has two ends: %s and %s", became("x"), became("y"))
	}
}
