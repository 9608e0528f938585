package contract

import (
	"tallystick/chaincode/date"
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
	given, err := givenIn(c.tx)
	if err != nil {
		return err
	}
	charter, err := ledger.Get(c.tx, row.Charter(), "charter", "")
	if err != nil {
		return err
	}
	next, err := settlement.Advance(c.cycle, req, settlement.Confirmed(given, c.at.Date), c.at.Now, charter.Test)
	if err != nil {
		return err
	}
	if today := date.Of(c.ctx.config.Now(), c.ctx.config.Place); !charter.Test && req.Date > today {
		return fault.New(fault.TimeWindow, "%s is after this endorser's today", req.Date)
	}
	book, err := c.book(c.cycle.Date)
	if err != nil {
		return err
	}
	book, begun := book.Next(c.cycle.Date, next.Date, charter.Operator, given)
	ledger.Put(c.tx, row.Cycle(), next)
	ledger.Put(c.tx, row.Book(next.Date), book)
	for _, m := range begun {
		m.Agreed = nil
		ledger.Put(c.tx, row.SettlementModel(m.Number), m)
	}
	c.cycle = next
	return nil
}

// givenIn is what all parties gave notice of.
func givenIn(tx *ledger.Tx) ([]settlement.Given, error) {
	roster, err := ledger.Get(tx, row.Roster(), "roster", "of parties")
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, id := range roster.Parties {
		keys = append(keys, string(row.Notice(id)), string(row.Party(id)))
	}
	if err := tx.Prefetch(keys); err != nil {
		return nil, err
	}
	given := make([]settlement.Given, len(roster.Parties))
	for i, id := range roster.Parties {
		member, err := ledger.Get(tx, row.Party(id), "party", id)
		if err != nil {
			return nil, err
		}
		given[i].Party, given[i].Asked = id, (member.Roles|member.Had)&party.Business != 0 && member.State != party.Closed
		if given[i].Notice, _, err = ledger.Find(tx, row.Notice(id)); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func (c *call) confirmDate(req settlement.ConfirmDateRequest) error {
	charter, err := ledger.Get(c.tx, row.Charter(), "charter", "")
	if err != nil {
		return err
	}
	return c.giveNotice(func(n settlement.Notice) (settlement.Notice, error) {
		return n.ConfirmDate(req, charter.Operator, c.step())
	})
}
