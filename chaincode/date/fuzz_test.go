package date

import (
	"testing"

	"tallystick/chaincode/fuzzed"
)

// One day has one text.
func FuzzParse(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{"2026-11-01", "2026-1-1", "0000-00-00", "9999-12-31", "-001-01-01", "2026-02-30"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := Parse(text); err == nil && d.String() != text {
			t.Errorf("%q is %s", text, d)
		}
	})
}
