package contract

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
)

// newOrderModel opens two storefronts, of D and of G, and three suppliers' goods with
// terms of both kinds; the model is told of all that.
func newOrderModel(t fataler, w *world) *orderModel {
	m := &orderModel{model: newModel(t, w), wares: map[string]*ware{}, fronts: map[string]*window{},
		orders: map[number.Command]*basket{}, backs: map[number.Command]*comeback{},
		paid: map[[2]string]bool{}, hidden: map[[4]string]*secret{}}
	half, third := amount.Rate{Num: 1, Den: 2}, amount.Rate{Num: 7, Den: 3}
	m.fronts["D"] = &window{rates: map[string]amount.Rate{"DP": {Num: 1, Den: 1}, "GP": half, "MP": third},
		ship: 1, silence: 2, back: 3}
	m.fronts["G"] = &window{rates: map[string]amount.Rate{"DP": half, "GP": {Num: 2, Den: 1}},
		ship: 2, silence: 1, back: 2}
	for seller, f := range m.fronts {
		req := goods.SetStorefrontRequest{En: seller, Zh: seller, ShipDays: int32(f.ship),
			SilenceDays: int32(f.silence), ReturnDays: int32(f.back), Open: true}
		for _, programme := range sortedIDs(f.rates) {
			req.Tenders = append(req.Tenders, goods.Tender{Programme: programme, Value: f.rates[programme]})
		}
		w.must(t, seller, req)
	}
	fees := map[string]amount.Rate{"S1": {Num: 1, Den: 100}, "S2": {Num: 1, Den: 40}, "DS": {Num: 0, Den: 1}}
	for _, id := range []string{"S1", "S2", "DS"} {
		w.supply(t, id, map[string]string{"S1": "S1", "S2": "S2", "DS": "D"}[id], fees[id])
	}
	for _, g := range []struct {
		supplier, party, sku string
		delivery             goods.Delivery
	}{{"S1", "S1", "oil", goods.Shipped}, {"S1", "S1", "voucher", goods.Virtual}, {"S2", "S2", "wiper", goods.Counter},
		{"S2", "S2", "tyre", goods.Shipped}, {"DS", "D", "cap", goods.Counter}} {
		m.wares[g.supplier+"/"+g.sku] = &ware{g.supplier, g.sku, g.party, g.delivery,
			fees[g.supplier], map[string]*placard{}}
		w.must(t, g.party, plainGood(g.supplier, g.sku, g.delivery))
	}
	for i, id := range sortedIDs(m.wares) {
		for j, seller := range []string{"D", "G"} {
			if id == "S2/tyre" && seller == "G" {
				continue
			}
			*m.wares[id].at(seller) = placard{fen: 3 + 2*i + j, minPoints: i % 4 / 3, minCash: j}
			m.offer(t, w, id, seller, goods.TermsKind(1+(i+j)%2), uint64(1000+i*777))
			m.list(t, w, id, seller)
			n := 4 + 3*i
			restock := goods.RestockRequest{Supplier: m.wares[id].supplier, SKU: m.wares[id].sku, Seller: seller,
				Units: amount.Units(n), Lanes: uint8(i % 3)}
			m.sell(m.wares[id].party, w.must(t, m.wares[id].party, restock), wanting{req: restock})
		}
	}
	for _, programme := range []string{"GP", "DP", "MP"} {
		req := points.IssueRequest{Programme: programme}
		for i, id := range []string{"li", "wang", "sun", "zhang", "li", "wang", "sun"} {
			g := points.Grant{Member: id, Amount: amount.Units(6 + 5*i)}
			if programme != "MP" {
				g.Expires = m.today + []date.Date{2, 9, 40, 9, 40, 40, 5}[i]
			}
			req.Grants = append(req.Grants, g)
		}
		m.try(programme[:1], w.must(t, programme[:1], req), req)
	}
	return m
}

// offer offers a seller other terms, unless the good is its own.
func (m *orderModel) offer(t fataler, w *world, id, seller string, kind goods.TermsKind, value uint64) {
	g := m.wares[id]
	p := g.at(seller)
	if g.party == seller {
		return
	}
	p.kind, p.terms = kind, opening(t, id+seller+string(rune('a'+value%26)), value)
	w.must(t, g.party, goods.OfferTermsRequest{Supplier: g.supplier, SKU: g.sku, Seller: seller, Kind: kind,
		Commitment: committed(t, p.terms)})
}

// list has a seller list a good as the placard is.
func (m *orderModel) list(t fataler, w *world, id, seller string) {
	g := m.wares[id]
	p := g.at(seller)
	req := goods.ListRequest{Supplier: g.supplier, SKU: g.sku, Scene: "retail", Open: true,
		Prices: []goods.Price{{Fen: amount.Units(p.fen), MinPoints: amount.Units(p.minPoints),
			MinCash: amount.Units(p.minCash)}}}
	if p.kind != goods.NoTerms {
		req.Kind, req.Terms = p.kind, committed(t, p.terms)
	}
	w.must(t, seller, req)
}

// reprice changes what a seller asks for a good, or owes for it, between a quote and
// its orders: they are stale.
func (m *orderModel) reprice(t *rapid.T, w *world, caller string, drawn []wanting) {
	d := thrown(t, int(w.net.Height()))
	id, seller := pick(d, sortedIDs(m.wares)), d.one("D", "G")
	p := m.wares[id].at(seller)
	if p.fen == 0 {
		return
	}
	p.fen = p.fen%17 + 1 + p.minPoints + p.minCash
	if d.odd(2) {
		m.offer(t, w, id, seller, goods.TermsKind(1+d(2)), uint64(d(9999)))
	}
	m.list(t, w, id, seller)
	for i, a := range drawn {
		if r, ok := a.req.(goods.PlaceRequest); ok {
			for _, l := range r.Lines {
				drawn[i].stale = drawn[i].stale || l.Supplier+"/"+l.SKU == id && caller == seller
			}
		}
	}
}

// TestOrdersAgainstModel sends random commands of orders, points and members in
// random batches, lets time and days pass and prices change, and compares every
// outcome, with the code of its refusal, and every row with the model.
func TestOrdersAgainstModel(t *testing.T) {
	tally := map[string][2]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := founded(t, 7)
		m := newOrderModel(t, w)
		if rapid.Bool().Draw(t, "caps") {
			m.capDealer(t, w, rapid.SampledFrom([]int{15, 12, 7}).Draw(t, "cap"), 0)
		}
		m.bargains(t, w)
		for range rapid.SampledFrom([]int{16, 6, 11, 3}).Draw(t, "batches") {
			w.net.Advance(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
			if rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "days pass") == 1 {
				m.pass(t, w, date.Date(rapid.SampledFrom([]int{1, 1, 2, 3}).Draw(t, "days")))
			}
			if closed := m.passTime(t, w); closed != "" {
				m.confirm(t, w, closed)
			}
			m.now = w.net.Now().Unix()
			m.meet(t, w)
			m.step(t, w, tally)
		}
	})
	if *showTally {
		for _, k := range sortedIDs(tally) {
			t.Logf("%-60s %5d took effect, %5d did not", k, tally[k][0], tally[k][1])
		}
	}
}

func (m *orderModel) step(t *rapid.T, w *world, tally map[string][2]int) {
	caller := thrown(t, int(w.net.Height())).one("D", "D", "D", "D", "D", "G", "G", "G", "G", "M", "M", "S1",
		"S1", "S2", "S2", "F", "A")
	var drawn []wanting
	for i := range rapid.IntRange(1, 9).Draw(t, "commands") {
		drawn = append(drawn, newClerk(thrown(t, i+10*int(w.net.Height())), w, m, caller).draw())
	}
	if rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1}).Draw(t, "reprice") == 1 {
		m.reprice(t, w, caller, drawn)
	}
	requests := make([]command.Request, len(drawn))
	for i, a := range drawn {
		requests[i] = a.req
	}
	seq := w.heads[caller] + 1
	_, refusals := w.run(t, caller, requests...)
	for i, a := range drawn {
		n := number.Command{Party: caller, Lane: 1, Seq: seq, Index: uint16(i)}
		got := fault.CodeOf(refusals[i])
		if caller == "A" { // it only audits
			if got != fault.Forbidden {
				t.Fatalf("the auditor's %s: %v", command.KindOf(a.req), refusals[i])
			}
			continue
		}
		want, ours := m.sell(caller, n, a)
		if !ours && m.try(caller, n, a.req) != (got == "") || ours && want != got {
			t.Fatalf("%s %s %s %+v: the model says %q, the ledger %v", caller, n,
				command.KindOf(a.req), a, want, refusals[i])
		}
		k := strings.TrimSpace(command.KindOf(a.req).String() + " " + string(got))
		counts := tally[k]
		if got == "" {
			counts[0]++
		} else {
			counts[1]++
		}
		tally[k] = counts
	}
	m.compare(t, w)
}

// compare holds every row of the ledger against the model.
func (m *orderModel) compare(t fataler, w *world) {
	m.model.compare(t, w)
	if err := checkBooks(w.net); err != nil {
		t.Fatal(err)
	}
	m.compareOrders(t, w)
	m.compareReturns(t, w)
	m.compareWares(t, w)
	m.compareHidden(t, w)
	m.compareLimits(t, w)
}

func (m *orderModel) compareOrders(t fataler, w *world) {
	found := rowsOf(w.net, "G", "order")
	if len(found) != len(m.orders) {
		t.Fatalf("%d orders on the ledger, %d in the model", len(found), len(m.orders))
	}
	for _, f := range found {
		n, _ := number.ParseCommand(f.ID)
		o, b := f.Row.(goods.Order), m.orders[n]
		if o.Seller != b.seller || o.Member != b.member || len(o.Parts) != len(b.parcels) {
			t.Fatalf("order %s is %+v, in the model %+v", n, o, b)
		}
		for i, part := range o.Parts {
			p := b.parcels[i]
			same := part.State.String() == p.state && part.Since == p.since && part.Lost == p.lost &&
				int(part.Cash) == p.cash && int(part.Pieces.Sum()) == len(p.coins) && len(part.Lines) == len(p.items)
			at := 0
			for _, piece := range part.Pieces {
				same = same && at+int(piece.Amount) <= len(p.coins) && p.coins[at] == piece.Lot &&
					p.coins[at+int(piece.Amount)-1] == piece.Lot
				at += int(piece.Amount)
			}
			for j, l := range part.Lines {
				same = same && l.SKU == p.items[j].ware.sku && int(l.Fen) == p.items[j].placard.fen &&
					int(l.Quantity) == p.items[j].n && int(l.Returning) == p.items[j].coming &&
					int(l.Returned) == p.items[j].returned
			}
			if !same {
				t.Fatalf("part %d of order %s is %+v, in the model %+v", i+1, n, part, *p)
			}
		}
	}
}

func (m *orderModel) compareReturns(t fataler, w *world) {
	found := rowsOf(w.net, "G", "return")
	if len(found) != len(m.backs) {
		t.Fatalf("%d returns on the ledger, %d in the model", len(found), len(m.backs))
	}
	states := map[string]string{"asked": "REQUESTED", "here": "RECEIVED", "done": "REFUNDED", "refused": "REFUSED"}
	for _, f := range found {
		n, _ := number.ParseCommand(f.ID)
		r, back := f.Row.(goods.Return), m.backs[n]
		if r.State.String() != states[back.state] || r.Restocked != back.restocked || int(r.Quantity) != back.n ||
			r.Order != back.order {
			t.Fatalf("return %s is %+v, in the model %+v", n, r, back)
		}
	}
}

func (m *orderModel) compareWares(t fataler, w *world) {
	free := map[string]amount.Units{}
	for _, f := range rowsOf(w.net, "G", "pool") {
		free[f.ID] += f.Row.(goods.Pool).Free
	}
	for _, f := range rowsOf(w.net, "G", "shard") {
		free[f.ID[:strings.LastIndex(f.ID, "/")]] += f.Row.(goods.Shard).Free
	}
	for id, g := range m.wares {
		for seller, p := range g.sold {
			if int(free[id+"/"+seller]) != p.free {
				t.Fatalf("%d of %s are free at %s, in the model %d", free[id+"/"+seller], id, seller, p.free)
			}
		}
	}
}

// compareHidden holds the sums of all lanes against what the model knows in the clear.
func (m *orderModel) compareHidden(t fataler, w *world) {
	cycles, n := map[string]bool{m.cycle: true}, 0
	for k := range m.hidden {
		cycles[k[0]] = true
	}
	for cycle := range cycles {
		for _, p := range hiddenOf(t, w.net, cycle) {
			s := m.hidden[[4]string{cycle, p.Debtor, p.Creditor, p.Fee.String()}]
			if s == nil || int(p.Count) != s.count || s.open.Value.Big().Int64() != int64(s.value) ||
				!s.open.Opens(p.Sum.Commitment()) {
				t.Fatalf("%+v, in the model %+v", p, s)
			}
			n++
		}
	}
	if n != len(m.hidden) {
		t.Fatalf("%d hidden positions on the ledger, %d in the model", n, len(m.hidden))
	}
}

// compareLimits holds what the day's limits and the debtors' caps count as used
// against the model: what orders took of them and gave back is gone to the millionth.
func (m *orderModel) compareLimits(t fataler, w *world) {
	spent := map[[2]string]int{} // by programme and by whom the pseudonyms turned out to be
	for _, f := range rowsOf(w.net, "G", "standing") {
		programme, id, _ := strings.Cut(f.ID, "/")
		of := [2]string{programme, m.root(id)}
		if day := f.Row.(points.Standing).Today; day.Date == m.today {
			spent[of] += int(day.Spent)
		} else if _, there := spent[of]; !there {
			spent[of] = 0
		}
	}
	for of, n := range spent {
		if in := m.n[entry{"spent", of[0], of[1], "", m.today.String()}]; n != in {
			t.Fatalf("%s has spent %d %s today, in the model %d", of[1], n, of[0], in)
		}
	}
	used := map[string]int{}
	for _, f := range rowsOf(w.net, "G", "lease") {
		if parts := strings.Split(f.ID, "/"); parts[0] == string(quota.Debit) {
			cycle, name, _ := strings.Cut(parts[1], ".")
			l := f.Row.(quota.Lease)
			used[name+" in "+cycle] += million*int(l.Used-l.Returned) - int(l.Rest)
		}
	}
	for k, n := range m.n {
		switch k[0] {
		case "drawn":
			used[k[1]+" in "+k[2]] -= n
		case "till":
			used[k[1]+" in "+k[3]] += n
		}
	}
	for name, n := range used {
		if n != 0 {
			t.Fatalf("of the cap of %s %d millionths of a fen more are used than in the model", name, n)
		}
	}
}
