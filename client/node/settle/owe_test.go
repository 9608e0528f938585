package settle

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node/nodetest"
)

// TestOwesFilter: --open tells each fen once; a cycle and states narrow (A5).
func TestOwesFilter(t *testing.T) {
	all := func() Owing {
		return Owing{Outstanding: []index.Outstanding{{Programme: "MP"}}, Breakage: []index.Breakage{{}},
			Owed: []index.Owed{{Cycle: "c1", State: "NETTED"}, {Cycle: "c1", State: "RAISED", Open: true},
				{Cycle: "c2", State: "OPEN", Open: true}},
			Payments: []index.Unpaid{{Cycle: "c1", State: "SETTLED"}, {Cycle: "c1", State: "DUE", Open: true}},
			Hidden: []Hidden{{HiddenOwed: index.HiddenOwed{Cycle: "c1", State: "OPENED"}},
				{HiddenOwed: index.HiddenOwed{Cycle: "c2", State: "OPEN", Waits: true}}}}
	}
	for _, c := range []struct {
		filter                                   OwesRequest
		members, owed, payments, hidden, expired int
	}{
		{OwesRequest{}, 1, 3, 2, 2, 1},
		{OwesRequest{Open: true}, 1, 2, 1, 1, 1},
		{OwesRequest{Cycle: "c1"}, 0, 2, 2, 1, 0},
		{OwesRequest{Cycle: "c1", Open: true}, 0, 1, 1, 0, 0},
		{OwesRequest{States: []string{"OPEN", "DUE"}}, 0, 1, 1, 1, 0},
	} {
		o := all()
		c.filter.keep(&o)
		if len(o.Outstanding) != c.members || len(o.Owed) != c.owed || len(o.Payments) != c.payments ||
			len(o.Hidden) != c.hidden || len(o.Breakage) != c.expired {
			t.Errorf("%+v: %+v", c.filter, o)
		}
	}
}

// owedAs is a hidden position of a cycle for a quantity of a line. D sells: what it is
// owed came back.
func owedAs(t *testing.T, v settlement.HiddenPositions, debtor, creditor string, l goods.Line,
	quantity uint32) settlement.HiddenPositions {
	t.Helper()
	sum, err := l.Owes(quantity)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = v.Plus(settlement.HiddenOwe{Debtor: debtor, Creditor: creditor, Back: creditor == "D",
		Fee: amount.Rate{Num: 1, Den: 100}, Count: 1, Sum: sum}); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestHiddenIsOpened: the story's D→S1 26,800 and its fee, to who can know it, a return
// the other way; and what isn't so on the ledger is said.
func TestHiddenIsOpened(t *testing.T) {
	v, oil, _ := nodetest.PriceList(t)
	o := nodetest.Kit(goods.Delivered)
	o.Parts[0].Cycle = "c1"
	line := goods.Line{SKU: "oilkit", Version: 1, Quantity: 2, Fen: 29_800, Kind: goods.Supply, Terms: oil, Returned: 1}
	o.Parts[0].Lines[0] = line
	other := nodetest.Kit(goods.Delivered)
	other.Parts[0].Cycle, other.Parts[0].Supplier, other.Parts[0].Party = "c1", "S9", "S9"
	// S9's: another good, which the vault doesn't know
	other.Parts[0].Lines[0].Kind, other.Parts[0].Lines[0].Terms = goods.Supply, oil
	back := goods.Return{Order: indextest.Numbered(1), Part: 1, Line: 1, Quantity: 1,
		State: goods.Refunded, Cycle: "c2"}
	ledger := func(charged uint32) *index.Reading {
		c1 := owedAs(t, owedAs(t, settlement.HiddenPositions{}, "D", "S1", line, charged), "D", "S9", line, 1)
		return indextest.ReadModel(t, []indextest.Entry{indextest.Put(row.Consortium(),
			party.Consortium{Network: "n", Operator: "G"}), indextest.Put(row.Order(indextest.Numbered(1)), o),
			indextest.Put(row.Order(indextest.Numbered(2)), other),
			indextest.Put(row.Return(indextest.Numbered(3)), back),
			indextest.Put(row.HiddenPositions("c1", "D", 1), c1),
			indextest.Put(row.HiddenPositions("c2", "D", 1),
				owedAs(t, settlement.HiddenPositions{}, "S1", "D", line, 1))})
	}
	for _, c := range []struct {
		name, party string
		charged     uint32
		want        string
		wrong       string
	}{
		{"a side", "D", 2, "D→S1 53600 [S1→G 536], D→S9 hidden 1 [], S1→D 26800 [G→S1 268]", ""},
		{"not a side", "M", 2, "D→S1 hidden 1 [], D→S9 hidden 1 [], S1→D hidden 1 []", ""},
		{"the ledger has less", "D", 1, "D→S1 hidden 1 [], D→S9 hidden 1 [], S1→D 26800 [G→S1 268]",
			"what D owes S1 in c1"},
	} {
		found, err := ledger(c.charged).HiddenOwes(c.party)
		if err != nil {
			t.Fatal(err)
		}
		list, err := openHidden(found, v, c.party, "G")
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, h := range list {
			var fees []string
			for _, f := range h.Fees {
				fees = append(fees, fmt.Sprintf("%s→%s %d", f.Debtor, f.Creditor, int64(f.Fen)))
			}
			text := h.Fen
			if !h.Opened {
				text = fmt.Sprintf("hidden %d", h.Count)
			}
			texts = append(texts, fmt.Sprintf("%s→%s %s %v", h.Debtor, h.Creditor, text, fees))
		}
		if got := strings.Join(texts, ", "); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
		if err := wrong(list); (err == nil) != (c.wrong == "") || err != nil &&
			(fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
