package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

var pointsQueries = []string{"Programme", "Programmes", "Lots", "Hold", "Totals", "Freezes", "Simulate", "Rule",
	"Conversion", "Trade", "Pledge", "Standing", "Balance"}

// Simulate answers what an award would earn, and why, without writing. It is
// refused as the award would be, before it comes to an issue.
func (*Query) Simulate(ctx *Context, req points.AwardRequest) (*points.Earned, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	c, err := ctx.asking()
	if err != nil {
		return nil, err
	}
	earned, err := verb.Simulate(c, req)
	return &earned, err
}

// Rule answers an earn rule.
func (*Query) Rule(ctx *Context, programme, rule string) (*points.Rule, error) {
	if err := name.CheckID("programme", programme); err != nil {
		return nil, err
	}
	if err := name.CheckID("rule", rule); err != nil {
		return nil, err
	}
	return one(ctx, row.Rule(programme, rule), "earn rule", rule)
}

// Conversion answers the published rate between two programmes.
func (*Query) Conversion(ctx *Context, from, to string) (*points.Conversion, error) {
	if err := name.CheckID("from", from); err != nil {
		return nil, err
	}
	if err := name.CheckID("to", to); err != nil {
		return nil, err
	}
	return one(ctx, row.Conversion(from, to), "rate", from+" to "+to)
}

// Trade answers a trade.
func (*Query) Trade(ctx *Context, id string) (*points.Trade, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Trade(n), "trade", id)
}

// Pledge answers a pledge.
func (*Query) Pledge(ctx *Context, id string) (*points.Pledge, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Pledge(n), "pledge", id)
}

// Standing answers what a member has done in a programme, and its tier today.
func (*Query) Standing(ctx *Context, programme, member string) (*answer.Tiered, error) {
	if err := name.CheckID("programme", programme); err != nil {
		return nil, err
	}
	if err := name.CheckID("member", member); err != nil {
		return nil, err
	}
	c, err := ctx.asking()
	if err != nil {
		return nil, err
	}
	t, err := verb.Standing(c, programme, member)
	return &t, err
}
