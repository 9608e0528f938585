package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Consortium is the contract of the founding.
type Consortium struct{ contractapi.Contract }

// Found makes the caller the operator of a new network. See party.FoundRequest.
func (*Consortium) Found(ctx *Context, req party.FoundRequest) (*party.Consortium, error) {
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
	switch there, found, err := ledger.Find(tx, row.Consortium()); {
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
	consortium, operator := party.Found(req, caller, party.MarkOf(ctx.GetStub().GetChannelID(),
		ctx.GetStub().GetTxID()))
	ledger.Put(tx, row.Consortium(), consortium)
	ledger.Put(tx, row.Cycle(), settlement.Open(req.Cycle, req.Date))
	ledger.Put(tx, row.Party(operator.ID), operator)
	ledger.Put(tx, row.Directory(), party.Directory{Parties: []string{operator.ID}})
	ledger.Put(tx, row.Agreements(req.Date), settlement.Founding())
	return &consortium, tx.Flush()
}
