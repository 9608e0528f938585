package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

// What lanes do in lives that are about orders, with weights.
var shopping = strings.Fields("issue issue issue issue authorise hold capture end expire freeze surrender relieve advance place place place place place place place accept accept accept ship deliver deliver deliver deliver reject cancel cancel late late complete back back back receive receive receive receive noback refund refund refund refund refund refund restock withdraw reprice  " + closing)

// lifeGoods are the goods of lives.
var lifeGoods = []string{"kit", "ride", "tyre"}

// lifeTerms is the hidden value of one's terms: for a commission, of one in ten thousand, else of five fen.
func lifeTerms(i int) uint64 { return []uint64{50_000, 1_000, 60_000}[i] }

// stockFronts lets G and D sell three goods of M's, of which there is little.
func stockFronts(t fataler, w *world) {
	w.supply(t, "care", "M", amount.Rate{Num: 1, Den: 3})
	for i, sku := range lifeGoods {
		terms := committed(t, opening(t, sku, lifeTerms(i)))
		w.must(t, "M", plainGood("care", sku, []goods.Delivery{goods.Counter, goods.Virtual, goods.Shipped}[i]))
		for _, seller := range []string{"D", "G"} {
			if i == 0 {
				w.must(t, seller, goods.SetStorefrontRequest{En: "x", Zh: "x", ReturnDays: 1, Open: true,
					Tenders: []goods.Tender{
						{Programme: "DP", Value: amount.Rate{Num: 1, Den: 2}},
						{Programme: "GP", Value: amount.Rate{Num: 1, Den: 1}}}})
			}
			w.must(t, "M", goods.OfferTermsRequest{Supplier: "care", SKU: sku, Seller: seller,
				Kind: goods.TermsKind(1 + i%2), Commitment: terms},
				goods.RestockRequest{Supplier: "care", SKU: sku, Seller: seller, Units: 9, Lanes: uint8(2 * i)})
			w.must(t, seller, listedAt(sku, goods.TermsKind(1+i%2), terms, 7))
		}
	}
}

func listedAt(sku string, kind goods.TermsKind, terms []byte, fen amount.Units) goods.ListRequest {
	return goods.ListRequest{Supplier: "care", SKU: sku, Scene: "retail", Kind: kind, Terms: terms,
		Prices: []goods.Price{{Fen: fen}}, Open: true}
}

func (v view) drawGoods(verb string) command.Request {
	sku, caller := v.one("kit", "kit", "kit", "ride", "tyre"), v.lane.party
	seller := v.one("G", "D")
	switch {
	case verb == "place" && caller != "M":
		return v.drawPlace()
	case verb == "restock" && caller == "M":
		return goods.RestockRequest{Supplier: "care", SKU: sku, Seller: seller, Units: v.n(4), Lanes: uint8(v.dice(4))}
	case verb == "withdraw" && caller == "M":
		return goods.WithdrawStockRequest{Supplier: "care", SKU: sku, Seller: seller, Units: v.n(3), Reason: "x"}
	case verb == "reprice" && caller != "M" && v.odd(3):
		if _, l, ok := some[goods.Listing](v, "listing"); ok && l.Seller == caller {
			return listedAt(l.SKU, l.Kind, l.Terms, 4+v.n(6))
		}
	}
	return nil
}

// drawPlace orders what was quoted at the lane's peer, which may be behind.
func (v view) drawPlace() command.Request {
	req := goods.PlaceRequest{Member: v.one("li", "wang", "sun", "zhang"),
		Lines: []goods.Wanted{want("care", v.one("kit", "kit", "tyre"), uint32(v.n(3)))}, Accept: v.odd(2)}
	if v.odd(3) {
		req.Lines = append(req.Lines, want("care", "ride", 1))
	}
	if !v.odd(3) {
		owner, _, list := v.pieces(6, func(l points.Lot) bool { return l.Programme != "MP" })
		if list != nil {
			req.Member, req.Pieces, req.Authorisation = owner, list, v.proof(owner)
		}
	}
	asked, _ := json.Marshal(answer.QuoteAsked{Seller: v.lane.party, Member: req.Member, Lines: req.Lines})
	data, err := v.lane.net.Evaluate(v.lane.id, v.lane.peer, seal.Outer,
		ledgersim.Args("query:Quote", string(asked))...)
	if err != nil {
		return nil // the peer is far behind
	}
	var quoted answer.Quoted
	if json.Unmarshal(data, &quoted) != nil {
		return nil
	}
	if req.Quote, req.Cash = quoted.Hash, quoted.Quote.Total; len(req.Pieces) > 0 {
		for _, f := range v.rows["lot"] {
			if n, _ := number.ParseRow(f.ID); n == req.Pieces[0].Lot {
				req.Cash -= tenderValue(quoted.Quote.Tenders, f.Row.(points.Lot).Programme, req.Pieces[0].Amount)
			}
		}
	}
	if req.Cash > 0 {
		req.Payment = fmt.Sprintf("p%d", v.dice(200))
	}
	if !req.Accept {
		req.AcceptBy = v.lane.net.Now().Unix() + int64(pick(v.dice, []int{2, 9, 60}))
	}
	return req
}

func tenderValue(tenders []goods.Tender, programme string, n amount.Units) amount.Units {
	for _, t := range tenders {
		if t.Programme == programme {
			return amount.Units(nearest(int(n), int(t.Value.Num), int(t.Value.Den)))
		}
	}
	return 0
}

func (v view) drawOrder(verb string) command.Request {
	states := map[string][]goods.State{"accept": {goods.Placed}, "reject": {goods.Placed},
		"cancel": {goods.Placed, goods.Accepted}, "late": {goods.Placed}, "ship": {goods.Accepted},
		"deliver": {goods.Accepted, goods.OnItsWay}, "complete": {goods.Delivered}, "back": {goods.Delivered}}
	if states[verb] == nil {
		return v.drawReturn(verb)
	}
	id, o, ok := such(v, "order", func(o goods.Order) bool {
		return o.Seller == v.lane.party && slices.Contains(states[verb], o.Parts[0].State)
	})
	if !ok {
		return nil
	}
	n, _ := number.ParseCommand(id)
	part := uint8(1 + v.dice(len(o.Parts)))
	switch verb {
	case "accept":
		return goods.AcceptRequest{Order: n}
	case "reject":
		return goods.RejectRequest{Order: n, Reason: "x"}
	case "cancel":
		if v.odd(2) {
			return goods.CancelRequest{Order: n, Part: part, Lost: v.odd(2), Reason: "x"}
		}
		return goods.CancelRequest{Order: n, Reason: "x"}
	case "late":
		return goods.TimeOutRequest{Order: n, Part: part * uint8(v.dice(2))}
	case "ship":
		return goods.ShipRequest{Order: n, Part: part, Carrier: "SF", Waybill: "1"}
	case "deliver":
		return goods.DeliverRequest{Order: n, Part: part, Evidence: make(codec.Hash, 32)}
	case "complete":
		return goods.CompleteRequest{Order: n, Part: part}
	}
	return goods.RequestReturnRequest{Order: n, Part: part, Line: 1, Quantity: uint32(v.n(2)), Reason: "x"}
}

func (v view) drawReturn(verb string) command.Request {
	states := map[string]goods.ReturnState{"receive": goods.Requested, "noback": goods.Requested,
		"refund": goods.Received}
	id, back, ok := such(v, "return", func(r goods.Return) bool { return r.State == states[verb] })
	if !ok {
		return nil
	}
	n, _ := number.ParseCommand(id)
	switch verb {
	case "receive":
		return goods.ReceiveReturnRequest{Return: n, Restock: v.odd(2)}
	case "noback":
		return goods.RefuseReturnRequest{Return: n, Reason: "x"}
	case "refund":
		for _, f := range v.rows["order"] {
			if o := f.Row.(goods.Order); f.ID == back.Order.String() && o.Parts[back.Part-1].Cash > 0 {
				return goods.RefundRequest{Return: n, Payment: "refund"}
			}
		}
		return goods.RefundRequest{Return: n}
	}
	return nil
}
