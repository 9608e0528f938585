package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
)

// The grounds of an order: placing is what comes before its points, paying what its
// prices ask of them, reserving what comes last.
var (
	placing = []ground{
		{"no acceptor", "", fault.Forbidden}, {"ended", "end", fault.Expired}, {"too far", "end", fault.Limit},
		{"no outlet", "outlet", fault.NotFound}, {"outlet closed", "outlet", fault.WrongState},
		{"another region", "outlet", fault.BadRequest},
		{"no member", "", fault.NotFound}, {"no listing", "listing", fault.NotFound},
		{"front closed", "", fault.WrongState}, {"suspended", "", fault.WrongState},
		{"good closed", "good", fault.WrongState}, {"listing closed", "listing", fault.WrongState},
		{"good ended", "good", fault.Expired}, {"not in the region", "", fault.Ineligible},
		{"barred", "", fault.Ineligible},
		untried(fault.Limit), {"price changed", "listing", fault.PriceChanged},
	}
	paying = []ground{
		{"not taken", "", fault.WrongState}, untried(fault.Limit), {"not the total", "sum", fault.BadRequest},
		{"too few in points", "sum", fault.BadRequest}, {"too little cash", "sum", fault.BadRequest},
		untried(fault.Limit),
	}
	reserving = []ground{{"sold out", "", fault.OutOfStock}, {"paid before", "", fault.Conflict}}
)

// placeOn is a stage on which wang buys two units of S1's oil from M at 50 fen each,
// for 60 GP, a fen each, and 40 fen.
func placeOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	good, list := s.furnishShop(t, has)
	req := goods.PlaceRequest{Member: set(has["no member"], "ghost", "wang"),
		Lines: []goods.Wanted{want("S1", set(has["no listing"], "none", "oil"), 2)}, Quote: make(codec.Hash, 32),
		Outlet: set(has["no outlet"], "none", "pudong"), Region: "sh", Pieces: s.pieces,
		Cash: set(has["not the total"], amount.Units(41), 40), Payment: "pay",
		Authorisation: s.authorisation, Code: s.code}
	if q, err := s.ask(answer.QuoteAsked{Seller: "M", Member: req.Member, Region: req.Region,
		Lines: req.Lines}); err == nil {
		req.Quote = q.Hash
	}
	s.spoilQuote(t, has, good, list)
	s.close(t, has)
	req.AcceptBy = s.ends
	return s, set(has["no acceptor"], "F", "M"), req
}

func (s *stage) front(tender string, open bool) goods.SetStorefrontRequest {
	return goods.SetStorefrontRequest{En: "M", Zh: "M", Tenders: []goods.Tender{{Programme: tender,
		Value: amount.Rate{Num: 1, Den: 1}}}, Open: open}
}

// furnishShop opens M's storefront with the oil, and a rag that the payment "pay" may
// have bought.
func (s *stage) furnishShop(t fataler, has causes) (goods.SetGoodRequest, goods.ListRequest) {
	s.must(t, "M", s.front(set(has["not taken"], "DP", "GP"), true),
		goods.SetOutletRequest{Outlet: "pudong", En: "P", Zh: "P", Region: set(has["another region"], "bj", "sh"),
			Open: !has["outlet closed"]})
	s.supply(t, "S1", "S1", onePercent)
	good := plainGood("S1", "oil", goods.Shipped)
	good.Regions, good.Until = []string{set(has["not in the region"], "bj", "sh")},
		day(firstDay)+set(has["good ended"], date.Date(1), 90)
	list := goods.ListRequest{Supplier: "S1", SKU: "oil", Scene: "care", Kind: goods.Supply,
		Terms: committed(t, opening(t, "oil", 7)), Open: true, Prices: []goods.Price{{
			Audience: audience.Audience{Not: []string{"M:barred"}}, Fen: 50,
			MinPoints: set(has["too few in points"], amount.Units(31), 0),
			MinCash:   set(has["too little cash"], amount.Units(21), 0)}}}
	rag := list
	rag.SKU, rag.Prices = "rag", []goods.Price{{Fen: 1}}
	for sku, units := range map[string]amount.Units{"oil": set(has["sold out"], amount.Units(1), 2), "rag": 1} {
		of := good
		if of.SKU = sku; sku == "rag" {
			of = plainGood("S1", sku, goods.Shipped)
		}
		s.must(t, "S1", of, goods.RestockRequest{Supplier: "S1", SKU: sku, Seller: "M", Units: units},
			goods.OfferTermsRequest{Supplier: "S1", SKU: sku, Seller: "M", Kind: goods.Supply, Commitment: list.Terms})
	}
	s.must(t, "M", list, rag)
	if has["paid before"] {
		req := s.purchase(t, "M", "li", 1, nil, want("S1", "rag", 1))
		req.Payment = "pay"
		s.must(t, "M", req)
	}
	return good, list
}

// spoilQuote does what comes between a quote and the order.
func (s *stage) spoilQuote(t fataler, has causes, good goods.SetGoodRequest, list goods.ListRequest) {
	if has["price changed"] {
		list.Prices[0].Fen++
	}
	if list.Open = !has["listing closed"]; has["price changed"] || has["listing closed"] {
		s.must(t, "M", list)
	}
	if has["front closed"] {
		s.must(t, "M", s.front(set(has["not taken"], "DP", "GP"), false))
	}
	if has["barred"] {
		s.must(t, "M", member.LabelRequest{Member: "wang", Label: "barred"})
	}
	if good.Open = !has["good closed"]; !good.Open {
		s.must(t, "S1", good)
	}
	if has["suspended"] {
		s.must(t, "G", goods.RefuseRequest{Supplier: "S1", Reason: "x"})
	}
}

// counterOn is a shop with an order of wang's for a cap at D's counter, against a
// code, and for S1's oil.
func counterOn(t fataler, has causes) (*stage, string, goods.DeliverRequest) {
	s := newShop(t, 5)
	req, secret := s.purchase(t, "D", "wang", 200, s.pays("wang", 1000), want("DS", "cap", 1), want("S1", "oil", 1)),
		make(code.Code, code.Size)
	req.Pickup = code.Commit(secret)
	order := s.must(t, "D", req)
	if !has["not accepted"] {
		s.must(t, "D", goods.AcceptRequest{Order: order})
	}
	part := set(has["not shipped"], uint8(2), 1)
	return &stage{world: s.world}, set(has["a stranger"], "F", "D"),
		goods.DeliverRequest{Order: set(has["no order"], nowhere, order),
			Part: set(has["no part"], uint8(3), part), Code: secret}
}

// deliverOn is that the cap is handed over.
func deliverOn(t fataler, has causes) (*stage, string, command.Request) {
	s, caller, req := counterOn(t, has)
	if has["a document"] {
		req.Code, req.Evidence = nil, make(codec.Hash, 32)
	}
	if has["wrong code"] {
		req.Code = code.Code("another's secret")
	}
	return s, caller, req
}

// refundOn is that one of two oils comes back. Another that was paid in cash may have come back before.
func refundOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newShop(t, 5)
	back := func(req goods.PlaceRequest, receive bool) number.Command {
		order := s.must(t, "D", req)
		s.must(t, "D", goods.AcceptRequest{Order: order}, goods.ShipRequest{Order: order, Part: 1,
			Carrier: "SF", Waybill: "1"})
		s.must(t, "G", goods.DeliverRequest{Order: order, Part: 1})
		asked := s.must(t, "G", goods.RequestReturnRequest{Order: order, Part: 1, Line: 1, Quantity: 1, Reason: "x"})
		if receive {
			s.must(t, "S1", goods.ReceiveReturnRequest{Return: asked, Restock: true})
		}
		return asked
	}
	if has["refunded by it"] {
		s.must(t, "D", goods.RefundRequest{Payment: "refund",
			Return: back(s.purchase(t, "D", "sun", 900, nil, want("S1", "oil", 1)), true)})
	}
	req := s.purchase(t, "D", "sun", 900, s.pays("sun", 900), want("S1", "oil", 2))
	req.Authorisation = s.authorise(t, "sun", "D", "GP", 900)
	asked := back(req, !has["not received"])
	return &stage{world: s.world}, set(has["not the seller"], "S1", "D"),
		goods.RefundRequest{Return: set(has["no return"], nowhere, asked),
			Payment: set(has["no reference"], "", "refund")}
}

// returnOn is that an oil is asked to go back.
func returnOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newShop(t, 5)
	order := s.must(t, "D", s.purchase(t, "D", "wang", 0, s.pays("wang", 900), want("S1", "oil", 1)))
	s.must(t, "D", goods.AcceptRequest{Order: order}, goods.ShipRequest{Order: order, Part: 1,
		Carrier: "SF", Waybill: "1"})
	if !has["not delivered"] {
		s.must(t, "S1", goods.DeliverRequest{Order: order, Part: 1, Evidence: make(codec.Hash, 32)})
	}
	s.advance(t, set(has["too late"], date.Date(5), 4))
	return &stage{world: s.world}, set(has["a stranger"], "S1", "D"),
		goods.RequestReturnRequest{Order: set(has["no order"], nowhere, order), Part: set(has["no part"], uint8(2), 1),
			Line: set(has["no line"], uint8(2), 1), Quantity: set(has["too many"], uint32(2), 1), Reason: "x"}
}

// listing are the grounds of listing a good, but for its terms.
var listing = []ground{{"no storefront", "", fault.NotFound}, {"no good", "", fault.NotFound},
	{"no programme", "", fault.NotFound}, {"suspended", "", fault.WrongState}}

// listOn is that D lists S1's oil, or its own cap.
func listOn(own bool) func(fataler, causes) (*stage, string, command.Request) {
	return func(t fataler, has causes) (*stage, string, command.Request) {
		s, supplier := &stage{world: founded(t, 5)}, set(own, "D", "S1")
		if !has["no storefront"] {
			s.must(t, "D", goods.SetStorefrontRequest{En: "D", Zh: "D", Open: true})
		}
		s.supply(t, "goods", supplier, onePercent)
		s.must(t, supplier, plainGood("goods", "oil", goods.Shipped))
		terms := committed(t, opening(t, "oil", 7))
		if !own && !has["no terms"] {
			s.must(t, supplier, goods.OfferTermsRequest{Supplier: "goods", SKU: "oil", Seller: "D", Kind: goods.Supply,
				Commitment: set(has["other terms"], committed(t, opening(t, "oil", 8)), terms),
				Until:      day(firstDay) + set(has["terms ended"], date.Date(1), 90)})
		}
		if has["suspended"] {
			s.must(t, "G", goods.RefuseRequest{Supplier: "goods", Reason: "x"})
		}
		s.advance(t, 2)
		req := goods.ListRequest{Supplier: "goods", SKU: set(has["no good"], "none", "oil"), Scene: "care", Open: true,
			Prices: []goods.Price{{Fen: 50}}}
		if !own || has["names terms"] {
			req.Kind, req.Terms = goods.Supply, terms
		}
		if has["no programme"] {
			req.Prices[0].Audience = audience.Audience{Programme: "XP", Tiers: []string{"gold"}}
		}
		return s, "D", req
	}
}

// orderPrecedence is what TestRefusalsComeInTheirDocumentedOrder tries of orders.
var orderPrecedence = map[string]precedence{
	"list": {listOn(false), [][]ground{listing, {{"no terms", "terms", fault.NotFound},
		{"other terms", "", fault.Conflict}, {"terms ended", "terms", fault.Expired}}}},
	"list one's own": {listOn(true), [][]ground{listing, {{"names terms", "", fault.BadRequest}}}},
	"place": {placeOn, [][]ground{placing, {{"no lot", "", fault.NotFound}}, spending, paying, erased,
		consenting, spendCap, reserving}},
	"deliver": {deliverOn, [][]ground{{{"no order", "", fault.NotFound}, {"no part", "part", fault.NotFound},
		{"not accepted", "", fault.WrongState}, {"not shipped", "part", fault.WrongState},
		{"a stranger", "", fault.Forbidden}, {"a document", "proof", fault.Unauthorised},
		{"wrong code", "proof", fault.WrongCode}, untried(fault.Limit)}}},
	"return": {returnOn, [][]ground{{{"no order", "", fault.NotFound}, {"no part", "", fault.NotFound},
		{"no line", "", fault.NotFound}, {"a stranger", "", fault.Forbidden},
		{"not delivered", "", fault.WrongState}, {"too late", "", fault.Expired},
		{"too many", "", fault.Insufficient}}}},
	"refund": {refundOn, [][]ground{{{"no return", "", fault.NotFound}, {"not the seller", "", fault.Forbidden},
		{"not received", "", fault.WrongState},
		{"no reference", "", fault.BadRequest}, {"refunded by it", "", fault.Conflict}, untried(fault.Limit)}}},
}
