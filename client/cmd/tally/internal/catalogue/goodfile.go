package catalogue

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/importer"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
)

func exportGoods(a *cli.App) *cobra.Command {
	var req catalogue.CatalogueRequest
	var out string
	cmd := cli.Verb(a, "export", `  tally --as S1 good export --out catalogue.xlsx --party S1 --seller D
  tally --as S1 good export --out catalogue.csv --supplier care`, catalogue.GoodExport, cli.Words(&req),
		func(_ context.Context, _ *cli.Node, list node.List[importer.CatalogueLine]) error {
			if err := importer.WriteCatalogue(out, list.Rows); err != nil {
				return err
			}
			return a.Print(map[string]any{"file": out, "goods": len(list.Rows)}, func(t table.Writer) {
				t.AppendRows([]table.Row{{"file", out}, {"goods", len(list.Rows)}})
			})
		})
	goodFilter(cmd, &req.GoodFilter)
	cli.Word(cmd, &req.Seller, "seller", "whose stock; yours, if it isn't said")
	cli.Word(cmd, &out, "out", "file to write: .csv or .xlsx")
	cli.Require(cmd, "out")
	return cmd
}
