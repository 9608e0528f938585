package main

import (
	"fmt"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/figure"
	"tallystick/client/node"
	"tallystick/client/node/consortium"
)

// queries is the group of questions; what is owed is of another room.
func queries(a *app, owes *cobra.Command) *cobra.Command {
	return group("query", "Questions to the ledger and the read model (查询)",
		owes, breakage(a), queryHold(a), queryTotals(a), queryLane(a), queryRequest(a), queryUnsealed(a),
		queryDigest(a), queryIndex(a))
}

func queryHold(a *app) *cobra.Command {
	var req consortium.HoldQuery
	return verb(a, "hold HOLD", "  tally --as D query hold D.0.7.0", consortium.QueryHold,
		parsed(&req, &req.Hold, number.ParseCommand), inTable(a, func(t table.Writer, h points.Hold, s scales) {
			t.AppendRow(table.Row{"hold", req.Hold})
			holdTable(t, h, s)
		}))
}

func holdTable(t table.Writer, h points.Hold, s scales) {
	t.AppendRows([]table.Row{{"acceptor", h.Acceptor}, {"member", h.Member}, {"state", h.State},
		{"points", lineText(h.Pieces, s)}, {"captured", s.held(h, h.Captured)}, {"until", untilText(h.Deadline)}})
	if !h.Authorisation.IsZero() {
		t.AppendRow(table.Row{"authorisation", h.Authorisation})
	}
	for _, p := range h.Pieces {
		t.AppendRow(table.Row{"of lot " + p.Lot.String(), fmt.Sprintf("%s %s, owed by %s",
			s.show(p.Programme, p.Amount), p.Programme, p.Funder)})
	}
	for _, c := range h.Captures {
		t.AppendRow(table.Row{"capture " + c.Number.String(),
			s.held(h, c.Amount) + ", of which " + s.held(h, c.Refunded) + " refunded"})
	}
}

func queryTotals(a *app) *cobra.Command {
	programme := ""
	return verb(a, "totals PROGRAMME", "  tally --as A query totals GP", consortium.QueryTotals,
		func(args []string) (node.ProgrammeQuery, error) {
			programme = args[0]
			return node.ProgrammeQuery{Programme: args[0]}, nil
		}, inTable(a, func(t table.Writer, sum points.Totals, s scales) { totalsTable(t, programme, sum, s) }))
}

func totalsTable(t table.Writer, programme string, sum points.Totals, s scales) {
	right(t, 2)
	for _, c := range []struct {
		what  string
		units amount.Units
	}{
		{"issued", sum.Issued}, {"captured", sum.Captured}, {"refunded", sum.Refunded},
		{"converted", sum.Converted}, {"expired", sum.Expired}, {"revoked", sum.Revoked},
		{"outstanding", sum.Outstanding()}, {"held", sum.Held()}, {"transferred", sum.Transferred},
		{"traded", sum.Traded}, {"waiting for evidence", sum.Pending - sum.Activated},
	} {
		t.AppendRow(table.Row{c.what, s.show(programme, c.units)})
	}
}

func queryLane(a *app) *cobra.Command {
	return verb(a, "lane PARTY LANE", "  tally --as A query lane D 1", consortium.QueryLane,
		func(args []string) (consortium.LaneQuery, error) {
			lane, err := strconv.ParseUint(args[1], 10, 8)
			if err != nil {
				lane = number.Lanes // none
			}
			return consortium.LaneQuery{Party: args[0], Lane: uint8(lane)}, nil
		}, shows(a, func(t table.Writer, head row.Head) {
			t.AppendRows([]table.Row{{"batches", head.Seq}, {"chain", head.Chain}})
		}))
}

func queryRequest(a *app) *cobra.Command {
	var req consortium.RequestQuery
	return verb(a, "request PARTY ID",
		"  tally --as D query request D till-7-000123\n  tally --as D query request D till-7-000123~capture",
		consortium.QueryRequest, words(&req, &req.Party, &req.ID),
		shows(a, func(t table.Writer, known row.Request) {
			t.AppendRows([]table.Row{{"number", known.Number}, {"cycle", known.Cycle}, {"hash", known.Hash}})
		}))
}

func queryDigest(a *app) *cobra.Command {
	return verb(a, "digest", "", consortium.QueryDigest, nothing,
		shows(a, func(t table.Writer, answer consortium.IndexDigest) {
			t.AppendRows([]table.Row{{"height", answer.Height}, {"digest", answer.Digest}})
		}))
}

func breakage(a *app) *cobra.Command {
	return verb(a, "breakage", "", consortium.QueryBreakage, nothing,
		inTable(a, func(t table.Writer, answer consortium.BreakageNow, s scales) {
			t.AppendHeader(table.Row{"party", "programme", "points", "worth"})
			right(t, 3, 4)
			for _, b := range answer.Rows {
				t.AppendRow(table.Row{b.Party, b.Programme, s.show(b.Programme, b.Points), figure.ExactYuan(b.Fen)})
			}
			asOf(t, answer.Height)
		}))
}

// queryIndex says how far the read model is, without bringing it up.
func queryIndex(a *app) *cobra.Command {
	cmd := verb(a, "index", "  tally --as D query index", consortium.QueryIndex, nothing,
		shows(a, func(t table.Writer, at node.IndexLevel) {
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
