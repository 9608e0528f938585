package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

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
