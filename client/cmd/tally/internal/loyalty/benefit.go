package loyalty

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/date"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

// Benefits is the group of benefits and entitlements.
func Benefits(a *cli.App) *cobra.Command {
	cmd := cli.Group("benefit", "Benefits: rights to a service, and each member's of them (权益)")
	cli.Under(cmd, "Offer (发布)", defineBenefit(a), amendBenefit(a), showBenefit(a), listBenefits(a))
	cli.Under(cmd, "Give (发放)", grantBenefit(a), buyBenefit(a), activateBenefit(a),
		transferBenefit(a), newCode(a), codes(a))
	cli.Under(cmd, "Use (核销)", reserveBenefit(a), unreserveBenefit(a), writeOff(a), reverseWriteOff(a))
	cli.Under(cmd, "End (终止)", expireBenefits(a), revokeBenefit(a))
	cli.Under(cmd, "See (查看)", showEntitlement(a), listEntitlements(a), listWriteOffs(a))
	return cmd
}

func defineBenefit(a *cli.App) *cobra.Command {
	req := benefit.DefineRequest{Kind: benefit.Service, Uses: 1, Lapse: benefit.Refund, Fee: amount.Rate{Den: 1}}
	var costs []cli.Part
	cmd := cli.Sends(a, "define BENEFIT",
		`  tally --as M benefit define ride --en "Airport ride" --zh 接机 --costs GP:108.00 --valid-days 60 --scene travel --fee 0.01 --needs-code --reversal-days 7
  tally --as D benefit define wash --en "Car wash" --zh 洗车 --kind coupon --price 30.00 --uses 5 --until 2026-12-31 \
      --scene care --grantor G --quota 1000 --per-member 1 --tier-of GP:gold --label-of D:car_owner`, loyalty.BenefitDefine,
		func(args []string) (benefit.DefineRequest, error) {
			req.Benefit = args[0]
			slices.Sort(req.Grantors)
			req.Points = nil
			for _, c := range costs {
				req.Points = append(req.Points, benefit.Cost{Programme: c.Programme, Amount: c.Units})
			}
			slices.SortFunc(req.Points, func(a, b benefit.Cost) int {
				return strings.Compare(a.Programme, b.Programme)
			})
			return req, nil
		})
	cli.Names(cmd, &req.En, &req.Zh)
	cli.Choice(cmd, &req.Kind, "kind", "what it is", "service", "discount", "gift", "coupon")
	cli.YuanFlag(cmd, &req.Price, "price", "what one use settles at if no points paid for it")
	a.PartsFlag(cmd, &costs, "costs", "programme:points that one costs a member")
	cli.Whole(cmd, &req.Uses, "uses", 1, "how often one can be used, 1 to 500")
	cli.Whole(cmd, &req.Days, "valid-days", 0, "days from the grant on which it can be used")
	cli.Day(cmd, &req.Until, "until", "or its last day for all")
	cmd.MarkFlagsMutuallyExclusive("valid-days", "until")
	cli.CountFlag(cmd, &req.Quota, "quota", "how many can be given in all; 0: no limit")
	cli.Whole(cmd, &req.PerMember, "per-member", 0, "how many one member can get; 0: no limit")
	cmd.Flags().BoolVar(&req.Stackable, "stackable", false, "a member may have several at once")
	cmd.Flags().BoolVar(&req.Transferable, "transferable", false, "a member may pass it on")
	cli.ForWhom(cmd, &req.Audience)
	cli.Whole(cmd, &req.Window, "reversal-days", 0, "days after its own on which a write-off can be reversed")
	cli.Many(cmd, &req.Grantors, "grantor", "party that may give it, and then owes its price", cli.AsIs)
	cli.Word(cmd, &req.Scene, "scene", "scene of its settlement, such as travel")
	cli.One(cmd, &req.Fee, "fee", "of a use's value, which you owe the operator: 0.01", amount.ParseRate)
	cmd.Flags().BoolVar(&req.Code, "needs-code", false, "a write-off needs the member's one-time code")
	cli.Choice(cmd, &req.Lapse, "lapse", "what becomes of unused points that paid for it", "REFUND", "KEEP")
	cli.Require(cmd, "scene")
	cli.RequireOne(cmd, "valid-days", "until")
	return cmd
}

func amendBenefit(a *cli.App) *cobra.Command {
	var req loyalty.AmendBenefitRequest
	var open, closed bool
	cmd := cli.Verb(a, "amend BENEFIT", `  tally --as M benefit amend ride --quota 2000
  tally --as M benefit amend ride --closed`,
		loyalty.BenefitAmend, func(args []string) (loyalty.AmendBenefitRequest, error) {
			req.Benefit = args[0]
			slices.Sort(req.Grantors)
			if open || closed {
				req.Open = &open
			}
			return req, nil
		}, a.ReceiptOf("benefit:Amend"))
	cli.On(cmd, "quota", "how many can be given in all; 0: no limit", func(text string) error {
		n, err := cli.ParseCount(text)
		req.Quota = &n
		return err
	})
	cli.Many(cmd, &req.Grantors, "grantor", "party that may give it, instead of those so far", cli.AsIs)
	cmd.Flags().BoolVar(&closed, "closed", false, "nobody gets it any more")
	cmd.Flags().BoolVar(&open, "open", false, "it can be got again")
	cmd.MarkFlagsMutuallyExclusive("open", "closed")
	return cmd
}

func showBenefit(a *cli.App) *cobra.Command {
	var req loyalty.BenefitRequest
	return cli.Verb(a, "show BENEFIT", "  tally --as D benefit show ride", loyalty.BenefitShow,
		cli.Words(&req, &req.Benefit), cli.InTable(a, benefitTable))
}

func benefitTable(t table.Writer, m benefit.Model, s cli.Scales) {
	t.AppendRows([]table.Row{{"benefit", m.ID}, {"name", m.En + " " + m.Zh}, {"provider", m.Provider},
		{"kind", cli.WordOf(m.Kind)}, {"scene", m.Scene}, {"costs", costText(m.Points, s)},
		{"price of a use", cli.YuanOrNone(m.Price)}, {"uses", m.Uses}, {"valid", validText(m.Days, m.Until)},
		{"for", cli.AudienceText(m.Audience)}, {"quota", m.Quota}, {"a member", m.PerMember},
		{"given by", strings.Join(append([]string{m.Provider}, m.Grantors...), ", ")}, {"fee", m.Fee},
		{"reversible, days", m.Window}, {"code", cli.Yes(m.Code)},
		{"stackable", cli.Yes(m.Stackable)}, {"transferable", cli.Yes(m.Transferable)},
		{"unused points", cli.WordOf(m.Lapse)},
		{"open", cli.Yes(m.Open)}})
}

func costText(costs []benefit.Cost, s cli.Scales) string {
	if len(costs) == 0 {
		return "free"
	}
	var parts []string
	for _, c := range costs {
		parts = append(parts, s.Show(c.Programme, c.Amount)+" "+c.Programme)
	}
	return strings.Join(parts, " + ")
}

func validText(days int32, until date.Date) string {
	if days > 0 {
		return fmt.Sprintf("%d days", days)
	}
	return "until " + until.String()
}

func listBenefits(a *cli.App) *cobra.Command {
	var req loyalty.BenefitListRequest
	cmd := cli.Lists(a, "list", "  tally --as D benefit list --provider M", loyalty.BenefitList,
		cli.Columns[benefit.Model]{
			Header: table.Row{"benefit", "provider", "name", "名称", "costs", "uses", "valid", "for", "open"},
			Right:  []int{6},
			Cells: func(n index.Entry[benefit.Model], s cli.Scales) table.Row {
				m := n.Row
				return table.Row{m.ID, m.Provider, m.En, m.Zh, costText(m.Points, s), m.Uses,
					validText(m.Days, m.Until),
					cli.AudienceText(m.Audience), cli.Yes(m.Open)}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Provider, "provider", "of this provider only")
	return cmd
}
