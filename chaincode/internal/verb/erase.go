package verb

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

func (c *call) erase(req member.EraseRequest) error {
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	accounts, err := c.heldAccounts(req.Accounts)
	if err != nil {
		return err
	}
	consents, err := c.heldConsents(req.Consents)
	if err != nil {
		return err
	}
	if err := c.labelled(req.Labels); err != nil {
		return err
	}
	left, err := member.Erase(m, accounts, consents, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(m.ID), left.Member)
	for i, id := range req.Accounts {
		ledger.Put(c.Tx, row.Account(id.Party, id.Channel, id.Account), left.Accounts[i])
	}
	for i, n := range req.Consents {
		ledger.Put(c.Tx, row.Consent(n), left.Consents[i])
	}
	for _, l := range req.Labels {
		ledger.Put(c.Tx, row.Labels(l.Member, l.Party), member.Labels{List: []member.Label{}})
	}
	for _, p := range left.Purge {
		c.Tx.Purge(member.Collection(m.Home, p.Party), p.Consent.String())
	}
	return nil
}

// labelled refuses with NOT_FOUND labels that nobody has given.
func (c *call) labelled(list []member.LabelsID) error {
	for _, l := range list {
		if _, err := ledger.Get(c.Tx, row.Labels(l.Member, l.Party), "label of "+l.Party+" on member",
			l.Member); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) heldAccounts(ids []member.AccountID) ([]member.Held[member.Account], error) {
	held := make([]member.Held[member.Account], len(ids))
	for i, id := range ids {
		account, root, found, err := c.account(row.Account(id.Party, id.Channel, id.Account))
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fault.New(fault.NotFound, "there is no account %d of %s's %s", i, id.Party, id.Channel)
		}
		held[i] = member.Held[member.Account]{Row: account, Root: root.ID}
	}
	return held, nil
}

func (c *call) heldConsents(numbers []number.Command) ([]member.Held[member.Consent], error) {
	held := make([]member.Held[member.Consent], len(numbers))
	for i, n := range numbers {
		consent, err := c.consentOf(n)
		if err != nil {
			return nil, err
		}
		root, err := c.root(consent.Member)
		if err != nil {
			return nil, err
		}
		held[i] = member.Held[member.Consent]{Row: consent, Root: root.ID}
	}
	return held, nil
}
