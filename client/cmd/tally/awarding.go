package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// awarded is the receipt of an award, with what each campaign gave; codes of
// benefits are told here and nowhere else.
type awarded struct {
	node.Receipt
	Awards []awardedOne `json:"awards"`
}

type awardedOne struct {
	Number number.Row `json:"number"`
	campaign.Award
	Codes []code.Code `json:"codes"` // of an entitlement, in the order of their use; none if no code is needed
}

// bought are the flags of a purchase.
func bought(cmd *cobra.Command, req *campaign.AwardRequest) {
	word(cmd, &req.Member, "member", "who bought")
	many(cmd, &req.Lines, "bought", "[label:]yuan", "yuan, LABEL:YUAN, SUPPLIER/SKU:YUAN or SUPPLIER/SKU,LABEL:YUAN", parseBought)
	word(cmd, &req.Reference, "reference", "of the purchase, such as a receipt's number; a campaign awards it once")
	require(cmd, "member", "bought", "reference")
	word(cmd, &req.Outlet, "at", "PARTY:OUTLET where it was")
	word(cmd, &req.Scene, "scene", "scene (消费场景)")
	word(cmd, &req.Witness, "witness", "party whose evidence what is given waits for")
}

func awardPurchase(a *app) *cobra.Command {
	var req campaign.AwardRequest
	cmd := leaf("award CAMPAIGN[,CAMPAIGN…]", "Give a member what a purchase gets of your campaigns, in their stacking order (活动发放)",
		`  tally --as G campaign award double11 --member li --bought 168000.00 --reference r-000123
  tally --as D campaign award double11,tyres --member wang --bought tyre:599.00 --bought S2/wiper,wiper:18.00 \
      --at D:pudong --scene retail --reference r-000124`,
		func(ctx context.Context, args []string) error {
			req.Campaigns = strings.Split(args[0], ",")
			if err := req.Check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error { return a.award(ctx, g, req) })
		})
	bought(cmd, &req)
	return cmd
}

// award sends an award, with commitments for the benefits that need codes, and
// tells what it gave.
func (a *app) award(ctx context.Context, g *node.Node, req campaign.AwardRequest) error {
	codes := make([][]code.Code, len(req.Campaigns))
	commitments := make([]code.Commitment, len(req.Campaigns))
	coded := false
	for i, id := range req.Campaigns {
		model, needed, err := codedBenefit(ctx, g, id)
		if err != nil {
			return err
		}
		if !needed {
			continue
		}
		coded = true
		if err := a.inVault(func(v *vault.Vault) error {
			codes[i], commitments[i] = a.codesFor(v, model, i)
			return nil
		}); err != nil {
			return err
		}
	}
	if coded {
		req.Commitments = commitments
	}
	answer := awarded{}
	var err error
	if answer.Receipt, err = g.Once(ctx, &a.call, func() (command.Request, error) { return req, nil }); err != nil {
		return err
	}
	return a.tellAwards(ctx, g, answer, codes)
}

// codedBenefit is the benefit that a campaign gives, if that needs codes.
func codedBenefit(ctx context.Context, g *node.Node, id string) (benefit.Model, bool, error) {
	one, err := g.Query().Campaign(ctx, id)
	if err != nil || one.Terms.Gives.Benefit == "" {
		return benefit.Model{}, false, err
	}
	model, err := g.Query().Benefit(ctx, one.Terms.Gives.Benefit)
	return model, model.Code, err
}

// tellAwards asks what a command's awards are, keeps the codes and prints all.
func (a *app) tellAwards(ctx context.Context, g *node.Node, answer awarded, codes [][]code.Code) error {
	var made []givenOne
	for i := range codes {
		n := answer.Number.Row(i)
		one, err := g.Query().Award(ctx, n)
		if err != nil {
			return err
		}
		answer.Awards = append(answer.Awards, awardedOne{n, one, []code.Code{}})
		made = append(made, givenOne{one.Entitlement, one.Member, append([]code.Code{}, codes[i]...)})
	}
	if err := a.keepAwarded(ctx, g, answer.Again, made); err != nil {
		return err
	}
	for i := range made {
		answer.Awards[i].Codes = made[i].Codes
	}
	points, err := pointsOf(ctx, g, answer.campaigns())
	if err != nil {
		return err
	}
	return a.print(answer, func(t table.Writer) {
		receiptTable(t, "awarded", answer.Receipt)
		for _, one := range answer.Awards {
			awardRows(t, one.Award, points)
			for i, c := range one.Codes {
				t.AppendRow(table.Row{fmt.Sprintf("  code for use %d", i+1), c})
			}
		}
	})
}

func (a awarded) campaigns() (ids []string) {
	for _, one := range a.Awards {
		ids = append(ids, one.Campaign)
	}
	return ids
}

// given writes points that a campaign gives.
type givenPoints map[string]func(amount.Units) string

// pointsOf asks in which programme campaigns give points, and with how many digits.
func pointsOf(ctx context.Context, g *node.Node, campaigns []string) (givenPoints, error) {
	s, err := askScales(ctx, g)
	if err != nil {
		return nil, err
	}
	points := givenPoints{}
	for _, id := range campaigns {
		one, err := g.Query().Campaign(ctx, id)
		if err != nil {
			return nil, err
		}
		points[id] = s.of1(one.Terms.Gives.Programme)
	}
	return points, nil
}

// of1 writes points of one programme, with its name.
func (s scales) of1(programme string) func(amount.Units) string {
	return func(units amount.Units) string { return s.show(programme, units) + " " + programme }
}

// keepAwarded has the vault keep the codes of what was awarded, if it made them.
func (a *app) keepAwarded(ctx context.Context, g *node.Node, again bool, made []givenOne) error {
	if !slices.ContainsFunc(made, func(one givenOne) bool { return len(one.Codes) > 0 }) {
		return nil
	}
	return a.inVault(func(v *vault.Vault) error {
		if again {
			if err := a.ownCodes(ctx, g, v, made); err != nil {
				return err
			}
		}
		return keepCodes(v, made)
	})
}

// awardRows say what a campaign gave, and what each funder bears.
func awardRows(t table.Writer, one campaign.Award, points givenPoints) {
	show := points[one.Campaign]
	what := ""
	if one.Points > 0 {
		what = show(one.Points)
	}
	if one.Points == 0 {
		what = "entitlement " + one.Entitlement.String()
	}
	t.AppendRow(table.Row{"campaign " + one.Campaign, what})
	for _, b := range one.Funders {
		bears := yuan(b.Fen)
		if b.Points > 0 {
			bears += ", " + show(b.Points) + " in lot " + b.Lot.String()
		}
		t.AppendRow(table.Row{"  " + b.Party + " bears", bears})
	}
}

func simulateAward(a *app) *cobra.Command {
	var req campaign.AwardRequest
	cmd := leaf("simulate CAMPAIGN[,CAMPAIGN…]", "Say what each campaign would give for a purchase, and why not; nothing is written (试算)",
		"  tally --as G campaign simulate double11 --member li --bought 168000.00 --reference r-000123",
		func(ctx context.Context, args []string) error {
			req.Campaigns = strings.Split(args[0], ",")
			if err := req.Check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				list, err := g.Query().SimulateAward(ctx, req)
				if err != nil {
					return err
				}
				points, err := pointsOf(ctx, g, req.Campaigns)
				if err != nil {
					return err
				}
				return printList(a, 0, list, func(t table.Writer) {
					for _, one := range list {
						if one.Code != "" {
							t.AppendRow(table.Row{"campaign " + one.Campaign, string(one.Code) + ": " + one.Why})
							continue
						}
						awardRows(t, one.Award, points)
					}
				})
			})
		})
	bought(cmd, &req)
	return cmd
}

func awardsTable(t table.Writer, rows []index.Noun[campaign.Award], points givenPoints, height uint64) {
	t.AppendHeader(table.Row{"award", "campaign", "member", "date", "reference", "outlet", "points", "entitlement", "borne"})
	right(t, 7)
	t.SuppressEmptyColumns()
	for _, n := range rows {
		one, gave := n.Row, ""
		if one.Points > 0 {
			gave = points[one.Campaign](one.Points)
		}
		var borne []string
		for _, b := range one.Funders {
			borne = append(borne, b.Party+" "+yuan(b.Fen))
		}
		t.AppendRow(table.Row{n.ID, one.Campaign, one.Member, one.Date, one.Reference, one.Outlet, gave, one.Entitlement, strings.Join(borne, ", ")})
	}
	asOf(t, height)
}

func listAwards(a *app) *cobra.Command {
	var f index.Filter
	cmd := leaf("awards", "List what purchases got of campaigns", "  tally --as D campaign awards --campaign double11 --member li", func(ctx context.Context, _ []string) error {
		return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
			rows, err := index.All[campaign.Award](r, f)
			if err != nil {
				return err
			}
			all, err := index.All[campaign.Campaign](r, index.Filter{})
			if err != nil {
				return err
			}
			s, err := indexScales(r)
			if err != nil {
				return err
			}
			points := givenPoints{}
			for _, c := range all {
				points[c.Row.ID] = s.of1(c.Row.Terms.Gives.Programme)
			}
			return printList(a, r.Height(), rows, func(t table.Writer) { awardsTable(t, rows, points, r.Height()) })
		})
	})
	word(cmd, &f.Topic, "campaign", "of this campaign only")
	word(cmd, &f.Member, "member", "of this member only")
	return cmd
}
