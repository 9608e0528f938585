package consortium

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/consortium"
)

// TestPointsTakenOfWhatIsNotHonoured are shown in their programme's digits.
func TestPointsTakenOfWhatIsNotHonoured(t *testing.T) {
	found := consortium.Unsealed{Traces: []index.Trace{{Block: 7, Tx: "t", Party: "D",
		Commands: []string{"points:Hold"}, Points: 1860, Programme: "GP"}, {Points: 7, Programme: "XP"}}}
	w := table.NewWriter()
	unsealedTable(w, found, cli.Scales{"GP": 2})
	if got := w.Render(); !strings.Contains(got, "took 18.60 of GP: points:Hold") ||
		!strings.Contains(got, "took 7 smallest units of XP") {
		t.Error(got)
	}
}
