package contract

import (
	"bytes"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// confirm opens the hidden sums of a closed cycle and has all sign its statements, after they
// tried it with what isn't so.
func (m *orderModel) confirm(t *rapid.T, w *world, closed string) {
	pairs := map[[2]string]bool{}
	for _, one := range m.owed {
		if one.cycle == closed {
			pairs[settlement.PairOf(one.debtor, one.creditor)] = true
		}
	}
	var keys [][4]string
	for k := range m.hidden {
		if k[0] == closed {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b [4]string) int {
		return strings.Compare(strings.Join(a[:], " "), strings.Join(b[:], " "))
	})
	for _, k := range keys {
		if pairs[settlement.PairOf(k[1], k[2])] = true; m.hidden[k].fee.Num > 0 {
			pairs[settlement.PairOf(m.hidden[k].party, "G")] = true
		}
	}
	for _, k := range keys {
		m.openSum(t, w, k)
	}
	m.owed.compare(t, w)
	for _, pair := range sortedPairs(pairs) {
		m.sign(t, w, closed, pair)
	}
	if len(rowsOf(w.net, "G", "pair")) < len(pairs) {
		t.Fatalf("cycle %s has fewer statements than %v", closed, pairs)
	}
}

// openSum has one of the two open a hidden sum, and writes down what it comes to and the fee on it.
func (m *orderModel) openSum(t *rapid.T, w *world, k [4]string) {
	d, s := thrown(t, int(w.net.Height())), m.hidden[k]
	req := settlement.OpenRequest{Cycle: k[0], Debtor: k[1], Creditor: k[2], Back: s.back, Fee: s.fee, Opening: s.open}
	for _, wrong := range []struct {
		by   string
		req  func(settlement.OpenRequest) settlement.OpenRequest
		code fault.Code
	}{
		{k[1], func(r settlement.OpenRequest) settlement.OpenRequest { r.Opening = must(r.Opening.Times(2)); return r },
			fault.BadRequest},
		{k[1], func(r settlement.OpenRequest) settlement.OpenRequest { r.Back = !r.Back; return r }, fault.NotFound},
		{"F", func(r settlement.OpenRequest) settlement.OpenRequest { return r }, fault.Forbidden},
	} {
		if _, refusals := w.run(t, wrong.by, wrong.req(req)); fault.CodeOf(refusals[0]) != wrong.code && s.value > 0 {
			t.Fatalf("%+v by %s: %v, want %s", req, wrong.by, refusals[0], wrong.code)
		}
	}
	n := w.must(t, d.one(k[1], k[2]), req)
	one := line{cycle: k[0], by: n, kind: settlement.Supply, debtor: k[1], creditor: k[2],
		fen: nearest(s.value, 1, settlement.PerFen)}
	fee := line{cycle: k[0], by: n, kind: settlement.Fee, debtor: s.party, creditor: "G",
		fen: nearest(s.value*int(s.fee.Num), 1, settlement.PerFen*int(s.fee.Den))}
	if s.back {
		one.kind, fee.kind, fee.debtor, fee.creditor = settlement.Return, settlement.FeeBack, fee.creditor, fee.debtor
	}
	m.owed.owe(one)
	m.owed.owe(fee)
	if _, refusals := w.run(t, k[2], req); fault.CodeOf(refusals[0]) != fault.WrongState {
		t.Fatalf("opened again: %v", refusals[0])
	}
}

// sign has both sign a statement: one with a fen too much first, one with another root first.
func (m *orderModel) sign(t *rapid.T, w *world, closed string, pair [2]string) {
	owes, owed, lines := m.owed.sums(closed, pair[0], pair[1])
	first := settlement.SignRequest{Cycle: closed, With: pair[1], Root: bytes.Repeat([]byte{1}, 32),
		Lines: uint64(lines), Owes: amount.Units(owes), Owed: amount.Units(owed)}
	wrong := first
	wrong.Owes++
	if _, refusals := w.run(t, pair[0], wrong); fault.CodeOf(refusals[0]) != fault.Conflict {
		t.Fatalf("%+v: %v", wrong, refusals[0])
	}
	w.must(t, pair[0], first)
	second := settlement.SignRequest{Cycle: closed, With: pair[0], Root: bytes.Repeat([]byte{2}, 32),
		Lines: first.Lines, Owes: first.Owed, Owed: first.Owes}
	w.must(t, pair[1], second)
	second.Root = first.Root
	w.must(t, pair[1], second)
	p, err := row.Decode[settlement.Pair](w.net.Get("G", seal.Outer, string(row.Pair(closed, pair[0], pair[1]))))
	if err != nil || p.State != settlement.Agreed || p.Pending != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
}
