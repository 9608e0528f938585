package verb

import (
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

func (c *call) authorise(req member.AuthoriseRequest) error {
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	acceptor, err := c.party(req.Acceptor)
	if err != nil {
		return err
	}
	for _, limit := range req.Caps {
		if _, err := c.programme(limit.Programme); err != nil {
			return err
		}
	}
	network, used, err := c.statement(req)
	if err != nil {
		return err
	}
	auth, err := member.Authorise(m, acceptor.Roles.Has(party.Acceptor), network, used, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Authorisation(c.At.Number), auth)
	if req.Signed() {
		ledger.Put(c.Tx, row.StatementUsed(req.Member, req.Nonce), member.Used{Number: c.At.Number})
	}
	return nil
}

// statement reads what a signed request needs: the network's name, and whether
// the statement was used before.
func (c *call) statement(req member.AuthoriseRequest) (network string, used bool, err error) {
	if !req.Signed() {
		return "", false, nil
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return "", false, err
	}
	_, used, err = ledger.Find(c.Tx, row.StatementUsed(req.Member, req.Nonce))
	return consortium.Network, used, err
}

func (c *call) revokeAuthorisation(req member.RevokeAuthorisationRequest) error {
	auth, err := c.authorisation(req.Authorisation)
	if err != nil {
		return err
	}
	root, err := c.root(auth.Member)
	if err != nil {
		return err
	}
	next, err := auth.Revoke(root, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Authorisation(req.Authorisation), next)
	return nil
}

func (c *call) authorisation(n number.Command) (member.Authorisation, error) {
	return ledger.Get(c.Tx, row.Authorisation(n), "authorisation", n.String())
}

// mayspend lets the caller spend a root's points: its home needs nothing more,
// anybody else an authorisation, which is used up by so much.
//
// Refused, first that applies: WRONG_STATE (the member is erased), UNAUTHORISED
// (no authorisation), NOT_FOUND; then as member.Use.
func (c *call) mayspend(root member.Member, authorisation number.Command, cd code.Code, spends []spend.Moved) error {
	if err := alive(root); err != nil {
		return err
	}
	if root.Home == c.Caller.ID {
		return nil
	}
	if authorisation.IsZero() {
		return fault.New(fault.Unauthorised, "%s is not the home of member %s and names no authorisation", c.Caller.ID,
			root.ID)
	}
	auth, err := c.authorisation(authorisation)
	if err != nil {
		return err
	}
	of, err := c.root(auth.Member)
	if err != nil {
		return err
	}
	asRoot := auth
	asRoot.Member = of.ID
	next, err := member.Use(asRoot, authorisation, root.ID, c.Caller.ID, cd, asSpends(spends), c.At)
	if err != nil {
		return err
	}
	next.Member = auth.Member
	ledger.Put(c.Tx, row.Authorisation(authorisation), next)
	return nil
}

// under is the authorisation by which the caller spends a root's points: none for
// its home, whatever it names. What a hold or trade remembers is given back later,
// so it must be what was used.
func (c *call) under(root member.Member, authorisation number.Command) number.Command {
	if root.Home == c.Caller.ID {
		return number.Command{}
	}
	return authorisation
}

// unspend gives back to an authorisation what was spent under it and came back;
// with the zero number it does nothing. NOT_FOUND.
func (c *call) unspend(authorisation number.Command, spends []spend.Moved) error {
	if authorisation.IsZero() {
		return nil
	}
	auth, err := c.authorisation(authorisation)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Authorisation(authorisation), member.GiveBack(auth, asSpends(spends)))
	return nil
}

// alive refuses with WRONG_STATE a member who was erased.
func alive(root member.Member) error {
	if root.State == member.Erased {
		return fault.New(fault.WrongState, "member %s is %s", root.ID, root.State)
	}
	return nil
}

func asSpends(moved []spend.Moved) []member.Spend {
	spends := make([]member.Spend, len(moved))
	for i, m := range moved {
		spends[i] = member.Spend{Programme: m.Programme, Amount: m.Amount}
	}
	return spends
}
