package contract

import (
	"encoding/json"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/points"
)

// sealedPrice is some commitment to a supply price.
func sealedPrice(n uint64) pedersen.Commitment {
	return pedersen.Public(pedersen.Whole(n)).Commitment()
}

func kit(change func(*goods.SetGoodRequest)) goods.SetGoodRequest {
	req := goods.SetGoodRequest{Supplier: "care", SKU: "kit", En: "Oil kit", Zh: "机油套装", Category: "oil", Unit: "piece",
		Tax: "t13", Delivery: goods.Shipped, Open: true}
	if change != nil {
		change(&req)
	}
	return req
}

func kitListed(change func(*goods.ListRequest)) goods.ListRequest {
	req := goods.ListRequest{Supplier: "care", SKU: "kit", Scene: "retail", Kind: goods.Supply, Terms: sealedPrice(1),
		Prices: []goods.Price{{Fen: 29_800}}, Open: true}
	if change != nil {
		change(&req)
	}
	return req
}

func kitTerms(change func(*goods.OfferTermsRequest)) goods.OfferTermsRequest {
	req := goods.OfferTermsRequest{Supplier: "care", SKU: "kit", Seller: "D", Kind: goods.Supply,
		Commitment: sealedPrice(1), Until: day(firstDay)}
	if change != nil {
		change(&req)
	}
	return req
}

func dealerFront(open bool) goods.SetStorefrontRequest {
	return goods.SetStorefrontRequest{En: "Dealer", Zh: "经销商",
		Tenders: []goods.Tender{{Programme: "DP", Value: amount.Rate{Num: 2, Den: 2}}}, ShipDays: 3, SilenceDays: 10,
		ReturnDays: 7, Open: open}
}

func licence() []byte { return make([]byte, 32) }

// withCatalogue is a world in which S1 supplies D's storefront with a kit, of which
// there is nothing in stock yet, and li is at home at M.
func withCatalogue(t fataler, seed uint64) *world {
	w := founded(t, seed)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "DP", Zh: "DP", Price: amount.Rate{Num: 1, Den: 1}})
	w.must(t, "S1", goods.ApplyRequest{Supplier: "care", En: "Car care", Zh: "养护", Licence: licence()})
	w.must(t, "G", goods.ApproveRequest{Supplier: "care", Categories: []string{"oil"},
		Fee: amount.Rate{Num: 1, Den: 100}})
	w.must(t, "S1", kit(nil), kitTerms(nil))
	w.must(t, "D", dealerFront(true), kitListed(nil))
	return w
}

// ask evaluates a question at G's peer.
func ask[T any](w *world, msp string, args ...string) (found T, _ error) {
	answer, err := w.net.Evaluate(w.client(msp), "G", seal.Outer, ledgersim.Args(args...)...)
	if err != nil {
		return found, err
	}
	return found, json.Unmarshal(answer, &found)
}

// order is a purchase of li's of so many kits at D, quoted now and paid in cash.
func (w *world) order(t fataler, payment string, n uint32) goods.PlaceRequest {
	t.Helper()
	lines := []goods.Wanted{{Supplier: "care", SKU: "kit", Quantity: n}}
	asked, err := json.Marshal(answer.QuoteAsked{Seller: "D", Member: "li", Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := ask[answer.Quoted](w, "D", "query:Quote", string(asked))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(quoted.Quote.Hash(), quoted.Hash) {
		t.Fatalf("the quote read back has another hash")
	}
	return goods.PlaceRequest{Member: "li", Lines: lines, Quote: quoted.Hash, Cash: quoted.Quote.Total,
		Payment: payment, Accept: true}
}

// Who is refused what, each with one thing more that is wrong than the case after
// it, so that the first of the documented order has to answer.
func TestCatalogueRefusesInItsOrder(t *testing.T) {
	ghost := func(r *goods.SetGoodRequest) { r.Supplier = "ghost" }
	tier := goods.Price{Fen: 1, Audience: audience.Audience{Programme: "XP", Tiers: []string{"gold"}}}
	for _, c := range []struct {
		name, caller string
		req          command.Request
		want         fault.Code
		suspended    bool
	}{
		{"apply for another's", "D", goods.ApplyRequest{Supplier: "care", En: "x", Zh: "x", Licence: licence()},
			fault.Conflict, false},
		{"apply again", "S1", goods.ApplyRequest{Supplier: "care", En: "x", Zh: "x", Licence: licence()},
			fault.WrongState, false},
		{"apply", "F", goods.ApplyRequest{Supplier: "new", En: "x", Zh: "x", Licence: licence()}, "", false},

		{"approve what isn't, by another", "S1", goods.ApproveRequest{Supplier: "ghost", Fee: amount.Rate{Den: 1}},
			fault.Forbidden, false},
		{"approve what isn't", "G", goods.ApproveRequest{Supplier: "ghost", Fee: amount.Rate{Den: 1}},
			fault.NotFound, false},
		{"approve", "G", goods.ApproveRequest{Supplier: "care", Fee: amount.Rate{Den: 1}}, "", true},

		{"refuse what isn't, by another", "S1", goods.RefuseRequest{Supplier: "ghost", Reason: "x"},
			fault.Forbidden, false},
		{"refuse what isn't", "G", goods.RefuseRequest{Supplier: "ghost", Reason: "x"}, fault.NotFound, false},
		{"refuse twice", "G", goods.RefuseRequest{Supplier: "care", Reason: "x"}, fault.WrongState, true},
		{"refuse", "G", goods.RefuseRequest{Supplier: "care", Reason: "x"}, "", false},

		{"withdraw what isn't", "D", goods.WithdrawSupplierRequest{Supplier: "ghost"}, fault.NotFound, false},
		{"withdraw another's", "D", goods.WithdrawSupplierRequest{Supplier: "care"}, fault.Forbidden, false},
		{"withdraw", "S1", goods.WithdrawSupplierRequest{Supplier: "care"}, "", true},

		{"set a good of no supplier", "D", kit(ghost), fault.NotFound, true},
		{"set another's good", "D", kit(nil), fault.Forbidden, true},
		{"set a good, suspended", "S1", kit(func(r *goods.SetGoodRequest) { r.Category = "tyres" }),
			fault.WrongState, true},
		{"set a good of another category", "S1", kit(func(r *goods.SetGoodRequest) { r.Category = "tyres" }),
			fault.Forbidden, false},
		{"set a good", "S1", kit(func(r *goods.SetGoodRequest) { r.Open = false }), "", false},

		{"terms for no good", "D", kitTerms(func(r *goods.OfferTermsRequest) { r.SKU, r.Seller = "none", "nobody" }),
			fault.NotFound, true},
		{"terms for nobody", "D", kitTerms(func(r *goods.OfferTermsRequest) { r.Seller = "nobody" }), fault.NotFound,
			true},
		{"terms of another's", "D", kitTerms(func(r *goods.OfferTermsRequest) {
			r.Seller, r.Until = "S1",
				day(firstDay)-1
		}), fault.Forbidden, true},
		{"terms, suspended", "S1", kitTerms(func(r *goods.OfferTermsRequest) {
			r.Seller, r.Until = "S1",
				day(firstDay)-1
		}), fault.WrongState, true},
		{"terms for itself", "S1", kitTerms(func(r *goods.OfferTermsRequest) {
			r.Seller, r.Until = "S1",
				day(firstDay)-1
		}), fault.BadRequest, false},
		{"terms that have ended", "S1", kitTerms(func(r *goods.OfferTermsRequest) { r.Until-- }), fault.Expired, false},
		{"terms", "S1", kitTerms(nil), "", false},

		{"restock no good", "D", goods.RestockRequest{Supplier: "care", SKU: "none", Seller: "nobody", Units: 1},
			fault.NotFound, true},
		{"restock nobody", "D", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "nobody", Units: 1},
			fault.NotFound, true},
		{"restock another's", "D", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: amount.Max},
			fault.Forbidden, true},
		{"restock, suspended", "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: amount.Max},
			fault.WrongState, true},
		{"restock beyond the limit", "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D",
			Units: amount.Max}, fault.Limit, false},
		{"restock", "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: amount.Max - 3}, "",
			false},

		{"withdraw stock of no supplier", "D", goods.WithdrawStockRequest{Supplier: "ghost", SKU: "kit", Seller: "D",
			Units: 4, Reason: "x"}, fault.NotFound, false},
		{"withdraw stock that never was", "D", goods.WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "M",
			Units: 4, Reason: "x"}, fault.NotFound, false},
		{"withdraw another's stock", "D", goods.WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "D",
			Units: 4, Reason: "x"}, fault.Forbidden, false},
		{"withdraw more than is free", "S1", goods.WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "D",
			Units: 4, Reason: "x"}, fault.OutOfStock, false},
		{"withdraw stock, suspended", "S1", goods.WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "D",
			Units: 3, Reason: "x"}, "", true},

		{"a storefront of no acceptor", "F", dealerFront(true), fault.Forbidden, false},
		{"a storefront that takes what isn't", "G", goods.SetStorefrontRequest{En: "x", Zh: "x",
			Tenders: []goods.Tender{{Programme: "XP", Value: amount.Rate{Num: 1, Den: 1}}}}, fault.NotFound, false},
		{"a storefront", "G", dealerFront(true), "", false},
		{"an outlet of neither", "F", goods.SetOutletRequest{Outlet: "12", En: "x", Zh: "x"}, fault.Forbidden, false},
		{"an outlet of an acceptor", "D", goods.SetOutletRequest{Outlet: "12", En: "x", Zh: "x"}, "", false},
		{"an outlet of a supplier", "S1", goods.SetOutletRequest{Outlet: "12", En: "x", Zh: "x"}, "", false},

		{"list without a storefront", "M", kitListed(func(r *goods.ListRequest) { r.Supplier = "ghost" }),
			fault.NotFound, true},
		{"list what no supplier has", "D", kitListed(func(r *goods.ListRequest) { r.Supplier = "ghost" }),
			fault.NotFound, true},
		{"list what isn't", "D", kitListed(func(r *goods.ListRequest) { r.SKU = "none" }), fault.NotFound, true},
		{"list for tiers of nothing", "D", kitListed(func(r *goods.ListRequest) { r.Prices = append(r.Prices, tier) }),
			fault.NotFound, true},
		{"list, suspended", "D", kitListed(func(r *goods.ListRequest) { r.Terms = sealedPrice(9) }),
			fault.WrongState, true},
		{"list under others", "D", kitListed(func(r *goods.ListRequest) { r.Terms = sealedPrice(9) }),
			fault.Conflict, false},
		{"list again as it was", "D", kitListed(func(r *goods.ListRequest) { r.Open = false }), "", false},
	} {
		w := withCatalogue(t, 2)
		w.must(t, "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 3})
		w.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor | party.Supplier})
		if c.suspended {
			w.must(t, "G", goods.RefuseRequest{Supplier: "care", Reason: "audit"})
		}
		if _, refusals := w.run(t, c.caller, c.req); fault.CodeOf(refusals[0]) != c.want {
			t.Errorf("%s: %v, want %q", c.name, refusals[0], c.want)
		}
	}
}

// What is listed keeps its terms when others are offered, or none fit any more.
func TestListingsKeepTheirTerms(t *testing.T) {
	w := withCatalogue(t, 2)
	w.must(t, "S1", kitTerms(func(r *goods.OfferTermsRequest) {
		r.Commitment, r.Kind = sealedPrice(2), goods.Commission
	}))
	w.must(t, "D", kitListed(func(r *goods.ListRequest) { r.Prices[0].Fen = 30_000 }))
	listing, err := ask[goods.Listing](w, "M", "query:Listing", "D", "care", "kit")
	if err != nil || listing.Kind != goods.Supply || !slices.Equal(listing.Terms, sealedPrice(1)) ||
		listing.Prices[0].Fen != 30_000 {
		t.Errorf("%+v, %v", listing, err)
	}
	w.must(t, "D", kitListed(func(r *goods.ListRequest) { r.Terms, r.Kind = sealedPrice(2), goods.Commission }))
	if _, refusals := w.run(t, "D", kitListed(nil)); fault.CodeOf(refusals[0]) != fault.Conflict {
		t.Errorf("back to what it had: %v", refusals[0])
	}
	w.advance(t, 1)
	w.must(t, "D", kitListed(func(r *goods.ListRequest) { r.Terms, r.Kind = sealedPrice(2), goods.Commission }))
	w.must(t, "D", goods.ApplyRequest{Supplier: "own", En: "x", Zh: "x", Licence: licence()})
	w.must(t, "G", goods.ApproveRequest{Supplier: "own", Fee: amount.Rate{Num: 1, Den: 100}})
	w.must(t, "D", kit(func(r *goods.SetGoodRequest) { r.Supplier = "own" }), kitListed(func(r *goods.ListRequest) {
		r.Supplier, r.Terms, r.Kind = "own", nil, goods.NoTerms
	}))
}

// Approving a supplier gives its party the role; who has it loses none.
func TestApprovingGivesTheRole(t *testing.T) {
	w := founded(t, 2)
	w.must(t, "M", goods.ApplyRequest{Supplier: "rides", En: "x", Zh: "x", Licence: licence()})
	w.must(t, "G", goods.ApproveRequest{Supplier: "rides", Fee: amount.Rate{Den: 1}})
	if p, err := ask[party.Party](w, "A", "query:Party", "M"); err != nil ||
		p.Roles != party.Issuer|party.Acceptor|party.Supplier {
		t.Errorf("%v, %v", p.Roles.Names(), err)
	}
}

// A good's versions stay; the same again makes none.
func TestGoodsKeepTheirVersions(t *testing.T) {
	w := withCatalogue(t, 2)
	dear := kit(func(r *goods.SetGoodRequest) { r.En = "Better kit" })
	w.must(t, "S1", kit(nil), dear, dear, kit(nil))
	w.must(t, "S1", kit(nil))
	if n := len(lastWritesOf(w)); n != 0 {
		t.Errorf("the same again wrote %d rows", n)
	}
	for version, want := range map[string]string{"0": "Oil kit", "1": "Oil kit", "2": "Better kit", "3": "Oil kit"} {
		good, err := ask[goods.Good](w, "A", "query:Good", "care", "kit", version)
		if err != nil || good.En != want {
			t.Errorf("version %s: %+v, %v", version, good, err)
		}
	}
	if _, err := ask[goods.Good](w, "A", "query:Good", "care", "kit", "4"); refusalOf(err) != fault.NotFound {
		t.Errorf("a version to come: %v", err)
	}
	if n := len(rowsOf(w.net, "G", "good-version")); n != 2 {
		t.Errorf("%d versions are kept", n)
	}
}

// lastWritesOf names what the last transaction wrote besides lane heads.
func lastWritesOf(w *world) (keys []string) {
	for b := range w.net.Blocks() {
		for _, tx := range b.Txs {
			keys = nil
			for _, ns := range tx.Envelope.RWSet().Namespaces {
				if ns.Namespace != seal.Outer {
					continue
				}
				for _, wr := range ns.Writes {
					keys = append(keys, wr.Key)
				}
			}
		}
	}
	return keys
}

// A quote is a member's own: what it is asked for, by labels and by whom it was merged into.
func TestQuotesAreAMembersOwn(t *testing.T) {
	w := withCatalogue(t, 2)
	w.must(t, "D", member.LabelRequest{Member: "li", Label: "vip"}, kitListed(func(r *goods.ListRequest) {
		r.Prices = []goods.Price{{Audience: audience.Audience{Labels: []string{"D:vip"}}, Fen: 100},
			{Regions: []string{"sh"}, Fen: 200}}
	}))
	for _, c := range []struct {
		member, region string
		fen            amount.Units
		want           fault.Code
	}{
		{"li", "sh", 300, ""}, {"li", "", 300, ""}, {"zhang", "sh", 600, ""}, {"zhang", "bj", 0, fault.Ineligible},
		{"ghost", "sh", 0, fault.NotFound},
	} {
		asked, _ := json.Marshal(answer.QuoteAsked{Seller: "D", Member: c.member, Region: c.region,
			Lines: []goods.Wanted{{Supplier: "care", SKU: "kit", Quantity: 3}}})
		quoted, err := ask[answer.Quoted](w, "M", "query:Quote", string(asked))
		if refusalOf(err) != c.want || quoted.Quote.Total != c.fen {
			t.Errorf("%+v: %+v, %v", c, quoted, err)
		}
	}
	for name, asked := range map[string]answer.QuoteAsked{
		"no line": {Seller: "D", Member: "li"}, "an odd region": {Seller: "D", Member: "li", Region: "a/b",
			Lines: []goods.Wanted{{Supplier: "care", SKU: "kit", Quantity: 1}}},
	} {
		text, _ := json.Marshal(asked)
		if _, err := ask[answer.Quoted](w, "M", "query:Quote", string(text)); refusalOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Lists come page by page, of the supplier or seller asked for and nobody else.
func TestCatalogueIsListedByPages(t *testing.T) {
	w := withCatalogue(t, 2)
	w.must(t, "S1", goods.ApplyRequest{Supplier: "care-2", En: "x", Zh: "x", Licence: licence()})
	w.must(t, "G", goods.ApproveRequest{Supplier: "care-2", Fee: amount.Rate{Den: 1}})
	w.must(t, "S1", kit(func(r *goods.SetGoodRequest) { r.Supplier = "care-2" }), kit(func(r *goods.SetGoodRequest) {
		r.SKU = "wiper"
	}),
		goods.SetOutletRequest{Outlet: "1", En: "x", Zh: "x"},
		goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 7, Lanes: 3})
	first, err := ask[answer.GoodPage](w, "A", "query:Goods", "care", `{"limit":1,"after":""}`)
	if err != nil || len(first.Rows) != 1 || first.Rows[0].SKU != "kit" || first.Next == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	after, _ := json.Marshal(answer.Page{Limit: 9, After: first.Next})
	if rest, err := ask[answer.GoodPage](w, "A", "query:Goods", "care", string(after)); err != nil ||
		len(rest.Rows) != 1 || rest.Rows[0].SKU != "wiper" {
		t.Errorf("%+v, %v", rest, err)
	}
	all := `{"limit":500,"after":""}`
	if p, err := ask[answer.SupplierPage](w, "A", "query:Suppliers", all); err != nil || len(p.Rows) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := ask[answer.ListingPage](w, "A", "query:Listings", "D", all); err != nil || len(p.Rows) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := ask[answer.OutletPage](w, "A", "query:Outlets", "S1", all); err != nil || len(p.Rows) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if s, err := ask[answer.InStock](w, "A", "query:Stock", "care", "kit", "D"); err != nil || s.Free != 7 ||
		s.Pool != 1 || s.Restocked != 7 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, none := range [][]string{{"query:Supplier", "x"}, {"query:Terms", "care", "kit", "M"},
		{"query:Storefront", "M"}, {"query:Outlet", "D", "1"}, {"query:Listing", "M", "care", "kit"},
		{"query:Stock", "care", "kit", "M"}} {
		if _, err := ask[json.RawMessage](w, "A", none...); refusalOf(err) != fault.NotFound {
			t.Errorf("%v: %v", none, err)
		}
	}
}
