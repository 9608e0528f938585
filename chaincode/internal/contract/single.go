package contract

//go:generate go run tallystick/chaincode/internal/singles/write singles_gen.go

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
)

// A single command is one command, sent alone and as JSON by somebody without a lane:
// a person at the peer's own command line. It goes to the caller's lane 0 and
// takes that lane's next number; two at once conflict and one is tried again.
// The request id may be "".
func single(ctx *Context, request string, req command.Request) (*command.Receipt, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	_, own := req.(party.BeginPeerRequest)
	r, err := begin(ctx, number.Single, 0, own, command.Digest(ctx.GetStub().GetArgs()))
	if err != nil {
		return nil, err
	}
	alone := command.New(request, req)
	r.guard(command.Batch{Lane: r.lane, Seq: r.seq, Commands: []command.Command{alone}})
	receipt, err := r.one(0, alone, req)
	if err != nil {
		return nil, err
	}
	return &receipt, r.tx.Flush()
}
