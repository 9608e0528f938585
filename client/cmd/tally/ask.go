package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
)

func queries(a *app) *cobra.Command {
	return group("query", "Questions to the ledger and the read model (查询)",
		owes(a), breakage(a), queryHold(a), queryTotals(a), queryLane(a), queryRequest(a), queryUnsealed(a), queryDigest(a), queryIndex(a))
}

func queryHold(a *app) *cobra.Command {
	return leaf("hold HOLD", "Show a hold, the lots that it took, and its captures", "  tally --as D query hold D.0.7.0", func(ctx context.Context, args []string) error {
		n, err := number.ParseCommand(args[0])
		if err != nil {
			return err
		}
		return a.with(ctx, func(ctx context.Context, g *node.Node) error {
			h, err := g.Query().Hold(ctx, n)
			if err != nil {
				return err
			}
			s, err := askScales(ctx, g)
			if err != nil {
				return err
			}
			return a.print(h, func(t table.Writer) {
				t.AppendRows([]table.Row{{"hold", n}, {"acceptor", h.Acceptor}, {"member", h.Member}, {"state", h.State},
					{"points", lineText(h.Pieces, s)}, {"captured", s.held(h, h.Captured)}, {"until", untilText(h.Deadline)}})
				if !h.Authorisation.IsZero() {
					t.AppendRow(table.Row{"authorisation", h.Authorisation})
				}
				for _, p := range h.Pieces {
					t.AppendRow(table.Row{"of lot " + p.Lot.String(), fmt.Sprintf("%s %s, owed by %s", s.show(p.Programme, p.Amount), p.Programme, p.Funder)})
				}
				for _, c := range h.Captures {
					t.AppendRow(table.Row{"capture " + c.Number.String(), s.held(h, c.Amount) + ", of which " + s.held(h, c.Refunded) + " refunded"})
				}
			})
		})
	})
}

func queryTotals(a *app) *cobra.Command {
	return leaf("totals PROGRAMME", "Sum up a programme over all lanes", "  tally --as A query totals GP", func(ctx context.Context, args []string) error {
		return a.with(ctx, func(ctx context.Context, g *node.Node) error {
			sum, err := g.Query().Totals(ctx, args[0])
			if err != nil {
				return err
			}
			s, err := askScales(ctx, g)
			if err != nil {
				return err
			}
			if _, err := s.of(args[0]); err != nil {
				return err
			}
			return a.print(sum, func(t table.Writer) {
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
					t.AppendRow(table.Row{c.what, s.show(args[0], c.units)})
				}
			})
		})
	})
}

func queryLane(a *app) *cobra.Command {
	return leaf("lane PARTY LANE", "Show the head of a lane", "  tally --as A query lane D 1", func(ctx context.Context, args []string) error {
		lane, err := strconv.ParseUint(args[1], 10, 8)
		if err != nil || lane >= number.Lanes {
			return fault.New(fault.BadRequest, "lane: want 0 to %d", number.Lanes-1)
		}
		return a.with(ctx, func(ctx context.Context, g *node.Node) error {
			if _, err := g.Query().Party(ctx, args[0]); err != nil {
				return err
			}
			head, err := g.Query().Head(ctx, args[0], uint8(lane))
			if err != nil {
				return err
			}
			return a.print(head, func(t table.Writer) {
				t.AppendRows([]table.Row{{"batches", head.Seq}, {"chain", head.Chain}})
			})
		})
	})
}

func queryRequest(a *app) *cobra.Command {
	return leaf("request PARTY ID", "Which command took effect for a request", "  tally --as D query request D till-7-000123\n  tally --as D query request D till-7-000123~capture", func(ctx context.Context, args []string) error {
		return a.with(ctx, func(ctx context.Context, g *node.Node) error {
			known, err := g.Query().Request(ctx, args[0], args[1])
			if err != nil {
				return err
			}
			return a.print(known, func(t table.Writer) {
				t.AppendRows([]table.Row{{"number", known.Number}, {"cycle", known.Cycle}, {"hash", known.Hash}})
			})
		})
	})
}

func queryDigest(a *app) *cobra.Command {
	return leaf("digest", "The digest of your read model: equal for every party at one height", "", func(ctx context.Context, _ []string) error {
		return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
			digest, err := r.Digest()
			if err != nil {
				return err
			}
			return a.print(map[string]any{"height": r.Height(), "digest": digest}, func(t table.Writer) {
				t.AppendRows([]table.Row{{"height", r.Height()}, {"digest", digest}})
			})
		})
	})
}
