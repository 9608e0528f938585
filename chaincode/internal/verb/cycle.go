package verb

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// cycleVerbs are those of closing a cycle, up to its statements.
var cycleVerbs = []verb{
	does((*call).cutOff),
	does((*call).compute),
	does((*call).openHidden),
	does((*call).signStatement),
	does((*call).claimStatement),
}

// cutOff fences the open cycle. It reads no row that commands of lanes write, so that they can't
// keep it from landing, however many there are.
func (c *call) cutOff(req settlement.CutOffRequest) error {
	if err := c.Caller.Require(party.Operator); err != nil {
		return err
	}
	book, err := c.book(c.Cycle.Since)
	if err != nil {
		return err
	}
	directory, err := ledger.Get(c.Tx, row.Directory(), "directory", "of parties")
	if err != nil {
		return err
	}
	if err := c.owesNothing(); err != nil {
		return err
	}
	next, closed, err := c.Cycle.CutOff(req, book, directory.Parties, c.At.Number)
	if err != nil {
		return err
	}
	_, known, err := ledger.Find(c.Tx, row.Close(req.Next))
	if err != nil {
		return err
	}
	if known {
		return fault.New(fault.Conflict, "there was a cycle %s", req.Next)
	}
	ledger.Put(c.Tx, row.Close(closed.ID), closed)
	ledger.Put(c.Tx, row.Cycle(), next)
	c.Cycle = next
	return nil
}

// owesNothing refuses with WRONG_STATE a batch in which parties owe already.
func (c *call) owesNothing() error {
	_, begun, err := ledger.Written(c.Tx, row.Obligations(c.Caller.ID, c.Lane, c.Seq))
	if begun {
		return fault.New(fault.WrongState, "commands before it in the batch make parties owe in cycle %s", c.Cycle.ID)
	}
	return err
}

// book is what was agreed about settling on a business date.
func (c *call) book(day date.Date) (settlement.Agreements, error) {
	return ledger.Get(c.Tx, row.Agreements(day), "agreements", "of "+day.String())
}

func (c *call) closed(id string) (settlement.Close, error) {
	return ledger.Get(c.Tx, row.Close(id), "closed cycle", id)
}

func (c *call) pair(cycle, a, b string) (settlement.Pair, error) {
	return ledger.Get(c.Tx, row.Pair(cycle, a, b), "statement", "of "+a+" and "+b+" in cycle "+cycle)
}

func (c *call) compute(req settlement.ComputeRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	if err := closed.Require(settlement.Cut); err != nil {
		return err
	}
	lanes, err := c.lanesOf(closed)
	if err != nil {
		return err
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	next, pairs, err := closed.Compute(lanes, consortium.Operator, c.At.Number, c.At.Date)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Close(req.Cycle), next)
	for _, p := range pairs {
		ledger.Put(c.Tx, row.Pair(req.Cycle, p.A, p.B), p)
	}
	return nil
}

// lanesOf reads, by key, what every lane of every party made the parties owe each other in a cycle.
func (c *call) lanesOf(closed settlement.Close) ([]settlement.Lane, error) {
	var keys []string
	for _, id := range closed.Parties {
		for lane := range uint8(number.Lanes) {
			keys = append(keys, string(row.Positions(closed.ID, id, lane)),
				string(row.HiddenPositions(closed.ID, id, lane)))
		}
	}
	if err := c.Tx.Prefetch(keys); err != nil {
		return nil, err
	}
	var lanes []settlement.Lane
	for _, id := range closed.Parties {
		for number := range uint8(number.Lanes) {
			lane := settlement.Lane{Party: id, Number: number}
			var owing bool
			var err error
			if lane.Positions, owing, err = ledger.Find(c.Tx, row.Positions(closed.ID, id, number)); err != nil {
				return nil, err
			}
			if lane.Hidden, _, err = ledger.Find(c.Tx, row.HiddenPositions(closed.ID, id, number)); err != nil {
				return nil, err
			}
			if owing {
				lanes = append(lanes, lane)
			}
		}
	}
	return lanes, nil
}

func (c *call) openHidden(req settlement.OpenRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	pair, err := c.pair(req.Cycle, req.Debtor, req.Creditor)
	if err != nil {
		return err
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	next, supply, fee, err := pair.Open(closed, req, consortium.Operator, c.Caller.ID, c.At.Number)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pair(req.Cycle, pair.A, pair.B), next.Known(supply))
	if err := c.owe(supply); err != nil {
		return err
	}
	if fee.Debtor == fee.Creditor || req.Fee.Num == 0 {
		return nil
	}
	return c.feeKnown(req.Cycle, fee)
}

// feeKnown adds the fee on an opened sum to the statement that waits for it.
func (c *call) feeKnown(cycle string, fee settlement.Owe) error {
	pair, err := c.pair(cycle, fee.Debtor, fee.Creditor)
	if err != nil {
		return err
	}
	next, fee := pair.FeeKnown(fee)
	ledger.Put(c.Tx, row.Pair(cycle, pair.A, pair.B), next)
	return c.owe(fee)
}

func (c *call) signStatement(req settlement.SignRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	pair, err := c.pair(req.Cycle, c.Caller.ID, req.With)
	if err != nil {
		return err
	}
	next, err := pair.Sign(closed, req, c.Caller.ID, c.At.Number, c.At.Date)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pair(req.Cycle, pair.A, pair.B), next)
	return nil
}

func (c *call) claimStatement(req settlement.ClaimRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	pair, err := c.pair(req.Cycle, c.Caller.ID, req.With)
	if err != nil {
		return err
	}
	next, err := pair.Claimed(closed, c.Caller.ID)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pair(req.Cycle, pair.A, pair.B), next)
	return nil
}
