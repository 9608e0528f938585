package members

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
	"tallystick/client/node/members"
)

// Wallet shows a member's lots.
func Wallet(a *cli.App) *cobra.Command {
	var req members.WalletRequest
	cmd := cli.Verb(a, "wallet MEMBER", "  tally --as D points wallet zhang", members.PointsWallet,
		cli.Words(&req, &req.Member), cli.InTable(a, walletTable))
	cmd.Long = `Show what is left of a member's lots, and of the lots of those who were merged into
it; and what open holds, orders and offers of trades hold of them. Amounts are shown, and given to commands,
with the programme's digits after the point: 18.60. JSON has the smallest units, 1860.`
	return cmd
}

func walletTable(t table.Writer, w members.Wallet, s cli.Scales) {
	t.AppendHeader(table.Row{"lot", "programme", "available", "held or spent", "transferred", "issued", "expires",
		"state", "of", "funder", "origin", "can be sent on from"})
	cli.Right(t, 3, 4, 5, 6)
	t.SuppressEmptyColumns()
	for _, l := range w.Lots {
		show := func(u amount.Units) string { return s.Show(l.Programme, u) }
		t.AppendRow(table.Row{l.Number, l.Programme, show(l.Available()), show(l.Placed), show(l.Transferred),
			show(l.Issued), l.Expires, l.State,
			unless(l.Member, w.Member), l.Funder, unless(l.Origin.String(), points.Issued.String()), l.Waits.String()})
	}
	for _, h := range w.Held {
		t.AppendRow(table.Row{h.What + " " + h.ID, h.Programme, "", s.Show(h.Programme, h.Amount), "", "", "",
			"held by " + h.By, "", "", "", ""})
	}
	for _, f := range w.Freezes {
		t.AppendRow(table.Row{"frozen by " + f.By, "", "", "", "", "", "", f.Reason, "", "", "", ""})
	}
	cli.AsOf(t, w.Height)
}

// unless leaves out what is as always.
func unless(text, always string) string {
	if text == always {
		return ""
	}
	return text
}

// Liability computes the contract liability of a lot.
func Liability(a *cli.App) *cobra.Command {
	req := members.LiabilityRequest{Share: decimal.NewFromInt(1)}
	cmd := cli.Verb(a, "liability LOT", "  tally --as G points liability G.0.3.0.0 --sale 168000.00 --share 0.85",
		members.PointsLiability, cli.Parsed(&req, &req.Lot, number.ParseRow), cli.WithMore(a, func(ctx context.Context,
			n *cli.Node, l members.Liability) (points.Programme, error) {
			return cli.Ask(ctx, n, loyalty.ProgrammeShow, node.ProgrammeQuery{Programme: l.Programme})
		}, func(t table.Writer, l members.Liability, p points.Programme) {
			t.AppendRows([]table.Row{{"points", cli.Scaled(l.Points, p.Rules.Scale)},
				{"price, yuan a point", figure.PerPoint(p.Price, p.Rules.Scale)},
				{"expected redemption", l.Redemption}, {"contract liability", cli.Yuan(l.Liability)}})
		}))
	cmd.Long = `Compute the contract liability of a lot: the part of a sale's price that is
allocated to the points that came with it, by stand-alone prices and expected
redemption. The sale's price stays here; nothing of it goes to the ledger.`
	cli.YuanFlag(cmd, &req.Sale, "sale", "the sale's price")
	cli.One(cmd, &req.Share, "share",
		"of the points that is expected to be redeemed, 0 to 1; all if you name none", parseShareOf)
	cli.Require(cmd, "sale")
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
