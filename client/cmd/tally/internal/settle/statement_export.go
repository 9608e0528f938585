package settle

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/accounts"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"
	"tallystick/client/statement"
	"tallystick/network/wholefile"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func exportStatement(a *cli.App) *cobra.Command {
	req := settle.ExportStatementRequest{Language: statement.English}
	var out string
	cmd := cli.Leaf("export", settle.StatementExport.En+" ("+settle.StatementExport.Zh+")",
		`  tally --as D statement export --with G --out 2026-11-D-G.xlsx
  tally --as D statement export --with G --out 2026-11-D-G.pdf --language zh`, func(ctx context.Context, _ []string) error {
			req.Form = strings.TrimPrefix(filepath.Ext(out), ".")
			if !slices.Contains(statement.Forms(), req.Form) {
				return fault.New(fault.BadRequest, "say where it goes: --out FILE, with %s at its end",
					strings.Join(statement.Forms(), ", ."))
			}
			return exportTo(ctx, a, req, out)
		})
	cmd.Long = `Write your statement with another party. A CSV begins with the mark by which Excel knows UTF-8; a
workbook prints on A4 as it is; a PDF has room for both seals.

With --accounts the parties' legal names and tax ids stand in it, from the file that tally payment instruct reads too
(name and id of each party; see tally payment --help). None of it goes to the ledger.`
	cycleFlag(cmd, &req.Cycle)
	withFlag(cmd, &req.With)
	cli.One(cmd, &req.Accounts, "accounts", "YAML file with the parties' legal names and tax ids", accounts.Load)
	cli.Word(cmd, &out, "out", "file to write: .xlsx, .csv, .pdf or .json")
	cli.Word(cmd, (*string)(&req.Language), "language", "en or zh")
	cli.Complete(cmd, "language", "en", "zh")
	cli.Whole(cmd, &req.Signers, "signers", 2,
		"parties whose peers sign that the ledger has these signatures; 0 for none")
	cli.Require(cmd, "out")
	return cmd
}

// exported is what tally statement export answers.
type exported struct {
	File string `json:"file"`
	settle.ExportedStatement
}

// exportTo writes the whole file or none.
func exportTo(ctx context.Context, a *cli.App, req settle.ExportStatementRequest, out string) error {
	answer := exported{File: out}
	err := wholefile.WriteTo(out, 0o600, func(w io.Writer) error {
		req.To = w
		return cli.Perform(ctx, a, settle.StatementExport, func() (settle.ExportStatementRequest, error) {
			return req, nil
		}, func(_ context.Context, _ *cli.Node, made settle.ExportedStatement) error {
			_, err := w.Write(made.File) // nothing if it was written to w as it was made, as in this process
			made.File = nil
			answer.ExportedStatement = made
			return err
		})
	})
	if err != nil {
		return err
	}
	return a.Print(answer, func(t table.Writer) {
		t.AppendRows([]table.Row{{"file", out}, {"lines", answer.Lines}, {"root", answer.Root.String()},
			{"state", answer.State}})
	})
}
