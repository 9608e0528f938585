package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/chaincode/veil"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/sheets"
	"tallystick/client/vault"
)

const november = date.Date(20758) // 2026-11-01

// taken is points of a lot.
func taken(programme string, units amount.Units) spend.Piece {
	return spend.Piece{Lot: numbered(99).Row(0), Programme: programme, Funder: "D", Amount: units}
}

// kit is the story's R1: an oil kit of S1 at D's storefront for 29,800.
func kit(state goods.State) goods.Order {
	return goods.Order{
		Seller: "D", Member: "zhang", Outlet: "T3", Region: "sh", Reference: "R1", Date: november, Payment: "pos-77", ShipDays: 3, SilenceDays: 7, ReturnDays: 10,
		Parts: []goods.Part{{
			Supplier: "S1", Party: "S1", Delivery: goods.Shipped, Scene: "care", Fee: amount.Rate{Num: 1, Den: 100}, State: state, Since: november + 1,
			Lines:  []goods.Line{{SKU: "oilkit", Version: 1, Quantity: 1, Fen: 29_800}},
			Pieces: spend.Line{taken("DP", 1860), taken("FP", 8400), taken("GP", 20_000)}, Cash: 1220,
		}},
	}
}

func TestParseWanted(t *testing.T) {
	bad := fault.BadRequest
	readings(t, parseOrderLine,
		reading{text: "S1/oil:2", want: goods.Wanted{Supplier: "S1", SKU: "oil", Quantity: 2}},
		reading{text: "S1/oil", want: goods.Wanted{Supplier: "S1", SKU: "oil", Quantity: 1}},
		reading{text: "oil:2", code: bad}, reading{text: "S1/oil:", code: bad}, reading{text: "S1/oil:-1", code: bad}, reading{text: "S1/oil:0", code: bad},
		reading{text: "S1/:1", code: bad}, reading{text: "S1/oil:1000001", code: bad}, reading{text: "S1/oil:99999999999", code: bad}, reading{text: "", code: bad})
}

// TestPlacing: what is asked of the ledger is what the flags say.
func TestPlacing(t *testing.T) {
	p := placing{
		basket:   basket{member: "zhang", region: "sh", outlet: "T3", lines: []goods.Wanted{{Supplier: "S1", SKU: "oil", Quantity: 2}}},
		spending: spending{take: []part{{programme: "DP", units: 5}}}, cash: 7, payment: "p", reference: "R", length: time.Hour,
	}
	if err := p.check(&app{}); err != nil {
		t.Fatal(err)
	}
	hash := bytes.Repeat([]byte{7}, 32)
	commitment := code.Commit(code.Code(strings.Repeat("x", code.Size)))
	before := time.Now().Add(time.Hour).Unix()
	req, err := p.request(&app{}, []spend.Take{node.ALot}, hash, commitment)
	if err != nil || req.AcceptBy < before || req.AcceptBy > before+60 {
		t.Fatalf("%+v, %v", req, err)
	}
	req.AcceptBy = 0
	want := goods.PlaceRequest{Member: "zhang", Lines: p.lines, Region: "sh", Outlet: "T3", Quote: hash, Pieces: []spend.Take{node.ALot},
		Cash: 7, Payment: "p", Pickup: commitment, Reference: "R"}
	if d := cmp.Diff(want, req); d != "" {
		t.Error(d)
	}
	p.accept = true
	if req, err := p.request(&app{}, nil, hash, nil); err != nil || !req.Accept || req.AcceptBy != 0 {
		t.Errorf("%+v, %v", req, err)
	}
	p.take = []part{{programme: "DP"}}
	if err := p.check(&app{}); fault.CodeOf(err) != fault.Limit && fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no points: %v", err)
	}
}

// TestPickupCodes: as many codes as there are parts that can be proven by one; they
// open one after the other, whichever were used.
func TestPickupCodes(t *testing.T) {
	quoted := func(supplier string, d goods.Delivery, scene string) goods.Quoted {
		return goods.Quoted{Supplier: supplier, Delivery: d, Scene: scene}
	}
	for _, c := range []struct {
		name  string
		lines []goods.Quoted
		want  int
	}{
		{"nothing", nil, 0},
		{"virtual only", []goods.Quoted{quoted("S1", goods.Virtual, "a")}, 0},
		{"two of one part", []goods.Quoted{quoted("S1", goods.Counter, "a"), quoted("S1", goods.Counter, "a")}, 1},
		{"by delivery", []goods.Quoted{quoted("S1", goods.Counter, "a"), quoted("S1", goods.Shipped, "a"), quoted("S1", goods.Virtual, "a")}, 2},
		{"by scene and supplier", []goods.Quoted{quoted("S1", goods.Counter, "a"), quoted("S1", goods.Counter, "b"), quoted("S2", goods.Counter, "a")}, 3},
	} {
		if got := handedOver(c.lines); got != c.want {
			t.Errorf("%s: %d", c.name, got)
		}
	}
	seed := code.Code(strings.Repeat("s", code.Size))
	codes, now := code.Chain(seed, 3)
	secrets := []vault.Secret{{Code: code.Code(strings.Repeat("z", code.Size))}, {Code: seed}}
	for left := 3; left >= 0; left-- {
		got := pickupLeft(secrets, now)
		if len(got) != left {
			t.Fatalf("%d are left, %d are told", left, len(got))
		}
		if left > 0 {
			if !got[0].Opens(now) {
				t.Fatal("the next one doesn't open")
			}
			now = code.Commitment(codes[3-left])
		}
	}
	if left := pickupLeft(secrets, nil); left != nil {
		t.Errorf("an order without a code: %v", left)
	}
}

// TestTheSameRequestHasTheSameCodes: what is asked again is told again, and is in the
// vault once.
func TestTheSameRequestHasTheSameCodes(t *testing.T) {
	v, a := aVault(t), &app{call: node.Call{ID: "one"}}
	first, commitment := code.Chain(a.call.Seed(v, pickup, 0), 2)
	again, _ := code.Chain(a.call.Seed(v, pickup, 0), 2)
	for range 2 {
		if err := keepPickup(v, numbered(0), "zhang", first); err != nil {
			t.Fatal(err)
		}
	}
	secrets, err := v.Codes(pickup, numbered(0).String())
	if err != nil || len(secrets) != 1 || cmp.Diff(first, again) != "" || cmp.Diff(first, pickupLeft(secrets, commitment)) != "" {
		t.Errorf("%v, %v, %v", first, again, err)
	}
}

func TestQuoteTable(t *testing.T) {
	q := gateway.Quoted{Hash: make([]byte, 32), Quote: goods.Quote{
		Lines: []goods.Quoted{{Supplier: "S1", SKU: "oilkit", Delivery: goods.Shipped, Scene: "care", Quantity: 2, Fen: 29_800}},
		Total: 59_600, MinCash: 1000, Tenders: []goods.Tender{{Programme: "FP", Value: amount.Rate{Num: 4, Den: 5}}},
	}}
	got := rendered(func(w table.Writer) { quotedTable(w, q, []goods.Good{{En: "Oil kit", Zh: "机油套装"}}, scales{}) })
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
		{"placed", goods.Part{State: goods.Placed, Delivery: goods.Shipped}, false, "● PLACED ┄ ACCEPTED ┄ SHIPPED ┄ DELIVERED ┄ COMPLETED"},
		{"accepted", goods.Part{State: goods.Accepted, Delivery: goods.Counter}, false, "PLACED ─ ● ACCEPTED ┄ DELIVERED ┄ COMPLETED"},
		{"shipped", goods.Part{State: goods.OnItsWay, Delivery: goods.Shipped}, false, "PLACED ─ ACCEPTED ─ ● SHIPPED ┄ DELIVERED ┄ COMPLETED"},
		{"delivered", goods.Part{State: goods.Delivered, Delivery: goods.Virtual}, true, "PLACED ─ ACCEPTED ─ ● DELIVERED ┄ COMPLETED"},
		{"completed", goods.Part{State: goods.Completed, Delivery: goods.Shipped}, false, "PLACED ─ ACCEPTED ─ SHIPPED ─ DELIVERED ─ ● COMPLETED"},
		{"rejected", goods.Part{State: goods.Rejected}, false, "PLACED ─ ✕ REJECTED"},
		{"cancelled, who knows when", goods.Part{State: goods.Cancelled}, false, "PLACED ┄ ✕ CANCELLED"},
		{"cancelled after it was accepted at once", goods.Part{State: goods.Cancelled}, true, "PLACED ─ ACCEPTED ─ ✕ CANCELLED"},
		{"lost at home", goods.Part{State: goods.Cancelled, Lost: true}, false, "PLACED ─ ACCEPTED ─ ✕ CANCELLED"},
		{"lost on the way", goods.Part{State: goods.Cancelled, Lost: true, Carrier: "sf"}, false, "PLACED ─ ACCEPTED ─ SHIPPED ─ ✕ CANCELLED"},
		{"timed out", goods.Part{State: goods.TimedOut}, false, "PLACED ┄ ✕ TIMED_OUT"},
	} {
		if got := drawn(c.part, c.atOnce); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestOrderTable(t *testing.T) {
	o := kit(goods.OnItsWay)
	o.Parts[0].Carrier, o.Parts[0].Waybill = "sf", "SF1"
	r := readModel(t, []entry{put(row.Good("S1", "oilkit"), goods.Good{Supplier: "S1", SKU: "oilkit", Version: 2, En: "New kit", Zh: "新"}),
		put(row.GoodVersion("S1", "oilkit", 1), goods.Good{Supplier: "S1", SKU: "oilkit", Version: 1, En: "Oil kit", Zh: "机油套装"}),
		put(row.Order(numbered(0)), o)})
	found, err := r.Order(numbered(0))
	if err != nil {
		t.Fatal(err)
	}
	names, err := namesOf(r, found)
	if err != nil {
		t.Fatal(err)
	}
	back := index.Return{Number: numbered(5), SKU: "oilkit", Return: goods.Return{Part: 1, Line: 1, Quantity: 1, State: goods.Refunded, Since: november + 9, Reason: "broken", Pieces: spend.Line{taken("DP", 1860)}, Cash: 5}}
	got := rendered(func(w table.Writer) {
		orderTable(w, wholeOrder{Height: 9, Order: found, Returns: []index.Return{back}}, names, scales{"FP": 2})
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
	if squeezed(got) != squeezed(want) {
		t.Errorf("\n%s", got)
	}
}

// squeezed is a text with one blank where there are several, and no lines that only
// part others.
func squeezed(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.Join(strings.Fields(l), " "); strings.Trim(l, "─") != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// TestStanding: every state says what comes next, or why nothing does.
func TestStanding(t *testing.T) {
	for state, want := range map[goods.State]string{
		goods.Placed: "can be accepted until", goods.Accepted: "to be shipped until 2026-11-05", goods.OnItsWay: "after 2026-11-09 silence",
		goods.Delivered: "can be returned until 2026-11-12", goods.Completed: "proven by silence", goods.Rejected: ": why",
		goods.Cancelled: "its goods are lost", goods.TimedOut: "since 2026-11-02",
	} {
		o := kit(state)
		o.AcceptBy = 1_800_000_000
		o.Parts[0].Proof, o.Parts[0].Reason, o.Parts[0].Lost = goods.BySilence, "why", state == goods.Cancelled
		if got := standing(index.Order{Order: o}.Part(1)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", state, got)
		}
	}
}

func TestDueOnes(t *testing.T) {
	two := kit(goods.Placed)
	two.Parts = append(two.Parts, two.Parts[0])
	placed, accepted := index.Order{Number: numbered(1), Order: two}, index.Order{Number: numbered(2), Order: kit(goods.Accepted)}
	list := dueOnes([]index.OrderPart{placed.Part(1), placed.Part(2), accepted.Part(1)}, timeOutOf)
	want := []dueOne{{"D.1.1.1", goods.TimeOutRequest{Order: numbered(1)}}, {"D.1.1.2/1", goods.TimeOutRequest{Order: numbered(2), Part: 1}}}
	if fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("%v", list)
	}
	shipped := index.Order{Number: numbered(3), Order: kit(goods.OnItsWay)}
	if req := deliverOf(shipped.Part(1)).(goods.DeliverRequest); req.Order != numbered(3) || req.Part != 1 || req.Check() != nil {
		t.Errorf("%+v", req)
	}
	if req := completeOf(shipped.Part(1)).(goods.CompleteRequest); req.Order != numbered(3) || req.Part != 1 || req.Check() != nil {
		t.Errorf("%+v", req)
	}
}

// priceList is a vault with what D owes S1 and S2 for a unit: an oil kit 26,800, of
// wipers 13 1/3 % commission.
func priceList(t *testing.T) (v *vault.Vault, oil, wiper veil.Commitment) {
	t.Helper()
	v = aVault(t)
	keep := func(supplier, sku string, kind goods.TermsKind, value uint64) veil.Commitment {
		terms := vault.Terms{Supplier: supplier, SKU: sku, Seller: "D", Kind: kind, Opening: veil.Opening{Value: veil.Whole(value)}}
		salt, err := v.TermsSalt("test", terms)
		if err != nil {
			t.Fatal(err)
		}
		terms.Opening.Salt = salt
		if err := v.PutTerms(terms); err != nil {
			t.Fatal(err)
		}
		c, err := terms.Opening.Commit()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	return v, keep("S1", "oilkit", goods.Supply, 268_000_000), keep("S2", "wiper", goods.Commission, 1333)
}

// supplies is what S1 and S2, for which S1 acts too, are to deliver and have
// delivered.
func supplies(t *testing.T, oil, wiper veil.Commitment) *index.Reading {
	t.Helper()
	supplied := func(o goods.Order, kind goods.TermsKind, terms veil.Commitment) goods.Order {
		o.Parts[0].Lines[0].Kind, o.Parts[0].Lines[0].Terms = kind, terms
		return o
	}
	two := supplied(kit(goods.Delivered), goods.Supply, oil)
	two.Parts = append(two.Parts, goods.Part{Supplier: "S2", Party: "S1", Delivery: goods.Counter, Scene: "care", State: goods.Accepted, Since: november, Lines: []goods.Line{
		{SKU: "wiper", Version: 1, Quantity: 3, Fen: 900, Kind: goods.Commission, Terms: wiper, Returned: 1},
		{SKU: "wiper", Version: 1, Quantity: 1, Fen: 900, Kind: goods.Commission, Terms: oil}, // of other terms: not known for this good
	}})
	foreign := kit(goods.Accepted)
	foreign.Parts[0].Party = "M"
	return readModel(t,
		[]entry{put(row.Good("S1", "oilkit"), goods.Good{Supplier: "S1", SKU: "oilkit", Version: 1, GTIN: "6901234567892", En: "Oil kit, big", Zh: "机油套装", Unit: "piece"}),
			put(row.Good("S2", "wiper"), goods.Good{Supplier: "S2", SKU: "wiper", Version: 1, En: "Wiper", Zh: "雨刮", Unit: "piece"})},
		[]entry{put(row.Order(numbered(9)), two)},
		[]entry{put(row.Order(numbered(1)), kit(goods.Placed)), put(row.Order(numbered(2)), foreign)},
		[]entry{put(row.Order(numbered(3)), kit(goods.Cancelled))},
	)
}

func TestPurchaseOf(t *testing.T) {
	v, oil, wiper := priceList(t)
	r := supplies(t, oil, wiper)
	lineNames := func(p purchased) string {
		var list []string
		for _, l := range p.Rows {
			list = append(list, fmt.Sprintf("%d/%d/%d", l.Order.Index, l.Part, l.Line))
		}
		return strings.Join(list, " ")
	}
	usual := index.PartFilter{Party: "S1", States: purchaseStates}
	whole, err := purchaseOf(r, v, usual, "", 0)
	if err != nil || lineNames(whole) != "9/1/1 9/2/1 9/2/2 3/1/1" || whole.Height != r.Height() {
		t.Fatalf("%s, %v", lineNames(whole), err)
	}
	// 3 × 900 less 13.33 %: 2,340.09; what the vault doesn't know is empty.
	for i, want := range []string{"26800", "2340.09", "", ""} {
		if got := whole.Rows[i].Supply; got != want {
			t.Errorf("row %d: supply %q, want %q", i, got, want)
		}
	}
	first := whole.Rows[0]
	if first.GTIN != "6901234567892" || first.Zh != "机油套装" || first.Seller != "D" || first.Reference != "R1" || first.LastDay != november+11 || first.Cursor == "" {
		t.Errorf("%+v", first)
	}
	one, err := purchaseOf(r, v, usual, "", 2) // two parts, never one and a half
	if err != nil || lineNames(one) != "9/1/1 9/2/1 9/2/2" {
		t.Errorf("%s, %v", lineNames(one), err)
	}
	rest, err := purchaseOf(r, v, usual, one.Next, 2)
	if err != nil || lineNames(rest) != "3/1/1" || rest.Next != whole.Next {
		t.Errorf("%s, %v", lineNames(rest), err)
	}
	none, err := purchaseOf(r, v, usual, whole.Next, 0)
	if err != nil || none.Rows == nil || len(none.Rows) > 0 || none.Next != whole.Next {
		t.Errorf("%+v, %v", none, err)
	}
	if some, err := purchaseOf(r, v, index.PartFilter{Party: "S1", Supplier: "S2", Since: november}, "", 0); err != nil || lineNames(some) != "9/2/1 9/2/2" {
		t.Errorf("%s, %v", lineNames(some), err)
	}
	if _, err := purchaseOf(r, v, usual, "yesterday", 0); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("%v", err)
	}
}

func TestPurchaseInEveryFormat(t *testing.T) {
	v, oil, wiper := priceList(t)
	answer, err := purchaseOf(supplies(t, oil, wiper), v, index.PartFilter{Party: "S1", States: purchaseStates}, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var o bytes.Buffer
	a := &app{out: &o, format: "csv"}
	if err := a.printPurchase(answer); err != nil {
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
	for column, want := range map[string]string{"order": "D.1.1.9", "part": "1", "state": "DELIVERED", "name_en": "Oil kit, big", "supply_yuan": "268.00", "quantity": "1",
		"returned": "0", "ordered": "2026-11-01", "cursor": answer.Rows[0].Cursor, "delivery": "shipped", "waybill": ""} {
		if got := cell(1, column); got != want {
			t.Errorf("%s: %q, want %q", column, got, want)
		}
	}
	if got := cell(2, "returned"); got != "1" {
		t.Errorf("returned: %s", got)
	}
	o.Reset()
	a.format = "json"
	if err := a.printPurchase(answer); err != nil {
		t.Fatal(err)
	}
	var back purchased
	if err := json.Unmarshal(o.Bytes(), &back); err != nil || cmp.Diff(answer, back) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(answer, back))
	}
	shown := rendered(func(w table.Writer) { purchaseTable(w, answer) })
	for _, want := range []string{"supply", "¥23.4009", "雨刮", "--after " + answer.Next} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %s:\n%s", want, shown)
		}
	}
}

// owedAs is a hidden position of a cycle for a quantity of a line. D sells: what it is
// owed came back.
func owedAs(t *testing.T, v settlement.Veiled, debtor, creditor string, l goods.Line, quantity uint32) settlement.Veiled {
	t.Helper()
	sum, err := l.Owes(quantity)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = v.Plus(settlement.VeiledOwe{Debtor: debtor, Creditor: creditor, Back: creditor == "D", Fee: amount.Rate{Num: 1, Den: 100}, Count: 1, Sum: sum}); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestHiddenIsOpened: the story's D→S1 26,800 and its fee, to who can know it, a return
// the other way; and what isn't so on the ledger is said.
func TestHiddenIsOpened(t *testing.T) {
	v, oil, _ := priceList(t)
	o := kit(goods.Delivered)
	o.Parts[0].Cycle = "c1"
	line := goods.Line{SKU: "oilkit", Version: 1, Quantity: 2, Fen: 29_800, Kind: goods.Supply, Terms: oil, Returned: 1}
	o.Parts[0].Lines[0] = line
	other := kit(goods.Delivered)
	other.Parts[0].Cycle, other.Parts[0].Supplier, other.Parts[0].Party = "c1", "S9", "S9"
	other.Parts[0].Lines[0].Kind, other.Parts[0].Lines[0].Terms = goods.Supply, oil // S9's: another good, which the vault doesn't know
	back := goods.Return{Order: numbered(1), Part: 1, Line: 1, Quantity: 1, State: goods.Refunded, Cycle: "c2"}
	ledger := func(charged uint32) *index.Reading {
		c1 := owedAs(t, owedAs(t, settlement.Veiled{}, "D", "S1", line, charged), "D", "S9", line, 1)
		return readModel(t, []entry{put(row.Charter(), party.Charter{Network: "n", Operator: "G"}), put(row.Order(numbered(1)), o), put(row.Order(numbered(2)), other),
			put(row.Return(numbered(3)), back), put(row.Veiled("c1", "D", 1), c1), put(row.Veiled("c2", "D", 1), owedAs(t, settlement.Veiled{}, "S1", "D", line, 1))})
	}
	for _, c := range []struct {
		name, party string
		charged     uint32
		want        string
		wrong       string
	}{
		{"a side", "D", 2, "D→S1 ¥536.00 [S1→G 536], D→S9 hidden (1 delivery) [], S1→D ¥268.00 [G→S1 268]", ""},
		{"not a side", "M", 2, "D→S1 hidden (1 delivery) [], D→S9 hidden (1 delivery) [], S1→D hidden (1 delivery) []", ""},
		{"the ledger has less", "D", 1, "D→S1 WRONG (1 delivery) [], D→S9 hidden (1 delivery) [], S1→D ¥268.00 [G→S1 268]", "what D owes S1 in c1"},
	} {
		found, err := ledger(c.charged).VeiledOwes(c.party)
		if err != nil {
			t.Fatal(err)
		}
		list, err := openAll(found, v, c.party, "G")
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, h := range list {
			var fees []string
			for _, f := range h.Fees {
				fees = append(fees, fmt.Sprintf("%s→%s %d", f.Debtor, f.Creditor, int64(f.Fen)))
			}
			texts = append(texts, fmt.Sprintf("%s→%s %s %v", h.Debtor, h.Creditor, h.text(), fees))
		}
		if got := strings.Join(texts, ", "); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
		if err := wrong(list); (err == nil) != (c.wrong == "") || err != nil && (fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestHiddenRows(t *testing.T) {
	position := func(debtor, creditor string, count uint64) index.Veiled {
		return index.Veiled{Cycle: "c1", State: "OPEN", VeiledPosition: settlement.VeiledPosition{Debtor: debtor, Creditor: creditor, Count: count}}
	}
	got := rendered(func(w table.Writer) {
		owesTable(w, owing{Height: 9, Hidden: []hidden{
			{Veiled: position("D", "S1", 1), Opened: true, Fen: "26800.5", Fees: []index.Owed{{Cycle: "c1", Debtor: "S1", Creditor: "G", Fen: 268}}},
			{Veiled: position("G", "S2", 7)},
		}}, scales{})
	})
	want := `
 owes  whom  for            points  of which held                  worth  cycle  state 
───────────────────────────────────────────────────────────────────────────────────────
 D     S1    supply                                             ¥268.005  c1     OPEN  
 S1    G     fee on supply                                         ¥2.68  c1     OPEN  
 G     S2    supply                                hidden (7 deliveries)  c1     OPEN  
as of block 8`
	if squeezed(got) != squeezed(want) {
		t.Errorf("\n%s", got)
	}
}

func TestWalletShowsWhatIsHeld(t *testing.T) {
	got := rendered(func(w table.Writer) {
		walletTable(w, node.Wallet{Wallet: index.Wallet{Height: 10, Member: "wang", Held: []index.Held{{What: "order", ID: "D.1.1.0", By: "D", Programme: "GP", Amount: 1860}}}}, scales{"GP": 2})
	})
	if !strings.Contains(squeezed(got), "order D.1.1.0 GP 18.60 held by D") {
		t.Errorf("\n%s", got)
	}
}

// TestMembersHaveOrders: a member's page lists its orders, part by part.
func TestMembersHaveOrders(t *testing.T) {
	o := index.Order{Number: numbered(1), Order: kit(goods.Accepted)}
	got := rendered(func(w table.Writer) { personTable(w, node.Person{Height: 1, Orders: []index.OrderPart{o.Part(1)}}) })
	if !strings.Contains(got, "1 oilkit at D for ¥298.00, ACCEPTED since 2026-11-02") {
		t.Errorf("\n%s", got)
	}
}

func TestPartsAndReturnsTables(t *testing.T) {
	o := index.Order{Number: numbered(1), Order: kit(goods.OnItsWay)}
	got := rendered(func(w table.Writer) { partsTable(w, []index.OrderPart{o.Part(1)}, scales{"FP": 2}) })
	for _, want := range []string{"D.1.1.1", "1 oilkit", "1,860 DP, 84.00 FP, 20,000 GP", "¥12.20", "SHIPPED", "2026-11-09"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
	back := index.Return{Number: numbered(5), Supplier: "S1", SKU: "oilkit", Member: "zhang", Return: goods.Return{Order: numbered(1), Part: 1, Line: 1, Quantity: 1, State: goods.Received, Restocked: true}}
	got = rendered(func(w table.Writer) { returnsTable(w, []index.Return{back}, scales{}) })
	for _, want := range []string{"D.1.1.5", "S1/oilkit", "RECEIVED", "yes"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
}
