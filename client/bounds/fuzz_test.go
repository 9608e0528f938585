package bounds

import (
	"testing"

	"tallystick/chaincode/fuzzed"
)

// No text takes the reader of settings down.
func FuzzCheckYAML(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{"a: 1", "a: &x [*x]", "- - - -", "[[[[", "? : ?", "a: !!binary x", "\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { _ = CheckYAML(data, "the file") })
}
