package verb

import (
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// disputeVerbs are those of disputes. Each but the first reads the dispute alone, and writes it and what is owed.
var disputeVerbs = []verb{
	does((*call).raiseDispute),
	does((*call).answerDispute),
	does((*call).acceptDispute),
	does((*call).rejectDispute),
	does((*call).splitDispute),
	does((*call).agreeSplit),
	does((*call).escalateDispute),
	does((*call).ruleDispute),
	does((*call).lapseDispute),
	does((*call).withdrawDispute),
}

func (c *call) raiseDispute(req settlement.RaiseRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	pair, err := c.pair(req.Cycle, c.Caller.ID, req.With)
	if err != nil {
		return err
	}
	if err := pair.Opposable(closed, c.step()); err != nil {
		return err
	}
	lines, err := c.statementLines(req.Lines)
	if err != nil {
		return err
	}
	next, dispute, err := pair.Carve(closed, req, lines, c.step())
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pair(req.Cycle, pair.A, pair.B), next)
	ledger.Put(c.Tx, row.Dispute(c.At.Number), dispute)
	return nil
}

// statementLines reads obligations by what they are called. NOT_FOUND.
func (c *call) statementLines(rows []number.Row) ([]settlement.Line, error) {
	lines := make([]settlement.Line, len(rows))
	for i, at := range rows {
		batch, err := ledger.Get(c.Tx, row.ObligationsOf(at), "obligation", at.String())
		if err != nil {
			return nil, err
		}
		one, err := batch.Find(at)
		if err != nil {
			return nil, err
		}
		lines[i] = settlement.Line{Row: at, Cycle: one.In(batch.Cycle), Obligation: one}
	}
	return lines, nil
}

func (c *call) step() settlement.Step {
	return settlement.Step{Caller: c.Caller.ID, By: c.At.Number, Today: c.At.Date, Skipped: c.Cycle.Skipped}
}

func (c *call) answerDispute(req settlement.AnswerRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Reply(req, c.step())
	})
}

func (c *call) acceptDispute(req settlement.AcceptRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Accept(c.step())
	})
}

func (c *call) rejectDispute(req settlement.RejectRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Reject(req, c.step())
	})
}

func (c *call) splitDispute(req settlement.SplitRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Offer(req, c.step())
	})
}

func (c *call) agreeSplit(req settlement.AgreeSplitRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Agree(c.step())
	})
}

func (c *call) escalateDispute(req settlement.EscalateRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Escalate(c.step())
	})
}

func (c *call) ruleDispute(req settlement.RuleRequest) error {
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		if err := d.Judge(c.Caller.ID, consortium.Operator, c.Caller.Roles.Has(party.Auditor)); err != nil {
			return settlement.Dispute{}, err
		}
		return d.Rule(req, c.step())
	})
}

func (c *call) lapseDispute(req settlement.LapseRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Lapse(c.step())
	})
}

func (c *call) withdrawDispute(req settlement.WithdrawRequest) error {
	return c.changeDispute(req.Dispute, func(d settlement.Dispute) (settlement.Dispute, error) {
		return d.Withdraw(c.step())
	})
}

// changeDispute moves a dispute on, and notes what is owed if that ends it. It draws on nobody's net
// debit cap.
func (c *call) changeDispute(n number.Command, move func(settlement.Dispute) (settlement.Dispute, error)) error {
	dispute, err := ledger.Get(c.Tx, row.Dispute(n), "dispute", n.String())
	if err != nil {
		return err
	}
	next, err := move(dispute)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Dispute(n), next)
	for _, owe := range next.Owed() {
		if err := c.owe(owe); err != nil {
			return err
		}
	}
	return nil
}
