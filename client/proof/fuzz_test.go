package proof

import (
	"testing"

	"tallystick/chaincode/fuzzed"
)

// No file takes the one who checks a proof down.
func FuzzCheck(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{"{}", `{"format":"tallystick proof v1","answer":{},"envelope":""}`, "[[[",
		`{"envelope":"AAAA"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = Check(data, Trust{}, 1) })
}
