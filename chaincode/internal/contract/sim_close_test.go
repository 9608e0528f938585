package contract

import (
	"bytes"
	"fmt"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/settlement"
)

// drawClose draws what closes a cycle, by whoever may and now and then by others, about what
// the lane's peer shows, which may be behind.
func (v view) drawClose(verb string) command.Request {
	switch verb {
	case "cutoff":
		if v.lane.party == "G" && v.odd(2) || v.odd(30) {
			open := v.today().ID
			return settlement.CutOffRequest{Cycle: open, Next: fmt.Sprintf("c%d", v.dice(40))}
		}
	case "compute":
		if id, _, ok := such(v, "close", func(c settlement.Close) bool { return c.State == settlement.Cut }); ok {
			return settlement.ComputeRequest{Cycle: id}
		}
	case "open":
		return v.drawOpen()
	case "sign":
		return v.drawSign()
	case "carry":
		if id, p, ok := such(v, "pair", func(p settlement.Pair) bool { return !p.State.Ended() }); ok && v.odd(2) {
			cycle, _, _ := strings.Cut(id, "/")
			return settlement.CarryRequest{Cycle: cycle, A: p.A, B: p.B}
		}
	case "finalise":
		if id, _, ok := such(v, "close", func(c settlement.Close) bool { return c.State == settlement.Computed }); ok {
			return settlement.FinaliseRequest{Cycle: id}
		}
	case "prefund":
		if !v.odd(3) {
			return nil
		}
		reference := fmt.Sprint("dep-", v.dice(20))
		if id, d, ok := such(v, "deposit", func(settlement.Announced) bool { return true }); ok && !v.odd(3) {
			part := strings.Split(id, "/") // CYCLE/DEBTOR/HOLDER/REFERENCE
			return settlement.PrefundRequest{Debtor: part[1], Fen: d.Fen, Reference: part[3]}
		}
		return settlement.DepositRequest{Holder: v.one("G", "D", "M"), Fen: v.n(30), Reference: reference}
	case "claim":
		if id, p, ok := such(v, "pair", func(p settlement.Pair) bool { return !p.State.Ended() && p.Claim == "" }); ok {
			cycle, _, _ := strings.Cut(id, "/")
			return settlement.ClaimRequest{Cycle: cycle, With: v.one(p.A, p.B)}
		}
	case "unpaid":
		if _, p, ok := such(v, "payment", func(p settlement.Payment) bool { return !p.State.Ended() }); ok && v.odd(2) {
			return settlement.CarryPaymentRequest{Cycle: p.Cycle, Payment: p.N}
		}
	case "instruct", "advise", "bounce":
		return v.drawPayment(verb)
	}
	return v.drawDispute(verb)
}

// drawPayment has parties pay what was netted, the wrong sum and the same reference now and then.
func (v view) drawPayment(verb string) command.Request {
	_, p, ok := such(v, "payment", func(p settlement.Payment) bool {
		return verb == "advise" && p.Creditor == v.lane.party || verb != "advise" && p.Debtor == v.lane.party
	})
	switch {
	case !ok:
		return nil
	case verb == "instruct":
		return telling(p, fmt.Sprint("msg-", v.dice(9)))
	case verb == "bounce":
		return settlement.BounceRequest{Cycle: p.Cycle, Payment: p.N, Reason: "x"}
	}
	if len(p.Advices) > 0 && v.odd(4) {
		a := p.Advices[v.dice(len(p.Advices))]
		return settlement.TakeBackRequest{Cycle: p.Cycle, Payment: p.N, Receipt: a.Reference,
			Reference: fmt.Sprint("ref-", v.dice(30)), Fen: v.n(int(a.Fen) + 1), Booked: v.today().Date,
			Evidence: make(codec.Hash, 32)}
	}
	alias := ""
	if v.odd(3) {
		alias = fmt.Sprint("alias-", v.dice(30))
	}
	return settlement.AdviseRequest{Cycle: p.Cycle, Payment: p.N, Reference: fmt.Sprint("ref-", v.dice(30)),
		Alias: alias, Charges: amount.Units(v.dice(3) / 2), Fen: max(1, p.Fen-p.Received-amount.Units(v.dice(3)/2)),
		Booked: v.today().Date}
}

// drawDispute disputes lines of closed cycles, and ends disputes in every way.
func (v view) drawDispute(verb string) command.Request {
	if verb == "raise" {
		return v.drawRaise()
	}
	id, d, ok := such(v, "dispute", func(d settlement.Dispute) bool { return !d.State.Ended() })
	if !ok {
		return nil
	}
	n, _ := number.ParseCommand(id)
	switch verb {
	case "answer":
		return settlement.AnswerRequest{Dispute: n, Answer: make(codec.Hash, 32)}
	case "accept":
		return settlement.AcceptRequest{Dispute: n}
	case "rejectd":
		return settlement.RejectRequest{Dispute: n, Answer: make(codec.Hash, 32)}
	case "split":
		return settlement.SplitRequest{Dispute: n, Parts: []settlement.Allocation{{Debtor: d.By,
			Creditor: d.Against, Fen: v.n(4)}}}
	case "agreed":
		return settlement.AgreeSplitRequest{Dispute: n}
	case "escalate":
		return settlement.EscalateRequest{Dispute: n}
	case "rule":
		return settlement.RuleRequest{Dispute: n, Parts: []settlement.Allocation{{Debtor: d.Against, Creditor: d.By,
			Fen: v.n(4)}}, Grounds: make(codec.Hash, 32)}
	case "lapsed":
		return settlement.LapseRequest{Dispute: n}
	case "unraise":
		return settlement.WithdrawRequest{Dispute: n}
	}
	return nil
}

func (v view) drawRaise() command.Request {
	cycle, closed, ok := such(v, "close", func(c settlement.Close) bool { return c.State == settlement.Computed })
	batch, rows, found := such(v, "obligations", func(o settlement.Obligations) bool {
		return o.Cycle == cycle && len(o.List) > 0
	})
	if !ok || !found || len(rows.List) == 0 || closed.State != settlement.Computed {
		return nil
	}
	n, _ := number.ParseCommand(batch)
	one := pick(v.dice, rows.List)
	n.Index = one.Index
	with := one.Creditor
	if with == v.lane.party {
		with = one.Debtor
	}
	return settlement.RaiseRequest{Cycle: cycle, With: with, Lines: []number.Row{n.Row(int(one.Ord))}, Reason: "x",
		Evidence: make(codec.Hash, 32)}
}

// drawOpen opens a hidden sum: mostly so that it opens.
func (v view) drawOpen() command.Request {
	id, p, ok := such(v, "pair", func(p settlement.Pair) bool { return len(p.Hidden) > 0 && p.Pending > 0 })
	if !ok || len(p.Hidden) == 0 {
		return nil
	}
	h := pick(v.dice, p.Hidden).Position
	cycle, _, _ := strings.Cut(id, "/")
	req := settlement.OpenRequest{Cycle: cycle, Debtor: h.Debtor, Creditor: h.Creditor, Back: h.Back, Fee: h.Fee,
		Opening: v.opens(cycle, h)}
	if v.odd(6) {
		req.Back = !req.Back
	}
	return req
}

// opens adds up the openings of all hidden obligations of a sum.
func (v view) opens(cycle string, h settlement.HiddenPosition) pedersen.Opening {
	sum := pedersen.Known(pedersen.Value{})
	for _, f := range v.rows["obligations"] {
		list := f.Row.(settlement.Obligations)
		for _, one := range list.Hidden {
			if list.Cycle == cycle && one.Debtor == h.Debtor && one.Creditor == h.Creditor && one.Back == h.Back {
				sum = must(sum.Plus(v.lane.secrets.opening(v, one)))
			}
		}
	}
	return sum
}

// drawSign signs a statement, mostly with the sums that the lane's peer shows and a root that
// hangs on them, and now and then with others.
func (v view) drawSign() command.Request {
	id, p, ok := such(v, "pair", func(p settlement.Pair) bool {
		return !p.State.Ended() && (p.A == v.lane.party || p.B == v.lane.party)
	})
	if !ok {
		return nil
	}
	cycle, _, _ := strings.Cut(id, "/")
	me, with := p.A, p.B
	if v.lane.party == p.B {
		me, with = with, me
	}
	owes, _ := p.Owes(me)
	owed, _ := p.Owes(with)
	req := settlement.SignRequest{Cycle: cycle, With: with, Lines: p.Count(), Owes: owes, Owed: owed,
		Root: bytes.Repeat([]byte{byte(1 + p.Count())}, 32)}
	switch v.dice(12) {
	case 0:
		req.Owes++
	case 1:
		req.Root = bytes.Repeat([]byte{99}, 32)
	}
	return req
}

// drawModel proposes, agrees to and leaves settlement models of a few ids.
func (v view) drawModel(verb string) command.Request {
	id := v.one("m", "n")
	switch verb {
	case "propose":
		req := settlement.ProposeRequest{Model: id, Scope: settlement.Scope{Issuer: v.one("", "D", "G"),
			Acceptor: v.one("", "M"), Scene: v.one("", "shop")}, From: v.today().Date + date.Date(v.dice(3))}
		req.Terms = settlement.Terms{Price: amount.Rate{Num: v.n(3), Den: v.n(3)},
			Fee: amount.Rate{Num: 1, Den: 1 + v.n(9)}, Payer: settlement.Payer(v.dice(2)),
			Cap: amount.Units(20 * v.dice(3)), Prefunded: v.odd(3)}
		return req
	case "agree":
		if m, ok := v.newestModel(id); ok {
			return settlement.AgreeRequest{By: m.By, Model: id, Version: m.Version, Hash: m.Hash()}
		}
	case "depart":
		if v.odd(3) {
			return settlement.LeaveRequest{By: v.one("D", "G", "M"), Model: id}
		}
	}
	return nil
}

// newestModel is a party's version of a model that was proposed last.
func (v view) newestModel(id string) (settlement.Model, bool) {
	var list []settlement.Model
	if _, n, ok := some[settlement.Notice](v, "notice"); ok {
		list = n.Proposed
	}
	if _, book, ok := some[settlement.Agreements](v, "agreements"); ok {
		list = append(list, book.Models...)
	}
	for _, m := range list {
		if m.ID == id {
			return m, true
		}
	}
	return settlement.Model{}, false
}

// secrets are what the sellers and suppliers of a life know: the openings of what any delivery can
// come to, by its commitment.
type secrets map[string]pedersen.Opening

// newSecrets knows the terms of the goods of stockFronts, for a few units at all prices that are asked.
func newSecrets(t fataler) secrets {
	s := secrets{}
	note := func(o pedersen.Opening) { s[string(must(o.Commit()))] = o }
	for i, sku := range lifeGoods {
		unit := opening(t, sku, lifeTerms(i))
		for n := range uint64(4) {
			note(must(unit.Times(n + 1)))
		}
		for price := range uint64(50 * (i % 2)) { // a commission
			note(must(pedersen.Known(pedersen.Whole((price +
				1) * settlement.PerFen)).Minus(must(unit.Times(price + 1)))))
		}
	}
	return s
}

// opening is that of a delivery or a return; of what was carried over it is the sum of what it was
// carried from.
func (s secrets) opening(v view, one settlement.Hidden) pedersen.Opening {
	if o, known := s[string(one.Sum.Commitment())]; known {
		return o
	}
	for _, f := range v.rows["pair"] {
		for _, h := range f.Row.(settlement.Pair).Hidden {
			if h.Opened.IsZero() && h.Position.Debtor == one.Debtor && h.Position.Creditor == one.Creditor &&
				bytes.Equal(h.Position.Sum.Commitment(), one.Sum.Commitment()) {
				cycle, _, _ := strings.Cut(f.ID, "/")
				return v.opens(cycle, h.Position)
			}
		}
	}
	return pedersen.Known(pedersen.Value{}) // its peer is behind
}
