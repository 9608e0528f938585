package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/internal/verb"
)

// Batch is the contract that programs use.
type Batch struct{ contractapi.Contract }

// Run does 1 to 500 commands of the caller in one of its lanes: see run.Batch. TIME_WINDOW comes before its refusals.
//
// The argument is the CBOR of a command.Batch, the answer that of a command.Result.
func (*Batch) Run(ctx *Context, batch command.Batch) (*command.Result, error) {
	t, err := ctx.transaction()
	if err != nil {
		return nil, err
	}
	return run.Batch(t, verb.Do, batch)
}
