package contract

import (
	"fmt"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// memberVerbs are those of members and of what is shown to them. Who may and
// what is refused in which order stands at the request's type.
var memberVerbs = []verb{
	reading((*call).enrol, func(r *run, req member.EnrolRequest) []string {
		keys := []string{string(row.Member(req.Member))}
		if req.HasAccount() {
			keys = append(keys, string(row.Account(r.caller.ID, req.Channel, req.Account)))
		}
		return keys
	}),
	reading((*call).link, func(r *run, req member.LinkRequest) []string {
		return []string{string(row.Member(req.Member)), string(row.Account(r.caller.ID, req.Channel, req.Account))}
	}),
	reading((*call).unlink, func(_ *run, req member.UnlinkRequest) []string {
		return []string{string(row.Member(req.Member)), string(row.Account(req.Party, req.Channel, req.Account))}
	}),
	reading((*call).invite, func(_ *run, req member.InviteRequest) []string { return []string{string(row.Member(req.Member))} }),
	does((*call).cancelInvitation),
	reading((*call).mergeMembers, func(_ *run, req member.MergeRequest) []string {
		return []string{string(row.Member(req.From)), string(row.Member(req.Into)), string(row.Invitation(req.Invitation))}
	}),
	reading((*call).setKey, func(_ *run, req member.SetKeyRequest) []string { return []string{string(row.Member(req.Member))} }),
	reading((*call).consent, func(_ *run, req member.ConsentRequest) []string { return []string{string(row.Member(req.Member))} }),
	does((*call).share),
	does((*call).withdrawConsent),
	does((*call).erase),
	reading((*call).label, func(r *run, req member.LabelRequest) []string {
		return []string{string(row.Member(req.Member)), string(row.Labels(req.Member, r.caller.ID))}
	}),
	reading((*call).authorise, func(_ *run, req member.AuthoriseRequest) []string { return []string{string(row.Member(req.Member))} }),
	does((*call).revokeAuthorisation),
	does((*call).publishOffer),
	does((*call).withdrawOffer),
}

// memberAt is the command's setting as the package member wants it.
func (c *call) memberAt() member.At { return member.At(c.at) }

// requireMerchant refuses with FORBIDDEN a caller that is neither issuer nor
// acceptor.
func (c *call) requireMerchant() error {
	if c.caller.Roles.Has(party.Issuer) || c.caller.Roles.Has(party.Acceptor) {
		return nil
	}
	return fault.New(fault.Forbidden, "%s is neither an issuer nor an acceptor", c.caller.ID)
}

// member reads a member, merged or erased ones too. NOT_FOUND.
func (c *call) member(id string) (member.Member, error) {
	return ledger.Get(c.tx, row.Member(id), "member", id)
}

// root reads the member that a member was merged into at last, itself if it
// wasn't. NOT_FOUND.
func (c *call) root(id string) (member.Member, error) { return rootOf(c.tx, id) }

func rootOf(tx *ledger.Tx, id string) (member.Member, error) {
	m, err := ledger.Get(tx, row.Member(id), "member", id)
	for hops := 0; err == nil && m.State == member.Merged; hops++ {
		if hops == member.MaxDepth {
			return member.Member{}, fmt.Errorf("contract: member %s was merged more than %d times", id, member.MaxDepth)
		}
		m, err = ledger.Get(tx, row.Member(m.Into), "member", m.Into)
	}
	return m, err
}

func (c *call) enrol(req member.EnrolRequest) error {
	if err := c.requireMerchant(); err != nil {
		return err
	}
	_, taken, err := ledger.Find(c.tx, row.Member(req.Member))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "member %s exists or has existed", req.Member)
	}
	if req.HasAccount() {
		taken, err := c.linkedBefore(req.Channel, req.Account)
		if err != nil {
			return err
		}
		if taken {
			return fault.New(fault.Conflict, "the account was linked before")
		}
		ledger.Put(c.tx, row.Account(c.caller.ID, req.Channel, req.Account), member.NewAccount(req.Member, c.memberAt()))
	}
	ledger.Put(c.tx, row.Member(req.Member), member.Enrol(req, c.memberAt()))
	return nil
}

// linkedBefore says whether an account of the caller's was ever linked.
func (c *call) linkedBefore(channel string, account codec.Hash) (bool, error) {
	_, taken, err := ledger.Find(c.tx, row.Account(c.caller.ID, channel, account))
	return taken, err
}

func (c *call) link(req member.LinkRequest) error {
	if err := c.requireMerchant(); err != nil {
		return err
	}
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	var inv *member.Invitation
	if !req.Invitation.IsZero() {
		found, err := c.invitation(req.Invitation)
		if err != nil {
			return err
		}
		inv = &found
	}
	taken, err := c.linkedBefore(req.Channel, req.Account)
	if err != nil {
		return err
	}
	next, used, err := member.Link(m, inv, taken, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Member(m.ID), next)
	ledger.Put(c.tx, row.Account(c.caller.ID, req.Channel, req.Account), member.NewAccount(m.ID, c.memberAt()))
	if used != nil {
		ledger.Put(c.tx, row.Invitation(req.Invitation), *used)
	}
	return nil
}

func (c *call) unlink(req member.UnlinkRequest) error {
	key := row.Account(req.Party, req.Channel, req.Account)
	asked, err := c.root(req.Member)
	if err != nil {
		return err
	}
	account, root, found, err := c.account(key)
	if err != nil {
		return err
	}
	if !found || root.ID != asked.ID {
		return fault.New(fault.NotFound, "member %s has no such account", req.Member)
	}
	next, ended, err := member.Unlink(root, account, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Member(root.ID), next)
	ledger.Put(c.tx, key, ended)
	return nil
}

// account reads an account and the root of its member; false if there is none.
func (c *call) account(key row.Key[member.Account]) (member.Account, member.Member, bool, error) {
	account, found, err := ledger.Find(c.tx, key)
	if err != nil || !found {
		return member.Account{}, member.Member{}, false, err
	}
	root, err := c.root(account.Member)
	return account, root, true, err
}

func (c *call) invite(req member.InviteRequest) error {
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	if req.For != "" {
		if _, err := c.party(req.For); err != nil {
			return err
		}
	}
	proven := false
	if req.HasAccount() && m.Home != c.caller.ID {
		account, root, found, err := c.account(row.Account(c.caller.ID, req.Channel, req.Account))
		if err != nil {
			return err
		}
		proven = found && account.State == member.Linked && root.ID == m.ID
	}
	inv, err := member.Invite(m, proven, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Invitation(c.at.Number), inv)
	return nil
}

func (c *call) invitation(n number.Command) (member.Invitation, error) {
	return ledger.Get(c.tx, row.Invitation(n), "invitation", n.String())
}

func (c *call) cancelInvitation(req member.CancelInvitationRequest) error {
	inv, err := c.invitation(req.Invitation)
	if err != nil {
		return err
	}
	next, err := inv.Cancel(req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Invitation(req.Invitation), next)
	return nil
}

func (c *call) mergeMembers(req member.MergeRequest) error {
	from, err := c.member(req.From)
	if err != nil {
		return err
	}
	into, err := c.member(req.Into)
	if err != nil {
		return err
	}
	inv, err := c.invitation(req.Invitation)
	if err != nil {
		return err
	}
	frozen, err := c.anyFrozen(req.From, req.Into)
	if err != nil {
		return err
	}
	ended, root, used, err := member.Merge(from, into, inv, frozen, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Member(from.ID), ended)
	ledger.Put(c.tx, row.Member(into.ID), root)
	ledger.Put(c.tx, row.Invitation(req.Invitation), used)
	for _, programme := range req.Programmes {
		if err := c.bringStanding(from.ID, into.ID, programme); err != nil {
			return err
		}
	}
	return nil
}

// anyFrozen says whether anybody has frozen one of the members' wallets.
func (c *call) anyFrozen(members ...string) (bool, error) {
	for _, id := range members {
		frozen, _, err := ledger.Find(c.tx, row.Frozen(points.Bucket(id)))
		if err != nil {
			return false, err
		}
		if len(frozen.Of(id)) > 0 {
			return true, nil
		}
	}
	return false, nil
}

func (c *call) setKey(req member.SetKeyRequest) error {
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	next, err := m.SetKey(req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Member(m.ID), next)
	return nil
}

func (c *call) label(req member.LabelRequest) error {
	if err := c.requireMerchant(); err != nil {
		return err
	}
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	key := row.Labels(req.Member, c.caller.ID)
	labels, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := labels.Change(m, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

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
	left, err := member.Erase(m, accounts, consents, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Member(m.ID), left.Member)
	for i, id := range req.Accounts {
		ledger.Put(c.tx, row.Account(id.Party, id.Channel, id.Account), left.Accounts[i])
	}
	for i, n := range req.Consents {
		ledger.Put(c.tx, row.Consent(n), left.Consents[i])
	}
	for _, p := range left.Purge {
		c.tx.Purge(member.Collection(m.Home, p.Party), p.Consent.String())
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
	auth, err := member.Authorise(m, acceptor.Roles.Has(party.Acceptor), network, used, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Authorisation(c.at.Number), auth)
	if req.Signed() {
		ledger.Put(c.tx, row.StatementUsed(req.Member, req.Nonce), member.Used{Number: c.at.Number})
	}
	return nil
}

// statement reads what a signed request needs: the network's name, and whether
// the statement was used before.
func (c *call) statement(req member.AuthoriseRequest) (network string, used bool, err error) {
	if !req.Signed() {
		return "", false, nil
	}
	charter, err := ledger.Get(c.tx, row.Charter(), "charter", "")
	if err != nil {
		return "", false, err
	}
	_, used, err = ledger.Find(c.tx, row.StatementUsed(req.Member, req.Nonce))
	return charter.Network, used, err
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
	next, err := auth.Revoke(root, req, c.memberAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Authorisation(req.Authorisation), next)
	return nil
}

func (c *call) authorisation(n number.Command) (member.Authorisation, error) {
	return ledger.Get(c.tx, row.Authorisation(n), "authorisation", n.String())
}

// mayspend lets the caller spend a root's points: its home needs nothing more,
// anybody else an authorisation, which is used up by so much.
//
// Refused, first that applies: WRONG_STATE (the member is erased), UNAUTHORISED
// (no authorisation), NOT_FOUND; then as member.Use.
func (c *call) mayspend(root member.Member, authorisation number.Command, cd code.Code, spends []points.Moved) error {
	if err := alive(root); err != nil {
		return err
	}
	if root.Home == c.caller.ID {
		return nil
	}
	if authorisation.IsZero() {
		return fault.New(fault.Unauthorised, "%s is not the home of member %s and names no authorisation", c.caller.ID, root.ID)
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
	next, err := member.Use(asRoot, authorisation, root.ID, c.caller.ID, cd, asSpends(spends), c.memberAt())
	if err != nil {
		return err
	}
	next.Member = auth.Member
	ledger.Put(c.tx, row.Authorisation(authorisation), next)
	return nil
}

// under is the authorisation by which the caller spends a root's points: none for
// its home, whatever it names. What a hold or trade remembers is given back later,
// so it must be what was used.
func (c *call) under(root member.Member, authorisation number.Command) number.Command {
	if root.Home == c.caller.ID {
		return number.Command{}
	}
	return authorisation
}

// unspend gives back to an authorisation what was spent under it and came back;
// with the zero number it does nothing. NOT_FOUND.
func (c *call) unspend(authorisation number.Command, spends []points.Moved) error {
	if authorisation.IsZero() {
		return nil
	}
	auth, err := c.authorisation(authorisation)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Authorisation(authorisation), member.GiveBack(auth, asSpends(spends)))
	return nil
}

// alive refuses with WRONG_STATE a member who was erased.
func alive(root member.Member) error {
	if root.State == member.Erased {
		return fault.New(fault.WrongState, "member %s is %s", root.ID, root.State)
	}
	return nil
}

func asSpends(moved []points.Moved) []member.Spend {
	spends := make([]member.Spend, len(moved))
	for i, m := range moved {
		spends[i] = member.Spend{Programme: m.Programme, Amount: m.Amount}
	}
	return spends
}
