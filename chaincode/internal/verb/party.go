package verb

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

// partyVerbs are those of the consortium's own affairs.
var partyVerbs = []verb{
	does((*call).register),
	does((*call).amend),
	does((*call).setParty),
	does((*call).beginPeer),
}

func (c *call) register(req party.RegisterRequest) error {
	_, taken, err := ledger.Find(c.Tx, row.Party(req.Party))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "party %s is registered", req.Party)
	}
	ledger.Put(c.Tx, row.Party(req.Party), party.Register(req))
	return c.enlist(func(r party.Directory) (party.Directory, error) { return r.Plus(req.Party) })
}

// enlist changes the list of parties.
func (c *call) enlist(change func(party.Directory) (party.Directory, error)) error {
	directory, err := ledger.Get(c.Tx, row.Directory(), "directory", "of parties")
	if err != nil {
		return err
	}
	if directory, err = change(directory); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Directory(), directory)
	return nil
}

// setParty suspends, closes or reopens a party. One that has never sent a command has no lanes
// for a cycle's close to read: it leaves the list of parties when it is closed.
func (c *call) setParty(req party.SetRequest) error {
	found, err := c.party(req.Party)
	if err != nil {
		return err
	}
	next, err := found.Set(req)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Party(req.Party), next)
	switch party.Pending {
	case found.State:
		return c.enlist(func(r party.Directory) (party.Directory, error) { return r.Minus(req.Party), nil })
	case next.State:
		return c.enlist(func(r party.Directory) (party.Directory, error) { return r.Plus(req.Party) })
	}
	return nil
}

// beginPeer notes that the caller has a peer: see run.own, which has sealed this command there.
func (c *call) beginPeer(party.BeginPeerRequest) error {
	next, err := c.Caller.BeginPeer(c.Seq - 1)
	if err != nil {
		return err
	}
	if !c.Own {
		return fault.New(fault.BadRequest, "a peer is begun by a single command: party:BeginPeer")
	}
	ledger.Put(c.Tx, row.Party(next.ID), next)
	c.Caller = next
	return nil
}

func (c *call) amend(req party.AmendRequest) error {
	found, err := c.party(req.Party)
	if err != nil {
		return err
	}
	next := found.Amend(req)
	ledger.Put(c.Tx, row.Party(req.Party), next)
	if next.ID == c.Caller.ID {
		c.Caller = next
	}
	return nil
}
