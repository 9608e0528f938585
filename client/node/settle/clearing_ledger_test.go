package settle

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/replay/replaytest"
	"tallystick/client/index/indextest"
)

// TestTheCycleThatWasCutOffLast is found by what it opened.
func TestTheCycleThatWasCutOffLast(t *testing.T) {
	l := replaytest.TwoParties(t)
	if _, err := lastClosed(indextest.Of(t, l.Blocks())); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("none was cut off: %v", err)
	}
	for _, pair := range [][2]string{{"2026-11", "2026-12"}, {"2026-12", "2027-01"}} {
		if _, err := l.Call("G", "cycle:CutOff", "", `{"cycle":"`+pair[0]+`","next":"`+pair[1]+`"}`); err != nil {
			t.Fatal(err)
		}
	}
	r := indextest.Of(t, l.Blocks())
	for named, want := range map[string]string{"": "2026-12", "2026-11": "2026-11"} {
		if got, err := closedOr(r, named); err != nil || got != want {
			t.Errorf("%q: %s, %v", named, got, err)
		}
	}
	if got, err := CycleBefore(r, "2026-12"); err != nil || got != "2026-11" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := CycleBefore(r, "2026-11"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("the first cycle: %v", err)
	}
}
