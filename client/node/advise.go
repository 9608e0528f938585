package node

import (
	"context"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/iso20022"
	"tallystick/client/payments"
)

// PaymentsView is what the party knows of its payments: with it a bank's file is read. "" is for all cycles.
func (n *Node) PaymentsView(ctx context.Context, cycle string, holders map[string]iso20022.Holder) (v payments.View, err error) {
	charter, err := n.Query().Charter(ctx)
	if err != nil {
		return v, err
	}
	v = payments.View{Party: n.Party(), Mark: charter.Mark, Cycle: cycle, Holders: holders, Ledger: n.Query()}
	v.Open, err = ask(ctx, n, func(r *index.Reading) ([]settlement.Payment, error) { return toGet(r, n.Party()) })
	return v, err
}

// toGet lists the payments that a party is to get, and that haven't ended.
func toGet(r *index.Reading, party string) (open []settlement.Payment, err error) {
	closed, err := index.All[settlement.Close](r, index.Filter{})
	if err != nil {
		return nil, err
	}
	for _, c := range closed {
		if c.Row.State < settlement.Final || c.Row.State == settlement.Settled {
			continue
		}
		list, err := r.Payments(c.Row.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if p.Creditor == party && !p.State.Ended() {
				open = append(open, p)
			}
		}
	}
	return open, nil
}

// Advise tells the ledger what counts of a bank's lines, and what bounced if that is wanted, and notes in them what was
// told.
func (n *Node) Advise(ctx context.Context, c *Call, list []payments.Line, bounce bool) error {
	run, err := n.Begin(ctx, c)
	if err != nil {
		return err
	}
	return payments.Tell(list, bounce, func(req command.Request) error { return run.Repeat(ctx, req) }, fault.Code.Passing)
}
