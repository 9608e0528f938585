package catalogue

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/code"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/catalogue"
)

func codeRows(t table.Writer, codes []code.Code) {
	for i, c := range codes {
		t.AppendRow(table.Row{fmt.Sprintf("code for delivery %d", i+1), c})
	}
}

func orderCodes(a *cli.App) *cobra.Command {
	return cli.Verb(a, "codes ORDER", "  tally --as D order codes D.0.7.0", catalogue.OrderCodes, orderNamed,
		cli.Shows(a, func(t table.Writer, left catalogue.PickupCodes) { codeRows(t, left.Codes) }))
}
