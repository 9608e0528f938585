package adversary

import (
	"bytes"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/veil"
)

// oil is what D pays S1 for an oil: 7 fen, in secret.
func (p *parade) oil() veil.Opening {
	seed := sha512.Sum512([]byte("oil"))
	salt, err := veil.NewSalt(bytes.NewReader(seed[:]))
	if err != nil {
		p.Fatal(err)
	}
	return veil.Opening{Value: veil.Whole(7 * settlement.PerFen), Salt: salt}
}

// shelves puts oil of S1's and a cap of its own on D's storefront; S2 comes and goes.
func (p *parade) shelves() {
	licence := make(codec.Hash, 32)
	p.do("S1", goods.ApplyRequest{Supplier: "S1", En: "x", Zh: "x", Licence: licence})
	p.do("G", goods.ApproveRequest{Supplier: "S1", Fee: amount.Rate{Num: 1, Den: 100}})
	p.do("D", goods.ApplyRequest{Supplier: "DS", En: "x", Zh: "x", Licence: licence})
	p.do("G", goods.ApproveRequest{Supplier: "DS", Fee: amount.Rate{Num: 1, Den: 100}})
	p.do("S2", goods.ApplyRequest{Supplier: "S2", En: "x", Zh: "x", Licence: licence})
	p.do("S2", goods.WithdrawSupplierRequest{Supplier: "S2"})
	p.do("S2", goods.ApplyRequest{Supplier: "S2", En: "x", Zh: "x", Licence: licence})
	p.do("G", goods.RefuseRequest{Supplier: "S2", Reason: "x"})
	p.do("D", goods.SetStorefrontRequest{
		En: "x", Zh: "x", Tenders: []goods.Tender{{Programme: "GP", Value: one}}, ShipDays: 2, SilenceDays: 1,
		ReturnDays: 1, Open: true,
	})
	p.do("D", goods.SetOutletRequest{Outlet: "o", En: "x", Zh: "x", Open: true})
	terms, err := p.oil().Commit()
	if err != nil {
		p.Fatal(err)
	}
	good := goods.SetGoodRequest{
		Supplier: "S1", SKU: "oil", En: "x", Zh: "x", Category: "care", Unit: "piece", Tax: "13",
		Delivery: goods.Shipped, Open: true,
	}
	p.do("S1", good)
	good.Supplier, good.SKU, good.Delivery = "DS", "cap", goods.Counter
	p.do("D", good)
	p.do("S1", goods.OfferTermsRequest{Supplier: "S1", SKU: "oil", Seller: "D", Kind: goods.Supply, Commitment: terms})
	for _, of := range [][2]string{{"S1", "oil"}, {"DS", "cap"}} {
		supplier := map[string]string{"S1": "S1", "DS": "D"}[of[0]]
		p.do(supplier, goods.RestockRequest{Supplier: of[0], SKU: of[1], Seller: "D", Units: 50, Lanes: 2})
		p.do(supplier, goods.WithdrawStockRequest{Supplier: of[0], SKU: of[1], Seller: "D", Units: 1, Reason: "x"})
		list := goods.ListRequest{
			Supplier: of[0], SKU: of[1], Scene: "retail", Prices: []goods.Price{{Fen: 9}}, Open: true,
		}
		if of[0] == "S1" {
			list.Kind, list.Terms = goods.Supply, terms
		}
		p.do("D", list)
	}
}

// order places an order of wang's at D for one thing, paid with points of G's and a fen.
func (p *parade) order(lot number.Row, supplier, sku string, accept bool) number.Command {
	lines := []goods.Wanted{{Supplier: supplier, SKU: sku, Quantity: 1}}
	asked := struct {
		Seller string         `json:"seller"`
		Member string         `json:"member"`
		Lines  []goods.Wanted `json:"lines"`
	}{"D", "wang", lines}
	var quoted struct{ Hash codec.Hash }
	if err := p.net.Ask("D", "Quote", &quoted, asked); err != nil && !p.lax {
		p.Fatal(err)
	}
	req := goods.PlaceRequest{
		Member: "wang", Lines: lines, Quote: quoted.Hash, Pieces: take(lot, 8), Cash: 1,
		Payment: fmt.Sprintf("pay-%d", p.net.Seq("D", 1)), Accept: accept,
	}
	if !accept {
		req.AcceptBy = p.soon(60)
	}
	return p.do("D", req)
}

func (p *parade) orders(lots map[string]number.Row) {
	evidence := make(codec.Hash, 32)
	gp := lots["wangG"]
	due := p.do("D", goods.RejectRequest{Order: p.order(gp, "S1", "oil", false), Reason: "x"})
	p.do("D", goods.PayBackRequest{Due: due, Payment: "back-due"})
	p.do("D", goods.CancelRequest{Order: p.order(gp, "S1", "oil", false), Reason: "x"})
	late := p.order(gp, "S1", "oil", false)
	p.later(61 * time.Second)
	p.do("S2", goods.TimeOutRequest{Order: late})
	var returns []number.Command
	for range 2 {
		n := p.order(gp, "S1", "oil", false)
		p.do("D", goods.AcceptRequest{Order: n})
		p.do("D", goods.ShipRequest{Order: n, Part: 1, Carrier: "x", Waybill: "x"})
		p.do("D", goods.DeliverRequest{Order: n, Part: 1, Evidence: evidence})
		returns = append(returns, p.do("D", goods.RequestReturnRequest{
			Order: n, Part: 1, Line: 1, Quantity: 1, Reason: "x",
		}))
	}
	p.do("D", goods.RefuseReturnRequest{Return: returns[0], Reason: "x"})
	p.do("D", goods.ReceiveReturnRequest{Return: returns[1], Restock: true})
	p.do("D", goods.RefundRequest{Return: returns[1], Payment: "back"})
	p.unanswered(gp)
	n := p.order(gp, "DS", "cap", true)
	p.do("D", goods.DeliverRequest{Order: n, Part: 1, Evidence: evidence})
	p.tomorrow(3)
	p.do("S2", goods.CompleteRequest{Order: n, Part: 1})
}

// unanswered is a return that its seller doesn't answer.
func (p *parade) unanswered(lot number.Row) {
	n := p.order(lot, "S1", "oil", true)
	p.do("D", goods.ShipRequest{Order: n, Part: 1, Carrier: "x", Waybill: "x"})
	p.do("D", goods.DeliverRequest{Order: n, Part: 1, Evidence: make(codec.Hash, 32)})
	back := p.do("D", goods.RequestReturnRequest{Order: n, Part: 1, Line: 1, Quantity: 1, Reason: "x"})
	p.tomorrow(15)
	p.do("S2", goods.TimeOutReturnRequest{Return: back})
}

// closing closes the cycle, with a dispute of every end.
func (p *parade) closing() {
	cycle := p.cycle().ID
	p.do("G", settlement.CutOffRequest{Cycle: cycle, Next: "c1"})
	p.do("S2", settlement.ComputeRequest{Cycle: cycle})
	p.openAll(cycle)
	left := p.disputes(cycle)
	pairs, claimed := rows[settlement.Pair](p.world, "pair"), false
	for _, id := range sorted(pairs) {
		pair := pairs[id]
		if pair.A == "D" && pair.B == "M" || pair.B == "D" {
			p.do(pair.A, p.signing(pair, pair.A, 1))
			p.do(pair.B, p.signing(pair, pair.B, 1))
		} else if !claimed {
			claimed = true
			p.do(pair.A, p.signing(pair, pair.A, 1))
			p.do(pair.A, settlement.ClaimRequest{Cycle: cycle, With: pair.B})
		}
	}
	p.tomorrow(4)
	for _, id := range sorted(pairs) {
		if pair := rows[settlement.Pair](p.world, "pair")[id]; !pair.State.Ended() && pair.Claim == "" {
			p.do("S2", settlement.CarryRequest{Cycle: cycle, A: pair.A, B: pair.B})
		}
	}
	p.do("S2", settlement.FinaliseRequest{Cycle: cycle})
	p.pay(cycle)
	p.tomorrow(settlement.MaxIdle + 1)
	p.do("S2", settlement.LapseRequest{Dispute: left})
}

// openAll opens what is hidden: deliveries of two oils, one of which came back.
func (p *parade) openAll(cycle string) {
	pairs := rows[settlement.Pair](p.world, "pair")
	for _, id := range sorted(pairs) {
		for _, h := range pairs[id].Hidden {
			opening, err := p.oil().Times(h.Position.Count)
			if err != nil {
				p.Fatal(err)
			}
			p.do(h.Position.Creditor, settlement.OpenRequest{
				Cycle: cycle, Debtor: h.Position.Debtor, Creditor: h.Position.Creditor, Back: h.Position.Back,
				Fee: h.Position.Fee, Opening: opening,
			})
		}
	}
}

// signing is a party's signature of a statement's sums and of a root.
func (p *parade) signing(pair settlement.Pair, who string, root byte) settlement.SignRequest {
	other := pair.A
	if who == other {
		other = pair.B
	}
	req := settlement.SignRequest{
		Cycle: pair.Cycle, With: other, Lines: pair.Count(), Root: bytes.Repeat([]byte{root}, 32),
	}
	req.Owes, _ = pair.Owes(who)
	req.Owed, _ = pair.Owes(other)
	return req
}

// disputes raises one dispute for each way in which it can end: M's against D.
func (p *parade) disputes(cycle string) (left number.Command) {
	lines := p.lines(cycle, "D", "M")
	if len(lines) < 5 {
		if !p.lax {
			p.Fatalf("D owes M %d lines", len(lines))
		}
		return left
	}
	raise := func(i int) number.Command {
		return p.do("D", settlement.RaiseRequest{
			Cycle: cycle, With: "M", Lines: []number.Row{lines[i]}, Reason: "x", Evidence: make(codec.Hash, 32),
		})
	}
	answer := make(codec.Hash, 32)
	parts := []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 1}}
	d := raise(0)
	p.do("M", settlement.AnswerRequest{Dispute: d, Answer: answer})
	p.do("M", settlement.AcceptRequest{Dispute: d})
	d = raise(1)
	p.do("M", settlement.RejectRequest{Dispute: d, Answer: answer})
	p.do("D", settlement.EscalateRequest{Dispute: d})
	p.do("G", settlement.RuleRequest{Dispute: d, Parts: parts, Grounds: answer})
	d = raise(2)
	p.do("M", settlement.SplitRequest{Dispute: d, Parts: parts})
	p.do("D", settlement.AgreeSplitRequest{Dispute: d})
	p.do("D", settlement.WithdrawRequest{Dispute: raise(3)})
	return raise(4) // to be forgotten
}

// lines are those of a cycle that a party owes another.
func (w *world) lines(cycle, debtor, creditor string) (lines []number.Row) {
	all := rows[settlement.Obligations](w, "obligations")
	for _, id := range sorted(all) {
		batch, err := number.ParseCommand(id)
		if err != nil || all[id].Cycle != cycle {
			continue
		}
		for _, o := range all[id].List {
			if o.Debtor == debtor && o.Creditor == creditor && o.Fen > 1 {
				batch.Index = o.Index
				lines = append(lines, batch.Row(int(o.Ord)))
			}
		}
	}
	return lines
}

// pay has every payment of a cycle told to a bank and come in; the first is refused once, and a part of it taken back.
func (p *parade) pay(cycle string) {
	payments := rows[settlement.Payment](p.world, "payment")
	for i, id := range sorted(payments) {
		pay := payments[id]
		told := telling(pay, fmt.Sprintf("m%d", i), p.today)
		if i == len(payments)-1 && i > 0 { // never paid
			p.tomorrow(1)
			p.do(pay.Creditor, settlement.CarryPaymentRequest{Cycle: cycle, Payment: pay.N})
			continue
		}
		p.do(pay.Debtor, told)
		if i == 0 {
			p.do(pay.Debtor, settlement.BounceRequest{Cycle: cycle, Payment: pay.N, Reason: "AC04"})
			p.do(pay.Debtor, told)
			p.do(pay.Creditor, settlement.AdviseRequest{
				Cycle: cycle, Payment: pay.N, Reference: "part", Alias: "entry", Fen: 1, Booked: p.today,
				Source: settlement.ByNotice,
			})
			p.do(pay.Creditor, settlement.TakeBackRequest{
				Cycle: cycle, Payment: pay.N, Receipt: "part", Reference: "back", Fen: 1, Booked: p.today,
				Evidence: make(codec.Hash, 32),
			})
			pay.Received++
		}
		p.do(pay.Creditor, settlement.AdviseRequest{
			Cycle: cycle, Payment: pay.N, Reference: fmt.Sprintf("b%d", i), Fen: pay.Rest(), Booked: p.today,
		})
	}
	if c := p.closed(cycle); (int(c.Settled) != len(payments)-2 || c.Carried != 2) && !p.lax {
		data, _ := json.Marshal(c)
		p.Fatalf("the cycle is not settled as far as it was paid: %s", data)
	}
}
