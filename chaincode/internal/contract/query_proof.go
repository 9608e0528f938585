package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/name"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// Balance answers what some of a member's lots hold, up to 500, named as a JSON
// list. It is made to be endorsed and not submitted: with two parties'
// signatures it is a proof of balance, which anybody can check without a network.
// It can only understate, as it speaks of the lots that were named.
//
// It has no block height: Fabric's qscc answers no other chaincode. The rows'
// versions, which the peers sign with the answer, say from which block on it is true.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (a lot or the member),
// BAD_REQUEST (a lot twice), FORBIDDEN (a lot isn't the member's), LIMIT.
func (q *Query) Balance(ctx *Context, member string, lots []string) (*points.Balance, error) {
	if err := name.CheckID("member", member); err != nil {
		return nil, err
	}
	if len(lots) < 1 {
		return nil, fault.New(fault.BadRequest, "want 1 to %d lots", answer.MaxPage)
	}
	numbers, found, err := namedLots(ctx, lots)
	if err != nil {
		return nil, err
	}
	tx := ledger.New(ctx.GetStub())
	cycle, err := ledger.Get(tx, row.Cycle(), "cycle", "yet: found the network first")
	if err != nil {
		return nil, err
	}
	root, err := verb.Root(tx, member)
	if err != nil {
		return nil, err
	}
	for i := range found { // a merged member's lots are the one's that it became
		one, err := ledger.Get(tx, row.Member(found[i].Member), "member", found[i].Member)
		if err != nil {
			return nil, err
		}
		became, err := verb.Root(tx, one.ID)
		if err != nil {
			return nil, err
		}
		if found[i].Member = became.ID; found[i].Home != "" && found[i].Home != one.Home {
			found[i].Member = "" // nobody's
		}
	}
	balance, err := points.BalanceOf(root.ID, numbers, found, verb.Stops(root), cycle.Date)
	if err != nil {
		return nil, err
	}
	return &balance, nil
}
