package contract

//go:generate go run tallystick/chaincode/internal/singles/write singles_gen.go

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/internal/verb"
)

// single does a single command: see run.Single.
func single(ctx *Context, request string, req command.Request) (*command.Receipt, error) {
	t, err := ctx.transaction()
	if err != nil {
		return nil, err
	}
	return run.Single(t, verb.Do, request, req)
}
