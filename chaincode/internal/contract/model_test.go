package contract

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

// model is a deliberately dumb second implementation of points: every point of
// a lot is a coin that is somewhere. It knows nothing of rows, lanes or numbers.
type model struct {
	coins  map[number.Row]*purse
	holds  map[number.Command]*reserve
	frozen map[string]map[string]bool // member → parties that froze
	issuer map[string]string
}

type purse struct {
	member, programme string
	pending           bool
	witness           string
	coins             int
}

type reserve struct {
	acceptor string
	live     bool
	deadline int64
	coins    []number.Row // one entry a point, in order of spending
}

func newModel() *model {
	return &model{coins: map[number.Row]*purse{}, holds: map[number.Command]*reserve{}, frozen: map[string]map[string]bool{},
		issuer: map[string]string{"GP": "G", "DP": "D"}}
}

// try says whether the command should take effect, and lets it.
func (m *model) try(caller string, n number.Command, now int64, req command.Request) bool {
	switch r := req.(type) {
	case points.IssueRequest:
		if m.issuer[r.Programme] != caller {
			return false
		}
		for i, g := range r.Grants {
			m.coins[n.Row(i)] = &purse{g.Member, r.Programme, g.Witness != "", g.Witness, int(g.Amount)}
		}
		return true
	case points.ActivateRequest:
		p := m.coins[r.Lot]
		ok := p != nil && p.pending && p.witness == caller
		if ok {
			p.pending = false
		}
		return ok
	case points.HoldRequest:
		coins, ok := m.take(r.Member, r.Pieces)
		if ok {
			m.holds[n] = &reserve{caller, true, r.Deadline, coins}
		}
		return ok
	case points.TransferRequest:
		for _, p := range r.Pieces {
			if lot := m.coins[p.Lot]; lot == nil || m.issuer[lot.programme] != caller {
				return false
			}
		}
		_, ok := m.take(r.From, r.Pieces)
		for i, p := range r.Pieces {
			if ok {
				m.coins[n.Row(i)] = &purse{member: r.To, programme: m.coins[p.Lot].programme, coins: int(p.Amount)}
			}
		}
		return ok
	case points.CaptureRequest:
		h := m.holds[r.Hold]
		ok := h != nil && h.live && h.acceptor == caller && now < h.deadline && len(h.coins) >= int(r.Amount)
		if ok {
			h.coins = h.coins[r.Amount:]
			h.live = len(h.coins) > 0
		}
		return ok
	case points.ReleaseRequest:
		h := m.holds[r.Hold]
		return m.giveBack(h, h != nil && h.acceptor == caller)
	case points.TimeOutRequest:
		h := m.holds[r.Hold]
		return m.giveBack(h, h != nil && now >= h.deadline)
	case points.FreezeRequest:
		if m.frozen[r.Member][caller] {
			return false
		}
		if m.frozen[r.Member] == nil {
			m.frozen[r.Member] = map[string]bool{}
		}
		m.frozen[r.Member][caller] = true
		return true
	case points.UnfreezeRequest:
		was := m.frozen[r.Member][caller]
		delete(m.frozen[r.Member], caller)
		return was
	}
	panic("unknown request")
}

// take removes coins; all lots of the property have one expiry, so any order
// is right if every lot but a programme's last is drained.
func (m *model) take(member string, pieces []points.Piece) ([]number.Row, bool) {
	for i, p := range pieces {
		lot := m.coins[p.Lot]
		if lot == nil || lot.member != member || lot.pending || lot.coins < int(p.Amount) {
			return nil, false
		}
		if m.frozen[member]["G"] || m.frozen[member][m.issuer[lot.programme]] {
			return nil, false
		}
		for _, later := range pieces[i+1:] {
			if l := m.coins[later.Lot]; l != nil && l.programme == lot.programme && lot.coins > int(p.Amount) {
				return nil, false
			}
		}
	}
	var coins []number.Row
	for _, p := range pieces {
		m.coins[p.Lot].coins -= int(p.Amount)
		for range p.Amount {
			coins = append(coins, p.Lot)
		}
	}
	return coins, true
}

func (m *model) giveBack(h *reserve, may bool) bool {
	if !may || !h.live {
		return false
	}
	for _, lot := range h.coins {
		m.coins[lot].coins++
	}
	h.live, h.coins = false, nil
	return true
}

// drawRequest draws a command about rows that exist, mostly.
func drawRequest(t *rapid.T, m *model, lots []number.Row, holds []number.Command, now int64) command.Request {
	member := func(label string) string { return rapid.SampledFrom([]string{"li", "wang", "zhang"}).Draw(t, label) }
	units := func() amount.Units { return amount.Units(rapid.Int64Range(1, 12).Draw(t, "amount")) }
	lot := func() number.Row { return rapid.SampledFrom(lots).Draw(t, "lot") }
	hold := func() number.Command { return rapid.SampledFrom(holds).Draw(t, "hold") }
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if len(lots) == 0 {
		kind = 0
	}
	if len(holds) == 0 && kind >= 6 && kind <= 8 {
		kind = 3
	}
	pieces := func() (member string, list []points.Piece) {
		first := lot()
		member = m.coins[first].member
		list = append(list, points.Piece{Lot: first, Amount: units()})
		if second := lot(); second != first && rapid.Bool().Draw(t, "two") {
			if drain := m.coins[first].coins; drain > 0 && rapid.Bool().Draw(t, "drain") {
				list[0].Amount = amount.Units(drain)
			}
			list = append(list, points.Piece{Lot: second, Amount: units()})
		}
		return member, list
	}
	switch kind {
	case 0, 1:
		req := points.IssueRequest{Programme: rapid.SampledFrom([]string{"GP", "DP"}).Draw(t, "programme")}
		for range rapid.IntRange(1, 3).Draw(t, "grants") {
			req.Grants = append(req.Grants, points.Grant{Member: member("to"), Amount: units(), Expires: day("2027-12-31"),
				Witness: rapid.SampledFrom([]string{"", "", "D"}).Draw(t, "witness")})
		}
		return req
	case 2:
		return points.ActivateRequest{Lot: lot(), Evidence: make([]byte, 32)}
	case 3, 4:
		owner, list := pieces()
		return points.HoldRequest{Member: owner, Pieces: list, Deadline: now + rapid.Int64Range(1, 60).Draw(t, "seconds")}
	case 5:
		owner, list := pieces()
		to := "chen"
		if (rapid.Bool().Draw(t, "to an owner") || owner == "chen") && owner != "li" {
			to = "li"
		}
		return points.TransferRequest{From: owner, To: to, Pieces: list}
	case 6:
		return points.CaptureRequest{Hold: hold(), Amount: units()}
	case 7:
		return points.ReleaseRequest{Hold: hold(), Reason: "x"}
	case 8:
		return points.TimeOutRequest{Hold: hold()}
	default:
		if rapid.Bool().Draw(t, "freeze") {
			return points.FreezeRequest{Member: member("whom"), Reason: "x"}
		}
		return points.UnfreezeRequest{Member: member("whom"), Reason: "x"}
	}
}

// TestAgainstModel sends random commands in random batches and compares every
// outcome and every lot with the model; the books balance after every batch.
func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := founded(t, 7)
		w.run(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
		w.run(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "DP", Zh: "DP", Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
		m := newModel()
		for range rapid.IntRange(1, 12).Draw(t, "batches") {
			w.net.Advance(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
			stepModel(t, w, m)
		}
	})
}

func stepModel(t *rapid.T, w *world, m *model) {
	caller := rapid.SampledFrom([]string{"G", "D"}).Draw(t, "caller")
	now := w.net.Now().Unix()
	var lots []number.Row
	for _, l := range rowsOf(w.net, "G", "lot") {
		n, _ := number.ParseRow(l.ID)
		lots = append(lots, n)
	}
	var holds []number.Command
	for n := range m.holds {
		holds = append(holds, n)
	}
	sortNumbers(holds)
	var requests []command.Request
	for range rapid.IntRange(1, 8).Draw(t, "commands") {
		requests = append(requests, drawRequest(t, m, lots, holds, now))
	}
	seq := w.heads[caller] + 1
	_, refusals := w.run(t, caller, requests...)
	for i, req := range requests {
		n := number.Command{Party: caller, Lane: 1, Seq: seq, Index: uint16(i)}
		if want := m.try(caller, n, now, req); want != (refusals[i] == nil) {
			t.Fatalf("%s %s %+v: the model says %v, the ledger %v", caller, n, req, want, refusals[i])
		}
		if fault.CodeOf(refusals[i]) == fault.Internal {
			t.Fatal(refusals[i])
		}
	}
	compareLots(t, w.net, m)
}

func compareLots(t *rapid.T, net *ledgersim.Network, m *model) {
	if _, err := checkBooks(net, "G"); err != nil {
		t.Fatal(err)
	}
	found := rowsOf(net, "G", "lot")
	if len(found) != len(m.coins) {
		t.Fatalf("%d lots on the ledger, %d in the model", len(found), len(m.coins))
	}
	for _, l := range found {
		n, _ := number.ParseRow(l.ID)
		if lot := l.Row.(points.Lot); m.coins[n] == nil || int(lot.Available()) != m.coins[n].coins || lot.Member != m.coins[n].member {
			t.Fatalf("lot %s is %+v, in the model %+v", l.ID, lot, m.coins[n])
		}
	}
}
