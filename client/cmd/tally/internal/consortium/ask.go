package consortium

import (
	"fmt"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node"
	"tallystick/client/node/consortium"
)

// Queries is the group of questions; what is owed is of another room.
func Queries(a *cli.App, owes *cobra.Command) *cobra.Command {
	return cli.Group("query", "Questions to the ledger and the read model (查询)",
		owes, breakage(a), queryHold(a), queryTotals(a), queryLane(a), queryRequest(a), queryUnsealed(a),
		queryDigest(a), queryIndex(a))
}

func queryHold(a *cli.App) *cobra.Command {
	var req consortium.HoldQuery
	return cli.Verb(a, "hold HOLD", "  tally --as D query hold D.0.7.0", consortium.QueryHold,
		cli.Parsed(&req, &req.Hold, number.ParseCommand), cli.InTable(a,
			func(t table.Writer, h points.Hold, s cli.Scales) {
				t.AppendRow(table.Row{"hold", req.Hold})
				holdTable(t, h, s)
			}))
}

func holdTable(t table.Writer, h points.Hold, s cli.Scales) {
	t.AppendRows([]table.Row{{"acceptor", h.Acceptor}, {"member", h.Member}, {"state", h.State},
		{"points", cli.LineText(h.Pieces, s)}, {"captured", s.Held(h, h.Captured)},
		{"until", cli.UntilText(h.Deadline)}})
	if !h.Authorisation.IsZero() {
		t.AppendRow(table.Row{"authorisation", h.Authorisation})
	}
	for _, p := range h.Pieces {
		t.AppendRow(table.Row{"of lot " + p.Lot.String(), fmt.Sprintf("%s %s, owed by %s",
			s.Show(p.Programme, p.Amount), p.Programme, p.Funder)})
	}
	for _, c := range h.Captures {
		t.AppendRow(table.Row{"capture " + c.Number.String(),
			s.Held(h, c.Amount) + ", of which " + s.Held(h, c.Refunded) + " refunded"})
	}
}

func queryTotals(a *cli.App) *cobra.Command {
	programme := ""
	return cli.Verb(a, "totals PROGRAMME", "  tally --as A query totals GP", consortium.QueryTotals,
		func(args []string) (node.ProgrammeQuery, error) {
			programme = args[0]
			return node.ProgrammeQuery{Programme: args[0]}, nil
		}, cli.InTable(a, func(t table.Writer, sum points.Totals, s cli.Scales) { totalsTable(t, programme, sum, s) }))
}

func totalsTable(t table.Writer, programme string, sum points.Totals, s cli.Scales) {
	cli.Right(t, 2)
	for _, c := range []struct {
		what  string
		units amount.Units
	}{
		{"issued", sum.Issued}, {"captured", sum.Captured}, {"refunded", sum.Refunded},
		{"converted", sum.Converted}, {"expired", sum.Expired}, {"revoked", sum.Revoked},
		{"outstanding", sum.Outstanding()}, {"held", sum.Held()}, {"transferred", sum.Transferred},
		{"traded", sum.Traded}, {"waiting for evidence", sum.Pending - sum.Activated},
	} {
		t.AppendRow(table.Row{c.what, s.Show(programme, c.units)})
	}
}

func queryLane(a *cli.App) *cobra.Command {
	return cli.Verb(a, "lane PARTY LANE", "  tally --as A query lane D 1", consortium.QueryLane,
		func(args []string) (consortium.LaneQuery, error) {
			lane, err := strconv.ParseUint(args[1], 10, 8)
			if err != nil {
				lane = number.Lanes // none
			}
			return consortium.LaneQuery{Party: args[0], Lane: uint8(lane)}, nil
		}, cli.Shows(a, func(t table.Writer, head row.Head) {
			t.AppendRows([]table.Row{{"batches", head.Seq}, {"chain", head.Chain}})
		}))
}

func queryRequest(a *cli.App) *cobra.Command {
	var req consortium.RequestQuery
	return cli.Verb(a, "request PARTY ID",
		"  tally --as D query request D till-7-000123\n  tally --as D query request D till-7-000123~capture",
		consortium.QueryRequest, cli.Words(&req, &req.Party, &req.ID),
		cli.Shows(a, func(t table.Writer, known row.Request) {
			t.AppendRows([]table.Row{{"number", known.Number}, {"cycle", known.Cycle}, {"hash", known.Hash}})
		}))
}

func queryDigest(a *cli.App) *cobra.Command {
	return cli.Verb(a, "digest", "", consortium.QueryDigest, cli.Nothing,
		cli.Shows(a, func(t table.Writer, answer consortium.IndexDigest) {
			t.AppendRows([]table.Row{{"height", answer.Height}, {"digest", answer.Digest}})
		}))
}

func breakage(a *cli.App) *cobra.Command {
	return cli.Verb(a, "breakage", "", consortium.QueryBreakage, cli.Nothing,
		cli.InTable(a, func(t table.Writer, answer consortium.BreakageNow, s cli.Scales) {
			t.AppendHeader(table.Row{"party", "programme", "points", "worth"})
			cli.Right(t, 3, 4)
			for _, b := range answer.Rows {
				t.AppendRow(table.Row{b.Party, b.Programme, s.Show(b.Programme, b.Points), figure.ExactYuan(b.Fen)})
			}
			cli.AsOf(t, answer.Height)
		}))
}

// queryIndex says how far the read model is, without bringing it up.
func queryIndex(a *cli.App) *cobra.Command {
	cmd := cli.Verb(a, "index", "  tally --as D query index", consortium.QueryIndex, cli.Nothing,
		cli.Shows(a, func(t table.Writer, at node.IndexLevel) {
			t.AppendRows([]table.Row{{"has blocks", at.Height}, {"of", at.Ledger}, {"where", at.Where}})
			if at.Anew != "" {
				t.AppendRow(table.Row{"made again because", at.Anew})
			}
		}))
	cmd.Long = `Every question that needs the read model brings it up to the last block first, which after a pause takes a while and
is told. This asks only how far it is; ask it while another command brings it up.

The read model follows from the blocks alone, so it may be deleted at any time: it is made again by the next question.
So is one that is damaged, by itself.`
	return cmd
}
