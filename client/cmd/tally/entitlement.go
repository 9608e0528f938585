package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// given is the receipt of entitlements, with their codes, which are told here and
// nowhere else.
type given struct {
	node.Receipt
	Entitlements []givenOne `json:"entitlements"`
	Code         code.Code  `json:"code,omitempty"` // the first, if there is only one entitlement
}

type givenOne struct {
	Entitlement number.Row  `json:"entitlement"`
	Member      string      `json:"member"`
	Codes       []code.Code `json:"codes"` // in the order of their use; none if no code is needed
}

// codesFor makes the codes of one entitlement of a request, and their commitment.
func (a *app) codesFor(v *vault.Vault, m benefit.Model, i int) ([]code.Code, code.Commitment) {
	if !m.Code {
		return []code.Code{}, nil
	}
	return code.Chain(a.call.Seed(v, purpose, i), int(m.Uses))
}

// give sends a request that makes entitlements, keeps their codes in the vault and
// tells them. make builds the request from the benefit and the commitments.
func (a *app) give(ctx context.Context, id string, members []string, build func(context.Context, *node.Node, benefit.Model, []code.Commitment) (command.Request, error)) error {
	return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
		model, err := g.Query().Benefit(ctx, id)
		if err != nil {
			return err
		}
		answer := given{Entitlements: make([]givenOne, len(members))}
		commitments := make([]code.Commitment, len(members))
		for i, m := range members {
			answer.Entitlements[i].Member = m
			answer.Entitlements[i].Codes, commitments[i] = a.codesFor(v, model, i)
		}
		if answer.Receipt, err = g.Once(ctx, &a.call, func() (command.Request, error) {
			return build(ctx, g, model, commitments)
		}); err != nil {
			return err
		}
		for i := range answer.Entitlements {
			answer.Entitlements[i].Entitlement = answer.Number.Row(i)
		}
		if answer.Again {
			if err := a.ownCodes(ctx, g, v, answer.Entitlements); err != nil {
				return err
			}
		}
		if err := keepCodes(v, answer.Entitlements); err != nil {
			return err
		}
		if one := answer.Entitlements[0]; len(members) == 1 && len(one.Codes) > 0 {
			answer.Code = one.Codes[0]
		}
		return a.print(answer, func(t table.Writer) { givenTable(t, answer) })
	})
}

// ownCodes leaves out the codes of entitlements that were made before, and by another
// vault: its codes are others, and known to it alone.
func (a *app) ownCodes(ctx context.Context, g *node.Node, v *vault.Vault, list []givenOne) error {
	for i, one := range list {
		if len(one.Codes) == 0 {
			continue
		}
		found, err := g.Query().Entitlements(ctx, one.Entitlement)
		if err != nil {
			return err
		}
		own, err := isOwn(v, purpose, one.Entitlement.String(), one.Codes[len(one.Codes)-1], func(seed code.Code) bool {
			_, now := code.Chain(seed, int(found[0].Uses-found[0].Used))
			return slices.Equal(now, found[0].Commitment)
		})
		if err != nil {
			return err
		}
		if !own {
			list[i].Codes = []code.Code{}
		}
	}
	return nil
}

// isOwn says whether this vault made the codes that end in one: it kept them, or they
// open what is on the ledger now.
func isOwn(v *vault.Vault, purpose, reference string, last code.Code, opens func(code.Code) bool) (bool, error) {
	if opens(last) {
		return true, nil
	}
	kept, err := v.Codes(purpose, reference)
	return slices.ContainsFunc(kept, func(s vault.Secret) bool { return slices.Equal(s.Code, last) }), err
}

// purpose is what the vault keeps the codes of entitlements as.
const purpose = "entitlement"

// keepCodes has the vault keep the last code of each entitlement: the others follow
// from it.
func keepCodes(v *vault.Vault, list []givenOne) error {
	for _, e := range list {
		if len(e.Codes) == 0 {
			continue
		}
		if err := v.PutCode(vault.Secret{Purpose: purpose, Reference: e.Entitlement.String(), Member: e.Member, Code: e.Codes[len(e.Codes)-1]}); err != nil {
			return err
		}
	}
	return nil
}

func givenTable(t table.Writer, g given) {
	receiptTable(t, "given", g.Receipt)
	for _, e := range g.Entitlements {
		t.AppendRow(table.Row{"entitlement " + e.Entitlement.String(), e.Member})
		for i, c := range e.Codes {
			t.AppendRow(table.Row{fmt.Sprintf("  code for use %d", i+1), c})
		}
	}
}

func grantBenefit(a *app) *cobra.Command {
	req := benefit.GrantRequest{}
	var witness, reference string
	cmd := leaf("grant BENEFIT MEMBER[,MEMBER…]", "Give a benefit to 1 to 100 members; for its provider and those who may (发放)",
		`  tally --as D benefit grant wash zhang
  tally --as G benefit grant ride li,wang --gift`,
		func(ctx context.Context, args []string) error {
			members := strings.Split(args[1], ",")
			early := benefit.GrantRequest{Benefit: args[0]}
			for _, who := range members {
				early.Grants = append(early.Grants, benefit.Grant{Member: who, Witness: witness, Reference: reference})
			}
			if err := early.Check(); err != nil {
				return err
			}
			return a.give(ctx, args[0], members, func(_ context.Context, _ *node.Node, m benefit.Model, commitments []code.Commitment) (command.Request, error) {
				made := req
				made.Benefit = m.ID
				for i, who := range members {
					made.Grants = append(made.Grants, benefit.Grant{Member: who, Witness: witness, Commitment: commitments[i], Reference: reference})
				}
				return made, nil
			})
		})
	cmd.Flags().BoolVar(&req.Gift, "gift", false, "give what others pay points for; you owe its price")
	word(cmd, &witness, "witness", "party whose evidence activates it")
	word(cmd, &reference, "reference", "what for, such as a receipt's number")
	return cmd
}

func buyBenefit(a *app) *cobra.Command {
	var s spending
	var c consent
	var member, reference string
	cmd := leaf("buy BENEFIT", "Sell a benefit to a member for points; for its provider (兑换)",
		`  tally --as M benefit buy ride --member li --take GP:108.00
  tally --as M benefit buy ride --member zhang --authorisation D.0.31.0 --code-file code.txt`,
		func(ctx context.Context, args []string) error {
			authorisation, cd, err := c.proof(a)
			if err != nil {
				return err
			}
			early := benefit.BuyRequest{Benefit: args[0], Member: member, Authorisation: authorisation, Code: cd, Reference: reference,
				Pieces: []spend.Take{{Lot: node.ALot.Lot, Amount: node.ALot.Amount}}}
			if err := early.Check(); err != nil {
				return err
			}
			return a.give(ctx, args[0], []string{member}, func(ctx context.Context, g *node.Node, m benefit.Model, commitments []code.Commitment) (command.Request, error) {
				pieces, err := a.payment(ctx, g, m, member, s)
				return benefit.BuyRequest{Benefit: m.ID, Member: member, Pieces: pieces, Authorisation: authorisation, Code: cd, Commitment: commitments[0], Reference: reference}, err
			})
		})
	word(cmd, &member, "member", "who takes it")
	s.flags(a, cmd)
	c.flags(cmd)
	word(cmd, &reference, "reference", "what for, or a receipt's number")
	cmd.Long = `Sell a benefit for the points that it costs. Without --take and --lot the lots are
chosen from the member's wallet, earliest expiry first.`
	require(cmd, "member")
	return cmd
}

// payment names the lots that pay what a benefit costs.
func (a *app) payment(ctx context.Context, g *node.Node, m benefit.Model, member string, s spending) (payments []spend.Take, err error) {
	if len(s.take)+len(s.lots) == 0 {
		for _, c := range m.Points {
			s.take = append(s.take, part{programme: c.Programme, units: c.Amount})
		}
	}
	return payments, a.indexed(ctx, g, func(r *index.Reading) error {
		pieces, err := s.named().Pieces(r, member)
		for _, p := range pieces {
			payments = append(payments, spend.Take{Lot: p.Lot, Amount: p.Amount})
		}
		return err
	})
}

// ofEntitlement is a command about one entitlement.
func ofEntitlement[Req command.Request](a *app, use, example string, op node.Op[Req, node.Receipt], ask func(number.Row) Req) *cobra.Command {
	return sends(a, use, example, op, func(args []string) (req Req, err error) {
		n, err := number.ParseRow(args[0])
		return ask(n), err
	})
}

func activateBenefit(a *app) *cobra.Command {
	var req benefit.ActivateRequest
	cmd := ofEntitlement(a, "activate ENTITLEMENT",
		"  tally --as D benefit activate M.0.12.0.0 --evidence handover.pdf", node.BenefitActivate,
		func(n number.Row) benefit.ActivateRequest {
			req.Entitlement = n
			return req
		})
	evidence(cmd, &req.Evidence)
	return cmd
}

// recode sends a request that gives an entitlement new codes for the uses that are
// left, keeps them and tells them; to is the member who then has it, "" if it stays.
func (a *app) recode(ctx context.Context, n number.Row, to string, ask func(code.Commitment) command.Request) error {
	return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
		found, err := g.Query().Entitlements(ctx, n)
		if err != nil {
			return err
		}
		e := found[0]
		if to == "" {
			to = e.Member
		}
		codes, commitment := []code.Code{}, code.Commitment(nil)
		if left := int(e.Uses - e.Used); len(e.Commitment) > 0 && left > 0 {
			codes, commitment = code.Chain(a.call.Seed(v, purpose, 0), left)
		}
		answer := given{Entitlements: []givenOne{{Entitlement: n, Member: to, Codes: codes}}}
		if answer.Receipt, err = g.Once(ctx, &a.call, func() (command.Request, error) { return ask(commitment), nil }); err != nil {
			return err
		}
		if answer.Again {
			err = a.ownCodes(ctx, g, v, answer.Entitlements)
		}
		if err = errors.Join(err, keepCodes(v, answer.Entitlements)); err != nil {
			return err
		}
		if codes = answer.Entitlements[0].Codes; len(codes) > 0 {
			answer.Code = codes[0]
		}
		return a.print(answer, func(t table.Writer) { givenTable(t, answer) })
	})
}

func transferBenefit(a *app) *cobra.Command {
	var req benefit.TransferRequest
	cmd := leaf("transfer ENTITLEMENT", "Pass an entitlement on to another member, with codes of its own; for its member's home (转赠)",
		"  tally --as D benefit transfer D.0.12.0.0 --to wang",
		func(ctx context.Context, args []string) (err error) {
			if req.Entitlement, err = number.ParseRow(args[0]); err != nil {
				return err
			}
			if err := req.Check(); err != nil {
				return err
			}
			return a.recode(ctx, req.Entitlement, req.To, func(c code.Commitment) command.Request {
				req.Commitment = c
				return req
			})
		})
	word(cmd, &req.To, "to", "member who gets it")
	require(cmd, "to")
	return cmd
}

func newCode(a *app) *cobra.Command {
	return leaf("newcode ENTITLEMENT", "Make new codes instead of lost ones; for the member's home and who gave it",
		"  tally --as M benefit newcode M.0.12.0.0",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return a.recode(ctx, n, "", func(c code.Commitment) command.Request { return benefit.NewCodeRequest{Entitlement: n, Commitment: c} })
		})
}

func codes(a *app) *cobra.Command {
	return leaf("codes ENTITLEMENT", "Tell the codes of the uses that are left again, if your vault made them", "  tally --as M benefit codes M.0.12.0.0",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				found, err := g.Query().Entitlements(ctx, n)
				if err != nil {
					return err
				}
				secrets, err := v.Codes(purpose, n.String())
				if err != nil {
					return err
				}
				left := codesLeft(secrets, found[0])
				if len(left) == 0 {
					return fault.New(fault.NotFound, "your vault has no code of entitlement %s as it is now; make new ones: tally benefit newcode", n)
				}
				return a.print(givenOne{n, found[0].Member, left}, func(t table.Writer) {
					for i, c := range left {
						t.AppendRow(table.Row{fmt.Sprintf("code for use %d", int(found[0].Used)+i+1), c})
					}
				})
			})
		})
}

// codesLeft finds, of the secrets of an entitlement, the chain whose next code opens
// it as it is now.
func codesLeft(secrets []vault.Secret, e benefit.Entitlement) []code.Code {
	for _, s := range secrets {
		chain, commitment := code.Chain(s.Code, int(e.Uses-e.Used))
		if len(chain) > 0 && slices.Equal(commitment, e.Commitment) {
			return chain
		}
	}
	return nil
}

func showEntitlement(a *app) *cobra.Command {
	return leaf("entitlement ENTITLEMENT", "Show an entitlement and the points that paid for it", "  tally --as M benefit entitlement M.0.12.0.0",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				found, err := g.Query().Entitlements(ctx, n)
				if err != nil {
					return err
				}
				s, err := askScales(ctx, g)
				if err != nil {
					return err
				}
				return a.print(found[0], func(t table.Writer) { entitlementTable(t, n, found[0], s) })
			})
		})
}

func entitlementTable(t table.Writer, n number.Row, e benefit.Entitlement, s scales) {
	t.AppendRows([]table.Row{{"entitlement", n}, {"benefit", e.Benefit}, {"member", e.Member}, {"state", e.State}, {"given by", e.By},
		{"used", fmt.Sprintf("%d of %d", e.Used, e.Uses)}, {"until", e.Until}})
	for _, f := range e.Funders {
		t.AppendRow(table.Row{"paid for by " + f.Party, scaled(f.Parts, 0) + " parts"})
	}
	if e.Holder != "" {
		t.AppendRow(table.Row{"reserved by " + e.Holder, "until " + moment(e.ReservedUntil)})
	}
	for _, p := range e.Pieces {
		t.AppendRow(table.Row{"paid with " + p.Lot.String(), s.show(p.Programme, p.Amount) + " " + p.Programme + ", owed by " + p.Funder})
	}
}

func listEntitlements(a *app) *cobra.Command {
	var req node.BenefitEntitlementsRequest
	var state string
	cmd := lists(a, "entitlements", "  tally --as M benefit entitlements --member li", node.BenefitEntitlements, columns[benefit.Entitlement]{
		header: table.Row{"entitlement", "benefit", "member", "state", "used", "uses", "until", "given by"}, right: []int{5, 6},
		cells: func(n index.Noun[benefit.Entitlement], _ scales) table.Row {
			e := n.Row
			return table.Row{n.ID, e.Benefit, e.Member, e.StateAt(time.Now().Unix()), e.Used, e.Uses, e.Until, e.By}
		},
	}, func([]string) node.BenefitEntitlementsRequest {
		req.States = states(state)
		return req
	})
	word(cmd, &req.Member, "member", "of this member only")
	word(cmd, &req.Benefit, "benefit", "of this benefit only")
	word(cmd, &req.By, "by", "given or sold by this party only")
	word(cmd, &state, "state", "GRANTED, ACTIVE, RESERVED, CONSUMED, EXPIRED, REVOKED or REVERSED")
	complete(cmd, "state", "GRANTED", "ACTIVE", "RESERVED", "CONSUMED", "EXPIRED", "REVOKED", "REVERSED")
	return cmd
}
