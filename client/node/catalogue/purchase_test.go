package catalogue

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node/nodetest"
)

// supplies is what S1 and S2, for which S1 acts too, are to deliver and have
// delivered.
func supplies(t *testing.T, oil, wiper pedersen.Commitment) *index.Reading {
	t.Helper()
	supplied := func(o goods.Order, kind goods.TermsKind, terms pedersen.Commitment) goods.Order {
		o.Parts[0].Lines[0].Kind, o.Parts[0].Lines[0].Terms = kind, terms
		return o
	}
	two := supplied(nodetest.Kit(goods.Delivered), goods.Supply, oil)
	two.Parts = append(two.Parts, goods.Part{Supplier: "S2", Party: "S1", Delivery: goods.Counter, Scene: "care",
		State: goods.Accepted, Since: nodetest.November, Lines: []goods.Line{
			{SKU: "wiper", Version: 1, Quantity: 3, Fen: 900, Kind: goods.Commission, Terms: wiper, Returned: 1},
			// of other terms: not known for this good
			{SKU: "wiper", Version: 1, Quantity: 1, Fen: 900, Kind: goods.Commission, Terms: oil},
		}})
	foreign := nodetest.Kit(goods.Accepted)
	foreign.Parts[0].Party = "M"
	return indextest.ReadModel(t,
		[]indextest.Entry{indextest.Put(row.Good("S1", "oilkit"),
			goods.Good{Supplier: "S1", SKU: "oilkit", Version: 1, GTIN: "6901234567892", En: "Oil kit, big",
				Zh: "机油套装", Unit: "piece"}),
			indextest.Put(row.Good("S2", "wiper"), goods.Good{Supplier: "S2", SKU: "wiper", Version: 1, En: "Wiper",
				Zh: "雨刮", Unit: "piece"})},
		[]indextest.Entry{indextest.Put(row.Order(indextest.Numbered(9)), two)},
		[]indextest.Entry{indextest.Put(row.Order(indextest.Numbered(1)), nodetest.Kit(goods.Placed)),
			indextest.Put(row.Order(indextest.Numbered(2)), foreign)},
		[]indextest.Entry{indextest.Put(row.Order(indextest.Numbered(3)), nodetest.Kit(goods.Cancelled))},
	)
}

func TestPurchaseOf(t *testing.T) {
	v, oil, wiper := nodetest.PriceList(t)
	r := supplies(t, oil, wiper)
	lineNames := func(p Purchases) string {
		var list []string
		for _, l := range p.Rows {
			list = append(list, fmt.Sprintf("%d/%d/%d", l.Order.Index, l.Part, l.Line))
		}
		return strings.Join(list, " ")
	}
	whole, err := PurchaseRequest{}.of(r, v, "S1")
	if err != nil || lineNames(whole) != "9/1/1 9/2/1 9/2/2 3/1/1" || whole.Height != r.Height() {
		t.Fatalf("%s, %v", lineNames(whole), err)
	}
	// 3 × 900 less 13.33 %: 2,340.09; what the vault doesn't know is empty.
	for i, want := range []PrivatePrice{"26800", "2340.09", "", ""} {
		if got := whole.Rows[i].Supply; got != want {
			t.Errorf("row %d: supply %q, want %q", i, got, want)
		}
	}
	first := whole.Rows[0]
	if first.GTIN != "6901234567892" || first.Zh != "机油套装" || first.Seller != "D" || first.Reference != "R1" ||
		first.LastDay != nodetest.November+11 || first.Cursor == "" {
		t.Errorf("%+v", first)
	}
	one, err := PurchaseRequest{Limit: 2}.of(r, v, "S1") // two parts, never one and a half
	if err != nil || lineNames(one) != "9/1/1 9/2/1 9/2/2" {
		t.Errorf("%s, %v", lineNames(one), err)
	}
	rest, err := PurchaseRequest{After: one.Next, Limit: 2}.of(r, v, "S1")
	if err != nil || lineNames(rest) != "3/1/1" || rest.Next != whole.Next {
		t.Errorf("%s, %v", lineNames(rest), err)
	}
	none, err := PurchaseRequest{After: whole.Next}.of(r, v, "S1")
	if err != nil || none.Rows == nil || len(none.Rows) > 0 || none.Next != whole.Next {
		t.Errorf("%+v, %v", none, err)
	}
	if some, err := (PurchaseRequest{Supplier: "S2", Since: nodetest.November}).of(r, v, "S1"); err != nil ||
		lineNames(some) != "9/2/1 9/2/2" {
		t.Errorf("%s, %v", lineNames(some), err)
	}
	if _, err := (PurchaseRequest{After: "yesterday"}).of(r, v, "S1"); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("%v", err)
	}
}
