package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/audience"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

func Offers(a *App) *cobra.Command {
	return Group("offer", "Offers: what an enterprise shows to which members (千企千面、千人千面)", publishOffer(a),
		withdrawOffer(a), listOffers(a))
}

func publishOffer(a *App) *cobra.Command {
	var req audience.PublishRequest
	var programme, rule string
	cmd := Sends(a, "publish OFFER",
		`  tally --as D offer publish winter --en "Winter check" --zh 冬季检测 --from 2026-11-01 --until 2026-12-31 \
      --benefit winter-check --tier-of GP:gold --label-of D:household --not-label F:delinquent`, loyalty.OfferPublish,
		func(args []string) (audience.PublishRequest, error) {
			req.Offer = args[0]
			if rule != "" {
				req.Rule = programme + "/" + rule
			}
			return req, nil
		})
	Names(cmd, &req.En, &req.Zh)
	Day(cmd, &req.From, "from", "first day")
	Day(cmd, &req.Until, "until", "last day")
	Word(cmd, &req.Benefit, "benefit", "that is offered")
	Word(cmd, &programme, "programme", "of the earn rule that is offered")
	Word(cmd, &rule, "rule", "earn rule that is offered")
	cmd.MarkFlagsRequiredTogether("programme", "rule")
	ForWhom(cmd, &req.Audience)
	Require(cmd, "from", "until")
	return cmd
}

func withdrawOffer(a *App) *cobra.Command {
	var req audience.WithdrawRequest
	return Sends(a, "withdraw OFFER",
		"  tally --as D offer withdraw winter", loyalty.OfferWithdraw,
		Words(&req, &req.Offer))
}

var offerColumns = Columns[audience.Offer]{
	Header: table.Row{"party", "offer", "name", "名称", "for", "benefit", "rule", "from", "until"},
	Cells: func(n index.Entry[audience.Offer], _ Scales) table.Row {
		o := n.Row
		return table.Row{o.By, o.ID, o.En, o.Zh, AudienceText(o.Audience), o.Benefit, o.Rule, o.From, o.Until}
	},
}

func listOffers(a *App) *cobra.Command {
	var req loyalty.OfferListRequest
	cmd := Lists(a, "list", "  tally --as G offer list --party D", loyalty.OfferList, offerColumns,
		Words(&req))
	Word(cmd, &req.Party, "party", "of this party only")
	return cmd
}

func MemberOffers(a *App) *cobra.Command {
	return Verb(a, "offers MEMBER", "  tally --as D member offers wang", loyalty.MemberOffers, OneMember,
		Shows(a, func(t table.Writer, answer node.Found[audience.Offer]) { offerColumns.Fill(t, answer, nil) }))
}
