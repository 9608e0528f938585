package proof

import "testing"

// No file takes the one who checks a proof down.
func FuzzCheck(f *testing.F) {
	for _, text := range []string{"{}", `{"format":"tallystick proof v1","answer":{},"envelope":""}`, "[[[",
		`{"envelope":"AAAA"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = Check(data, Trust{}, 1) })
}
