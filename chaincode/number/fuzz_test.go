package number

import (
	"testing"

	"tallystick/chaincode/fuzzed"
)

// One row has one text.
func FuzzParse(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{"D.3.42.17.0", "D.3.42.17", "D.03.42.17.0", "D.3.42.17.+0", "...",
		"D.3.99999999999999999999.1.0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseRow(text); err == nil && r.String() != text {
			t.Errorf("%q is %s", text, r)
		}
		if c, err := ParseCommand(text); err == nil && c.String() != text {
			t.Errorf("%q is %s", text, c)
		}
	})
}
