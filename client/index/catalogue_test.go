package index

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/row"
)

// shop is a ledger on which S1 supplies three goods and S2 one, and D sells some.
func shop(t *testing.T) *world {
	w := people(t)
	good := func(supplier, sku, en, zh, category string, labels ...string) entry {
		return put(row.Good(supplier, sku), goods.Good{
			Supplier: supplier, SKU: sku, Version: 2, En: en, Zh: zh, Category: category, Labels: labels,
			Delivery: goods.Counter, Open: true,
		})
	}
	listing := func(supplier, sku string, prices ...goods.Price) entry {
		return put(row.Listing("D", supplier, sku), goods.Listing{
			Seller: "D", Supplier: supplier, SKU: sku, Scene: "retail", Labels: []string{"ours"}, Prices: prices,
			Open: sku != "old",
		})
	}
	gold := audience.Audience{Programme: "GP", Tiers: []string{"gold"}}
	w.write(
		put(row.Supplier("care"), goods.Supplier{ID: "care", Party: "S1", State: goods.Approved}),
		put(row.Supplier("care-2"), goods.Supplier{ID: "care-2", Party: "S1", State: goods.Suspended}),
		put(row.Supplier("parts"), goods.Supplier{ID: "parts", Party: "S2", State: goods.Approved}),
		good("care", "kit", "Oil Kit 5W-30", "机油套装", "oil", "new", "oil"),
		good("care", "mat", "Floor mat", "脚垫", "mats"),
		good("care-2", "wax", "Car wax", "车蜡", "care"),
		good("parts", "old", "Wiper, old", "旧雨刮", "wipers"),
		put(row.GoodVersion("care", "kit", 1), goods.Good{Supplier: "care", SKU: "kit", Version: 1, En: "Oil can"}),
		put(row.Storefront("D"), goods.Storefront{Seller: "D", Open: true}),
		listing("care", "kit", goods.Price{Audience: gold, Fen: 25_000},
			goods.Price{Regions: []string{"sh"}, Fen: 29_800}),
		listing("care", "mat", goods.Price{Audience: audience.Audience{Labels: []string{"D:household"}}, Hidden: true},
			goods.Price{Fen: 900, MinCash: 1}),
		listing("care-2", "wax", goods.Price{Fen: 1}),
		listing("parts", "old", goods.Price{Fen: 1}),
		put(row.Terms("care", "kit", "D"), goods.Terms{Kind: goods.Supply}),
		put(row.Outlet("D", "1"), goods.Outlet{Party: "D", ID: "1", Region: "sh", Open: true}),
		put(row.Outlet("D", "2"), goods.Outlet{Party: "D", ID: "2", Region: "bj"}),
		put(row.Outlet("S1", "1"), goods.Outlet{Party: "S1", ID: "1", Region: "sh"}),
		put(row.Pool("care", "kit", "D"), goods.Pool{Free: 5}),
		put(row.Shard("care", "kit", "D", 1), goods.Shard{Free: 20}),
		put(row.Shard("care", "kit", "D", 31), goods.Shard{Free: 0}),
		put(row.Pool("care", "kit", "M"), goods.Pool{Free: 7}),
	)
	return w
}

func ids[T any](part Part[Entry[T]]) (list []string) {
	for _, n := range part.Rows {
		list = append(list, n.ID)
	}
	return list
}

func TestGoodsAreFound(t *testing.T) {
	ix := shop(t).index()
	all := Page{Limit: MaxPage}
	for name, c := range map[string]struct {
		filter GoodFilter
		want   []string
	}{
		"all":                          {GoodFilter{}, []string{"care-2/wax", "care/kit", "care/mat", "parts/old"}},
		"of a supplier":                {GoodFilter{Supplier: "care"}, []string{"care/kit", "care/mat"}},
		"of a party":                   {GoodFilter{Party: "S1"}, []string{"care-2/wax", "care/kit", "care/mat"}},
		"by category":                  {GoodFilter{Category: "oil"}, []string{"care/kit"}},
		"by label":                     {GoodFilter{Label: "new"}, []string{"care/kit"}},
		"by a part of a label":         {GoodFilter{Label: "ne"}, nil},
		"by words in any order":        {GoodFilter{Text: "kit OIL"}, []string{"care/kit"}},
		"by a word that isn't there":   {GoodFilter{Text: "kit mat"}, nil},
		"by characters":                {GoodFilter{Text: "雨刮"}, []string{"parts/old"}},
		"by SKU":                       {GoodFilter{Text: "wax"}, []string{"care-2/wax"}},
		"by what a version before had": {GoodFilter{Text: "can"}, nil},
		"by what isn't a pattern":      {GoodFilter{Text: "%"}, nil},
	} {
		found, err := now(t, ix).Goods(c.filter, all)
		if err != nil || !slices.Equal(ids(found), c.want) {
			t.Errorf("%s: %v, %v", name, ids(found), err)
		}
	}
	first, err := now(t, ix).Goods(GoodFilter{}, Page{Limit: 3})
	if err != nil || len(first.Rows) != 3 || first.Next == "" {
		t.Fatalf("%v, %v", ids(first), err)
	}
	if rest, err := now(t, ix).Goods(GoodFilter{}, Page{Limit: 3, After: first.Next}); err != nil ||
		!slices.Equal(ids(rest), []string{"parts/old"}) || rest.Next != "" {
		t.Errorf("%v, %v", ids(rest), err)
	}
}

func TestListingsSuppliersOutletsAndStock(t *testing.T) {
	ix := shop(t).index()
	all := Page{Limit: MaxPage}
	for name, c := range map[string]struct {
		filter GoodFilter
		want   []string
	}{
		"all": {GoodFilter{},
			[]string{"D/care-2/wax", "D/care/kit", "D/care/mat", "D/parts/old"}},
		"open":                       {GoodFilter{Open: true, Supplier: "parts"}, nil},
		"by the good's label":        {GoodFilter{Label: "new"}, []string{"D/care/kit"}},
		"by the seller's label":      {GoodFilter{Label: "ours", Category: "mats"}, []string{"D/care/mat"}},
		"by the good's name":         {GoodFilter{Text: "脚垫"}, []string{"D/care/mat"}},
		"of a party, by category":    {GoodFilter{Party: "S1", Category: "care"}, []string{"D/care-2/wax"}},
		"by a label that nobody has": {GoodFilter{Label: "our"}, nil},
	} {
		found, err := now(t, ix).Listings("D", c.filter, all)
		if err != nil || !slices.Equal(ids(found), c.want) {
			t.Errorf("%s: %v, %v", name, ids(found), err)
		}
	}
	if found, err := now(t, ix).Listings("M", GoodFilter{}, all); err != nil || len(found.Rows) != 0 {
		t.Errorf("%v, %v", found, err)
	}
	if found, err := now(t, ix).Suppliers(SupplierFilter{Party: "S1", State: "APPROVED"}, all); err != nil ||
		!slices.Equal(ids(found), []string{"care"}) {
		t.Errorf("%v, %v", ids(found), err)
	}
	if found, err := now(t, ix).Outlets("D", "sh", all); err != nil || !slices.Equal(ids(found), []string{"D/1"}) {
		t.Errorf("%v, %v", ids(found), err)
	}
	if found, err := now(t, ix).Stocks("", "", "S1", "D", all); err != nil ||
		fmt.Sprint(found.Rows) != "[{care kit D 25 5 2 {0 0 0 0}}]" {
		t.Errorf("%v, %v", found.Rows, err)
	}
	if first, err := now(t, ix).Stocks("care", "kit", "", "", Page{Limit: 1}); err != nil ||
		first.Next != "care/kit/D" {
		t.Errorf("%v, %v", first, err)
	}
	if free, err := now(t, ix).Free("care", "mat", "D"); err != nil || free != 0 {
		t.Errorf("%d, %v", free, err)
	}
	if terms, found, err := now(t, ix).Terms("care", "kit", "D"); err != nil || !found || terms.Kind != goods.Supply {
		t.Errorf("%+v, %v", terms, err)
	}
	if offered, err := All[goods.Terms](now(t, ix), Filter{Party: "D"}); err != nil || len(offered) != 1 {
		t.Errorf("%v, %v", offered, err)
	}
}

func TestAShopIsAVisitorsOwn(t *testing.T) {
	ix := shop(t).index()
	for name, c := range map[string]struct {
		visitor Visitor
		want    string
	}{
		"ann, who is gold":          {Visitor{"ann", "bj", today}, "care/kit 25000 of 25"},
		"a stranger in sh":          {Visitor{"", "sh", today}, "care/kit 29800 of 25, care/mat 900 of 0"},
		"a stranger elsewhere":      {Visitor{"", "bj", today}, "care/mat 900 of 0"},
		"bob, who has nothing":      {Visitor{"bob", "sh", today}, "care/kit 29800 of 25, care/mat 900 of 0"},
		"ann, long after, not gold": {Visitor{"ann", "sh", today + 1000}, "care/kit 29800 of 25"},
	} {
		found, err := now(t, ix).Shop("D", c.visitor, GoodFilter{}, Page{Limit: 500})
		got := ""
		for i, s := range found.Rows {
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprintf("%s/%s %d of %d", s.Supplier, s.SKU, s.Fen, s.Free)
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if found, err := now(t, ix).Shop("D", Visitor{Today: today}, GoodFilter{Label: "new"},
		Page{Limit: 1}); err != nil ||
		len(found.Rows) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := now(t, ix).Shop("M", Visitor{Today: today}, GoodFilter{},
		Page{Limit: 1}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no storefront: %v", err)
	}
	first, err := now(t, ix).Shop("D", Visitor{Region: "bj", Today: today}, GoodFilter{}, Page{Limit: 1})
	if err != nil || len(first.Rows) != 0 || first.Next == "" {
		t.Errorf("a page of what isn't offered: %+v, %v", first, err)
	}
}
