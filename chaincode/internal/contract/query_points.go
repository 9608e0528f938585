package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

var pointsQueries = []string{"Programme", "Programmes", "Lots", "Hold", "Totals", "Freezes", "Simulate", "Rule", "Conversion", "Trade", "Pledge", "Standing", "Balance"}

// asking is a question that needs what a command does: the caller, the date.
func asking(ctx *Context) (*call, error) {
	caller, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return nil, err
	}
	r := &run{ctx: ctx, tx: ledger.New(ctx.GetStub())}
	if r.caller, err = ledger.Get(r.tx, row.Party(caller), "party", caller); err != nil {
		return nil, err
	}
	if r.cycle, err = ledger.Get(r.tx, row.Cycle(), "cycle", "open"); err != nil {
		return nil, err
	}
	return &call{run: r, at: points.At{Caller: caller, Now: ctx.now, Date: r.cycle.Date}}, nil
}

// Simulate answers what an award would earn, and why, without writing. It is
// refused as the award would be, before it comes to an issue.
func (*Query) Simulate(ctx *Context, req points.AwardRequest) (*points.Earned, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	c, err := asking(ctx)
	if err != nil {
		return nil, err
	}
	programme, err := c.programme(req.Programme)
	if err != nil {
		return nil, err
	}
	earned, _, err := c.earn(programme, req)
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
	c, err := asking(ctx)
	if err != nil {
		return nil, err
	}
	found, err := c.root(member)
	if err != nil {
		return nil, err
	}
	var t answer.Tiered
	if t.Tier, err = c.tier(found.ID, programme); err != nil {
		return nil, err
	}
	t.Standing, err = c.standing(programme, found.ID)
	return &t, err
}
