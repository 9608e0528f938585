package loyalty

import (
	"context"
	"slices"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// Given is the receipt of entitlements, with their codes, which are told here and nowhere else.
type Given struct {
	node.Receipt
	Entitlements []GivenOne `json:"entitlements"`
	Code         code.Code  `json:"code,omitempty"` // the first, if there is only one entitlement
}

// GivenOne is one of them.
type GivenOne struct {
	Entitlement number.Row  `json:"entitlement"`
	Member      string      `json:"member"`
	Codes       []code.Code `json:"codes"` // in the order of their use; none if no code is needed
}

// ofEntitlements is what the vault keeps the codes of entitlements as.
const ofEntitlements = "entitlement"

// give sends a request that makes one entitlement for each member, keeps their codes in the vault and tells them. build
// makes the request of the benefit and the commitments to the codes.
func give(ctx context.Context, n *node.Node, c *node.Call, id string, members []string,
	build func(benefit.Model, []code.Commitment) (command.Request, error)) (answer Given, err error) {
	v, err := n.Vault()
	if err != nil {
		return answer, err
	}
	model, err := n.Query().Benefit(ctx, id)
	if err != nil {
		return answer, err
	}
	answer.Entitlements = make([]GivenOne, len(members))
	commitments := make([]code.Commitment, len(members))
	for i, m := range members {
		answer.Entitlements[i].Member = m
		answer.Entitlements[i].Codes, commitments[i] = codesFor(c, v, model, i)
	}
	if answer.Receipt, err = n.Once(ctx, c, func() (command.Request, error) {
		return build(model, commitments)
	}); err != nil {
		return answer, err
	}
	for i := range answer.Entitlements {
		answer.Entitlements[i].Entitlement = answer.Number.Row(i)
	}
	err = answer.keep(ctx, n, v)
	return answer, err
}

// recode sends a request that gives an entitlement new codes for the uses that are left, keeps them and tells them; to
// is the member who then has it, "" if it stays.
func recode(ctx context.Context, n *node.Node, c *node.Call, of number.Row, to string,
	build func(code.Commitment) command.Request) (answer Given, err error) {
	v, err := n.Vault()
	if err != nil {
		return answer, err
	}
	e, err := entitlementOf(ctx, n, of)
	if err != nil {
		return answer, err
	}
	if to == "" {
		to = e.Member
	}
	codes, commitment := []code.Code{}, code.Commitment(nil)
	if left := int(e.Uses - e.Used); len(e.Commitment) > 0 && left > 0 {
		codes, commitment = code.Chain(c.Seed(v, ofEntitlements, 0), left)
	}
	answer.Entitlements = []GivenOne{{Entitlement: of, Member: to, Codes: codes}}
	if answer.Receipt, err = n.Once(ctx, c, node.Just(build(commitment))); err != nil {
		return answer, err
	}
	err = answer.keep(ctx, n, v)
	return answer, err
}

// codesFor makes the codes of one entitlement of a request, and their commitment.
func codesFor(c *node.Call, v *vault.Vault, m benefit.Model, i int) ([]code.Code, code.Commitment) {
	if !m.Code {
		return []code.Code{}, nil
	}
	return code.Chain(c.Seed(v, ofEntitlements, i), int(m.Uses))
}

// keep has the vault keep the codes that are its own, and tells no others.
func (g *Given) keep(ctx context.Context, n *node.Node, v *vault.Vault) error {
	if g.Duplicate {
		if err := ownCodes(ctx, n, v, g.Entitlements); err != nil {
			return err
		}
	}
	if err := keepCodes(v, g.Entitlements); err != nil {
		return err
	}
	if one := g.Entitlements[0]; len(g.Entitlements) == 1 && len(one.Codes) > 0 {
		g.Code = one.Codes[0]
	}
	return nil
}

// ownCodes leaves out the codes of entitlements that were made before, and by another vault: its codes are others, and
// known to it alone.
func ownCodes(ctx context.Context, n *node.Node, v *vault.Vault, list []GivenOne) error {
	for i, one := range list {
		if len(one.Codes) == 0 {
			continue
		}
		e, err := entitlementOf(ctx, n, one.Entitlement)
		if err != nil {
			return err
		}
		own, err := node.IsOwn(v, ofEntitlements, one.Entitlement.String(), one.Codes[len(one.Codes)-1],
			func(seed code.Code) bool {
				_, now := code.Chain(seed, int(e.Uses-e.Used))
				return slices.Equal(now, e.Commitment)
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

// keepCodes has the vault keep the last code of each entitlement: the others follow from it.
func keepCodes(v *vault.Vault, list []GivenOne) error {
	for _, e := range list {
		if len(e.Codes) == 0 {
			continue
		}
		last := e.Codes[len(e.Codes)-1]
		if err := v.PutCode(vault.Secret{Purpose: ofEntitlements, Reference: e.Entitlement.String(), Member: e.Member,
			Code: last}); err != nil {
			return err
		}
	}
	return nil
}

// codesLeft finds, of the secrets of an entitlement, the chain whose next code opens it as it is now.
func codesLeft(secrets []vault.Secret, e benefit.Entitlement) []code.Code {
	for _, s := range secrets {
		chain, commitment := code.Chain(s.Code, int(e.Uses-e.Used))
		if len(chain) > 0 && slices.Equal(commitment, e.Commitment) {
			return chain
		}
	}
	return nil
}
