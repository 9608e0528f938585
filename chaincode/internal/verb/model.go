package verb

import (
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// modelVerbs are those of settlement models.
var modelVerbs = []verb{
	does((*call).proposeModel),
	does((*call).agreeModel),
	does((*call).leaveModel),
	does((*call).setPolicy),
	does((*call).acceptPolicy),
}

func (c *call) proposeModel(req settlement.ProposeRequest) error {
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	book, err := c.book(c.At.Date)
	if err != nil {
		return err
	}
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) {
		return n.Propose(book, req, consortium.Operator, c.step())
	})
}

func (c *call) agreeModel(req settlement.AgreeRequest) error {
	book, err := c.book(c.At.Date)
	if err != nil {
		return err
	}
	proposer, _, err := ledger.Find(c.Tx, row.Notice(req.By))
	if err != nil {
		return err
	}
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) {
		return n.Agree(book, proposer, req, c.step())
	})
}

func (c *call) leaveModel(req settlement.LeaveRequest) error {
	book, err := c.book(c.At.Date)
	if err != nil {
		return err
	}
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) { return n.Leave(book, req, c.step()) })
}

func (c *call) setPolicy(req settlement.SetPolicyRequest) error {
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) { return n.Ask(req, c.step()) })
}

func (c *call) acceptPolicy(req settlement.AcceptPolicyRequest) error {
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) { return n.Accept(req, c.step()) })
}

// giveNotice changes what the caller gave notice of.
func (c *call) giveNotice(change func(settlement.Notice) (settlement.Notice, error)) error {
	key := row.Notice(c.Caller.ID)
	notice, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	next, err := change(notice)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	return nil
}
