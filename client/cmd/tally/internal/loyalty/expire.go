package loyalty

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/loyalty"
)

func expire(a *cli.App) *cobra.Command {
	var req loyalty.ExpireRequest
	cmd := cli.Verb(a, "expire", "  tally --as M points expire --programme MP", loyalty.PointsExpire,
		cli.Words(&req), cli.InTable(a, expiredTable))
	cmd.Long = `Find the lots of your programme whose last day was before the business date, and
end them, 100 at a time. What is left of them is breakage, to the party that would
have owed it. Stop it anywhere and start it again: it finds what is still due.
Where expiry slides, lots of members who have been active stay, and are listed.`
	cli.Word(cmd, &req.Programme, "programme", "programme")
	cli.Require(cmd, "programme")
	return a.TakesLong(cmd)
}

func expiredTable(t table.Writer, r loyalty.Expired, s cli.Scales) {
	t.AppendRows([]table.Row{{"programme", r.Programme}, {"business date", r.Date}, {"lots", r.Lots},
		{"points", s.Show(r.Programme, r.Points)}, {"breakage", figure.ExactYuan(r.Fen)}})
	for _, lot := range r.Slid {
		t.AppendRow(table.Row{"slid, can be spent still", lot})
	}
	if r.More {
		t.AppendRow(table.Row{"there are more", "run it again"})
	}
}
