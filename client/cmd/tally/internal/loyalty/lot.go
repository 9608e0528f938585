package loyalty

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/loyalty"
)

func showLot(a *cli.App) *cobra.Command {
	var req loyalty.LotQuery
	return cli.Verb(a, "lot LOT", "  tally --as D points lot D.1.7.3.0", loyalty.PointsLot,
		cli.Parsed(&req, &req.Lot, number.ParseRow), cli.InTable(a, func(t table.Writer, l points.Lot, s cli.Scales) {
			t.AppendRow(table.Row{"lot", req.Lot})
			lotTable(t, l, s)
		}))
}

func lotTable(t table.Writer, l points.Lot, s cli.Scales) {
	t.AppendRows([]table.Row{{"programme", l.Programme}, {"member", l.Member}, {"state", l.State}, {"origin", l.Origin},
		{"expires", l.Expires}, {"issued", s.Show(l.Programme, l.Issued)},
		{"available", s.Show(l.Programme, l.Available())}})
	for _, part := range []struct {
		what  string
		units amount.Units
	}{{"held or spent", l.Placed}, {"transferred", l.Transferred}, {"converted", l.Converted}, {"expired", l.Expired},
		{"revoked", l.Revoked}, {"missing when it was revoked", l.Short}} {
		if part.units > 0 {
			t.AppendRow(table.Row{part.what, s.Show(l.Programme, part.units)})
		}
	}
	for _, said := range [][2]string{{"funder", l.Funder}, {"home", l.Home}, {"waits for evidence of", l.Activator},
		{"outlet", l.Outlet}, {"reference", l.Reference}} {
		if said[1] != "" {
			t.AppendRow(table.Row{said[0], said[1]})
		}
	}
}
