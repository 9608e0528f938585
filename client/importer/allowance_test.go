package importer

import (
	"testing"

	"tallystick/chaincode/fault"
)

func TestAllowances(t *testing.T) {
	for text, c := range map[string]struct{ bad, all, exit int }{

		"0": {1, 100, 9}, "1": {1, 100, 0}, "1%": {1, 100, 0}, "0.5%": {1, 100, 9}, "100%": {7, 7, 0},
		"0%": {0, 7, 0}, "20": {21, 100, 9},
	} {
		a, err := ParseAllowance(text)
		if err != nil {
			t.Fatal(err)
		}
		err = a.Judge(&Report{Lines: c.all, Rejected: make([]Rejected, c.bad)})
		if exit := map[bool]int{true: 0, false: fault.Of(fault.CodeOf(err)).Exit}[err == nil]; exit != c.exit {
			t.Errorf("%s of %d with %d: %v", text, c.all, c.bad, err)
		}
	}
	for _, text := range []string{"", "-1", "101%", "x%", "1.5", "NaN%", "%"} {
		if _, err := ParseAllowance(text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", text, err)
		}
	}
}
