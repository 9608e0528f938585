package catalogue

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/spend"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node/catalogue"
	"tallystick/client/node/nodetest"
	"tallystick/client/sheets"
)

func TestParseWanted(t *testing.T) {
	bad := fault.BadRequest
	clitest.Readings(t, parseOrderLine,
		clitest.Reading{Text: "S1/oil:2", Want: goods.Wanted{Supplier: "S1", SKU: "oil", Quantity: 2}},
		clitest.Reading{Text: "S1/oil", Want: goods.Wanted{Supplier: "S1", SKU: "oil", Quantity: 1}},
		clitest.Reading{Text: "oil:2", Code: bad}, clitest.Reading{Text: "S1/oil:", Code: bad},
		clitest.Reading{Text: "S1/oil:-1", Code: bad},
		clitest.Reading{Text: "S1/oil:0", Code: bad},
		clitest.Reading{Text: "S1/:1", Code: bad}, clitest.Reading{Text: "S1/oil:1000001", Code: bad},
		clitest.Reading{Text: "S1/oil:99999999999", Code: bad}, clitest.Reading{Text: "", Code: bad})
}

func TestQuoteTable(t *testing.T) {
	q := answer.Quoted{Hash: make([]byte, 32), Quote: goods.Quote{
		Lines: []goods.Quoted{{Supplier: "S1", SKU: "oilkit", Delivery: goods.Shipped, Scene: "care",
			Quantity: 2, Fen: 29_800}},
		Total: 59_600, MinCash: 1000, Tenders: []goods.Tender{{Programme: "FP", Value: amount.Rate{Num: 4, Den: 5}}},
	}}
	got := clitest.Rendered(func(w table.Writer) {
		quotedTable(w, q, known{goods: map[catalogue.GoodRequest]goods.Good{
			{Supplier: "S1", SKU: "oilkit"}: {En: "Oil kit", Zh: "机油套装"}}})
	})
	want := strings.TrimLeft(`
 good                    name     名称      delivery  scene  quantity     each    price 
────────────────────────────────────────────────────────────────────────────────────────
 S1/oilkit               Oil kit  机油套装  shipped   care          2  ¥298.00  ¥596.00 
────────────────────────────────────────────────────────────────────────────────────────
 total                                                                          ¥596.00 
 of it in cash at least                                                          ¥10.00 
 1 FP counts                                                                     ¥0.008 
quote 0000000000000000000000000000000000000000000000000000000000000000
`, "\n")
	if got != want {
		t.Errorf("\n%s", got)
	}
}

// TestDrawn: the picture of every state, and of what is known of the way to an end.
func TestDrawn(t *testing.T) {
	for _, c := range []struct {
		name   string
		part   goods.Part
		atOnce bool
		want   string
	}{
		{"placed", goods.Part{State: goods.Placed, Delivery: goods.Shipped}, false,
			"● PLACED ┄ ACCEPTED ┄ SHIPPED ┄ DELIVERED ┄ COMPLETED"},
		{"accepted", goods.Part{State: goods.Accepted, Delivery: goods.Counter}, false,
			"PLACED ─ ● ACCEPTED ┄ DELIVERED ┄ COMPLETED"},
		{"shipped", goods.Part{State: goods.OnItsWay, Delivery: goods.Shipped}, false,
			"PLACED ─ ACCEPTED ─ ● SHIPPED ┄ DELIVERED ┄ COMPLETED"},
		{"delivered", goods.Part{State: goods.Delivered, Delivery: goods.Virtual}, true,
			"PLACED ─ ACCEPTED ─ ● DELIVERED ┄ COMPLETED"},
		{"completed", goods.Part{State: goods.Completed, Delivery: goods.Shipped}, false,
			"PLACED ─ ACCEPTED ─ SHIPPED ─ DELIVERED ─ ● COMPLETED"},
		{"rejected", goods.Part{State: goods.Rejected}, false, "PLACED ─ ✕ REJECTED"},
		{"cancelled, who knows when", goods.Part{State: goods.Cancelled}, false, "PLACED ┄ ✕ CANCELLED"},
		{"cancelled after it was accepted at once", goods.Part{State: goods.Cancelled}, true,
			"PLACED ─ ACCEPTED ─ ✕ CANCELLED"},
		{"lost at home", goods.Part{State: goods.Cancelled, Lost: true}, false, "PLACED ─ ACCEPTED ─ ✕ CANCELLED"},
		{"lost on the way", goods.Part{State: goods.Cancelled, Lost: true, Carrier: "sf"}, false,
			"PLACED ─ ACCEPTED ─ SHIPPED ─ ✕ CANCELLED"},
		{"timed out", goods.Part{State: goods.TimedOut}, false, "PLACED ┄ ✕ TIMED_OUT"},
	} {
		if got := drawn(c.part, c.atOnce); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestOrderTable(t *testing.T) {
	o := nodetest.Kit(goods.OnItsWay)
	o.Parts[0].Carrier, o.Parts[0].Waybill = "sf", "SF1"
	found := index.Order{Number: indextest.Numbered(0), Order: o}
	names := map[catalogue.GoodRequest]goods.Good{
		{Supplier: "S1", SKU: "oilkit", Version: 1}: {En: "Oil kit", Zh: "机油套装"},
		{Supplier: "S1", SKU: "oilkit", Version: 2}: {En: "New kit", Zh: "新"}}
	back := index.Return{Number: indextest.Numbered(5), SKU: "oilkit",
		Return: goods.Return{Part: 1, Line: 1, Quantity: 1, State: goods.Refunded, Since: clitest.November + 9,
			Reason: "broken", Pieces: spend.Line{{Lot: indextest.Numbered(99).Row(0), Programme: "DP", Funder: "D",
				Amount: 1860}}, Cash: 5}}
	got := clitest.Rendered(func(w table.Writer) {
		orderTable(w, catalogue.WholeOrder{Height: 9, Order: found, Returns: []index.Return{back}},
			known{names, cli.Scales{"FP": 2}})
	})
	want := strings.TrimLeft(`
 order             D.1.1.0                                                                            
 seller            D                                                                                  
 member            zhang                                                                              
 ordered           2026-11-01                                                                         
 price             ¥298.00                                                                            
 outlet            T3                                                                                 
 region            sh                                                                                 
 reference         R1                                                                                 
 payment           pos-77                                                                             
──────────────────────────────────────────────────────────────────────────────────────────────────────
 part 1            of S1, shipped, for care                                                           
                   PLACED ─ ACCEPTED ─ ● SHIPPED ┄ DELIVERED ┄ COMPLETED                              
                   since 2026-11-02 with sf, waybill SF1; after 2026-11-09 silence is delivery        
   line 1          1 × oilkit Oil kit 机油套装, ¥298.00 each                                        
   paid            1,860 DP, 84.00 FP, 20,000 GP, ¥12.20 in cash                                      
──────────────────────────────────────────────────────────────────────────────────────────────────────
 return D.1.1.5    1 × oilkit of part 1, line 1: REFUNDED since 2026-11-10, broken                    
   given back      1,860 DP, ¥0.05 in cash                                                             
as of block 8
`, "\n")
	if clitest.Squeezed(got) != clitest.Squeezed(want) {
		t.Errorf("\n%s", got)
	}
}

// TestStanding: every state says what comes next, or why nothing does.
func TestStanding(t *testing.T) {
	for state, want := range map[goods.State]string{
		goods.Placed: "can be accepted until", goods.Accepted: "to be shipped until 2026-11-05",
		goods.OnItsWay:  "after 2026-11-09 silence",
		goods.Delivered: "can be returned until 2026-11-12", goods.Completed: "proven by silence",
		goods.Rejected:  ": why",
		goods.Cancelled: "its goods are lost", goods.TimedOut: "since 2026-11-02",
	} {
		o := nodetest.Kit(state)
		o.AcceptBy = 1_800_000_000
		o.Parts[0].Proof, o.Parts[0].Reason, o.Parts[0].Lost = goods.BySilence, "why", state == goods.Cancelled
		if got := standing(index.Order{Order: o}.Part(1)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", state, got)
		}
	}
}

func TestPurchaseInEveryFormat(t *testing.T) {
	line := catalogue.PurchaseLine{
		Cursor: "7/D.1.1.9/1", Order: indextest.Numbered(9), Part: 1, Line: 1, State: goods.Delivered,
		Since:   clitest.November + 1,
		LastDay: clitest.November + 11, Ordered: clitest.November, Seller: "D",
		Supplier: "S1", SKU: "oilkit", GTIN: "6901234567892", En: "Oil kit, big", Zh: "机油套装", Unit: "piece",
		Delivery: goods.Shipped, Quantity: 1, Supply: "26800",
	}
	other := catalogue.PurchaseLine{
		Cursor: "7/D.1.1.9/2", Order: indextest.Numbered(9), Part: 2, Line: 1, State: goods.Accepted,
		Ordered: clitest.November,
		Seller:  "D", Supplier: "S2", SKU: "wiper", Zh: "雨刮",
		Delivery: goods.Counter, Quantity: 3, Returned: 1, Supply: "2340.09",
	}
	answer := catalogue.Purchases{Height: 9, Rows: []catalogue.PurchaseLine{line, other}, Next: other.Cursor}
	var o bytes.Buffer
	a := &cli.App{Out: &o, Format: "csv"}
	if err := printPurchase(a, answer); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&o).ReadAll()
	if err != nil || len(rows) != 1+len(answer.Rows) {
		t.Fatalf("%v, %v", rows, err)
	}
	if mark := "\ufeffcursor"; rows[0][0] != mark {
		t.Errorf("it begins with %q, want %q: Excel takes it for GBK", rows[0][0], mark)
	}
	cell := func(row int, column string) string {
		for i, name := range sheets.ReadHeader(rows[0]) {
			if name == column {
				return rows[row][i]
			}
		}
		t.Errorf("no column %s", column)
		return ""
	}
	for column, want := range map[string]string{"order": "D.1.1.9", "part": "1", "state": "DELIVERED",
		"name_en": "Oil kit, big", "supply_yuan": "268.00", "quantity": "1",
		"returned": "0", "ordered": "2026-11-01", "cursor": answer.Rows[0].Cursor,
		"delivery": "shipped", "waybill": ""} {
		if got := cell(1, column); got != want {
			t.Errorf("%s: %q, want %q", column, got, want)
		}
	}
	if got := cell(2, "returned"); got != "1" {
		t.Errorf("returned: %s", got)
	}
	o.Reset()
	a.Format = "json"
	if err := printPurchase(a, answer); err != nil {
		t.Fatal(err)
	}
	var back catalogue.Purchases
	if err := json.Unmarshal(o.Bytes(), &back); err != nil || cmp.Diff(answer, back) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(answer, back))
	}
	shown := clitest.Rendered(func(w table.Writer) { purchaseTable(w, answer) })
	for _, want := range []string{"supply", "¥23.4009", "雨刮", "--after " + answer.Next} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %s:\n%s", want, shown)
		}
	}
}

func TestPartsAndReturnsTables(t *testing.T) {
	o := index.Order{Number: indextest.Numbered(1), Order: nodetest.Kit(goods.OnItsWay)}
	got := clitest.Rendered(func(w table.Writer) { partsTable(w, []index.OrderPart{o.Part(1)}, cli.Scales{"FP": 2}) })
	for _, want := range []string{"D.1.1.1", "1 oilkit", "1,860 DP, 84.00 FP, 20,000 GP", "¥12.20",
		"SHIPPED", "2026-11-09"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
	back := index.Return{Number: indextest.Numbered(5), Supplier: "S1", SKU: "oilkit", Member: "zhang",
		Return: goods.Return{Order: indextest.Numbered(1), Part: 1, Line: 1, Quantity: 1,
			State: goods.Received, Restocked: true}}
	got = clitest.Rendered(func(w table.Writer) { returnsTable(w, []index.Return{back}, cli.Scales{}) })
	for _, want := range []string{"D.1.1.5", "S1/oilkit", "RECEIVED", "yes"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
}

// TestARefusedOrderShowsItsQuote: who is refused after the quote still sees what it was; in JSON only the refusal is
// said.
func TestARefusedOrderShowsItsQuote(t *testing.T) {
	quoted := catalogue.Placed{Quote: &answer.Quoted{}}
	if !quoted.Refused() || (catalogue.Placed{}).Refused() {
		t.Error("what was quoted and has no number was refused")
	}
	done := quoted
	if done.Number = indextest.Numbered(1); done.Refused() {
		t.Error("what has a number was placed")
	}
	var o bytes.Buffer
	a := &cli.App{Out: &o, Format: "json"}
	if err := printPlaced(a)(t.Context(), nil, quoted); err != nil || o.Len() > 0 {
		t.Errorf("%v: %s", err, o.String())
	}
	if err := printPlaced(a)(t.Context(), nil, done); err != nil ||
		!strings.Contains(o.String(), indextest.Numbered(1).String()) {
		t.Errorf("%v: %s", err, o.String())
	}
}
