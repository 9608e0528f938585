package statement

import (
	"bytes"
	"testing"

	"tallystick/chaincode/fuzzed"
	"tallystick/client/bounds"
	"tallystick/client/proof"
)

// No file takes the one who checks a statement down, whichever form its name says.
func FuzzVerify(tf *testing.F) {
	f := fuzzed.Target(tf, 2000)
	for _, text := range []string{"{", "[[[[", "\"", "a,b\n\"", "{\"format\":1}", "\ufeffx"} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, asCSV bool) {
		name := "s.json"
		if asCSV {
			name = "s.csv"
		}
		in := bounds.Input{ReaderAt: bytes.NewReader(data), Name: name, Size: int64(len(data))}
		_, _ = Verify(in, proof.Trust{}, 1)
	})
}
