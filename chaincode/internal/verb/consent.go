package verb

import (
	"fmt"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

func (c *call) consentOf(n number.Command) (member.Consent, error) {
	return ledger.Get(c.Tx, row.Consent(n), "consent", n.String())
}

func (c *call) consent(req member.ConsentRequest) error {
	m, err := c.member(req.Member)
	if err != nil {
		return err
	}
	for _, id := range req.Parties {
		if _, err := c.party(id); err != nil {
			return err
		}
	}
	next, consent, err := member.Agree(m, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(m.ID), next)
	ledger.Put(c.Tx, row.Consent(c.At.Number), consent)
	return nil
}

func (c *call) share(req member.ShareRequest) error {
	consent, err := c.consentOf(req.Consent)
	if err != nil {
		return err
	}
	with, err := c.party(req.Party)
	if err != nil {
		return err
	}
	next, err := consent.Share(req, c.Caller.Peer && with.Peer, c.At)
	if err != nil {
		return err
	}
	profile, err := c.profile(req.Digest)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Consent(req.Consent), next)
	c.Tx.PutPrivate(member.Collection(consent.By, req.Party), req.Consent.String(), profile)
	return nil
}

// profile finds what came as transient data under a digest's digits. What it
// refuses ends the transaction: the block doesn't hold the profile, so no replay
// could find the refusal again. In a transaction that is on the ledger, every
// profile that got here was its digest's.
func (c *call) profile(digest codec.Hash) ([]byte, error) {
	transient, err := c.Stub.GetTransient()
	if err != nil {
		return nil, fmt.Errorf("verb: transient data: %w", err)
	}
	profile, there := transient[digest.String()]
	if !there {
		return nil, run.NoFact(fault.New(fault.BadRequest, "profile: want it as transient data under its digest"))
	}
	if err := member.CheckProfile(profile, digest); err != nil {
		return nil, run.NoFact(err)
	}
	return profile, nil
}

func (c *call) withdrawConsent(req member.WithdrawConsentRequest) error {
	consent, err := c.consentOf(req.Consent)
	if err != nil {
		return err
	}
	root, err := c.root(consent.Member)
	if err != nil {
		return err
	}
	next, left, gone, err := member.Withdraw(root, consent, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(root.ID), next)
	ledger.Put(c.Tx, row.Consent(req.Consent), left)
	for _, p := range gone {
		c.Tx.Purge(member.Collection(consent.By, p), req.Consent.String())
	}
	return nil
}
