package settlement

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

func TestObligationsAreNumberedInTheirCommand(t *testing.T) {
	o := Obligations{Cycle: "2026-11"}
	hide := veiled(t, "D", "S", false, onePercent, 7)
	for _, c := range []struct {
		index  uint16
		hidden bool
		ord    uint8
	}{{0, false, 0}, {0, false, 1}, {0, true, 2}, {0, true, 3}, {0, false, 4}, {3, true, 0}, {3, false, 1},
		{4, false, 0}, {499, false, 0}} {
		var index uint16
		var ord uint8
		var err error
		if c.hidden {
			var one Hidden
			o, one, err = o.PlusHidden(c.index, 9, hide)
			index, ord = one.Index, one.Ord
		} else {
			var one Obligation
			o, one, err = o.Plus(c.index, 9, due("G", "D", "GP", amount.Units(100*int(c.index)+int(c.ord)+1)))
			index, ord = one.Index, one.Ord
		}
		if err != nil || index != c.index || ord != c.ord {
			t.Errorf("%+v: %d.%d, %v", c, index, ord, err)
		}
	}
	for _, c := range []struct {
		index uint16
		ord   uint8
		fen   amount.Units // 0 for NOT_FOUND
	}{{0, 0, 1}, {0, 1, 2}, {0, 2, 0}, {0, 4, 5}, {0, 5, 0}, {3, 0, 0}, {3, 1, 302}, {1, 0, 0}, {499, 0, 49901}} {
		found, err := o.Find(number.Row{
			Command: number.Command{Party: "D", Lane: 1, Seq: 7, Index: c.index}, Ord: c.ord,
		})
		if found.Fen != c.fen || c.fen == 0 && fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%+v: %+v, %v", c, found, err)
		}
	}
}

func TestObligationsAreBounded(t *testing.T) {
	fill := func(o Obligations, index uint16, n int, hidden bool) (Obligations, error) {
		for range n {
			var err error
			if hidden {
				o, _, err = o.PlusHidden(index, 9, VeiledOwe{Debtor: "D", Creditor: "S"})
			} else {
				o, _, err = o.Plus(index, 9, due("G", "D", "GP", 1))
			}
			if err != nil {
				return o, err
			}
		}
		return o, nil
	}
	some, err := fill(Obligations{}, 7, MaxOwed/2, true)
	if err != nil {
		t.Fatal(err)
	}
	full, err := fill(some, 7, MaxOwed-MaxOwed/2, false)
	if err != nil {
		t.Fatal(err)
	}
	if last := full.List[len(full.List)-1]; last.Ord != number.MaxOrd {
		t.Errorf("%+v", last)
	}
	if _, err := fill(full, 7, 1, false); fault.CodeOf(err) != fault.Limit {
		t.Errorf("one too many of a command: %v", err)
	}
	if _, err := fill(full, 7, 1, true); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a hidden one too many of a command: %v", err)
	}
	if _, err := fill(full, 8, 1, false); err != nil {
		t.Errorf("the next command: %v", err)
	}
	batch := Obligations{}
	for i := range MaxBatch / MaxOwed {
		if batch, err = fill(batch, uint16(i), MaxOwed, i%2 == 0); err != nil {
			t.Fatal(err)
		}
	}
	if batch, err = fill(batch, 498, MaxBatch%MaxOwed, true); err != nil {
		t.Fatal(err)
	}
	if _, err := fill(batch, 499, 1, false); fault.CodeOf(err) != fault.Limit {
		t.Errorf("one too many of a batch: %v", err)
	}
	if _, err := fill(batch, 499, 1, true); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a hidden one too many of a batch: %v", err)
	}
	var read Obligations
	if err := codec.Decode(codec.Encode(batch), &read); err != nil || len(read.List)+len(read.Hidden) != MaxBatch {
		t.Errorf("the fullest row can't be read: %v", err)
	}
}

func TestWhatIsNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		owe     Owe
		nothing bool
	}{
		{"points and fen", Owe{Debtor: "D", Creditor: "G", Points: 1, Fen: 1}, false},
		{"points that come to no fen", Owe{Debtor: "D", Creditor: "G", Points: 1}, false},
		{"fen", Owe{Debtor: "D", Creditor: "G", Fen: 1}, false},
		{"no amount", Owe{Debtor: "D", Creditor: "G"}, true},
		{"to itself", Owe{Debtor: "D", Creditor: "D", Points: 1, Fen: 1}, true},
	} {
		if c.owe.Nothing() != c.nothing {
			t.Errorf("%s: %v", c.name, !c.nothing)
		}
	}
	if (Obligation{}).In("2026-11") != "2026-11" || (Obligation{Of: "2026-10"}).In("2026-11") != "2026-10" {
		t.Error("an obligation is of its batch's cycle, or of the one it names")
	}
}

// TestARefusedCommandsObligationsVanish keeps rows before each command and returns to
// them at random: what was noted before stays, and what comes after takes the places.
func TestARefusedCommandsObligationsVanish(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o Obligations
		var chain Positions
		var kept []Obligation
		for index := range uint16(rapid.IntRange(1, 20).Draw(t, "commands")) {
			was, before, n := o, chain, len(kept)
			for range rapid.IntRange(0, 4).Draw(t, "obligations") {
				next, one, err := o.Plus(index, 9,
					due("G", "D", "GP", amount.Units(rapid.IntRange(1, 99).Draw(t, "fen"))))
				if err != nil {
					t.Fatal(err)
				}
				chain = noted(t, chain, one)
				o, kept = next, append(kept, one)
			}
			if rapid.Bool().Draw(t, "refused") {
				o, chain, kept = was, before, kept[:n]
			}
		}
		if !bytes.Equal(codec.Encode(o.List), codec.Encode(kept)) && len(kept)+len(o.List) > 0 {
			t.Fatalf("%+v, want %+v", o.List, kept)
		}
		var again Positions
		for _, one := range kept {
			again = noted(t, again, one)
		}
		if !bytes.Equal(again.Chain, chain.Chain) ||
			!bytes.Equal(codec.Encode(again.List), codec.Encode(chain.List)) && len(kept) > 0 {
			t.Fatalf("%+v, want %+v", chain, again)
		}
	})
}

// noted adds an obligation to its position and to the chain.
func noted(t fataler, p Positions, one Obligation) Positions {
	t.Helper()
	next, _, err := p.Place(Owe{
		Debtor: one.Debtor, Creditor: one.Creditor, Programme: one.Programme, Points: one.Points, Fen: one.Fen,
	})
	if err != nil {
		t.Fatal(err)
	}
	next.Chain = p.Bind(one)
	return next
}
