package adversary

import (
	"testing"
	"time"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// ending is what somebody sends who has nothing to do with a row, to end it.
type ending struct {
	id  string
	by  string
	req command.Request
}

// endings lists what ends the rows of a kind of machine that are in one of its states, or in any for "".
func (w *world) endings(machine, state string) (list []ending) {
	note := func(id, in string, req func(number.Command) command.Request) {
		if state == "" || in == state {
			n, err := number.ParseCommand(id)
			if err != nil {
				w.Fatal(err)
			}
			list = append(list, ending{id, "S2", req(n)})
		}
	}
	switch machine {
	case "hold":
		for id, h := range rows[points.Hold](w, "hold") {
			if h.State == points.Open || h.State == points.PartCaptured {
				note(id, h.State.String(),
					func(n number.Command) command.Request { return points.TimeOutRequest{Hold: n} })
			}
		}
	case "trade":
		for id, d := range rows[points.Trade](w, "trade") {
			if d.State == points.Offered {
				note(id, d.State.String(),
					func(n number.Command) command.Request { return points.EndTradeRequest{Trade: n} })
			}
		}
	case "entitlement":
		return w.endingRights(state)
	case "payment":
		for id, p := range rows[settlement.Payment](w, "payment") {
			if !p.State.Ended() && (state == "" || p.State.String() == state) {
				list = append(list, ending{id, "S2", settlement.CarryPaymentRequest{Cycle: p.Cycle, Payment: p.N}})
			}
		}
	case "dispute":
		for id, d := range rows[settlement.Dispute](w, "dispute") {
			if !d.State.Ended() {
				note(id, d.State.String(),
					func(n number.Command) command.Request { return settlement.LapseRequest{Dispute: n} })
			}
		}
	case "return":
		for id, r := range rows[goods.Return](w, "return") {
			if r.State == goods.Requested || r.State == goods.Received {
				note(id, r.State.String(),
					func(n number.Command) command.Request { return goods.TimeOutReturnRequest{Return: n} })
			}
		}
	case "part":
		for id, o := range rows[goods.Order](w, "order") {
			for i, p := range o.Parts {
				if req := endPart(p.State, uint8(i+1)); req != nil {
					note(id, p.State.String(), req)
				}
			}
		}
	}
	return list
}

func (w *world) endingRights(state string) (list []ending) {
	for id, e := range rows[benefit.Entitlement](w, "entitlement") {
		n, err := number.ParseRow(id)
		if err != nil {
			w.Fatal(err)
		}
		open := e.State == benefit.Granted || e.State == benefit.Active || e.State == benefit.Reserved
		if open && e.Until < w.cycle().Date && (state == "" || e.State.String() == state) {
			list = append(list, ending{id, "S2", benefit.ExpireRequest{Entitlement: n}})
		}
	}
	return list
}

// endPart ends a part of an order, nil if there is nothing to end.
func endPart(state goods.State, part uint8) func(number.Command) command.Request {
	switch state {
	case goods.Placed:
		return func(n number.Command) command.Request { return goods.TimeOutRequest{Order: n} }
	case goods.Accepted:
		return func(n number.Command) command.Request { return goods.TimeOutRequest{Order: n, Part: part} }
	case goods.OnItsWay:
		return func(n number.Command) command.Request { return goods.DeliverRequest{Order: n, Part: part} }
	case goods.Delivered:
		return func(n number.Command) command.Request { return goods.CompleteRequest{Order: n, Part: part} }
	}
	return nil
}

// silence lets all deadlines pass of which nobody needs more than a year.
func (w *world) silence() {
	w.Helper()
	w.later(31 * 24 * time.Hour)
	w.days = settlement.MaxStep
	w.pass(400)
	w.days = 1
}

// endAll ends everything that can be ended by somebody whom it doesn't concern, after all deadlines. It must be
// everything.
func (w *world) endAll() {
	w.Helper()
	w.silence()
	for range 5 { // what is shipped is delivered, and then completed
		found := false
		for _, machine := range []string{"hold", "trade", "entitlement", "return", "part"} {
			done := map[string]bool{}
			for _, e := range w.endings(machine, "") {
				if found = true; !done[e.id] {
					w.must(e.by, e.req)
					done[e.id] = machine == "part" // placed parts of one order end by one command
				}
			}
		}
		if !found {
			return
		}
		w.pass(5)
	}
	w.Error("it does not end")
}

// A walk brings a row into a state of a machine; who could move it then is silent. walks are by machine and state.
var walks = map[string]func(*parade, map[string]number.Row){
	"hold OPEN": func(p *parade, lots map[string]number.Row) { p.must("M", p.hold("li", lots["DP"], 10)) },
	"hold PART_CAPTURED": func(p *parade, lots map[string]number.Row) {
		p.must("M", points.CaptureRequest{Hold: p.must("M", p.hold("li", lots["DP"], 10)), Amount: 4})
	},
	"trade OFFERED": func(p *parade, lots map[string]number.Row) {
		p.must("M", points.OfferRequest{
			Member: "li", Pieces: take(lots["MP"], 10), Wants: "DP", Price: 5, Until: p.soon(600),
		})
	},
	"entitlement GRANTED": func(p *parade, _ map[string]number.Row) {
		p.must("M", ride(nil))
		p.must("M", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li", Witness: "D"}}})
	},
	"entitlement ACTIVE": func(p *parade, lots map[string]number.Row) {
		p.must("M", ride(func(r *benefit.DefineRequest) { r.Points = []benefit.Cost{{Programme: "DP", Amount: 50}} }))
		p.must("M", benefit.BuyRequest{Benefit: "ride", Member: "li", Pieces: take(lots["DP"], 50)})
	},
	"entitlement RESERVED": func(p *parade, _ map[string]number.Row) {
		p.must("M", ride(nil))
		n := p.must("M", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li"}}})
		p.must("M", benefit.ReserveRequest{Entitlement: n.Row(0), Until: p.soon(600)})
	},
	"part PLACED": func(p *parade, lots map[string]number.Row) { p.order(lots["wangG"], "S1", "oil", false) },
	"part ACCEPTED": func(p *parade, lots map[string]number.Row) {
		p.must("D", goods.AcceptRequest{Order: p.order(lots["wangG"], "S1", "oil", false)})
	},
	"part SHIPPED":     func(p *parade, lots map[string]number.Row) { p.shipped(lots) },
	"return REQUESTED": func(p *parade, lots map[string]number.Row) { p.returned(lots) },
	"return RECEIVED": func(p *parade, lots map[string]number.Row) {
		p.must("S1", goods.ReceiveReturnRequest{Return: p.returned(lots)})
	},
	"part DELIVERED": func(p *parade, lots map[string]number.Row) { p.delivered(lots) },

	"payment DUE": func(p *parade, lots map[string]number.Row) { p.due(lots) },
	"payment INSTRUCTED": func(p *parade, lots map[string]number.Row) {
		p.due(lots)
		p.must("D", p.instructed("c0"))
	},
	"payment PART_PAID": func(p *parade, lots map[string]number.Row) {
		p.due(lots)
		p.must("M", settlement.AdviseRequest{Cycle: "c0", Payment: 1, Reference: "bank", Fen: 1, Booked: p.today})
	},
	"payment FAILED": func(p *parade, lots map[string]number.Row) {
		p.due(lots)
		p.must("D", p.instructed("c0"))
		p.must("D", settlement.BounceRequest{Cycle: "c0", Payment: 1, Reason: "x"})
	},

	"dispute RAISED": func(p *parade, lots map[string]number.Row) { p.disputed(lots) },
	"dispute ANSWERED": func(p *parade, lots map[string]number.Row) {
		p.must("M", settlement.AnswerRequest{Dispute: p.disputed(lots), Answer: make(codec.Hash, 32)})
	},
	"dispute REJECTED": func(p *parade, lots map[string]number.Row) {
		p.must("M", settlement.RejectRequest{Dispute: p.disputed(lots), Answer: make(codec.Hash, 32)})
	},
	"dispute SPLIT": func(p *parade, lots map[string]number.Row) {
		p.must("M", settlement.SplitRequest{
			Dispute: p.disputed(lots), Parts: []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 1}},
		})
	},
	"dispute ESCALATED": func(p *parade, lots map[string]number.Row) {
		d := p.disputed(lots)
		p.must("M", settlement.RejectRequest{Dispute: d, Answer: make(codec.Hash, 32)})
		p.must("D", settlement.EscalateRequest{Dispute: d})
	},
}

// owing is a computed cycle in which D owes M.
func (p *parade) owing(lots map[string]number.Row) {
	p.redeem("li", lots["DP"], 40)
	p.must("G", settlement.CutOffRequest{Cycle: "c0", Next: "c1"})
	p.must("S2", settlement.ComputeRequest{Cycle: "c0"})
}

// due is a netted cycle in which D is to pay M.
func (p *parade) due(lots map[string]number.Row) {
	p.owing(lots)
	pairs := rows[settlement.Pair](p.world, "pair")
	for _, id := range sorted(pairs) {
		for _, who := range []string{pairs[id].A, pairs[id].B} {
			p.must(who, p.signing(pairs[id], who, 1))
		}
	}
	p.must("S2", settlement.FinaliseRequest{Cycle: "c0"})
	for _, pay := range rows[settlement.Payment](p.world, "payment") {
		if pay.N > 1 { // fees
			p.must(pay.Creditor, settlement.AdviseRequest{
				Cycle: "c0", Payment: pay.N, Reference: "fee", Fen: pay.Fen, Booked: p.today,
			})
		}
	}
}

func (p *parade) instructed(cycle string) settlement.InstructRequest {
	for _, pay := range rows[settlement.Payment](p.world, "payment") {
		if pay.Cycle == cycle && pay.N == 1 {
			return telling(pay, "m", p.today)
		}
	}
	p.Fatalf("cycle %s has no payment", cycle)
	return settlement.InstructRequest{}
}

// telling instructs what is still to come in of a payment.
func telling(pay settlement.Payment, message string, on date.Date) settlement.InstructRequest {
	return settlement.InstructRequest{
		Cycle: pay.Cycle, Payments: []uint32{pay.N}, Message: message, Hash: make(codec.Hash, 32), Fen: pay.Rest(),
		Execute: on,
	}
}

// disputed is D's dispute of what it owes M.
func (p *parade) disputed(lots map[string]number.Row) number.Command {
	p.owing(lots)
	return p.must("D", settlement.RaiseRequest{
		Cycle: "c0", With: "M", Lines: p.lines("c0", "D", "M")[:1], Reason: "x", Evidence: make(codec.Hash, 32),
	})
}

// shipped is an order of an oil on its way.
func (p *parade) shipped(lots map[string]number.Row) number.Command {
	n := p.order(lots["wangG"], "S1", "oil", false)
	p.must("D", goods.AcceptRequest{Order: n})
	p.must("D", goods.ShipRequest{Order: n, Part: 1, Carrier: "x", Waybill: "x"})
	return n
}

func (p *parade) delivered(lots map[string]number.Row) number.Command {
	n := p.shipped(lots)
	p.must("D", goods.DeliverRequest{Order: n, Part: 1, Evidence: make(codec.Hash, 32)})
	return n
}

// Every state that anyone can end after a deadline is reached, left alone, and ended by S2, whom it doesn't concern.
// The states of a cycle and its statements are walked by every test that closes one.
func TestStrangersEndEveryState(t *testing.T) {
	for _, m := range machines {
		for _, s := range m.states {
			for _, a := range s.moves {
				if a.after != "" && a.who == "anyone" && m.row != "close" && m.row != "pair" {
					t.Run(m.row+" "+s.name, func(t *testing.T) { walk(t, m, s, party.Active) })
					t.Run(m.row+" "+s.name+" of parties that were closed",
						func(t *testing.T) { walk(t, m, s, party.Closed) })
					break
				}
			}
		}
	}
}

// walk ends a row in a state, the parties that it concerns having come to a state of theirs.
func walk(t *testing.T, m machine, s state, owners party.State) {
	reach := walks[m.row+" "+s.name]
	if reach == nil {
		t.Fatal("nothing walks there")
	}
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.consortium()
	p.programmes()
	lots := p.grants()
	p.shelves()
	reach(p, lots)
	if owners != party.Active {
		for _, id := range []string{"D", "M", "S1"} {
			p.must("G", party.SetRequest{Party: id, State: owners, Reason: "x"})
		}
	}
	p.pass(1)
	early := p.endings(m.row, s.name)
	if len(early) > 0 && m.row != "entitlement" {
		p.refused(early[0].by, early[0].req) // before its deadline
	}
	p.silence()
	due := p.endings(m.row, s.name)
	if len(due) != 1 {
		t.Fatalf("%d rows of it are %s", len(due), s.name)
	}
	p.must(due[0].by, due[0].req)
	if left := p.endings(m.row, s.name); len(left) != 0 {
		t.Errorf("it is still %s", s.name)
	}
}

// returned is a return of what was delivered.
func (p *parade) returned(lots map[string]number.Row) number.Command {
	return p.must("D", goods.RequestReturnRequest{Order: p.delivered(lots), Part: 1, Line: 1, Quantity: 1, Reason: "x"})
}
