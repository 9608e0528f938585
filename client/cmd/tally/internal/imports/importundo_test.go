package imports

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/importer"
	"tallystick/client/node"
)

// cellsOf are a table's cells, in one line.
func cellsOf(fill func(table.Writer)) string {
	t := table.NewWriter()
	fill(t)
	return strings.Join(strings.Fields(t.RenderTSV()), " ")
}

// Points of an import, and of its undoing, are shown in their programme's digits.
func TestImportsShowPointsInTheirDigits(t *testing.T) {
	u := node.Undone{Source: "october", Programme: "DP", Lots: 2, Issued: 150000, Revoked: 149550, Gone: 450,
		Stays: []node.Staying{{Lot: "D.1.1.0.0", Member: "m-1", Reference: "r3", Points: 450}}}
	if got := cellsOf(func(t table.Writer) {
		undoneTable(t, u,
			cli.Scales{"DP": 2})
	}); got != "source october lots that it made 2 points in them 1,500.00 taken back now 1,495.50 taken back before 0.00 spent, held or gone: they stay 4.50 of m-1 r3 4.50" {
		t.Error(got)
	}
	u.Programme = "" // lots of several programmes
	if got := cellsOf(func(t table.Writer) { undoneTable(t, u, cli.Scales{"DP": 2}) }); !strings.Contains(got,
		"points in them 150,000 smallest units") {
		t.Error(got)
	}
	r := &importer.Report{Kind: "awards", Digits: 2, Totals: importer.Totals{Awards: 1, Points: 123456}}
	if got := cellsOf(func(t table.Writer) { importTable(t, r, "") }); !strings.Contains(got, "points 1,234.56") {
		t.Error(got)
	}
}
