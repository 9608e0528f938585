package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// standing reads what a member has done in a programme; nothing yet is no error.
func (c *call) standing(programme, member string) (points.Standing, error) {
	s, _, err := ledger.Find(c.tx, row.Standing(programme, member))
	return s, err
}

// changeStanding lets change decide on the standing as it is.
func (c *call) changeStanding(programme, member string, change func(points.Standing) (points.Standing, error)) error {
	s, err := c.standing(programme, member)
	if err != nil {
		return err
	}
	next, err := change(s)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Standing(programme, member), next)
	return nil
}

// standingsOf reads the standings that a spend of the lots depends on.
func (c *call) standingsOf(member string, programmes map[string]points.Programme, lots []points.Lot) (map[string]points.Standing, error) {
	var found map[string]points.Standing
	for _, lot := range lots {
		if _, known := found[lot.Programme]; known || !programmes[lot.Programme].Rules.CountsSpending() {
			continue
		}
		s, err := c.standing(lot.Programme, member)
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = map[string]points.Standing{}
		}
		found[lot.Programme] = s
	}
	return found, nil
}

// countEarned counts a grant, where the programme's rules ask for it.
func (c *call) countEarned(programme points.Programme, member string, units amount.Units) error {
	if !programme.Rules.CountsEarning() {
		return nil
	}
	root, err := c.root(member)
	if err != nil {
		return err
	}
	return c.changeStanding(programme.ID, root.ID, func(s points.Standing) (points.Standing, error) {
		return s.Earn(programme.Rules, units, c.at.Date)
	})
}

// countSpent counts a spend by programme.
func (c *call) countSpent(purse points.Purse, pieces spend.Line) error {
	for _, m := range pieces.ByProgramme() {
		rules := purse.Programmes[m.Programme].Rules
		if !rules.CountsSpending() {
			continue
		}
		err := c.changeStanding(m.Programme, purse.Member, func(s points.Standing) (points.Standing, error) {
			return s.Spend(rules, m.Amount, c.at.Date)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// countUnspent takes back what a hold or an order had counted, if that was today.
func (c *call) countUnspent(was spent, moved []spend.Moved) error {
	for _, m := range moved {
		programme, err := c.programme(m.Programme)
		if err != nil {
			return err
		}
		if !programme.Rules.CountsSpending() {
			continue
		}
		root, err := c.root(was.member)
		if err != nil {
			return err
		}
		err = c.changeStanding(m.Programme, root.ID, func(s points.Standing) (points.Standing, error) {
			return s.Unspend(m.Amount, was.day, c.at.Date), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// countSent counts what a member gives to another, by programme.
func (c *call) countSent(purse points.Purse, to string, moved []spend.Moved) error {
	for _, m := range moved {
		rules := purse.Programmes[m.Programme].Rules
		if !rules.CountsSending() {
			continue
		}
		err := c.changeStanding(m.Programme, purse.Member, func(s points.Standing) (points.Standing, error) {
			return s.Send(rules, to, m.Amount, c.at.Date)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tier is what a member has earned in a programme, by its rules as of today; ""
// for none.
func (c *call) tier(member, id string) (string, error) {
	programme, err := c.programme(id)
	if err != nil {
		return "", err
	}
	if len(programme.Rules.Tiers) == 0 {
		return "", nil
	}
	s, err := c.standing(id, member)
	return s.Tier(programme.Rules, c.at.Date), err
}

// bringStanding adds the standing of a member who was merged to the one that it
// became.
func (c *call) bringStanding(from, into, programme string) error {
	if _, err := c.programme(programme); err != nil {
		return err
	}
	brought, err := c.standing(programme, from)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Standing(programme, from), points.Standing{})
	return c.changeStanding(programme, into, func(s points.Standing) (points.Standing, error) {
		return s.Join(brought, c.at.Date), nil
	})
}
