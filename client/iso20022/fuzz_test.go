package iso20022

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fuzzed"
)

// No file of a bank's takes its reader down.
func FuzzAdvices(tf *testing.F) {
	f := fuzzed.Target(tf, 2000)
	files, _ := filepath.Glob(filepath.Join("testdata", "*.xml"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 20_000 {
			f.Add(string(text))
		}
	}
	for _, text := range []string{"<", `<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`, strings.Repeat("<a>", 1000),
		"<a:b xmlns:a=''/>"} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) { _, _ = Read(strings.NewReader(text)) })
}
