package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/vault"
)

// awarded is the receipt of an award, with what each campaign gave; codes of
// benefits are told here and nowhere else.
type awarded struct {
	receipt
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
	many(cmd, &req.Lines, "bought", "[label:]yuan", "fen, LABEL:FEN, SUPPLIER/SKU:FEN or SUPPLIER/SKU,LABEL:FEN", parseBought)
	word(cmd, &req.Reference, "reference", "of the purchase, such as a receipt's number; a campaign awards it once")
	require(cmd, "member", "bought", "reference")
	word(cmd, &req.Outlet, "at", "PARTY:OUTLET where it was")
	word(cmd, &req.Scene, "scene", "scene (消费场景)")
	word(cmd, &req.Witness, "witness", "party whose evidence what is given waits for")
}

func awardPurchase(a *app) *cobra.Command {
	var req campaign.AwardRequest
	cmd := leaf("award CAMPAIGN[,CAMPAIGN…]", "Give a member what a purchase gets of your campaigns, in their stacking order (活动发放)",
		`  tally --as G campaign award double11 --member li --bought 16800000 --reference r-000123
  tally --as D campaign award double11,tyres --member wang --bought tyre:59900 --bought S2/wiper,wiper:1800 \
      --at D:pudong --scene retail --reference r-000124`,
		func(ctx context.Context, args []string) error {
			req.Campaigns = strings.Split(args[0], ",")
			if err := req.Check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error { return a.award(ctx, g, req) })
		})
	bought(cmd, &req)
	return cmd
}

// award sends an award, with commitments for the benefits that need codes, and
// tells what it gave.
func (a *app) award(ctx context.Context, g *gateway.Gateway, req campaign.AwardRequest) error {
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
	if answer.receipt, err = a.once(ctx, g, func() (command.Request, error) { return req, nil }); err != nil {
		return err
	}
	return a.tellAwards(ctx, g, answer, codes)
}

// codedBenefit is the benefit that a campaign gives, if that needs codes.
func codedBenefit(ctx context.Context, g *gateway.Gateway, id string) (benefit.Model, bool, error) {
	one, err := g.Query().Campaign(ctx, id)
	if err != nil || one.Terms.Gives.Benefit == "" {
		return benefit.Model{}, false, err
	}
	model, err := g.Query().Benefit(ctx, one.Terms.Gives.Benefit)
	return model, model.Code, err
}

// tellAwards asks what a command's awards are, keeps the codes and prints all.
func (a *app) tellAwards(ctx context.Context, g *gateway.Gateway, answer awarded, codes [][]code.Code) error {
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
	return a.print(answer, func(t table.Writer) {
		receiptTable(t, "awarded", answer.receipt)
		for _, one := range answer.Awards {
			awardRows(t, one.Award)
			for i, c := range one.Codes {
				t.AppendRow(table.Row{fmt.Sprintf("  code for use %d", i+1), c})
			}
		}
	})
}

// keepAwarded has the vault keep the codes of what was awarded, if it made them.
func (a *app) keepAwarded(ctx context.Context, g *gateway.Gateway, again bool, made []givenOne) error {
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
func awardRows(t table.Writer, one campaign.Award) {
	what := scaled(one.Points, 0) + " points"
	if one.Points == 0 {
		what = "entitlement " + one.Entitlement.String()
	}
	t.AppendRow(table.Row{"campaign " + one.Campaign, what})
	for _, b := range one.Funders {
		bears := scaled(b.Fen, 0) + " fen"
		if b.Points > 0 {
			bears += ", " + scaled(b.Points, 0) + " points in lot " + b.Lot.String()
		}
		t.AppendRow(table.Row{"  " + b.Party + " bears", bears})
	}
}

func simulateAward(a *app) *cobra.Command {
	var req campaign.AwardRequest
	cmd := leaf("simulate CAMPAIGN[,CAMPAIGN…]", "Say what each campaign would give for a purchase, and why not; nothing is written (试算)",
		"  tally --as G campaign simulate double11 --member li --bought 16800000 --reference r-000123",
		func(ctx context.Context, args []string) error {
			req.Campaigns = strings.Split(args[0], ",")
			if err := req.Check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
				list, err := g.Query().SimulateAward(ctx, req)
				if err != nil {
					return err
				}
				return a.print(list, func(t table.Writer) {
					for _, one := range list {
						if one.Code != "" {
							t.AppendRow(table.Row{"campaign " + one.Campaign, string(one.Code) + ": " + one.Why})
							continue
						}
						awardRows(t, one.Award)
					}
				})
			})
		})
	bought(cmd, &req)
	return cmd
}

func listAwards(a *app) *cobra.Command {
	var f index.Filter
	cmd := lists(a, "awards", "List what purchases got of campaigns", "  tally --as D campaign awards --campaign double11 --member li", columns[campaign.Award]{
		header: table.Row{"award", "campaign", "member", "date", "reference", "outlet", "points", "entitlement", "borne, fen"}, right: []int{7},
		cells: func(n index.Noun[campaign.Award], _ scales) table.Row {
			one := n.Row
			var borne []string
			for _, b := range one.Funders {
				borne = append(borne, b.Party+" "+scaled(b.Fen, 0))
			}
			return table.Row{n.ID, one.Campaign, one.Member, one.Date, one.Reference, one.Outlet, one.Points, one.Entitlement, strings.Join(borne, ", ")}
		},
	}, func([]string) index.Filter { return f })
	word(cmd, &f.Topic, "campaign", "of this campaign only")
	word(cmd, &f.Member, "member", "of this member only")
	return cmd
}
