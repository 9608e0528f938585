package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// modelVerbs are those of settlement models.
var modelVerbs = []verb{
	does((*call).proposeModel),
	does((*call).agreeModel),
	does((*call).leaveModel),
	does((*call).setPolicy),
}

// Model is the contract of settlement models.
type Model struct{ contractapi.Contract }

// Propose puts a version of a model into the book. See settlement.ProposeRequest.
func (*Model) Propose(ctx *Context, request string, req settlement.ProposeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Agree binds the caller by a model. See settlement.AgreeRequest.
func (*Model) Agree(ctx *Context, request string, req settlement.AgreeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Leave ends the caller's consent. See settlement.LeaveRequest.
func (*Model) Leave(ctx *Context, request string, req settlement.LeaveRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// SetPolicy changes how cycles are closed. See settlement.SetPolicyRequest.
func (*Cycle) SetPolicy(ctx *Context, request string, req settlement.SetPolicyRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

func (c *call) proposeModel(req settlement.ProposeRequest) error {
	if err := c.takesPart(); err != nil {
		return err
	}
	charter, err := ledger.Get(c.tx, row.Charter(), "charter", "")
	if err != nil {
		return err
	}
	return c.changeBook(func(b settlement.Book) (settlement.Book, error) {
		return b.Propose(req, c.caller.ID, charter.Operator, c.at.Date)
	})
}

func (c *call) agreeModel(req settlement.AgreeRequest) error {
	if err := c.takesPart(); err != nil {
		return err
	}
	return c.changeBook(func(b settlement.Book) (settlement.Book, error) { return b.Agree(req, c.caller.ID, c.at.Date) })
}

func (c *call) leaveModel(req settlement.LeaveRequest) error {
	return c.changeBook(func(b settlement.Book) (settlement.Book, error) { return b.Leave(req, c.caller.ID, c.at.Date) })
}

func (c *call) setPolicy(req settlement.SetPolicyRequest) error {
	if err := c.caller.Require(party.Operator); err != nil {
		return err
	}
	return c.changeBook(func(b settlement.Book) (settlement.Book, error) {
		b.Policy = req.Policy
		return b, nil
	})
}

func (c *call) changeBook(change func(settlement.Book) (settlement.Book, error)) error {
	book, err := c.book()
	if err != nil {
		return err
	}
	next, err := change(book)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Book(), next)
	return nil
}
