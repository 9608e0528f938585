package verb

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// dateVerbs are those of the business date.
var dateVerbs = []verb{
	does((*call).advanceDate),
	does((*call).confirmDate),
}

// advanceDate moves the business date, and makes the book of the new one. An endorser of a network that is no
// test refuses a date that its own calendar hasn't reached.
func (c *call) advanceDate(req settlement.AdvanceRequest) error {
	given, err := Notices(c.Tx)
	if err != nil {
		return err
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	next, err := settlement.Advance(c.Cycle, req, settlement.Confirmed(given, c.At.Date), c.At.Now, consortium.Test)
	if err != nil {
		return err
	}
	if today := c.Today; !consortium.Test && req.Date > today {
		return fault.New(fault.TimeWindow, "%s is after this endorser's today", req.Date)
	}
	book, err := c.book(c.Cycle.Date)
	if err != nil {
		return err
	}
	book, begun := book.Next(c.Cycle.Date, next.Date, consortium.Operator, given)
	ledger.Put(c.Tx, row.Cycle(), next)
	ledger.Put(c.Tx, row.Agreements(next.Date), book)
	for _, m := range begun {
		m.Agreed = nil
		ledger.Put(c.Tx, row.SettlementModel(m.Number), m)
	}
	c.Cycle = next
	return nil
}

// Notices reads what all parties gave notice of.
func Notices(tx *ledger.Tx) ([]settlement.Given, error) {
	directory, err := ledger.Get(tx, row.Directory(), "directory", "of parties")
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, id := range directory.Parties {
		keys = append(keys, string(row.Notice(id)), string(row.Party(id)))
	}
	if err := tx.Prefetch(keys); err != nil {
		return nil, err
	}
	given := make([]settlement.Given, len(directory.Parties))
	for i, id := range directory.Parties {
		member, err := ledger.Get(tx, row.Party(id), "party", id)
		if err != nil {
			return nil, err
		}
		given[i].Party, given[i].Asked = id, (member.Roles|member.Had)&party.Business != 0 &&
			member.State != party.Closed
		if given[i].Notice, _, err = ledger.Find(tx, row.Notice(id)); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func (c *call) confirmDate(req settlement.ConfirmDateRequest) error {
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) {
		return n.ConfirmDate(req, consortium.Operator, c.step())
	})
}
