package loyalty

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/audience"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

// Offers is the group of offers.
func Offers(a *cli.App) *cobra.Command {
	return cli.Group("offer", "Offers: what an enterprise shows to which members (千企千面、千人千面)", publishOffer(a),
		withdrawOffer(a), listOffers(a))
}

func publishOffer(a *cli.App) *cobra.Command {
	var req audience.PublishRequest
	var programme, rule string
	cmd := cli.Sends(a, "publish OFFER",
		`  tally --as D offer publish winter --en "Winter check" --zh 冬季检测 --from 2026-11-01 --until 2026-12-31 \
      --benefit winter-check --tier-of GP:gold --label-of D:household --not-label F:delinquent`, loyalty.OfferPublish,
		func(args []string) (audience.PublishRequest, error) {
			req.Offer = args[0]
			if rule != "" {
				req.Rule = programme + "/" + rule
			}
			return req, nil
		})
	cli.Names(cmd, &req.En, &req.Zh)
	cli.Day(cmd, &req.From, "from", "first day")
	cli.Day(cmd, &req.Until, "until", "last day")
	cli.Word(cmd, &req.Benefit, "benefit", "that is offered")
	cli.Word(cmd, &programme, "programme", "of the earn rule that is offered")
	cli.Word(cmd, &rule, "rule", "earn rule that is offered")
	cmd.MarkFlagsRequiredTogether("programme", "rule")
	cli.ForWhom(cmd, &req.Audience)
	cli.Require(cmd, "from", "until")
	return cmd
}

func withdrawOffer(a *cli.App) *cobra.Command {
	var req audience.WithdrawRequest
	return cli.Sends(a, "withdraw OFFER", "  tally --as D offer withdraw winter", loyalty.OfferWithdraw,
		cli.Words(&req, &req.Offer))
}

var offerColumns = cli.Columns[audience.Offer]{
	Header: table.Row{"party", "offer", "name", "名称", "for", "benefit", "rule", "from", "until"},
	Cells: func(n index.Entry[audience.Offer], _ cli.Scales) table.Row {
		o := n.Row
		return table.Row{o.By, o.ID, o.En, o.Zh, cli.AudienceText(o.Audience), o.Benefit, o.Rule, o.From, o.Until}
	},
}

func listOffers(a *cli.App) *cobra.Command {
	var req loyalty.OfferListRequest
	cmd := cli.Lists(a, "list", "  tally --as G offer list --party D", loyalty.OfferList, offerColumns, cli.Words(&req))
	cli.Word(cmd, &req.Party, "party", "of this party only")
	return cmd
}

// MemberOffers lists what a member is offered.
func MemberOffers(a *cli.App) *cobra.Command {
	return cli.Verb(a, "offers MEMBER", "  tally --as D member offers wang", loyalty.MemberOffers, cli.OneMember,
		cli.Shows(a, func(t table.Writer, answer node.Found[audience.Offer]) { offerColumns.Fill(t, answer, nil) }))
}
