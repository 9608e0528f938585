package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

func wallet(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "wallet MEMBER",
		Short:   "Show what a member has, earliest expiry first, and who has frozen it",
		Example: "  tally --as D points wallet zhang",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withIndex(cmd.Context(), func(_ context.Context, _ *gateway.Gateway, ix *index.Index) error {
				w, err := ix.Wallet(args[0])
				if err != nil {
					return err
				}
				_, frozen, err := ix.Freezes(args[0])
				if err != nil {
					return err
				}
				answer := struct {
					index.Wallet
					Freezes []points.Freeze `json:"freezes"`
				}{w, frozen}
				return a.print(answer, func(t table.Writer) { walletTable(t, w, frozen) })
			})
		},
	}
}

func walletTable(t table.Writer, w index.Wallet, frozen []points.Freeze) {
	t.AppendHeader(table.Row{"lot", "programme", "available", "held or spent", "transferred", "issued", "expires", "state"})
	right(t, 3, 4, 5, 6)
	for _, l := range w.Lots {
		t.AppendRow(table.Row{l.Number, l.Programme, l.Available(), l.Placed, l.Transferred, l.Issued, l.Expires, l.State})
	}
	for _, f := range frozen {
		t.AppendRow(table.Row{"frozen by " + f.By, "", "", "", "", "", "", f.Reason})
	}
	t.SetCaption("as of block %d", int64(w.Height)-1)
}

func liability(a *app) *cobra.Command {
	var sale int64
	var redemption string
	cmd := &cobra.Command{
		Use:   "liability LOT",
		Short: "What a lot that came with a sale is worth in the books (合同负债, IFRS 15 / CAS 14)",
		Long: `Compute the contract liability of a lot: the part of a sale's price that is
allocated to the points that came with it, by stand-alone prices and expected
redemption. The sale's price stays here; nothing of it goes to the ledger.`,
		Example: "  tally --as G points liability G.0.3.0.0 --sale 16800000 --redemption 0.85",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := decimal.NewFromString(redemption)
			if err != nil {
				return fmt.Errorf("--redemption: want a number between 0 and 1")
			}
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				lots, err := g.Query().Lots(ctx, n)
				if err != nil {
					return err
				}
				programme, err := g.Query().Programme(ctx, lots[0].Programme)
				if err != nil {
					return err
				}
				fen, err := points.ContractLiability(amount.Units(sale), lots[0].Issued, programme.Price, share)
				if err != nil {
					return err
				}
				answer := map[string]any{"lot": n, "points": lots[0].Issued, "price": programme.Price.String(), "redemption": share, "liability": fen}
				return a.print(answer, func(t table.Writer) {
					t.AppendRows([]table.Row{{"points", lots[0].Issued}, {"price, fen a point", programme.Price}, {"expected redemption", share}, {"contract liability, fen", fen}})
				})
			})
		},
	}
	cmd.Flags().Int64Var(&sale, "sale", 0, "the sale's price, fen")
	cmd.Flags().StringVar(&redemption, "redemption", "1", "share of the points that is expected to be redeemed, 0 to 1")
	return cmd
}

func queries(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "query", Short: "Questions to the ledger and the read model"}
	cmd.AddCommand(owes(a), queryHold(a), queryTotals(a), queryLane(a), queryRequest(a), queryDigest(a))
	return cmd
}

// owing is who owes whom: issuers their members and acceptors.
type owing struct {
	Height      uint64              `json:"height"`
	Outstanding []index.Outstanding `json:"outstanding"` // what issuers owe members
	Owed        []index.Owed        `json:"owed"`        // what issuers owe acceptors
}

func owes(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "owes",
		Short: "Who owes whom how many points",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withIndex(cmd.Context(), func(_ context.Context, _ *gateway.Gateway, ix *index.Index) error {
				var answer owing
				var err error
				if answer.Height, answer.Outstanding, err = ix.Outstanding(); err != nil {
					return err
				}
				if _, answer.Owed, err = ix.Owes(); err != nil {
					return err
				}
				return a.print(answer, func(t table.Writer) {
					t.AppendHeader(table.Row{"owes", "whom", "programme", "points", "of which held", "cycle"})
					right(t, 4, 5)
					for _, o := range answer.Outstanding {
						t.AppendRow(table.Row{o.Issuer, "members", o.Programme, o.Outstanding, o.Held, ""})
					}
					t.AppendSeparator()
					for _, o := range answer.Owed {
						t.AppendRow(table.Row{o.Debtor, o.Creditor, o.Programme, o.Points, "", o.Cycle})
					}
					t.SetCaption("as of block %d", int64(answer.Height)-1)
				})
			})
		},
	}
}

func queryHold(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "hold HOLD",
		Short:   "Show a hold and the lots that it took",
		Example: "  tally --as D query hold D.0.7.0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				h, err := g.Query().Hold(ctx, n)
				if err != nil {
					return err
				}
				return a.print(h, func(t table.Writer) {
					t.AppendRows([]table.Row{{"hold", n}, {"acceptor", h.Acceptor}, {"member", h.Member}, {"state", h.State},
						{"points", h.Sum()}, {"captured", h.Captured}, {"until", time.Unix(h.Deadline, 0).Format(time.DateTime)}})
					for _, p := range h.Pieces {
						t.AppendRow(table.Row{"of lot " + p.Lot.String(), fmt.Sprintf("%d %s", p.Amount, p.Programme)})
					}
				})
			})
		},
	}
}

func queryTotals(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "totals PROGRAMME",
		Short:   "Sum up a programme over all lanes",
		Example: "  tally --as A query totals GP",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				s, err := g.Query().Totals(ctx, args[0])
				if err != nil {
					return err
				}
				return a.print(s, func(t table.Writer) {
					right(t, 2)
					t.AppendRows([]table.Row{{"issued", s.Issued}, {"captured", s.Captured}, {"outstanding", s.Outstanding()},
						{"held", s.Held()}, {"transferred", s.Transferred}, {"waiting for evidence", s.Pending - s.Activated}})
				})
			})
		},
	}
}

func queryLane(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "lane PARTY LANE",
		Short:   "Show the head of a lane",
		Example: "  tally --as A query lane D 1",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			lane, err := strconv.ParseUint(args[1], 10, 8)
			if err != nil || lane >= number.Lanes {
				return fault.New(fault.BadRequest, "lane: want 0 to %d", number.Lanes-1)
			}
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				head, err := g.Query().Head(ctx, args[0], uint8(lane))
				if err != nil {
					return err
				}
				return a.print(head, func(t table.Writer) {
					t.AppendRows([]table.Row{{"batches", head.Seq}, {"chain", head.Chain}})
				})
			})
		},
	}
}

func queryRequest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "request PARTY ID",
		Short:   "Which command took effect for a request",
		Example: "  tally --as D query request D till-7-000123-capture",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				found, err := g.Query().Request(ctx, args[0], args[1])
				if err != nil {
					return err
				}
				return a.print(found, func(t table.Writer) {
					t.AppendRows([]table.Row{{"number", found.Number}, {"cycle", found.Cycle}, {"hash", found.Hash}})
				})
			})
		},
	}
}

func queryDigest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "digest",
		Short: "The digest of your read model: equal for every party at one height",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withIndex(cmd.Context(), func(_ context.Context, _ *gateway.Gateway, ix *index.Index) error {
				height, digest, err := ix.Digest()
				if err != nil {
					return err
				}
				return a.print(map[string]any{"height": height, "digest": digest}, func(t table.Writer) {
					t.AppendRows([]table.Row{{"height", height}, {"digest", digest}})
				})
			})
		},
	}
}
