package catalogue

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
	"tallystick/client/importer"
	"tallystick/client/index/indextest"
	"tallystick/client/node/nodetest"
)

// TestCatalogued: a catalogue has a price where the party sells its own good at one for everybody, and the stock of the
// seller who ever had any, be it none by now.
func TestCatalogued(t *testing.T) {
	var entries []indextest.Entry
	n := nodetest.Offline(t)
	lists := func(sku string, change func(*goods.Listing), prices ...goods.Price) {
		l := goods.Listing{Seller: "D", Supplier: "own", SKU: sku, Scene: "retail", Prices: prices, Open: true}
		change(&l)
		entries = append(entries, indextest.Put(row.Listing("D", "own", sku), l))
	}
	as := func(*goods.Listing) {}
	lists("plain", as, goods.Price{Fen: 29_800})
	lists("others", func(l *goods.Listing) {
		l.Kind, l.Terms = goods.Supply, pedersen.Public(pedersen.Whole(1)).Commitment()
	}, goods.Price{Fen: 100})
	lists("several", as, goods.Price{Fen: 100, Regions: []string{"sh"}}, goods.Price{Fen: 200})
	lists("somewhere", as, goods.Price{Fen: 100, Regions: []string{"sh"}})
	lists("some", as, goods.Price{Fen: 100, Audience: audience.Audience{Labels: []string{"D:vip"}}})
	lists("hidden", as, goods.Price{Hidden: true})
	lists("points", as, goods.Price{Fen: 100, MinPoints: 1})
	lists("cash", as, goods.Price{Fen: 100, MinCash: 1})
	lists("later", as, goods.Price{Fen: 100, From: nodetest.November})
	lists("once", as, goods.Price{Fen: 100, Until: nodetest.November})
	entries = append(entries, indextest.Put(row.Pool("own", "plain", "D"), goods.Pool{Free: 12}),
		indextest.Put(row.Pool("own", "cash", "D"), goods.Pool{}),
		indextest.Put(row.Pool("own", "hidden", "M"), goods.Pool{Free: 7}))
	r := indextest.ReadModel(t, entries)
	units := func(n amount.Units) *amount.Units { return &n }
	for sku, want := range map[string]importer.CatalogueLine{
		"plain": {Price: 29_800, Stock: units(12)}, "cash": {Stock: units(0)}, "others": {}, "several": {},
		"somewhere": {}, "some": {}, "hidden": {}, "points": {},
		"later": {}, "once": {}, "not listed": {},
	} {
		want.Good = goods.Good{Supplier: "own", SKU: sku}
		got, err := catalogued(n, r, want.Good, "D")
		if err != nil || cmp.Diff(want, got, cmpopts.EquateEmpty()) != "" {
			t.Errorf("%s: %v, %s", sku, err, cmp.Diff(want, got, cmpopts.EquateEmpty()))
		}
	}
}
