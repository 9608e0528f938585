package contract

import (
	"slices"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// settlementQueries are the questions about clearing and settlement.
var settlementQueries = []string{"Models", "Notices", "Close", "Statement", "Netting", "Payment", "Dispute",
	"Obligation", "Obligations"}

// Models answers what is agreed about settling on a business date that there was, or, for "", today.
func (*Query) Models(ctx *Context, on string) (*settlement.Agreements, error) {
	if on != "" {
		day, err := date.Parse(on)
		if err != nil {
			return nil, err
		}
		return one(ctx, row.Agreements(day), "business date", on)
	}
	today, err := one(ctx, row.Cycle(), "cycle", "open: found the network first")
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Agreements(today.Date), "agreements", "of today")
}

// Notices answers what the parties gave notice of today, which takes effect when the business date moves on.
func (*Query) Notices(ctx *Context) ([]settlement.Given, error) {
	tx := ledger.New(ctx.GetStub())
	today, err := ledger.Get(tx, row.Cycle(), "cycle", "open: found the network first")
	if err != nil {
		return nil, err
	}
	given, err := verb.Notices(tx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(given, func(g settlement.Given) bool { return g.Notice.Date != today.Date }), nil
}

// Close answers a closed cycle.
func (*Query) Close(ctx *Context, cycle string) (*settlement.Close, error) {
	if err := name.CheckID("cycle", cycle); err != nil {
		return nil, err
	}
	return one(ctx, row.Close(cycle), "closed cycle", cycle)
}

// Statement answers the statement of two parties for a closed cycle: sums, and what each signed.
func (*Query) Statement(ctx *Context, cycle, a, b string) (*settlement.Pair, error) {
	for _, id := range [][2]string{{"cycle", cycle}, {"party", a}, {"party", b}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return nil, err
		}
	}
	return one(ctx, row.Pair(cycle, a, b), "statement", "of "+a+" and "+b+" in cycle "+cycle)
}

// Netting answers what was netted of a cycle.
func (*Query) Netting(ctx *Context, cycle string) (*settlement.Netting, error) {
	if err := name.CheckID("cycle", cycle); err != nil {
		return nil, err
	}
	return one(ctx, row.Netting(cycle), "netting", "of cycle "+cycle)
}

// Payment answers a payment of a cycle, by its number.
func (*Query) Payment(ctx *Context, cycle string, n uint32) (*settlement.Payment, error) {
	if err := name.CheckID("cycle", cycle); err != nil {
		return nil, err
	}
	return one(ctx, row.Payment(cycle, n), "payment", settlement.EndToEnd(cycle, n))
}

// Dispute answers a dispute.
func (*Query) Dispute(ctx *Context, id string) (*settlement.Dispute, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Dispute(n), "dispute", id)
}

// Obligation answers one obligation, a line of a statement.
func (*Query) Obligation(ctx *Context, line string) (*settlement.Obligation, error) {
	n, err := number.ParseRow(line)
	if err != nil {
		return nil, err
	}
	list, err := one(ctx, row.ObligationsOf(n), "obligation", line)
	if err != nil {
		return nil, err
	}
	found, err := list.Find(n)
	if err != nil {
		return nil, fault.New(fault.NotFound, "there is no obligation %s whose amount is known", line)
	}
	return &found, nil
}

// Obligations answers all obligations of a line's batch, hidden ones included.
func (*Query) Obligations(ctx *Context, line string) (*settlement.Obligations, error) {
	n, err := number.ParseRow(line)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.ObligationsOf(n), "obligation", line)
}
