package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// standing reads what a root has done in a programme; nothing yet is no error.
func (c *call) standing(programme, root string) (points.Standing, error) {
	s, _, err := together(c, root, c.standings(programme))
	return s, err
}

// changeStanding lets change decide on a root's standing as it is.
func (c *call) changeStanding(programme, root string, change func(points.Standing) (points.Standing, error)) error {
	return recount(c, root, c.standings(programme), change)
}

// standings are those of a programme: months add up, and so does what was done today.
func (c *call) standings(programme string) counted[points.Standing] {
	return counted[points.Standing]{
		key:  func(wallet string) row.Key[points.Standing] { return row.Standing(programme, wallet) },
		join: func(a, b points.Standing) points.Standing { return a.Join(b, c.At.Date) },
	}
}

// standingsOf reads the standings that a spend of the lots depends on.
func (c *call) standingsOf(member string, programmes map[string]points.Programme,
	lots []points.Lot) (map[string]points.Standing, error) {
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

// earned admits the member of a grant, and counts it where the programme's rules ask
// for it. It answers the grant's lots with what the member owed taken off.
func (c *call) earned(programme points.Programme, g points.Grant, lots []points.Lot) ([]points.Lot, error) {
	counts := programme.Rules.CountsEarning()
	if g.Home != "" && !counts {
		return lots, nil
	}
	member, root, err := c.memberAndRoot(g.Member)
	if err != nil {
		return nil, err
	}
	if err := alive(root); err != nil {
		return nil, err
	}
	if g.Home != "" && g.Home != member.Home {
		return nil, fault.New(fault.Forbidden, "%s is not the home of member %s", g.Home, g.Member)
	}
	if !counts {
		return lots, nil
	}
	err = c.changeStanding(programme.ID, root.ID, func(s points.Standing) (points.Standing, error) {
		return s.Earn(programme.Rules, g.Amount, c.At.Date)
	})
	if err != nil {
		return nil, err
	}
	for i := range lots {
		lots[i].Counted = c.At.Date
	}
	return c.payOff(programme, root.ID, lots)
}

// memberAndRoot reads a member and the one that it has become. NOT_FOUND.
func (c *call) memberAndRoot(id string) (one, root member.Member, err error) {
	if one, err = c.member(id); err != nil {
		return one, root, err
	}
	root, err = c.root(id)
	return one, root, err
}

// payOff takes from new lots of a member what the member owes, where the programme's
// rules keep debts.
func (c *call) payOff(programme points.Programme, id string, lots []points.Lot) ([]points.Lot, error) {
	if programme.Rules.Shortfall != points.ShortfallOwed {
		return lots, nil
	}
	root, err := c.root(id)
	if err != nil {
		return nil, err
	}
	s, err := c.standing(programme.ID, root.ID)
	if err != nil {
		return nil, err
	}
	next, paid := points.PayOff(lots, s.Debt)
	if paid == 0 {
		return next, nil
	}
	return next, c.changeStanding(programme.ID, root.ID, func(s points.Standing) (points.Standing, error) {
		s.Debt -= paid
		return s, nil
	})
}

// earnedMore counts what an adjustment gives as earned on the day of what it
// corrects. WRONG_STATE (the member was erased), DAILY_CAP.
func (c *call) earnedMore(programme points.Programme, lot points.Lot) error {
	root, err := c.root(lot.Member)
	if err != nil && (lot.Home == "" || fault.CodeOf(err) != fault.NotFound) {
		return err
	}
	if err := alive(root); err != nil {
		return err
	}
	if lot.Counted == 0 {
		return nil
	}
	return c.changeStanding(lot.Programme, root.ID, func(s points.Standing) (points.Standing, error) {
		return s.Add(programme.Rules, lot.Issued, lot.Counted, c.At.Date)
	})
}

// unearn takes back what a lot was counted for, as far as it was clawed back.
func (c *call) unearn(lot points.Lot, units amount.Units) error {
	if lot.Counted == 0 {
		return nil
	}
	root, err := c.root(lot.Member)
	if err != nil {
		return err
	}
	return c.changeStanding(lot.Programme, root.ID, func(s points.Standing) (points.Standing, error) {
		return s.Unearn(units, lot.Counted, c.At.Date), nil
	})
}

// oweShort notes what a member owes after a clawback, where the programme's rules say so.
func (c *call) oweShort(programme points.Programme, lot points.Lot, short amount.Units) error {
	if short == 0 || programme.Rules.Shortfall != points.ShortfallOwed {
		return nil
	}
	root, err := c.root(lot.Member)
	if err != nil {
		return err
	}
	return c.changeStanding(programme.ID, root.ID, func(s points.Standing) (_ points.Standing, err error) {
		s.Debt, err = s.Debt.Add(short)
		return s, err
	})
}

// countSpent counts a spend by programme.
func (c *call) countSpent(wallet points.Wallet, pieces spend.Line) error {
	for _, m := range pieces.ByProgramme() {
		rules := wallet.Programmes[m.Programme].Rules
		if !rules.CountsSpending() {
			continue
		}
		err := c.changeStanding(m.Programme, wallet.Member, func(s points.Standing) (points.Standing, error) {
			return s.Spend(rules, m.Amount, c.At.Date)
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
			return s.Unspend(m.Amount, was.day, c.At.Date), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// countSent counts what a member gives to another, by programme.
func (c *call) countSent(wallet points.Wallet, to string, moved []spend.Moved) error {
	for _, m := range moved {
		rules := wallet.Programmes[m.Programme].Rules
		if !rules.CountsSending() {
			continue
		}
		err := c.changeStanding(m.Programme, wallet.Member, func(s points.Standing) (points.Standing, error) {
			return s.Send(rules, to, m.Amount, c.At.Date)
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
	return s.Tier(programme.Rules, c.At.Date), err
}
