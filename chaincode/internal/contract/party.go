package contract

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
)

// partyVerbs are those of the consortium's own affairs.
var partyVerbs = []verb{
	does((*call).register),
	does((*call).amend),
	does((*call).setParty),
	does((*call).beginPeer),
}

// Charter is the contract of the founding.
type Charter struct{ contractapi.Contract }

// Found makes the caller the operator of a new network. See party.FoundRequest.
func (*Charter) Found(ctx *Context, req party.FoundRequest) (*party.Charter, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	if err := settlement.CheckNew(req.Cycle); err != nil {
		return nil, err
	}
	tx := ledger.New(ctx.GetStub())
	caller, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return nil, err
	}
	switch there, found, err := ledger.Find(tx, row.Charter()); {
	case err != nil:
		return nil, err
	case found:
		return nil, fault.New(fault.Conflict, "the network %s is founded, by %s", there.Network, there.Operator)
	}
	if ctx.config.Operator != caller {
		return nil, fault.New(fault.Forbidden, "this endorser does not accept %s as the operator", caller)
	}
	if req.Test && !ctx.config.Test {
		return nil, fault.New(fault.Forbidden, "this endorser does not accept a test network")
	}
	tx.Guard(row.Founding(caller).Explain)
	charter, operator := party.Found(req, caller, party.MarkOf(ctx.GetStub().GetChannelID(), ctx.GetStub().GetTxID()))
	ledger.Put(tx, row.Charter(), charter)
	ledger.Put(tx, row.Cycle(), settlement.Open(req.Cycle, req.Date))
	ledger.Put(tx, row.Party(operator.ID), operator)
	ledger.Put(tx, row.Roster(), party.Roster{Parties: []string{operator.ID}})
	ledger.Put(tx, row.Book(req.Date), settlement.Founding())
	return &charter, tx.Flush()
}

func (c *call) register(req party.RegisterRequest) error {
	_, taken, err := ledger.Find(c.tx, row.Party(req.Party))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "party %s is registered", req.Party)
	}
	ledger.Put(c.tx, row.Party(req.Party), party.Register(req))
	return c.enlist(func(r party.Roster) (party.Roster, error) { return r.Plus(req.Party) })
}

// enlist changes the list of parties.
func (c *call) enlist(change func(party.Roster) (party.Roster, error)) error {
	roster, err := ledger.Get(c.tx, row.Roster(), "roster", "of parties")
	if err != nil {
		return err
	}
	if roster, err = change(roster); err != nil {
		return err
	}
	ledger.Put(c.tx, row.Roster(), roster)
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
	ledger.Put(c.tx, row.Party(req.Party), next)
	switch party.Pending {
	case found.State:
		return c.enlist(func(r party.Roster) (party.Roster, error) { return r.Minus(req.Party), nil })
	case next.State:
		return c.enlist(func(r party.Roster) (party.Roster, error) { return r.Plus(req.Party) })
	}
	return nil
}

// beginPeer notes that the caller has a peer: see run.own, which has sealed this command there.
func (c *call) beginPeer(party.BeginPeerRequest) error {
	next, err := c.caller.BeginPeer(c.seq - 1)
	if err != nil {
		return err
	}
	if !c.own {
		return fault.New(fault.BadRequest, "a peer is begun by a single command: party:BeginPeer")
	}
	ledger.Put(c.tx, row.Party(next.ID), next)
	c.caller = next
	return nil
}

func (c *call) amend(req party.AmendRequest) error {
	found, err := c.party(req.Party)
	if err != nil {
		return err
	}
	next := found.Amend(req)
	ledger.Put(c.tx, row.Party(req.Party), next)
	if next.ID == c.caller.ID {
		c.caller = next
	}
	return nil
}
