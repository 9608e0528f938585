package goods

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

const today date.Date = 20600

func kit() Good {
	return Good{
		Supplier: "care", SKU: "kit", Version: 3, En: "Oil kit", Zh: "机油套装", Category: "oil", Unit: "piece", Tax: "t13",
		Delivery: Shipped, Open: true,
	}
}

func front() Storefront {
	return Storefront{
		Seller: "D", Tenders: []Tender{{Programme: "DP", Value: amount.Rate{Num: 1, Den: 1}}}, ShipDays: 3,
		SilenceDays: 10, ReturnDays: 7, AnswerDays: 5, Open: true,
	}
}

// everyone is a price that fits all members, everywhere and always.
func everyone(fen amount.Units) Price { return Price{Fen: fen} }

func onShelf(prices ...Price) Shelf {
	s := Shelf{Supplier: care(Approved), Good: kit(), Facts: make([]audience.Facts, len(prices))}
	s.Listing = Listing{
		Seller: "D", Supplier: "care", SKU: "kit", Scene: "retail", Kind: Supply, Terms: make([]byte, 32),
		Prices: prices, Open: true,
	}
	return s
}

var oneKit = []Wanted{{Supplier: "care", SKU: "kit", Quantity: 1}}

func TestOfferRefusesInItsOrder(t *testing.T) {
	spoils := []struct {
		name string
		do   func(*Storefront, *Shelf)
		code fault.Code
	}{
		{"the storefront is closed", func(f *Storefront, _ *Shelf) { f.Open = false }, fault.WrongState},
		{"the supplier is suspended", func(_ *Storefront, s *Shelf) { s.Supplier.State = Suspended }, fault.WrongState},
		{"the good is closed", func(_ *Storefront, s *Shelf) { s.Good.Open = false }, fault.WrongState},
		{"the listing is closed", func(_ *Storefront, s *Shelf) { s.Listing.Open = false }, fault.WrongState},
		{"the good begins tomorrow", func(_ *Storefront, s *Shelf) { s.Good.From = today + 1 }, fault.Expired},
		{"the good ended yesterday", func(_ *Storefront, s *Shelf) { s.Good.Until = today - 1 }, fault.Expired},
		{"another region", func(_ *Storefront, s *Shelf) { s.Good.Regions = []string{"gd"} }, fault.Ineligible},
		{"no price fits", func(_ *Storefront, s *Shelf) { s.Listing.Prices[0].From = today + 1 }, fault.Ineligible},
		{"too much", func(_ *Storefront, s *Shelf) { s.Listing.Prices[0].Fen = amount.Max/2 + 1 }, fault.Limit},
	}
	for i, first := range spoils {
		for _, second := range spoils[i:] {
			f, s := front(), onShelf(everyone(900))
			second.do(&f, &s)
			first.do(&f, &s)
			_, err := Offer(f, "li", "sh", []Shelf{s}, []Wanted{{Supplier: "care", SKU: "kit", Quantity: 2}}, today)
			if fault.CodeOf(err) != first.code {
				t.Errorf("%s and %s: %v", first.name, second.name, err)
			}
		}
	}
}

// Line by line: what is wrong with an earlier one answers.
func TestOfferGoesLineByLine(t *testing.T) {
	hidden, closed := onShelf(Price{Hidden: true}), onShelf(everyone(1))
	closed.Good.Open = false
	lines := []Wanted{{Supplier: "care", SKU: "kit", Quantity: 1}, {Supplier: "care", SKU: "wiper", Quantity: 1}}
	for _, c := range []struct {
		shelves []Shelf
		want    fault.Code
	}{
		{[]Shelf{onShelf(everyone(1)), onShelf(everyone(2))}, ""},
		{[]Shelf{hidden, closed}, fault.Ineligible},
		{[]Shelf{closed, hidden}, fault.WrongState},
		{[]Shelf{onShelf(everyone(amount.Max)), onShelf(everyone(1))}, fault.Limit},
		{[]Shelf{onShelf(everyone(amount.Max - 1)), onShelf(everyone(1))}, ""},
		{[]Shelf{onShelf(everyone(amount.Max)), closed}, fault.WrongState},
	} {
		if _, err := Offer(front(), "li", "", c.shelves, lines, today); fault.CodeOf(err) != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// The first price that fits is the line's, whatever comes after.
func TestTheFirstPriceThatFits(t *testing.T) {
	vip := audience.Audience{Labels: []string{"D:vip"}}
	gold := audience.Audience{Programme: "DP", Tiers: []string{"gold"}}
	prices := []Price{
		{Audience: audience.Audience{Labels: []string{"D:barred"}}, Hidden: true},
		{Audience: gold, Regions: []string{"bj", "sh"}, Fen: 700},
		{Audience: vip, From: today, Until: today, Fen: 800},
		{Regions: []string{"sh"}, Until: today - 1, Fen: 850},
		{Audience: audience.Audience{Not: []string{"D:guest"}}, Fen: 900},
	}
	for _, c := range []struct {
		name, region string
		facts        audience.Facts
		day          date.Date
		want         amount.Units // 0: INELIGIBLE
	}{
		{"anybody", "sh", audience.Facts{}, today, 900},
		{"gold in the region", "sh", audience.Facts{Tier: "gold"}, today, 700},
		{"gold elsewhere", "gd", audience.Facts{Tier: "gold"}, today, 900},
		{"gold nowhere in particular", "", audience.Facts{Tier: "gold"}, today, 900},
		{"gold and vip", "bj", audience.Facts{Tier: "gold", Labels: []string{"D:vip"}}, today, 700},
		{"vip on the day", "gd", audience.Facts{Labels: []string{"D:vip"}}, today, 800},
		{"vip the day before", "gd", audience.Facts{Labels: []string{"D:vip"}}, today - 1, 900},
		{"vip the day after", "gd", audience.Facts{Labels: []string{"D:vip"}}, today + 1, 900},
		{"anybody, yesterday", "sh", audience.Facts{}, today - 1, 850},
		{"barred, though gold", "sh", audience.Facts{Tier: "gold", Labels: []string{"D:barred"}}, today, 0},
		{"a guest", "sh", audience.Facts{Labels: []string{"D:guest"}}, today, 0},
		{"a guest who is vip", "sh", audience.Facts{Labels: []string{"D:guest", "D:vip"}}, today, 800},
	} {
		s := onShelf(prices...)
		for i := range s.Facts {
			s.Facts[i] = c.facts
		}
		q, err := Offer(front(), "li", c.region, []Shelf{s}, oneKit, c.day)
		if (c.want == 0) != (fault.CodeOf(err) == fault.Ineligible) || q.Total != c.want {
			t.Errorf("%s: %d, %v", c.name, q.Total, err)
		}
	}
}

func TestOfferSaysWhatAnOrderBinds(t *testing.T) {
	own := onShelf(Price{Fen: 500, MinPoints: 100, MinCash: 50})
	own.Supplier.Party, own.Listing.Kind, own.Listing.Terms = "D", NoTerms, nil
	other := onShelf(Price{Fen: 29_800, MinPoints: 10, MinCash: 20})
	q, err := Offer(front(), "li", "sh", []Shelf{other, own},
		[]Wanted{{Supplier: "care", SKU: "kit", Quantity: 2}, {Supplier: "care", SKU: "mat", Quantity: 3}}, today)
	if err != nil {
		t.Fatal(err)
	}
	if q.Total != 61_100 || q.MinPoints != 320 || q.MinCash != 190 || q.Service != [4]int32{3, 10, 7, 5} ||
		q.Seller != "D" || q.Member != "li" || q.Region != "sh" || len(q.Tenders) != 1 {
		t.Errorf("%+v", q)
	}
	want := Quoted{
		Supplier: "care", Party: "S", SKU: "kit", Version: 3, Delivery: Shipped, Scene: "retail", Quantity: 2,
		Fen: 29_800, Kind: Supply, Terms: make([]byte, 32), Fee: amount.Rate{Num: 1, Den: 100},
	}
	if !reflect.DeepEqual(q.Lines[0], want) {
		t.Errorf("%+v", q.Lines[0])
	}
	if l := q.Lines[1]; l.Fee.Num != 0 || l.Kind != NoTerms || len(l.Terms) != 0 {
		t.Errorf("the seller's own: %+v", l)
	}
}

// naive is a second implementation of a quote's money: it looks at every price from
// the last to the first and keeps what fits.
func naive(s Shelf, region string, day date.Date) (fen, points, cash int64, offered bool) {
	has := func(list []string) bool {
		for _, r := range list {
			if r == region {
				return true
			}
		}
		return len(list) == 0
	}
	if !has(s.Good.Regions) {
		return 0, 0, 0, false
	}
	for i := len(s.Listing.Prices) - 1; i >= 0; i-- {
		p := s.Listing.Prices[i]
		begins, ends := int64(p.From), int64(p.Until)
		if ends == 0 {
			ends = 1 << 40
		}
		if has(p.Regions) && begins <= int64(day) && int64(day) <= ends && member(p.Audience, s.Facts[i]) {
			fen, points, cash, offered = int64(p.Fen), int64(p.MinPoints), int64(p.MinCash), !p.Hidden
		}
	}
	return fen, points, cash, offered
}

func member(a audience.Audience, f audience.Facts) bool {
	known := map[string]bool{}
	for _, l := range f.Labels {
		known[l] = true
	}
	ok := len(a.Tiers) == 0
	for _, tier := range a.Tiers {
		ok = ok || tier == f.Tier
	}
	for _, l := range a.Labels {
		ok = ok && known[l]
	}
	for _, l := range a.Not {
		ok = ok && !known[l]
	}
	return ok
}

func drawPrice(t *rapid.T) Price {
	some := func(label string, of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[string]).Draw(t, label)
	}
	p := Price{
		Audience: audience.Audience{Labels: some("labels", "D:a", "D:b"), Not: some("not", "D:a", "D:c")},
		Regions:  some("regions", "bj", "sh", "gd"),
	}
	if p.Audience.Tiers = some("tiers", "gold", "jade"); len(p.Audience.Tiers) > 0 {
		p.Audience.Programme = "DP"
	}
	day := rapid.SampledFrom([]date.Date{0, today - 1, today, today + 1})
	p.From, p.Until = day.Draw(t, "from"), day.Draw(t, "until")
	if p.Hidden = rapid.IntRange(0, 4).Draw(t, "hidden") == 0; !p.Hidden {
		p.Fen = amount.Units(rapid.Int64Range(1, 1000).Draw(t, "fen"))
		p.MinPoints = amount.Units(rapid.Int64Range(0, int64(p.Fen)).Draw(t, "points"))
		p.MinCash = amount.Units(rapid.Int64Range(0, int64(p.Fen-p.MinPoints)).Draw(t, "cash"))
	}
	return p
}

func TestOfferAgainstANaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom([]string{"", "bj", "sh", "gd"}).Draw(t, "region")
		facts := audience.Facts{Tier: rapid.SampledFrom([]string{"", "gold", "jade"}).Draw(t, "tier"),
			Labels: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"D:a", "D:b", "D:c"}), 0, 3,
				rapid.ID[string]).Draw(
				t, "labels")}
		var shelves []Shelf
		var wanted []Wanted
		want, refused := [3]*big.Int{new(big.Int), new(big.Int), new(big.Int)}, false
		for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
			s := onShelf(rapid.SliceOfN(rapid.Custom(drawPrice), 1, 5).Draw(t, "prices")...)
			s.Good.Regions = rapid.SampledFrom([][]string{nil, {"sh"}, {"bj", "gd"}}).Draw(t, "where")
			for j := range s.Facts {
				s.Facts[j] = facts
			}
			w := Wanted{
				Supplier: "care", SKU: fmt.Sprint(i), Quantity: rapid.Uint32Range(1, MaxQuantity).Draw(t, "quantity"),
			}
			shelves, wanted = append(shelves, s), append(wanted, w)
			fen, points, cash, offered := naive(s, region, today)
			refused = refused || !offered
			for k, v := range []int64{fen, points, cash} {
				want[k].Add(want[k], new(big.Int).Mul(big.NewInt(v), big.NewInt(int64(w.Quantity))))
			}
		}
		q, err := Offer(front(), "li", region, shelves, wanted, today)
		if refused != (fault.CodeOf(err) == fault.Ineligible) || err != nil && !refused {
			t.Fatalf("refused %v: %v", refused, err)
		}
		if err == nil && (int64(q.Total) != want[0].Int64() || int64(q.MinPoints) != want[1].Int64() ||
			int64(q.MinCash) != want[2].Int64()) {
			t.Fatalf("%+v, want %v", q, want)
		}
	})
}

// The hash changes with everything that a quote says, and with nothing else.
func TestHashBindsAllOfAQuote(t *testing.T) {
	quote := func() Quote {
		q, err := Offer(front(), "li", "sh", []Shelf{onShelf(Price{Fen: 900, MinPoints: 1, MinCash: 1})}, oneKit, today)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	first := quote().Hash()
	if len(first) != 32 || !slices.Equal(first, quote().Hash()) {
		t.Fatalf("%s", first)
	}
	seen := map[string]string{first.String(): "nothing"}
	vary := func(what string, change func(*Quote)) {
		q := quote()
		change(&q)
		if before, twice := seen[q.Hash().String()]; twice {
			t.Errorf("%s changes as little as %s", what, before)
		}
		seen[q.Hash().String()] = what
	}
	for i := range reflect.TypeFor[Quote]().NumField() {
		if name := reflect.TypeFor[Quote]().Field(i).Name; name != "_" {
			vary(name, func(q *Quote) { touch(reflect.ValueOf(q).Elem().Field(i)) })
		}
	}
	for i := range reflect.TypeFor[Quoted]().NumField() {
		if name := reflect.TypeFor[Quoted]().Field(i).Name; name != "_" {
			vary("line's "+name, func(q *Quote) { touch(reflect.ValueOf(&q.Lines[0]).Elem().Field(i)) })
		}
	}
	bare, other := quote(), quote()
	bare.Tenders, bare.Lines[0].Terms = nil, nil
	other.Tenders, other.Lines[0].Terms = []Tender{}, []byte{}
	if !slices.Equal(bare.Hash(), other.Hash()) {
		t.Error("nothing and none differ")
	}
	if bare.Lines[0].Terms != nil || other.Lines[0].Terms == nil {
		t.Error("hashing changed the quote")
	}
}

// touch changes a value a little.
func touch(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int64, reflect.Int32:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.Array:
		touch(v.Index(v.Len() - 1))
	case reflect.Slice:
		v.Set(v.Slice(0, v.Len()-1))
	case reflect.Struct:
		touch(v.FieldByName("Num"))
	default:
		panic(v.Kind())
	}
}

func TestCheckWanted(t *testing.T) {
	line := Wanted{Supplier: "care", SKU: "kit", Quantity: 1}
	var many []Wanted
	for i := range MaxLines + 1 {
		many = append(many, Wanted{Supplier: "care", SKU: fmt.Sprint(i), Quantity: MaxQuantity})
	}
	for _, c := range []struct {
		name  string
		lines []Wanted
		good  bool
	}{
		{"one", []Wanted{line}, true},
		{"64", many[:MaxLines], true},
		{"one SKU of two suppliers", []Wanted{line, {Supplier: "parts", SKU: "kit", Quantity: 1}}, true},
		{"none", nil, false},
		{"65", many, false},
		{"a good twice", []Wanted{line, line}, false},
		{"no supplier", []Wanted{{SKU: "kit", Quantity: 1}}, false},
		{"an odd SKU", []Wanted{{Supplier: "care", SKU: "a/b", Quantity: 1}}, false},
		{"no piece", []Wanted{{Supplier: "care", SKU: "kit"}}, false},
		{"too many", []Wanted{{Supplier: "care", SKU: "kit", Quantity: MaxQuantity + 1}}, false},
	} {
		if err := CheckWanted(c.lines); (err == nil) != c.good || err != nil && fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
