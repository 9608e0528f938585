package iso20022

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"tallystick/client/iso20022/schematest"
)

func open(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func readAll(t testing.TB, file []byte) []Advice {
	t.Helper()
	advices, err := Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return advices
}

func TestTheTestFilesAreValidUnderTheOfficialSchemas(t *testing.T) {
	schematest.Check(t, schematest.Notification, open(t, "mixed.camt.054.xml"))
	schematest.Check(t, schematest.Statement, open(t, "mixed.camt.053.xml"))
}

// TestMatchFiles reads files and matches them with payments of 100.00, or what else is
// said, that are due on 2026-12-05.
func TestMatchFiles(t *testing.T) {
	datadriven.RunTest(t, "testdata/match.txt", func(t *testing.T, d *datadriven.TestData) string {
		var advices []Advice
		for _, name := range d.CmdArgs[0].Vals {
			advices = append(advices, readAll(t, open(t, name))...)
		}
		var expected []Expected
		for _, word := range strings.Fields(d.Input) {
			id, sum, said := strings.Cut(word, "=")
			e := Expected{EndToEndID: id, Fen: 10000, Due: parseDay(t, "2026-12-05")}
			if said {
				e.Fen, _ = hundredths(sum)
			}
			expected = append(expected, e)
		}
		outcomes := Match(Holder{}, expected, advices)
		var out strings.Builder
		for _, o := range outcomes {
			a := o.Advice
			fmt.Fprintf(&out, "%-9s %-11s %-5s %s of %s, paid %s", o.Kind, a.EndToEndID, a.BankReference,
				decimals(a.Fen), decimals(o.Fen), decimals(o.Paid))
			if o.Why != "" {
				fmt.Fprintf(&out, ": %s", o.Why)
			}
			fmt.Fprintf(&out, " (%s, %s)\n", a.Booked, a.At)
		}
		for _, e := range unpaid(expected, outcomes) {
			fmt.Fprintf(&out, "unpaid: %s\n", e.EndToEndID)
		}
		return out.String()
	})
}
