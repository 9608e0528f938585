package goods

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/veil"
)

// spoil is one thing that can be wrong with a request.
type spoil[R any] struct {
	name string
	do   func(*R)
	code fault.Code
}

// checks makes sure that a good request passes, and each spoilt one doesn't.
func checks[R interface{ Check() error }](t *testing.T, good func() R, spoils ...spoil[R]) {
	t.Helper()
	if err := good().Check(); err != nil {
		t.Errorf("%T: %v", good(), err)
	}
	for _, s := range spoils {
		bad := good()
		s.do(&bad)
		if err := bad.Check(); fault.CodeOf(err) != s.code {
			t.Errorf("%T, %s: %v, want %q", bad, s.name, err, s.code)
		}
	}
}

func many(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("x%03d", i))
	}
	return list
}

func hash() codec.Hash { return make(codec.Hash, 32) }

func oil() SetGoodRequest {
	return SetGoodRequest{
		Supplier: "care", SKU: "kit", GTIN: "6901234567892", En: "Oil kit", Zh: "机油套装", Category: "oil",
		Labels: []string{"a", "b"},
		Unit:   "piece", Tax: "t13", Delivery: Shipped, Regions: []string{"bj", "sh"}, Images: []codec.Hash{hash()},
		From: today, Until: today + 9, Open: true,
	}
}

func TestSupplierRequests(t *testing.T) {
	const bad = fault.BadRequest
	checks(t, func() ApplyRequest {
		return ApplyRequest{Supplier: "care", En: "x", Zh: "x", Categories: many(MaxCategories), Licence: hash()}
	},
		spoil[ApplyRequest]{"no category", func(r *ApplyRequest) { r.Categories = nil }, ""},
		spoil[ApplyRequest]{"no id", func(r *ApplyRequest) { r.Supplier = "" }, bad},
		spoil[ApplyRequest]{"no name", func(r *ApplyRequest) { r.En = "" }, bad},
		spoil[ApplyRequest]{"a name that doesn't print", func(r *ApplyRequest) { r.Zh = "a\u0007" }, bad},
		spoil[ApplyRequest]{"65 categories", func(r *ApplyRequest) { r.Categories = many(MaxCategories + 1) }, bad},
		spoil[ApplyRequest]{"unsorted", func(r *ApplyRequest) { r.Categories = []string{"b", "a"} }, bad},
		spoil[ApplyRequest]{"twice", func(r *ApplyRequest) { r.Categories = []string{"a", "a"} }, bad},
		spoil[ApplyRequest]{"an odd category", func(r *ApplyRequest) { r.Categories = []string{"a b"} }, bad},
		spoil[ApplyRequest]{"no licence", func(r *ApplyRequest) { r.Licence = nil }, bad},
		spoil[ApplyRequest]{"a short licence", func(r *ApplyRequest) { r.Licence = r.Licence[1:] }, bad})
	checks(t, func() ApproveRequest {
		return ApproveRequest{Supplier: "care", Categories: []string{"oil"}, Fee: amount.Rate{Num: 1, Den: 100}}
	},
		spoil[ApproveRequest]{"no fee", func(r *ApproveRequest) { r.Fee.Num = 0 }, ""},
		spoil[ApproveRequest]{"all of it", func(r *ApproveRequest) { r.Fee = amount.Rate{Num: 1, Den: 1} }, bad},
		spoil[ApproveRequest]{"no denominator", func(r *ApproveRequest) { r.Fee.Den = 0 }, bad},
		spoil[ApproveRequest]{
			"a denominator above 2⁵³−1", func(r *ApproveRequest) { r.Fee.Den = amount.Max + 1 }, fault.Limit,
		},
		spoil[ApproveRequest]{"no id", func(r *ApproveRequest) { r.Supplier = "" }, bad},
		spoil[ApproveRequest]{"unsorted", func(r *ApproveRequest) { r.Categories = []string{"b", "a"} }, bad})
	checks(t, func() RefuseRequest { return RefuseRequest{Supplier: "care", Reason: "audit"} },
		spoil[RefuseRequest]{"no id", func(r *RefuseRequest) { r.Supplier = "" }, bad},
		spoil[RefuseRequest]{"no reason", func(r *RefuseRequest) { r.Reason = "" }, bad},
		spoil[RefuseRequest]{"a sentence", func(r *RefuseRequest) { r.Reason = "they lied" }, bad})
	checks(t, func() WithdrawSupplierRequest { return WithdrawSupplierRequest{Supplier: "care"} },
		spoil[WithdrawSupplierRequest]{"no id", func(r *WithdrawSupplierRequest) { r.Supplier = "" }, bad})
}

func TestGoodRequests(t *testing.T) {
	const bad = fault.BadRequest
	checks(t, oil,
		spoil[SetGoodRequest]{"no GTIN", func(r *SetGoodRequest) { r.GTIN = "" }, ""},
		spoil[SetGoodRequest]{"always", func(r *SetGoodRequest) { r.From, r.Until = 0, 0 }, ""},
		spoil[SetGoodRequest]{"one day", func(r *SetGoodRequest) { r.Until = r.From }, ""},
		spoil[SetGoodRequest]{"bare", func(r *SetGoodRequest) { r.Labels, r.Regions, r.Images = nil, nil, nil }, ""},
		spoil[SetGoodRequest]{"no supplier", func(r *SetGoodRequest) { r.Supplier = "" }, bad},
		spoil[SetGoodRequest]{"an odd SKU", func(r *SetGoodRequest) { r.SKU = "a/b" }, bad},
		spoil[SetGoodRequest]{"a wrong GTIN", func(r *SetGoodRequest) { r.GTIN = "6901234567893" }, bad},
		spoil[SetGoodRequest]{"no name", func(r *SetGoodRequest) { r.Zh = "" }, bad},
		spoil[SetGoodRequest]{"no category", func(r *SetGoodRequest) { r.Category = "" }, bad},
		spoil[SetGoodRequest]{"no unit", func(r *SetGoodRequest) { r.Unit = "" }, bad},
		spoil[SetGoodRequest]{"no tax class", func(r *SetGoodRequest) { r.Tax = "" }, bad},
		spoil[SetGoodRequest]{"no delivery", func(r *SetGoodRequest) { r.Delivery = 0 }, bad},
		spoil[SetGoodRequest]{"an unknown delivery", func(r *SetGoodRequest) { r.Delivery = Virtual + 1 }, bad},
		spoil[SetGoodRequest]{"17 labels", func(r *SetGoodRequest) { r.Labels = many(MaxLabels + 1) }, bad},
		spoil[SetGoodRequest]{"65 regions", func(r *SetGoodRequest) { r.Regions = many(MaxRegions + 1) }, bad},
		spoil[SetGoodRequest]{"unsorted regions", func(r *SetGoodRequest) { slices.Reverse(r.Regions) }, bad},
		spoil[SetGoodRequest]{
			"17 images", func(r *SetGoodRequest) { r.Images = slices.Repeat(r.Images, MaxImages+1) }, bad,
		},
		spoil[SetGoodRequest]{
			"an image without its hash", func(r *SetGoodRequest) { r.Images = []codec.Hash{{1}} }, bad,
		},
		spoil[SetGoodRequest]{"ends before it begins", func(r *SetGoodRequest) { r.Until = r.From - 1 }, bad},
		spoil[SetGoodRequest]{"a day of no calendar", func(r *SetGoodRequest) { r.From = 1 }, bad})
	checks(t, func() OfferTermsRequest {
		return OfferTermsRequest{
			Supplier: "care", SKU: "kit", Seller: "D", Kind: Commission, Commitment: sealedPrice(1), Until: today,
		}
	},
		spoil[OfferTermsRequest]{"for ever", func(r *OfferTermsRequest) { r.Until = 0 }, ""},
		spoil[OfferTermsRequest]{"no supplier", func(r *OfferTermsRequest) { r.Supplier = "" }, bad},
		spoil[OfferTermsRequest]{"no seller", func(r *OfferTermsRequest) { r.Seller = "" }, bad},
		spoil[OfferTermsRequest]{"no kind", func(r *OfferTermsRequest) { r.Kind = NoTerms }, bad},
		spoil[OfferTermsRequest]{"an unknown kind", func(r *OfferTermsRequest) { r.Kind = Commission + 1 }, bad},
		spoil[OfferTermsRequest]{"no commitment", func(r *OfferTermsRequest) { r.Commitment = nil }, bad},
		spoil[OfferTermsRequest]{"a day of no calendar", func(r *OfferTermsRequest) { r.Until = 1 }, bad})
	checks(t, func() RestockRequest {
		return RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 1, Lanes: 31}
	},
		spoil[RestockRequest]{"no seller", func(r *RestockRequest) { r.Seller = "" }, bad},
		spoil[RestockRequest]{"32 lanes", func(r *RestockRequest) { r.Lanes = 32 }, bad},
		spoil[RestockRequest]{"nothing", func(r *RestockRequest) { r.Units = 0 }, bad},
		spoil[RestockRequest]{"too much", func(r *RestockRequest) { r.Units = amount.Max + 1 }, fault.Limit})
	checks(t, func() WithdrawStockRequest {
		return WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 1, Reason: "damaged"}
	},
		spoil[WithdrawStockRequest]{"no SKU", func(r *WithdrawStockRequest) { r.SKU = "" }, bad},
		spoil[WithdrawStockRequest]{"no reason", func(r *WithdrawStockRequest) { r.Reason = "" }, bad},
		spoil[WithdrawStockRequest]{"less than nothing", func(r *WithdrawStockRequest) { r.Units = -1 }, bad},
		spoil[WithdrawStockRequest]{
			"too much", func(r *WithdrawStockRequest) { r.Units = amount.Max + 1 }, fault.Limit,
		})
}

func TestStorefrontRequests(t *testing.T) {
	const bad = fault.BadRequest
	checks(t, func() SetStorefrontRequest {
		return SetStorefrontRequest{En: "x", Zh: "x", Tenders: []Tender{
			{Programme: "DP", Value: amount.Rate{Num: 4, Den: 5}},
			{Programme: "GP", Value: amount.Rate{Num: 1, Den: 1}},
		}, ShipDays: 366}
	},
		spoil[SetStorefrontRequest]{"cash only", func(r *SetStorefrontRequest) { r.Tenders = nil }, ""},
		spoil[SetStorefrontRequest]{"no name", func(r *SetStorefrontRequest) { r.En = "" }, bad},
		spoil[SetStorefrontRequest]{"367 days", func(r *SetStorefrontRequest) { r.ReturnDays = 367 }, bad},
		spoil[SetStorefrontRequest]{
			"60 days to answer", func(r *SetStorefrontRequest) { r.AnswerDays = MaxAnswerDays }, "",
		},
		spoil[SetStorefrontRequest]{
			"61 days to answer", func(r *SetStorefrontRequest) { r.AnswerDays = MaxAnswerDays + 1 }, bad,
		},
		spoil[SetStorefrontRequest]{"less than no day", func(r *SetStorefrontRequest) { r.SilenceDays = -1 }, bad},
		spoil[SetStorefrontRequest]{
			"a programme twice", func(r *SetStorefrontRequest) { r.Tenders[1] = r.Tenders[0] }, bad,
		},
		spoil[SetStorefrontRequest]{"unsorted", func(r *SetStorefrontRequest) { slices.Reverse(r.Tenders) }, bad},
		spoil[SetStorefrontRequest]{
			"17 programmes", func(r *SetStorefrontRequest) { r.Tenders = make([]Tender, 17) }, bad,
		},
		spoil[SetStorefrontRequest]{
			"a point for nothing", func(r *SetStorefrontRequest) { r.Tenders[0].Value.Num = 0 }, bad,
		},
		spoil[SetStorefrontRequest]{
			"a value above 2⁵³−1", func(r *SetStorefrontRequest) { r.Tenders[0].Value.Num = amount.Max + 1 },
			fault.Limit,
		})
	checks(t, func() SetOutletRequest { return SetOutletRequest{Outlet: "12", En: "x", Zh: "x", Region: "sh"} },
		spoil[SetOutletRequest]{"nowhere in particular", func(r *SetOutletRequest) { r.Region = "" }, ""},
		spoil[SetOutletRequest]{"no id", func(r *SetOutletRequest) { r.Outlet = "" }, bad},
		spoil[SetOutletRequest]{"no name", func(r *SetOutletRequest) { r.Zh = "" }, bad},
		spoil[SetOutletRequest]{"an odd region", func(r *SetOutletRequest) { r.Region = "s h" }, bad})
	price := func(do func(*Price)) func(*ListRequest) {
		return func(r *ListRequest) { do(&r.Prices[0]) }
	}
	checks(t, func() ListRequest {
		return ListRequest{
			Supplier: "care", SKU: "kit", Scene: "retail", Labels: []string{"new"}, Kind: Supply, Terms: sealedPrice(1),
			Prices: []Price{
				{Regions: []string{"bj", "sh"}, From: today, Until: today, Fen: 900, MinPoints: 500, MinCash: 400},
			},
		}
	},
		spoil[ListRequest]{"its own", func(r *ListRequest) { r.Kind, r.Terms = NoTerms, nil }, ""},
		spoil[ListRequest]{"terms of no kind", func(r *ListRequest) { r.Kind = NoTerms }, bad},
		spoil[ListRequest]{"a kind of no terms", func(r *ListRequest) { r.Terms = nil }, bad},
		spoil[ListRequest]{"an unknown kind", func(r *ListRequest) { r.Kind = 3 }, bad},
		spoil[ListRequest]{"hidden", price(func(p *Price) { *p = Price{Hidden: true} }), ""},
		spoil[ListRequest]{"no supplier", func(r *ListRequest) { r.Supplier = "" }, bad},
		spoil[ListRequest]{"no scene", func(r *ListRequest) { r.Scene = "" }, bad},
		spoil[ListRequest]{"17 labels", func(r *ListRequest) { r.Labels = many(17) }, bad},
		spoil[ListRequest]{"half a commitment", func(r *ListRequest) { r.Terms = r.Terms[:16] }, bad},
		spoil[ListRequest]{"no price", func(r *ListRequest) { r.Prices = nil }, bad},
		spoil[ListRequest]{"17 prices", func(r *ListRequest) { r.Prices = slices.Repeat(r.Prices, 17) }, bad},
		spoil[ListRequest]{
			"half an audience", price(func(p *Price) { p.Audience = audience.Audience{Tiers: []string{"gold"}} }), bad,
		},
		spoil[ListRequest]{"unsorted regions", price(func(p *Price) { slices.Reverse(p.Regions) }), bad},
		spoil[ListRequest]{"ends before it begins", price(func(p *Price) { p.Until-- }), bad},
		spoil[ListRequest]{"free", price(func(p *Price) { p.Fen, p.MinPoints, p.MinCash = 0, 0, 0 }), bad},
		spoil[ListRequest]{"above 2⁵³−1", price(func(p *Price) { p.Fen = amount.Max + 1 }), fault.Limit},
		spoil[ListRequest]{"hidden at a price", price(func(p *Price) { p.Hidden = true }), bad},
		spoil[ListRequest]{"more than the price", price(func(p *Price) { p.MinCash++ }), bad},
		spoil[ListRequest]{
			"much more than the price",
			price(func(p *Price) { p.MinCash, p.MinPoints = amount.Max*1000, amount.Max*1000 }), bad,
		},
		spoil[ListRequest]{"less than no points", price(func(p *Price) { p.MinPoints = -1 }), bad})
}

// sealedPrice is some commitment.
func sealedPrice(n uint64) veil.Commitment { return veil.Public(veil.Whole(n)).Commitment() }

func TestSetMakesVersions(t *testing.T) {
	first, changed, err := Set(nil, care(Approved), oil(), by("S"))
	if err != nil || !changed || first.Version != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	if same, changed, err := Set(&first, care(Approved), oil(), by("S")); err != nil || changed || same.Version != 1 {
		t.Errorf("the same again: %+v, %v", same, err)
	}
	for _, s := range []spoil[SetGoodRequest]{
		{"GTIN", func(r *SetGoodRequest) { r.GTIN = "" }, ""}, {"en", func(r *SetGoodRequest) { r.En = "y" }, ""},
		{"zh", func(r *SetGoodRequest) { r.Zh = "y" }, ""},
		{"labels", func(r *SetGoodRequest) { r.Labels = nil }, ""},
		{"unit", func(r *SetGoodRequest) { r.Unit = "set" }, ""},
		{"tax", func(r *SetGoodRequest) { r.Tax = "t6" }, ""},
		{"delivery", func(r *SetGoodRequest) { r.Delivery = Counter }, ""},
		{"regions", func(r *SetGoodRequest) { r.Regions = r.Regions[1:] }, ""},
		{"images", func(r *SetGoodRequest) { r.Images = nil }, ""},
		{"from", func(r *SetGoodRequest) { r.From = 0 }, ""}, {"until", func(r *SetGoodRequest) { r.Until++ }, ""},
		{"open", func(r *SetGoodRequest) { r.Open = false }, ""},
	} {
		req := oil()
		s.do(&req)
		if next, changed, err := Set(&first, care(Approved), req, by("S")); err != nil || !changed ||
			next.Version != 2 {
			t.Errorf("%s: %+v, %v", s.name, next, err)
		}
	}
	bare := oil()
	bare.Labels, bare.Images = nil, nil
	before, _, _ := Set(nil, care(Approved), bare, by("S"))
	bare.Labels, bare.Images = []string{}, []codec.Hash{}
	if _, changed, _ := Set(&before, care(Approved), bare, by("S")); changed {
		t.Error("nothing and none differ")
	}
}

func TestSetRefusesInItsOrder(t *testing.T) {
	any := care(Approved)
	any.Categories = nil
	for _, c := range []struct {
		name     string
		supplier Supplier
		caller   string
		category string
		want     fault.Code
	}{
		{"what it may", care(Approved), "S", "oil", ""},
		{"all categories", any, "S", "tyres", ""},
		{"another party's", care(Approved), "D", "oil", fault.Forbidden},
		{"another party's, suspended", care(Suspended), "D", "oil", fault.Forbidden},
		{"suspended", care(Suspended), "S", "oil", fault.WrongState},
		{"suspended, another category", care(Suspended), "S", "tyres", fault.WrongState},
		{"another category", care(Approved), "S", "tyres", fault.Forbidden},
	} {
		req := oil()
		req.Category = c.category
		if _, _, err := Set(nil, c.supplier, req, by(c.caller)); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOfferTermsRefusesInItsOrder(t *testing.T) {
	for _, c := range []struct {
		name     string
		supplier Supplier
		caller   string
		seller   string
		until    date.Date
		want     fault.Code
	}{
		{"until today", care(Approved), "S", "D", today, ""},
		{"for ever", care(Approved), "S", "D", 0, ""},
		{"another party's, suspended", care(Suspended), "D", "S", today - 1, fault.Forbidden},
		{"suspended, to itself", care(Suspended), "S", "S", today - 1, fault.WrongState},
		{"to itself, too late", care(Approved), "S", "S", today - 1, fault.BadRequest},
		{"too late", care(Approved), "S", "D", today - 1, fault.Expired},
	} {
		req := OfferTermsRequest{
			Supplier: "care", SKU: "kit", Seller: c.seller, Kind: Supply, Commitment: sealedPrice(1), Until: c.until,
		}
		terms, err := OfferTerms(c.supplier, req, by(c.caller))
		if fault.CodeOf(err) != c.want || err == nil && (terms.Kind != Supply || terms.Until != req.Until) {
			t.Errorf("%s: %+v, %v", c.name, terms, err)
		}
	}
}

func TestListTakesTerms(t *testing.T) {
	offered := &Terms{Kind: Commission, Commitment: sealedPrice(1), Until: today}
	late := &Terms{Kind: Commission, Commitment: sealedPrice(1), Until: today - 1}
	before := &Listing{Kind: Supply, Terms: sealedPrice(2)}
	own := care(Approved)
	own.Party = "D"
	for _, c := range []struct {
		name  string
		there Listed
		named veil.Commitment
		kind  TermsKind
		want  fault.Code
	}{
		{"what is offered, on the last day", Listed{Supplier: care(Approved), Terms: offered}, sealedPrice(1),
			Commission, ""},
		{"what it has, though others are offered", Listed{Supplier: care(Approved), Before: before, Terms: offered},
			sealedPrice(2), Supply, ""},
		{"what it has, though none are offered", Listed{Supplier: care(Approved), Before: before}, sealedPrice(2),
			Supply, ""},
		{"what is offered instead of what it has", Listed{Supplier: care(Approved), Before: before, Terms: offered},
			sealedPrice(1), Commission, ""},
		{"the seller's own", Listed{Supplier: own}, nil, NoTerms, ""},
		{"the seller's own, with terms", Listed{Supplier: own, Terms: offered}, sealedPrice(1), 0, fault.BadRequest},
		{"suspended, nothing offered", Listed{Supplier: care(Suspended)}, sealedPrice(1), 0, fault.WrongState},
		{"suspended, what it has", Listed{Supplier: care(Suspended), Before: before}, sealedPrice(2), 0,
			fault.WrongState},
		{"nothing offered", Listed{Supplier: care(Approved)}, sealedPrice(1), 0, fault.NotFound},
		{"nothing offered or named", Listed{Supplier: care(Approved)}, nil, 0, fault.NotFound},
		{"nothing named", Listed{Supplier: care(Approved), Terms: offered}, nil, 0, fault.Conflict},
		{"others than named, too late too", Listed{Supplier: care(Approved), Terms: late}, sealedPrice(3), 0,
			fault.Conflict},
		{"too late", Listed{Supplier: care(Approved), Terms: late}, sealedPrice(1), Commission, fault.Expired},
		{"the value as a price, offered as a share", Listed{Supplier: care(Approved), Terms: offered}, sealedPrice(1),
			Supply, fault.Conflict},
		{"the value that it has, as a share", Listed{Supplier: care(Approved), Before: before}, sealedPrice(2),
			Commission, fault.NotFound},
	} {
		req := ListRequest{
			Supplier: "care", SKU: "kit", Scene: "retail", Kind: c.kind, Terms: c.named, Prices: []Price{everyone(900)},
		}
		l, err := List(c.there, req, by("D"))
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (l.Kind != c.kind || !slices.Equal(l.Terms, c.named) || l.Seller != "D" ||
			l.Labels == nil || l.Prices[0].Regions == nil) {
			t.Errorf("%s: %+v", c.name, l)
		}
	}
}
