package catalogue

import (
	"context"
	"slices"

	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// OrderCodes tells secrets, so it isn't for all who may ask.
var OrderCodes = node.Does(node.Describe("order.codes", "POST", "/v1/orders/{order}/codes", node.Counter,
	"Tell the codes of the deliveries that are left again, if your vault made them", "提货码", `{"order":"D.0.7.0"}`),
	pickupCodes)

// PickupCodes are the codes that prove an order's deliveries.
type PickupCodes struct {
	Codes []code.Code    `json:"codes"` // in the order of their use
	Order number.Command `json:"order"`
}

func pickupCodes(ctx context.Context, n *node.Node, _ *node.Call, req OrderRequest) (answer PickupCodes, err error) {
	v, err := n.Vault()
	if err != nil {
		return answer, err
	}
	o, err := n.Query().Order(ctx, req.Order)
	if err != nil {
		return answer, err
	}
	secrets, err := v.Codes(ofPickups, req.Order.String())
	if err != nil {
		return answer, err
	}
	answer.Order, answer.Codes = req.Order, pickupLeft(secrets, o.Pickup)
	if len(answer.Codes) == 0 {
		return answer, fault.New(fault.NotFound, "your vault has no code of order %s as it is now", req.Order)
	}
	return answer, nil
}

// ofPickups is what the vault keeps the codes of orders as.
const ofPickups = "pickup"

// keepPickup has the vault keep the last code of an order: the others follow from it.
func keepPickup(n *node.Node, order number.Command, member string, codes []code.Code) error {
	v, err := n.Vault()
	if err != nil {
		return err
	}
	return v.PutCode(vault.Secret{Purpose: ofPickups, Reference: order.String(), Member: member,
		Code: codes[len(codes)-1]})
}

// recallCodes tells the codes of an order that had been placed before, none if this vault didn't make them.
func recallCodes(ctx context.Context, n *node.Node, c *node.Call, req PlaceRequest,
	order number.Command) ([]code.Code, error) {
	none := []code.Code{}
	if !req.NeedsCodes {
		return none, nil
	}
	o, err := n.Query().Order(ctx, order)
	if err != nil {
		return none, err
	}
	left := 0
	for _, part := range o.Parts {
		if part.Delivery != goods.Virtual {
			left++
		}
	}
	v, err := n.Vault()
	if err != nil {
		return none, err
	}
	seed := c.Seed(v, ofPickups, 0)
	own, err := node.IsOwn(v, ofPickups, order.String(), seed, func(seed code.Code) bool {
		return pickupLeft([]vault.Secret{{Code: seed}}, o.Pickup) != nil
	})
	if err != nil || !own || left == 0 {
		return none, err
	}
	codes, _ := code.Chain(seed, left)
	return codes, keepPickup(n, order, req.Member, codes)
}

// handedOver is how many parts an order of a quote's lines will have that can be proven by a code: one for each
// supplier, delivery and scene.
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

// pickupLeft finds, of the secrets of an order, the chain whose next code opens it as it is now.
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
