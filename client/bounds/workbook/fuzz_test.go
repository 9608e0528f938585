package workbook

import (
	"io"
	"testing"

	"tallystick/chaincode/fuzzed"
)

// No sheet takes its reader down.
func FuzzSheet(tf *testing.F) {
	f := fuzzed.Target(tf, 200)
	for _, text := range []string{`<row r="2000000000"/>`, `<row><c r="XFD1"><v>1</v></c></row>`,
		`<row><c r="" t="s"><v>-1</v></c></row>`, `<row><c t="s"><v>99</v></c></row>`, `<row r="-1"/>`,
		`<row><c t="d"><v>x</v></c></row>`, "<row"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = read(made(t, map[string]func(io.Writer){sheet: rows(text)}))
	})
}
