package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/audience"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

func offers(a *app) *cobra.Command {
	return group("offer", "Offers: what an enterprise shows to which members (千企千面、千人千面)", publishOffer(a),
		withdrawOffer(a), listOffers(a))
}

func publishOffer(a *app) *cobra.Command {
	var req audience.PublishRequest
	var programme, rule string
	cmd := sends(a, "publish OFFER",
		`  tally --as D offer publish winter --en "Winter check" --zh 冬季检测 --from 2026-11-01 --until 2026-12-31 \
      --benefit winter-check --tier-of GP:gold --label-of D:household --not-label F:delinquent`, loyalty.OfferPublish,
		func(args []string) (audience.PublishRequest, error) {
			req.Offer = args[0]
			if rule != "" {
				req.Rule = programme + "/" + rule
			}
			return req, nil
		})
	names(cmd, &req.En, &req.Zh)
	day(cmd, &req.From, "from", "first day")
	day(cmd, &req.Until, "until", "last day")
	word(cmd, &req.Benefit, "benefit", "that is offered")
	word(cmd, &programme, "programme", "of the earn rule that is offered")
	word(cmd, &rule, "rule", "earn rule that is offered")
	cmd.MarkFlagsRequiredTogether("programme", "rule")
	forWhom(cmd, &req.Audience)
	require(cmd, "from", "until")
	return cmd
}

func withdrawOffer(a *app) *cobra.Command {
	var req audience.WithdrawRequest
	return sends(a, "withdraw OFFER",
		"  tally --as D offer withdraw winter", loyalty.OfferWithdraw,
		words(&req, &req.Offer))
}

var offerColumns = columns[audience.Offer]{
	header: table.Row{"party", "offer", "name", "名称", "for", "benefit", "rule", "from", "until"},
	cells: func(n index.Entry[audience.Offer], _ scales) table.Row {
		o := n.Row
		return table.Row{o.By, o.ID, o.En, o.Zh, audienceText(o.Audience), o.Benefit, o.Rule, o.From, o.Until}
	},
}

func listOffers(a *app) *cobra.Command {
	var req loyalty.OfferListRequest
	cmd := lists(a, "list", "  tally --as G offer list --party D", loyalty.OfferList, offerColumns,
		words(&req))
	word(cmd, &req.Party, "party", "of this party only")
	return cmd
}

func memberOffers(a *app) *cobra.Command {
	return verb(a, "offers MEMBER", "  tally --as D member offers wang", loyalty.MemberOffers, aMember,
		shows(a, func(t table.Writer, answer node.Found[audience.Offer]) { offerColumns.fill(t, answer, nil) }))
}
