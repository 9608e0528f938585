package loyalty

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

// givenTable shows entitlements that were given, and their codes.
func givenTable(t table.Writer, g loyalty.Given) {
	cli.ReceiptTable(t, "given", g.Receipt)
	for _, e := range g.Entitlements {
		t.AppendRow(table.Row{"entitlement " + e.Entitlement.String(), e.Member})
		for i, c := range e.Codes {
			t.AppendRow(table.Row{fmt.Sprintf("  code for use %d", i+1), c})
		}
	}
}

func grantBenefit(a *cli.App) *cobra.Command {
	var req loyalty.GrantRequest
	cmd := cli.Verb(a, "grant BENEFIT MEMBER[,MEMBER…]", `  tally --as D benefit grant wash zhang
  tally --as G benefit grant ride li,wang --gift`,
		loyalty.BenefitGrant, func(args []string) (loyalty.GrantRequest, error) {
			req.Benefit, req.Members = args[0], strings.Split(args[1], ",")
			return req, nil
		}, cli.Shows(a, givenTable))
	cmd.Flags().BoolVar(&req.Gift, "gift", false, "give what others pay points for; you owe its price")
	cli.Word(cmd, &req.Activator, "activator", "party whose evidence activates it")
	cli.Word(cmd, &req.Reference, "reference", "what for, such as a receipt's number")
	return cmd
}

func buyBenefit(a *cli.App) *cobra.Command {
	var req loyalty.BuyRequest
	var s cli.Spending
	var c cli.Consent
	cmd := cli.Verb(a, "buy BENEFIT", `  tally --as M benefit buy ride --member li --take GP:108.00
  tally --as M benefit buy ride --member zhang --authorisation D.0.31.0 --code-file code.txt`,
		loyalty.BenefitBuy, func(args []string) (_ loyalty.BuyRequest, err error) {
			req.Benefit, req.Spending = args[0], s.Named()
			req.Authorisation, req.Code, err = c.Proof(a)
			return req, err
		}, cli.Shows(a, givenTable))
	cli.Word(cmd, &req.Member, "member", "who takes it")
	s.Flags(a, cmd)
	c.Flags(cmd)
	cli.Word(cmd, &req.Reference, "reference", "what for, or a receipt's number")
	cmd.Long = `Sell a benefit for the points that it costs. Without --take and --lot the lots are
chosen from the member's wallet, earliest expiry first.`
	cli.Require(cmd, "member")
	return cmd
}

func activateBenefit(a *cli.App) *cobra.Command {
	var req benefit.ActivateRequest
	cmd := cli.Sends(a, "activate ENTITLEMENT", "  tally --as D benefit activate M.0.12.0.0 --evidence handover.pdf",
		loyalty.BenefitActivate, cli.Parsed(&req, &req.Entitlement, number.ParseRow))
	cli.Evidence(cmd, &req.Evidence)
	return cmd
}

// anEntitlement is the argument of commands that are about one entitlement and say no more.
func anEntitlement(args []string) (req loyalty.EntitlementRequest, err error) {
	req.Entitlement, err = number.ParseRow(args[0])
	return req, err
}

func transferBenefit(a *cli.App) *cobra.Command {
	var req loyalty.PassRequest
	cmd := cli.Verb(a, "transfer ENTITLEMENT", "  tally --as D benefit transfer D.0.12.0.0 --to wang",
		loyalty.BenefitTransfer, cli.Parsed(&req, &req.Entitlement, number.ParseRow), cli.Shows(a, givenTable))
	cli.Word(cmd, &req.To, "to", "member who gets it")
	cli.Require(cmd, "to")
	return cmd
}

func newCode(a *cli.App) *cobra.Command {
	return cli.Verb(a, "newcode ENTITLEMENT", "  tally --as M benefit newcode M.0.12.0.0", loyalty.BenefitNewcode,
		anEntitlement, cli.Shows(a, givenTable))
}

func codes(a *cli.App) *cobra.Command {
	return cli.Verb(a, "codes ENTITLEMENT", "  tally --as M benefit codes M.0.12.0.0", loyalty.BenefitCodes,
		anEntitlement, cli.WithMore(a, func(ctx context.Context, n *cli.Node,
			told loyalty.GivenOne) (benefit.Entitlement, error) {
			return cli.Ask(ctx, n, loyalty.BenefitEntitlement,
				loyalty.EntitlementRequest{Entitlement: told.Entitlement})
		}, func(t table.Writer, told loyalty.GivenOne, e benefit.Entitlement) {
			for i, c := range told.Codes {
				t.AppendRow(table.Row{fmt.Sprintf("code for use %d", int(e.Used)+i+1), c})
			}
		}))
}

func showEntitlement(a *cli.App) *cobra.Command {
	var req loyalty.EntitlementRequest
	return cli.Verb(a, "entitlement ENTITLEMENT", "  tally --as M benefit entitlement M.0.12.0.0",
		loyalty.BenefitEntitlement, func(args []string) (_ loyalty.EntitlementRequest, err error) {
			req, err = anEntitlement(args)
			return req, err
		}, cli.InTable(a, func(t table.Writer, e benefit.Entitlement, s cli.Scales) {
			entitlementTable(t, req.Entitlement, e, s)
		}))
}

func entitlementTable(t table.Writer, n number.Row, e benefit.Entitlement, s cli.Scales) {
	t.AppendRows([]table.Row{{"entitlement", n}, {"benefit", e.Benefit}, {"member", e.Member},
		{"state", e.State}, {"given by", e.By},
		{"used", fmt.Sprintf("%d of %d", e.Used, e.Uses)}, {"until", e.Until}})
	for _, f := range e.Funders {
		t.AppendRow(table.Row{"paid for by " + f.Party, cli.Scaled(f.Parts, 0) + " parts"})
	}
	if e.Holder != "" {
		t.AppendRow(table.Row{"reserved by " + e.Holder, "until " + cli.Moment(e.ReservedUntil)})
	}
	for _, p := range e.Pieces {
		t.AppendRow(table.Row{"paid with " + p.Lot.String(),
			s.Show(p.Programme, p.Amount) + " " + p.Programme + ", owed by " + p.Funder})
	}
}

func listEntitlements(a *cli.App) *cobra.Command {
	var req loyalty.BenefitEntitlementsRequest
	cmd := cli.Lists(a, "entitlements", "  tally --as M benefit entitlements --member li", loyalty.BenefitEntitlements,
		cli.Columns[benefit.Entitlement]{
			Header: table.Row{"entitlement", "benefit", "member", "state", "used", "uses", "until", "given by"},
			Right:  []int{5, 6},
			Cells: func(n index.Entry[benefit.Entitlement], _ cli.Scales) table.Row {
				e := n.Row
				return table.Row{n.ID, e.Benefit, e.Member, e.StateAt(time.Now().Unix()), e.Used, e.Uses, e.Until, e.By}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Benefit, "benefit", "of this benefit only")
	cli.Word(cmd, &req.By, "by", "given or sold by this party only")
	cli.InState(cmd, &req.States, "GRANTED, ACTIVE, RESERVED, CONSUMED, EXPIRED, REVOKED or REVERSED", "GRANTED",
		"ACTIVE", "RESERVED", "CONSUMED", "EXPIRED", "REVOKED", "REVERSED")
	return cmd
}
