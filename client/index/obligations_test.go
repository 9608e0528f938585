package index

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// due is one thing owed in the tests: hidden, if it has no fen.
type due struct {
	debtor, creditor string
	fen              amount.Units
	of               string
}

// batch writes a batch's obligations, each of its own command, and the lane's positions.
func (w *world) batch(party string, lane uint8, seq uint64, before settlement.Positions,
	dues ...due) settlement.Positions {
	w.t.Helper()
	all := settlement.Obligations{Cycle: "c1", Date: today}
	var err error
	for i, d := range dues {
		if d.fen == 0 {
			var h settlement.Hidden
			sum, err := priced(w.t, uint64(7+i), byte(seq)).Owes(1)
			if err != nil {
				w.t.Fatal(err)
			}
			if all, h, err = all.PlusHidden(uint16(i), 136, settlement.HiddenOwe{
				Debtor: d.debtor, Creditor: d.creditor, Fee: onePercent, Count: 1, Sum: sum,
			}); err != nil {
				w.t.Fatal(err)
			}
			before = before.NoteHidden(h)
			continue
		}
		var o settlement.Obligation
		if all, o, err = all.Plus(uint16(i), 14, settlement.Owe{
			Kind: settlement.Redemption, Scene: "care", Debtor: d.debtor, Creditor: d.creditor, Programme: "DP",
			Points: d.fen, Fen: d.fen, Of: d.of,
		}); err != nil {
			w.t.Fatal(err)
		}
		if d.of == "" {
			chain := before.Bind(o)
			before = before.Merge(settlement.Positions{List: []settlement.Position{
				{Debtor: d.debtor, Creditor: d.creditor, Programme: "DP", Count: 1, Points: d.fen, Fen: d.fen},
			}})
			before.Chain = chain
		}
	}
	w.write(sealed(party, lane, seq), put(row.Obligations(party, lane, seq), all),
		put(row.Positions("c1", party, lane), before))
	return before
}

// owing is a ledger whose lanes owe: with hidden amounts, and with one opened for another cycle.
func owing(t *testing.T) (*world, []settlement.Lane) {
	w := newWorld(t)
	d := w.batch("D", 3, 1, settlement.Positions{}, due{"D", "M", 5, ""}, due{"M", "D", 0, ""}, due{"M", "D", 7, ""})
	m := w.batch("M", 1, 1, settlement.Positions{}, due{"D", "M", 11, ""}, due{"D", "S1", 13, ""})
	d = w.batch("D", 3, 2, d, due{"D", "M", 17, ""}, due{"D", "M", 19, "c0"})
	return w, []settlement.Lane{{Party: "D", Number: 3, Positions: d}, {Party: "M", Number: 1, Positions: m}}
}

func TestLinesOfAStatement(t *testing.T) {
	w, _ := owing(t)
	ix := w.index()
	for _, c := range []struct{ cycle, a, b, want string }{
		{"c1", "D", "M", "D.3.1.0.0 5, D.3.1.2.0 7, D.3.2.0.0 17, M.1.1.0.0 11, "},
		{"c1", "M", "D", "D.3.1.0.0 5, D.3.1.2.0 7, D.3.2.0.0 17, M.1.1.0.0 11, "},
		{"c1", "S1", "D", "M.1.1.1.0 13, "},
		{"c0", "D", "M", "D.3.2.1.0 19, "},
		{"c1", "S1", "M", ""},
	} {
		got := ""
		for o, err := range now(t, ix).Lines(c.cycle, c.a, c.b) {
			if err != nil {
				t.Fatal(err)
			}
			got += fmt.Sprintf("%s %d, ", o.ID, o.Fen)
			if o.Tx == "" || o.Block == 0 || o.Cause.String() != "points:Capture" ||
				o.Kind != settlement.Redemption || o.Scene != "care" || o.Date != today {
				t.Errorf("%+v", o)
			}
		}
		if got != c.want {
			t.Errorf("%s and %s in %s: %s, want %s", c.a, c.b, c.cycle, got, c.want)
		}
	}
	for range now(t, ix).Lines("c1", "D", "M") {
		break // the reading ends with the reader
	}
	if g, err := now(t, ix).Gross("c1"); err != nil || g.Count != 5 || g.Fen != 53 || g.Hidden != 1 {
		t.Errorf("%+v, %v", g, err)
	}
}

// The root that an index derives from obligations is what the lanes' chains come to.
func TestCycleRootIsDerivedAnew(t *testing.T) {
	w, lanes := owing(t)
	root, err := now(t, w.index()).CycleRoot("c1")
	if err != nil || !slices.Equal(root, settlement.Root(lanes)) {
		t.Errorf("%x, %v; want %x", root, err, settlement.Root(lanes))
	}
	w.batch("D", 3, 3, lanes[0].Positions, due{"D", "M", 1, ""})
	if more, err := now(t, w.index()).CycleRoot("c1"); err != nil || slices.Equal(more, root) {
		t.Errorf("one more obligation changes nothing: %v", err)
	}
}

func TestDigestHasObligations(t *testing.T) {
	w, _ := owing(t)
	before, err := now(t, w.index()).Digest()
	if err != nil {
		t.Fatal(err)
	}
	ix := w.index()
	tx, err := ix.db.Write(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(
		"UPDATE obligations SET fen = fen + 1 WHERE key = (SELECT MAX(key) FROM obligations)"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if after, err := now(t, ix).Digest(); err != nil || after.String() == before.String() {
		t.Errorf("a fen more changes nothing: %v", err)
	}
}

// What a close rounds is a line of each direction in which it is something, of the cycle's statement alone: the root
// doesn't have it.
func TestRoundingIsALineOfItsStatement(t *testing.T) {
	w, lanes := owing(t)
	pair := settlement.Pair{
		Cycle: "c1", A: "D", B: "M",
		Rounded: settlement.Rounded{A: 3, By: number.Command{Party: "D", Lane: 1, Seq: 7, Index: 2}, Date: 20_800},
	}
	other := pair
	other.B, other.Rounded.A, other.Rounded.B = "S1", 1, 2
	w.write(sealed("D", 1, 7), put(row.Pair("c1", "D", "M"), pair), put(row.Pair("c1", "D", "S1"), other))
	ix := w.index()
	for _, c := range []struct {
		a, b string
		want []string
	}{{"D", "M", []string{"D.1.7.2.0 D M 3"}}, {"S1", "D", []string{"D.1.7.2.0 D S1 1", "D.1.7.2.1 S1 D 2"}}} {
		var got []string
		for o, err := range now(t, ix).Lines("c1", c.a, c.b) {
			if err != nil {
				t.Fatal(err)
			}
			if o.Kind == settlement.Rounding {
				got = append(got, fmt.Sprintf("%s %s %s %d", o.ID, o.Debtor, o.Creditor, o.Fen))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, got, c.want)
		}
	}
	if root, err := now(t, ix).CycleRoot("c1"); err != nil || root.String() != settlement.Root(lanes).String() {
		t.Errorf("%s, %v", root, err)
	}
}

// A close's line says where the close made it, whatever signing writes of its pair later and however blocks come: a
// statement's root is of that.
func TestRoundingStaysWhereTheCloseMadeIt(t *testing.T) {
	w, _ := owing(t)
	pair := settlement.Pair{
		Cycle: "c1", A: "D", B: "M",
		Rounded: settlement.Rounded{A: 3, By: number.Command{Party: "D", Lane: 1, Seq: 7}, Date: 20_800},
	}
	w.write(sealed("D", 1, 7), put(row.Pair("c1", "D", "M"), pair))
	made := w.blocks()
	pair.State = settlement.OneSide
	w.write(sealed("D", 1, 8), put(row.Pair("c1", "D", "M"), pair))
	once, slowly := w.index(), fresh(t)
	for _, b := range w.blocks() {
		if err := slowly.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
	last := made[len(made)-1]
	for name, ix := range map[string]*Index{"at once": once, "block by block": slowly} {
		found := 0
		for o, err := range now(t, ix).Lines("c1", "D", "M") {
			if err != nil {
				t.Fatal(err)
			}
			if o.Kind != settlement.Rounding {
				continue
			}
			found++
			if o.Block != last.Number || o.Tx != last.Txs[0].ID {
				t.Errorf("%s: it is of block %d, %s, want %d, %s", name, o.Block, o.Tx, last.Number, last.Txs[0].ID)
			}
		}
		if found != 1 {
			t.Errorf("%s: %d lines", name, found)
		}
	}
}
