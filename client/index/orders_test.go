package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// counter is D's storefront with an oil kit of S1, which is shipped, and wipers of S2,
// which are handed over; S1 acts for itself, G for S2.
var counter = map[string]goods.Shelf{
	"S1/oil":    shelf("S1", "S1", "oil", goods.Shipped, 29_800),
	"S1/filter": shelf("S1", "S1", "filter", goods.Shipped, 500),
	"S2/wiper":  shelf("S2", "G", "wiper", goods.Counter, 900),
}

func shelf(supplier, party, sku string, delivery goods.Delivery, fen amount.Units) goods.Shelf {
	return goods.Shelf{
		Supplier: goods.Supplier{ID: supplier, Party: party, State: goods.Approved, Fee: amount.Rate{Num: 1, Den: 100}},
		Good:     goods.Good{Supplier: supplier, SKU: sku, Version: 1, Delivery: delivery, Open: true},
		Listing: goods.Listing{
			Seller: "D", Supplier: supplier, SKU: sku, Scene: "care", Prices: []goods.Price{{Fen: fen}}, Open: true,
		},
		Facts: []audience.Facts{{}},
	}
}

// clerk is who does things in the tests' orders.
func clerk(day date.Date) goods.At { return goods.At{Caller: "D", Now: 1000, Date: day} }

// bought is an order of some goods, GOOD:QUANTITY, paid with points of a lot.
func bought(t *testing.T, who, reference string, lines ...string) goods.Order {
	t.Helper()
	var wanted []goods.Wanted
	var shelves []goods.Shelf
	for _, l := range lines {
		id, count, _ := strings.Cut(l, ":")
		supplier, sku, _ := strings.Cut(id, "/")
		w := goods.Wanted{Supplier: supplier, SKU: sku}
		if _, err := fmt.Sscan(count, &w.Quantity); err != nil {
			t.Fatal(err)
		}
		wanted, shelves = append(wanted, w), append(shelves, counter[id])
	}
	front := goods.Storefront{
		Seller: "D", Tenders: []goods.Tender{{Programme: "DP", Value: amount.Rate{Num: 1, Den: 1}}}, ShipDays: 3,
		SilenceDays: 7, ReturnDays: 10, Open: true,
	}
	quote, err := goods.Offer(front, who, "", shelves, wanted, today)
	if err != nil {
		t.Fatal(err)
	}
	line := spend.Line{{Lot: numbered("D", 3, 1, 0).Row(0), Programme: "DP", Funder: "D", Amount: quote.Total}}
	o, err := goods.Place(goods.PlaceRequest{Member: who, Reference: reference, AcceptBy: 2000}, quote, line,
		clerk(today))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// then does verbs with an order.
func then(t *testing.T, o goods.Order, verbs ...func(goods.Order) (goods.Order, error)) goods.Order {
	t.Helper()
	for _, v := range verbs {
		next, err := v(o)
		if err != nil {
			t.Fatal(err)
		}
		o = next
	}
	return o
}

func accepted(o goods.Order) (goods.Order, error) {
	return o.Accept(goods.AcceptRequest{}, "c1", clerk(today+1))
}

func shipped(part uint8) func(goods.Order) (goods.Order, error) {
	return func(o goods.Order) (goods.Order, error) {
		return o.Ship(goods.ShipRequest{Part: part, Carrier: "sf", Waybill: fmt.Sprintf("SF-%d", part)}, clerk(today+2))
	}
}

func delivered(part uint8) func(goods.Order) (goods.Order, error) {
	return func(o goods.Order) (goods.Order, error) {
		return o.Deliver("D", goods.DeliverRequest{Part: part}, "c1", clerk(today+3))
	}
}

// refunded is a return of an order's line that came as far as its refund.
func refunded(t *testing.T, o goods.Order, part, line uint8, quantity uint32,
	restock bool) (goods.Order, goods.Return) {
	t.Helper()
	o, back, err := o.RequestReturn("D",
		goods.RequestReturnRequest{Part: part, Line: line, Quantity: quantity, Reason: "r"}, clerk(today+4))
	if err != nil {
		t.Fatal(err)
	}
	back, err = o.ReceiveReturn(back, goods.ReceiveReturnRequest{Restock: restock}, clerk(today+5))
	if err != nil {
		t.Fatal(err)
	}
	o, back, _, _, err = o.Refund(back, goods.RefundRequest{}, "c2", clerk(today+6))
	if err != nil {
		t.Fatal(err)
	}
	return o, back
}

// orderIn is the number of the order that a test writes in a batch of D's lane 1.
func orderIn(seq uint64) number.Command { return numbered("D", 1, seq, 0) }

// write an order into a block of its own; the batch is sealed the first time.
func (w *world) order(seq uint64, o goods.Order, more ...entry) {
	w.t.Helper()
	w.write(append([]entry{sealed("D", 1, seq), put(row.Order(orderIn(seq)), o)}, more...)...)
}

// sales is a ledger with orders in all stages.
func sales(t *testing.T) *world {
	w := newWorld(t)
	w.write(
		put(row.Member("ann"), member.Member{ID: "ann", Home: "D", State: member.Active, Depth: 1}),
		put(row.Member("bob"), member.Member{ID: "bob", Home: "D", State: member.Merged, Into: "ann"}),
	)
	w.order(1, bought(t, "ann", "R-1", "S1/oil:1", "S2/wiper:2", "S1/filter:3"))
	w.order(2, then(t, bought(t, "bob", "", "S1/oil:2"), accepted))
	w.order(3, then(t, bought(t, "cid", "", "S1/oil:1"), accepted, shipped(1)))
	w.order(4, then(t, bought(t, "ann", "R-4", "S2/wiper:2", "S1/oil:1"), accepted, delivered(1), shipped(2)))
	lost, err := then(t, bought(t, "cid", "", "S1/oil:5"), accepted).Cancel("D",
		goods.CancelRequest{Part: 1, Lost: true, Reason: "fire"}, clerk(today+2))
	if err != nil {
		t.Fatal(err)
	}
	w.order(5, lost)
	rejected, err := bought(t, "cid", "", "S1/oil:7").Reject(goods.RejectRequest{Reason: "no"}, clerk(today+1))
	if err != nil {
		t.Fatal(err)
	}
	w.order(6, rejected)
	return w
}

// partNames lists parts as ORDER/PART, of the order its batch only.
func partNames(list []OrderPart) string {
	var names []string
	for _, p := range list {
		names = append(names, fmt.Sprintf("%d/%d", p.Order.Seq, p.Number))
	}
	return strings.Join(names, " ")
}

func TestPartsAreFound(t *testing.T) {
	ix := sales(t).index()
	for _, c := range []struct {
		name   string
		filter PartFilter
		want   string
	}{
		{"all", PartFilter{}, "1/1 1/2 2/1 3/1 4/1 4/2 5/1 6/1"},
		{"a seller's", PartFilter{Seller: "D"}, "1/1 1/2 2/1 3/1 4/1 4/2 5/1 6/1"},
		{"no seller's", PartFilter{Seller: "G"}, ""},
		{"a supplier's", PartFilter{Supplier: "S2"}, "1/2 4/1"},
		{"a party's", PartFilter{Party: "G"}, "1/2 4/1"},
		{"a member's, and whom it was", PartFilter{Member: "ann"}, "1/1 1/2 2/1 4/1 4/2"},
		{"whom it was alone", PartFilter{Member: "bob"}, "2/1"},
		{"a state", PartFilter{States: []goods.State{goods.Placed}}, "1/1 1/2"},
		{"states", PartFilter{States: []goods.State{goods.OnItsWay, goods.Delivered}}, "3/1 4/1 4/2"},
		{"a waybill", PartFilter{Waybill: "SF-2"}, "4/2"},
		{"a reference", PartFilter{Reference: "R-4"}, "4/1 4/2"},
		{"since", PartFilter{Since: today + 2}, "3/1 4/1 4/2 5/1"},
		{"ordered from", PartFilter{From: today + 1}, ""},
		{"ordered until", PartFilter{Until: today, Member: "cid"}, "3/1 5/1 6/1"},
		{"member and party", PartFilter{Member: "ann", Party: "S1", States: []goods.State{goods.OnItsWay}}, "4/2"},
	} {
		found, err := now(t, ix).Parts(c.filter, Page{Limit: 500})
		if err != nil || partNames(found.Rows) != c.want || found.Rows == nil {
			t.Errorf("%s: %s, %v; want %s", c.name, partNames(found.Rows), err, c.want)
		}
	}
	var paged []OrderPart
	for page := (Page{Limit: 3}); ; {
		found, err := now(t, ix).Parts(PartFilter{}, page)
		if err != nil {
			t.Fatal(err)
		}
		if paged = append(paged, found.Rows...); found.Next == "" {
			break
		}
		page.After = found.Next
	}
	if got := partNames(paged); got != "1/1 1/2 2/1 3/1 4/1 4/2 5/1 6/1" {
		t.Errorf("in pages: %s", got)
	}
}

func TestAPartSaysWhatItsOrderDoes(t *testing.T) {
	ix := sales(t).index()
	found, err := now(t, ix).Parts(PartFilter{Reference: "R-1"}, Page{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	p := found.Rows[0]
	if p.Member != "ann" || p.Supplier != "S1" || len(p.Lines) != 2 || p.Value() != 31_300 || p.AcceptBy != 2000 ||
		p.LastDay != 0 || p.Date != today {
		t.Errorf("%+v", p)
	}
	o, err := now(t, ix).Order(orderIn(4))
	if err != nil || o.Number != orderIn(4) || o.Parts[0].State != goods.Delivered ||
		o.Part(1).LastDay != today+13 || o.Part(2).LastDay != today+9 {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := now(t, ix).Order(orderIn(40)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no order: %v", err)
	}
}

// TestDueParts: what ends by itself, by the clock or by the business date.
func TestDueParts(t *testing.T) {
	ix := sales(t).index()
	for _, c := range []struct {
		name   string
		state  goods.State
		seller string
		now    int64
		day    date.Date
		want   string
	}{
		{"not accepted, in time", goods.Placed, "", 1999, today + 100, ""},
		{"not accepted", goods.Placed, "", 2000, today, "1/1 1/2"},
		{"another seller's", goods.Placed, "G", 2000, today, ""},
		{"not shipped, on its last day", goods.Accepted, "", 0, today + 4, ""},
		{"not shipped", goods.Accepted, "D", 0, today + 5, "2/1"},
		{"silence, on its last day", goods.OnItsWay, "", 0, today + 9, ""},
		{"silence", goods.OnItsWay, "", 0, today + 10, "3/1 4/2"},
		{"kept, on the last day of returns", goods.Delivered, "", 0, today + 13, ""},
		{"kept", goods.Delivered, "", 0, today + 14, "4/1"},
		{"what has ended", goods.Rejected, "", 1 << 40, today + 999, ""},
	} {
		list, err := now(t, ix).DueParts(c.state, c.seller, c.now, c.day, 9)
		if err != nil || partNames(list) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, partNames(list), err, c.want)
		}
	}
}

// TestChanged: whoever goes on from the last bookmark sees every change, however the
// parts are paged and whatever happens in between.
func TestChanged(t *testing.T) {
	w := sales(t)
	ix := w.index()
	filter := PartFilter{Party: "S1"}
	seen, after := map[string]goods.State{}, ""
	poll := func() (got string) {
		for {
			found, err := now(t, ix).Changed(filter, Page{Limit: 2, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range found.Rows {
				seen[partNames([]OrderPart{p})] = p.State
				after = p.Cursor()
			}
			got += partNames(found.Rows) + ";"
			if found.Next == "" {
				return got
			}
		}
	}
	if got := poll(); got != "1/1 2/1;3/1 4/2;5/1 6/1;;" {
		t.Errorf("at first: %s", got)
	}
	if got := poll(); got != ";" {
		t.Errorf("nothing has changed, and yet: %s", got)
	}
	w.order(9, bought(t, "eve", "", "S1/oil:1"))
	w.order(2, then(t, bought(t, "bob", "", "S1/oil:2"), accepted, shipped(1)))
	w.order(10, bought(t, "eve", "", "S2/wiper:1"))
	blocks := w.blocks()
	if err := ix.Apply(blocks[ix.Height():]...); err != nil {
		t.Fatal(err)
	}
	if got := poll(); got != "9/1 2/1;;" || seen["2/1"] != goods.OnItsWay {
		t.Errorf("then: %s, %v", got, seen)
	}
	for _, bad := range []string{"x", "1/D.1.2.0", "x/D.1.2.0/1", "1/D.1.2/1", "1/D.1.2.0/x"} {
		if _, err := now(t, ix).Changed(filter, Page{Limit: 2, After: bad}); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestReturnsAndStock(t *testing.T) {
	w := sales(t)
	kept := then(t, bought(t, "ann", "", "S2/wiper:5", "S1/oil:1"), accepted, delivered(1))
	kept, asked, err := kept.RequestReturn("D",
		goods.RequestReturnRequest{Order: orderIn(20), Part: 1, Line: 1, Quantity: 1, Reason: "r"}, clerk(today+4))
	if err != nil {
		t.Fatal(err)
	}
	kept, back := refunded(t, kept, 1, 1, 2, true)
	kept, scrapped := refunded(t, kept, 1, 1, 1, false)
	entries := []entry{sealed("D", 2, 1)}
	for i, r := range []goods.Return{asked, back, scrapped} {
		r.Order = orderIn(20)
		entries = append(entries, put(row.Return(numbered("D", 2, 1, i)), r))
	}
	w.order(20, kept, append(entries, put(row.Pool("S2", "wiper", "D"), goods.Pool{Free: 40}))...)
	ix := w.index()
	for _, c := range []struct {
		name   string
		filter ReturnFilter
		want   []int
	}{
		{"all", ReturnFilter{}, []int{0, 1, 2}},
		{"of an order", ReturnFilter{Order: orderIn(20)}, []int{0, 1, 2}},
		{"of another order", ReturnFilter{Order: orderIn(2)}, nil},
		{"a member's", ReturnFilter{Member: "ann"}, []int{0, 1, 2}},
		{"another's", ReturnFilter{Member: "cid"}, nil},
		{"a seller's", ReturnFilter{Seller: "D", Supplier: "S2", Party: "G"}, []int{0, 1, 2}},
		{"another supplier's", ReturnFilter{Supplier: "S1"}, nil},
		{"open", ReturnFilter{States: []goods.ReturnState{goods.Requested, goods.Received}}, []int{0}},
		{"refunded", ReturnFilter{States: []goods.ReturnState{goods.Refunded}}, []int{1, 2}},
	} {
		found, err := now(t, ix).Returns(c.filter, Page{Limit: 500})
		var got []int
		for _, r := range found.Rows {
			got = append(got, int(r.Number.Index))
			if r.SKU != "wiper" || r.Seller != "D" || r.Supplier != "S2" || r.Member != "ann" {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	for id, want := range map[string]Used{
		"S1/filter/D": {Reserved: 3},
		"S1/oil/D":    {Reserved: 1 + 2 + 1 + 1 + 1, Lost: 5},
		"S2/wiper/D":  {Reserved: 2, Delivered: 2 + 5, PutBack: 2},
		"S2/wiper/G":  {},
	} {
		words := strings.Split(id, "/")
		if used, err := now(t, ix).Used(words[0], words[1], words[2]); err != nil || used != want {
			t.Errorf("%s: %+v, %v", id, used, err)
		}
	}
	found, err := now(t, ix).Stocks("", "", "", "", Page{Limit: 9})
	if err != nil || len(found.Rows) != 1 || found.Rows[0].Free != 40 || found.Rows[0].PutBack != 2 {
		t.Errorf("%+v, %v", found.Rows, err)
	}
}

// TestHeld: what a wallet's holds, orders and trades set aside comes to what the
// lanes' totals say.
func TestHeld(t *testing.T) {
	w := sales(t)
	piece := func(n amount.Units) spend.Line {
		return spend.Line{{Lot: numbered("D", 3, 1, 0).Row(0), Programme: "DP", Funder: "D", Amount: n}}
	}
	w.write(sealed("M", 1, 1),
		put(row.Hold(numbered("M", 1, 1, 0)), points.Hold{
			Acceptor: "M", Member: "ann", State: points.PartCaptured, Captured: 3, Pieces: piece(10),
		}),
		put(row.Hold(numbered("M", 1, 1, 1)), points.Hold{
			Acceptor: "M", Member: "ann", State: points.Captured, Captured: 10, Pieces: piece(10),
		}),
		put(row.Trade(numbered("M", 1, 1, 2)), points.Trade{
			By: "M", Maker: "bob", State: points.Offered, Pieces: piece(4),
		}),
		put(row.Trade(numbered("M", 1, 1, 3)), points.Trade{
			By: "M", Maker: "bob", State: points.Swapped, Pieces: piece(4),
		}))
	wallet, err := now(t, w.index()).Wallet("ann")
	want := []Held{
		{"hold", "M.1.1.0", "M", "DP", 7},
		{"order", "D.1.1.0", "D", "DP", 29_800 + 3*500 + 2*900},
		{"order", "D.1.2.0", "D", "DP", 2 * 29_800},
		{"order", "D.1.4.0", "D", "DP", 29_800}, // its other part is delivered
		{"trade", "M.1.1.2", "M", "DP", 4},
	}
	if err != nil || cmp.Diff(want, wallet.Held) != "" {
		t.Errorf("%s, %v", cmp.Diff(want, wallet.Held), err)
	}
	if wallet, err = now(t, w.index()).Wallet("nobody"); err != nil || wallet.Held == nil || len(wallet.Held) > 0 {
		t.Errorf("nobody: %+v, %v", wallet.Held, err)
	}
}

// TestOrdersAreChangedByOthers: an order that is there, or a return, needs no seal of
// its own to change: who ships it does so in another batch, in another block.
func TestOrdersAreChangedByOthers(t *testing.T) {
	w := sales(t)
	w.write(sealed("D", 2, 1), put(row.Return(numbered("D", 2, 1, 0)), goods.Return{
		Order: orderIn(4), Part: 1, Line: 1, Quantity: 1, State: goods.Requested,
	}))
	ix := w.index()
	w.write(sealed("M", 1, 1),
		put(row.Order(orderIn(2)), then(t, bought(t, "bob", "", "S1/oil:2"), accepted, shipped(1))))
	w.write(sealed("M", 1, 2), put(row.Return(numbered("D", 2, 1, 0)), goods.Return{
		Order: orderIn(4), Part: 1, Line: 1, Quantity: 1, State: goods.Received,
	}))
	for _, b := range w.blocks()[ix.Height():] {
		if err := ix.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
	o, err := now(t, ix).Order(orderIn(2))
	found, err2 := now(t, ix).Returns(ReturnFilter{Order: orderIn(4)}, Page{Limit: 9})
	if err != nil || err2 != nil || o.Parts[0].State != goods.OnItsWay || len(found.Rows) != 1 ||
		found.Rows[0].State != goods.Received {
		t.Errorf("%+v, %+v, %v, %v", o, found.Rows, err, err2)
	}
	if stray, err := now(t, ix).Unsealed(); err != nil || len(stray) > 0 {
		t.Errorf("%+v, %v", stray, err)
	}
}

// TestDigestOfOrders lives through orders that change, in portions and over
// restarts: every table of theirs comes out the same.
func TestDigestOfOrders(t *testing.T) {
	w := sales(t)
	o := then(t, bought(t, "ann", "", "S2/wiper:5", "S1/oil:1"), accepted)
	w.order(30, o)
	o = then(t, o, delivered(1))
	w.order(30, o)
	o, back := refunded(t, o, 1, 1, 2, true)
	back.Order = orderIn(30)
	w.order(30, o, sealed("D", 2, 7), put(row.Return(numbered("D", 2, 7, 0)), back))
	w.order(30, then(t, o, shipped(2)),
		put(row.Veiled("c1", "D", 1), owed(t, settlement.Veiled{}, "D", "S1", priced(t, 7, 1), 2)))
	w.order(30, then(t, o, shipped(2)),
		put(row.Veiled("c1", "D", 1), owed(t, settlement.Veiled{}, "D", "S1", priced(t, 7, 1), 3)))
	blocks := w.blocks()
	whole := w.index()
	want, err := now(t, whole).Digest()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"orders", "parts", "lines", "returns", "veiled"} {
		n := 0
		err := now(t, whole).tx.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n)
		if _, known := tableNamed(table); err != nil || n == 0 || known != nil {
			t.Errorf("%s has %d rows, %v, or is in no digest", table, n, err)
		}
	}
	for _, portion := range []int{1, 3} {
		path := where(t)
		for from := 0; from < len(blocks); from += portion {
			ix, err := believing(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := ix.Apply(blocks[from:min(from+portion, len(blocks))]...); err != nil {
				t.Fatal(err)
			}
			got, err := now(t, ix).Digest()
			if last := ix.Height() == uint64(len(blocks)); err != nil || last != (got.String() == want.String()) {
				t.Errorf("portions of %d: height %d, %v", portion, ix.Height(), err)
			}
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
