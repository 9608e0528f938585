package imports

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
)

// undoLanes is how many lanes take an import back.
const undoLanes = "1-4"

// Undo takes back what an import made.
func Undo(a *cli.App) *cobra.Command {
	var req node.UndoImportRequest
	cmd := cli.Verb(a, "undo-import SOURCE", `  tally --as D undo-import october-2026 --reason wrong_rate --dry-run
  tally --as D undo-import october-2026 --reason wrong_rate`, node.ImportUndo,
		func(args []string) (node.UndoImportRequest, error) {
			req.Source, a.Lanes = args[0], undoLanes
			return req, nil
		}, cli.InTable(a, undoneTable))
	cmd.Long = `Take back what an import has made under its source: points are revoked as far as they
are left, entitlements as far as they weren't used. What was spent, held, passed on or
expired stays, and is said. Receipts of which all is taken back may earn again, under
another source. Members, labels, goods and what else an import makes have verbs of their own.
Again takes back what has come free since.`
	cli.Reason(cmd, &req.Reason, "wrong_rate")
	cmd.Flags().BoolVar(&req.DryRun, "dry-run", false, "say what would be taken back; nothing is written")
	return a.Untimed(cmd)
}

func undoneTable(t table.Writer, u node.Undone, s cli.Scales) {
	points := func(n amount.Units) string { return s.ShownOr(u.Programme, n) }
	t.AppendRow(table.Row{"source", u.Source})
	if u.DryRun {
		t.AppendRow(table.Row{"", "dry run: nothing was written"})
	}
	if u.Lots > 0 {
		t.AppendRows([]table.Row{{"lots that it made", u.Lots}, {"points in them", points(u.Issued)},
			{"taken back now", points(u.Revoked)},
			{"taken back before", points(u.Before)}, {"spent, held or gone: they stay", points(u.Gone)}})
	}
	if u.Entitlements > 0 {
		t.AppendRows([]table.Row{{"entitlements that it made", u.Entitlements}, {"ended now", u.Ended},
			{"ended before", u.EndedBefore}, {"used or ended otherwise: they stay", u.Used}})
	}
	if u.Lots+u.Entitlements == 0 {
		t.AppendRow(table.Row{"", "it made neither points nor entitlements; what else it made has verbs of its own"})
	}
	for i, one := range u.Stays {
		if i == shown {
			t.AppendRow(table.Row{"…", "-o json has them all"})
			break
		}
		t.AppendRow(table.Row{strings.TrimSpace("of " + one.Member + " " + one.Reference), points(one.Points)})
	}
	for _, one := range u.Refused {
		t.AppendRow(table.Row{one.ID, string(one.Code) + ": " + one.Text})
	}
}
