package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// pickup is what the vault keeps the codes of orders as.
const pickup = "pickup"

// keepPickup has the vault keep the last code of an order: the others follow from it.
func keepPickup(v *vault.Vault, order number.Command, member string, codes []code.Code) error {
	return v.PutCode(vault.Secret{Purpose: pickup, Reference: order.String(), Member: member, Code: codes[len(codes)-1]})
}

// recallCodes tells the codes of an order that had been placed before, if this vault
// made them.
func (a *app) recallCodes(ctx context.Context, g *node.Node, p *placing, answer *placed) error {
	if !p.pickup {
		return nil
	}
	o, err := g.Query().Order(ctx, answer.Number)
	if err != nil {
		return err
	}
	n := 0
	for _, part := range o.Parts {
		if part.Delivery != goods.Virtual {
			n++
		}
	}
	return a.inVault(func(v *vault.Vault) error {
		seed := a.call.Seed(v, pickup, 0)
		own, err := node.IsOwn(v, pickup, answer.Number.String(), seed, func(seed code.Code) bool {
			return pickupLeft([]vault.Secret{{Code: seed}}, o.Pickup) != nil
		})
		if err != nil || !own || n == 0 {
			return err
		}
		answer.Codes, _ = code.Chain(seed, n)
		return keepPickup(v, answer.Number, p.member, answer.Codes)
	})
}

// handedOver is how many parts an order of a quote's lines will have that can be
// proven by a code: one for each supplier, delivery and scene.
func handedOver(lines []goods.Quoted) int {
	var seen []goods.Quoted
	for _, l := range lines {
		if l.Delivery == goods.Virtual || slices.ContainsFunc(seen, func(o goods.Quoted) bool {
			return o.Supplier == l.Supplier && o.Delivery == l.Delivery && o.Scene == l.Scene
		}) {
			continue
		}
		seen = append(seen, l)
	}
	return len(seen)
}

func codeRows(t table.Writer, codes []code.Code) {
	for i, c := range codes {
		t.AppendRow(table.Row{fmt.Sprintf("code for delivery %d", i+1), c})
	}
}

func orderCodes(a *app) *cobra.Command {
	return leaf("codes ORDER", "Tell the codes of the deliveries that are left again, if your vault made them (提货码)", "  tally --as D order codes D.0.7.0",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				o, err := g.Query().Order(ctx, n)
				if err != nil {
					return err
				}
				secrets, err := v.Codes(pickup, n.String())
				if err != nil {
					return err
				}
				left := pickupLeft(secrets, o.Pickup)
				if len(left) == 0 {
					return fault.New(fault.NotFound, "your vault has no code of order %s as it is now", n)
				}
				return a.print(map[string]any{"order": n, "codes": left}, func(t table.Writer) { codeRows(t, left) })
			})
		})
}

// pickupLeft finds, of the secrets of an order, the chain whose next code opens it as
// it is now.
func pickupLeft(secrets []vault.Secret, now code.Commitment) []code.Code {
	for _, s := range secrets {
		for n := 1; n <= goods.MaxLines; n++ {
			if chain, commitment := code.Chain(s.Code, n); slices.Equal(commitment, now) {
				return chain
			}
		}
	}
	return nil
}
