package statement

import (
	"os"
	"path/filepath"
	"testing"

	"tallystick/client/proof"
)

// No file takes the one who checks a statement down, whichever form its name says.
func FuzzVerify(f *testing.F) {
	for _, text := range []string{"{", "[[[[", "\"", "a,b\n\"", "{\"format\":1}", "\ufeffx"} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, asCSV bool) {
		name := "s.json"
		if asCSV {
			name = "s.csv"
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = Verify(path, proof.Trust{}, 1)
	})
}
