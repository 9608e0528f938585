package row

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// Keys sort as numbers do, so that a lane's rows are neighbours, and read back.
func TestKeysSortAndReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) number.Row {
			c := number.Command{Party: "D", Lane: rapid.Uint8Range(0, 31).Draw(t, label),
				Seq:   rapid.Uint64Range(1, number.MaxSeq).Draw(t, label),
				Index: rapid.Uint16Range(0, number.MaxIndex).Draw(t, label),
			}
			return c.Row(rapid.IntRange(0, number.MaxOrd).Draw(t, label))
		}
		a, b := draw("a"), draw("b")
		order := func(n number.Row) []uint64 {
			return []uint64{uint64(n.Command.Lane), n.Command.Seq, uint64(n.Command.Index), uint64(n.Ord)}
		}
		if slices.Compare(order(a), order(b)) != strings.Compare(string(Lot(a)), string(Lot(b))) {
			t.Fatalf("%s and %s sort differently", a, b)
		}
		if found, err := Read(string(Lot(a)), Encode(points.Lot{Programme: "GP"})); err != nil ||
			found.ID != a.String() || found.Kind != "lot" {
			t.Fatalf("%+v, %v", found, err)
		}
		if found, err := Read(string(Entitlement(a)), Encode(benefit.Entitlement{})); err != nil ||
			found.ID != a.String() || found.Kind != "entitlement" {
			t.Fatalf("%+v, %v", found, err)
		}
		if found, err := Read(string(WriteOff(a.Command)), Encode(benefit.WriteOff{})); err != nil ||
			found.ID != a.Command.String() || found.Kind != "write-off" {
			t.Fatalf("%+v, %v", found, err)
		}
		if found, err := Read(string(Hold(a.Command)), Encode(points.Hold{})); err != nil ||
			found.ID != a.Command.String() {
			t.Fatalf("%+v, %v", found, err)
		}
	})
}

func TestReadRefusesWhatIsNoRow(t *testing.T) {
	good := Encode(points.Lot{})
	for key, value := range map[string][]byte{
		"": good, "x": good, "l/D": good, "l/D/00": good, "l/D/" + strings.Repeat("z", 17): good,
		"h/D/" + strings.Repeat("0", 14): good, string(Cycle()): good, string(Consortium()): nil,
		string(Party("D")): {2, 0x80},
	} {
		if found, err := Read(key, value); err == nil {
			t.Errorf("%q was read as %+v", key, found)
		}
	}
}

// What lanes make parties owe each other, in open and in hidden amounts, are rows
// beside each other, of which neither is read as the other.
func TestPositionsAndHiddenAreApart(t *testing.T) {
	for _, c := range []struct {
		kind, key string
		value     []byte
	}{
		{"positions", string(Positions("2026-11", "D", 3)), Encode(settlement.Positions{
			List: []settlement.Position{{Debtor: "D"}},
		})},
		{"hidden", string(HiddenPositions("2026-11", "D", 3)), Encode(settlement.HiddenPositions{
			List: []settlement.HiddenPosition{{Debtor: "D"}},
		})},
	} {
		if found, err := Read(c.key, c.value); err != nil || found.Kind != c.kind || found.ID != "2026-11/D/03" {
			t.Errorf("%s: %+v, %v", c.key, found, err)
		}
		if _, sealed := Sealed(c.key); sealed {
			t.Errorf("%s is named by a command", c.key)
		}
	}
	if from, to := PositionsOf("2026-11").Bounds(); string(HiddenPositions("2026-11", "D", 3)) >= from &&
		string(HiddenPositions("2026-11", "D", 3)) < to {
		t.Error("hidden positions are among the open ones")
	}
	if found, err := Read(string(HiddenPositions("2026-11", "D", 3)),
		Encode(settlement.Positions{List: []settlement.Position{{Debtor: "D"}}})); err == nil {
		t.Errorf("open positions were read as %+v", found)
	}
}

func TestPrefixHoldsItsRowsOnly(t *testing.T) {
	from, to := TotalsOf("GP").Bounds()
	inside := string(Totals("GP", "D", 3))
	if inside < from || inside >= to {
		t.Errorf("%q is outside [%q, %q)", inside, from, to)
	}
	for _, outside := range []string{string(Totals("GP2", "D", 3)), string(Totals("G", "D", 3)),
		string(Totals("GP-", "D", 3))} {
		if outside >= from && outside < to {
			t.Errorf("%q is inside [%q, %q)", outside, from, to)
		}
	}
}
