package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
)

func wallet(a *app) *cobra.Command {
	cmd := leaf("wallet MEMBER", "Show what a member has, earliest expiry first, what is held, and who has frozen it (钱包)", "  tally --as D points wallet zhang",
		func(ctx context.Context, args []string) error {
			return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
				if err := node.MemberThere(r, args[0]); err != nil {
					return err
				}
				w, err := r.Wallet(args[0])
				if err != nil {
					return err
				}
				frozen, err := r.Freezes(args[0])
				if err != nil {
					return err
				}
				s, err := indexScales(r)
				if err != nil {
					return err
				}
				answer := struct {
					index.Wallet
					Freezes []index.Freeze `json:"freezes"`
				}{w, frozen}
				return a.print(answer, func(t table.Writer) { walletTable(t, w, frozen, s) })
			})
		})
	cmd.Long = `Show what is left of a member's lots, and of the lots of those who were merged into
it; and what open holds, orders and offers of trades hold of them. Amounts are shown, and given to commands,
with the programme's digits after the point: 18.60. JSON has the smallest units, 1860.`
	return cmd
}

func walletTable(t table.Writer, w index.Wallet, frozen []index.Freeze, s scales) {
	t.AppendHeader(table.Row{"lot", "programme", "available", "held or spent", "transferred", "issued", "expires", "state", "of", "funder", "origin", "can be sent on from"})
	right(t, 3, 4, 5, 6)
	t.SuppressEmptyColumns()
	for _, l := range w.Lots {
		show := func(u amount.Units) string { return s.show(l.Programme, u) }
		t.AppendRow(table.Row{l.Number, l.Programme, show(l.Available()), show(l.Placed), show(l.Transferred), show(l.Issued), l.Expires, l.State,
			unless(l.Member, w.Member), l.Funder, unless(l.Origin.String(), points.Issued.String()), l.Waits.String()})
	}
	for _, h := range w.Held {
		t.AppendRow(table.Row{h.What + " " + h.ID, h.Programme, "", s.show(h.Programme, h.Amount), "", "", "", "held by " + h.By, "", "", "", ""})
	}
	for _, f := range frozen {
		t.AppendRow(table.Row{"frozen by " + f.By, "", "", "", "", "", "", f.Reason, "", "", "", ""})
	}
	asOf(t, w.Height)
}

// unless leaves out what is as always.
func unless(text, always string) string {
	if text == always {
		return ""
	}
	return text
}

func liability(a *app) *cobra.Command {
	var sale amount.Units
	redemption := decimal.NewFromInt(1)
	cmd := leaf("liability LOT", "What a lot that came with a sale is worth in the books (合同负债, IFRS 15 / CAS 14)",
		"  tally --as G points liability G.0.3.0.0 --sale 168000.00 --share 0.85",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			if _, err := points.ContractLiability(sale, 0, amount.Rate{Num: 1, Den: 1}, redemption); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error { return a.liability(ctx, g, n, sale, redemption) })
		})
	cmd.Long = `Compute the contract liability of a lot: the part of a sale's price that is
allocated to the points that came with it, by stand-alone prices and expected
redemption. The sale's price stays here; nothing of it goes to the ledger.`
	yuanFlag(cmd, &sale, "sale", "the sale's price")
	one(cmd, &redemption, "share", "share", "of the points that is expected to be redeemed, 0 to 1; all if you name none", parseShareOf)
	require(cmd, "sale")
	return cmd
}

// parseShareOf takes no exponent: to compare with it could mean to write out its digits.
func parseShareOf(text string) (decimal.Decimal, error) {
	plain := len(text) <= 40 && strings.Trim(text, "0123456789.") == ""
	share, err := decimal.NewFromString(text)
	if !plain || err != nil || share.GreaterThan(decimal.NewFromInt(1)) {
		return decimal.Decimal{}, fmt.Errorf("%.40q: want a number between 0 and 1", text)
	}
	return share, nil
}

func (a *app) liability(ctx context.Context, g *node.Node, n number.Row, sale amount.Units, redemption decimal.Decimal) error {
	lots, err := g.Query().Lots(ctx, n)
	if err != nil {
		return err
	}
	programme, err := g.Query().Programme(ctx, lots[0].Programme)
	if err != nil {
		return err
	}
	fen, err := points.ContractLiability(sale, lots[0].Issued, programme.Price, redemption)
	if err != nil {
		return err
	}
	answer := map[string]any{"lot": n, "points": lots[0].Issued, "price": programme.Price.String(), "redemption": redemption, "liability": fen}
	return a.print(answer, func(t table.Writer) {
		t.AppendRows([]table.Row{{"points", scaled(lots[0].Issued, programme.Rules.Scale)}, {"price, yuan a point", figure.PerPoint(programme.Price, programme.Rules.Scale)},
			{"expected redemption", redemption}, {"contract liability", yuan(fen)}})
	})
}

func relieve(a *app) *cobra.Command {
	return sends(a, "relieve PROGRAMME",
		"  tally --as G points relieve GP\n  tally --as D points relieve DP", node.PointsRelieve,
		func(args []string) (points.RelieveRequest, error) {
			return points.RelieveRequest{Programme: args[0]}, nil
		})
}

// untilText writes the end of a hold or an offer, and that it has passed.
func untilText(seconds int64) string {
	if seconds <= time.Now().Unix() {
		return moment(seconds) + " (passed)"
	}
	return moment(seconds)
}
