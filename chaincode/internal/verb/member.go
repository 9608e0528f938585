package verb

import (
	"fmt"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

// requireMerchant refuses with FORBIDDEN a caller that is neither issuer nor
// acceptor.
func (c *call) requireMerchant() error {
	if c.Caller.Roles.Has(party.Issuer) || c.Caller.Roles.Has(party.Acceptor) {
		return nil
	}
	return fault.New(fault.Forbidden, "%s is neither an issuer nor an acceptor", c.Caller.ID)
}

// member reads a member, merged or erased ones too. NOT_FOUND.
func (c *call) member(id string) (member.Member, error) {
	return ledger.Get(c.Tx, row.Member(id), "member", id)
}

func (c *call) root(id string) (member.Member, error) { return Root(c.Tx, id) }

// Root reads the member that a member was merged into at last, itself if it wasn't. NOT_FOUND.
func Root(tx *ledger.Tx, id string) (member.Member, error) {
	m, err := ledger.Get(tx, row.Member(id), "member", id)
	for hops := 0; err == nil && m.State == member.Merged; hops++ {
		if hops == member.MaxDepth {
			return member.Member{}, fmt.Errorf("verb: member %s was merged more than %d times", id, member.MaxDepth)
		}
		m, err = ledger.Get(tx, row.Member(m.Into), "member", m.Into)
	}
	return m, err
}

func (c *call) enrol(req member.EnrolRequest) error {
	if err := c.requireMerchant(); err != nil {
		return err
	}
	_, taken, err := ledger.Find(c.Tx, row.Member(req.Member))
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
		ledger.Put(c.Tx, row.Account(c.Caller.ID, req.Channel, req.Account), member.NewAccount(req.Member, c.At))
	}
	ledger.Put(c.Tx, row.Member(req.Member), member.Enrol(req, c.At))
	return nil
}

// linkedBefore says whether an account of the caller's was ever linked.
func (c *call) linkedBefore(channel string, account codec.Hash) (bool, error) {
	_, taken, err := ledger.Find(c.Tx, row.Account(c.Caller.ID, channel, account))
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
	next, used, err := member.Link(m, inv, taken, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(m.ID), next)
	ledger.Put(c.Tx, row.Account(c.Caller.ID, req.Channel, req.Account), member.NewAccount(m.ID, c.At))
	if used != nil {
		ledger.Put(c.Tx, row.Invitation(req.Invitation), *used)
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
	next, ended, err := member.Unlink(root, account, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(root.ID), next)
	ledger.Put(c.Tx, key, ended)
	return nil
}

// account reads an account and the root of its member; false if there is none.
func (c *call) account(key row.Key[member.Account]) (member.Account, member.Member, bool, error) {
	account, found, err := ledger.Find(c.Tx, key)
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
	if _, err := c.party(req.For); err != nil {
		return err
	}
	proven := false
	if req.HasAccount() && m.Home != c.Caller.ID {
		account, root, found, err := c.account(row.Account(c.Caller.ID, req.Channel, req.Account))
		if err != nil {
			return err
		}
		proven = found && account.State == member.Linked && root.ID == m.ID
	}
	inv, err := member.Invite(m, proven, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Invitation(c.At.Number), inv)
	return nil
}

func (c *call) invitation(n number.Command) (member.Invitation, error) {
	return ledger.Get(c.Tx, row.Invitation(n), "invitation", n.String())
}

func (c *call) cancelInvitation(req member.CancelInvitationRequest) error {
	inv, err := c.invitation(req.Invitation)
	if err != nil {
		return err
	}
	next, err := inv.Cancel(req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Invitation(req.Invitation), next)
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
	ended, root, used, err := member.Merge(from, into, inv, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(from.ID), ended)
	ledger.Put(c.Tx, row.Member(into.ID), root)
	ledger.Put(c.Tx, row.Invitation(req.Invitation), used)
	return nil
}

func (c *call) setKey(req member.SetKeyRequest) error {
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	next, err := m.SetKey(req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(m.ID), next)
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
	key := row.Labels(req.Member, c.Caller.ID)
	labels, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	next, err := labels.Change(m, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	return nil
}
