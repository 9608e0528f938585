package imports

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/importer"
	"tallystick/client/node"
)

// catalogueLanes is how many lanes import a catalogue.
const catalogueLanes = 8

// Goods takes a catalogue in.
func Goods(a *cli.App) *cobra.Command {
	req := node.ImportCatalogueRequest{Scene: "retail"}
	var i importing
	cmd := cli.Leaf("import FILE", node.GoodImport.En+" ("+node.GoodImport.Zh+")",
		`  tally --as S1 good import catalogue.xlsx --seller D
  tally --as S1 good import catalogue.csv --strict --rejected bad-lines.csv`,
		func(ctx context.Context, args []string) error {
			return imports(ctx, a, i, args[0], catalogueLanes, node.GoodImport,
				func(of node.Importing) node.ImportCatalogueRequest {
					req.Importing = of
					return req
				}, func(file bounds.Input) (*importer.Mapping, error) {
					return importer.Catalogue(file, req.Source, req.Scene, req.Seller)
				})
		})
	cmd.Long = `Import a catalogue: the first line or row names the columns,
` + strings.Join(importer.CatalogueColumns, ", ") + `.
What isn't in the file may be left out from gtin on; lists have ; between their words.

  price   in yuan: you sell your own good at it in your own storefront, to everybody
  stock   so many are to be free at the seller: it is filled up, or taken back

An empty price or stock leaves it as it is. Every line that is wrong is listed with its
number, its column and what to do; the others are sent, or with --strict none. The same
file again changes nothing: to have it done again, give it another --source.`
	cli.Word(cmd, &req.Seller, "seller", "at whose storefront the stock is; you, if it isn't said")
	cli.Word(cmd, &req.Scene, "scene", "scene of what you begin to sell")
	cli.Word(cmd, &req.Source, "source", "name under which the file counts once; made of its content if it isn't said")
	i.flags(cmd)
	cmd.Flags().BoolVar(&req.Strict, "strict", false, "send nothing if a line is wrong")
	return a.Untimed(cmd)
}
