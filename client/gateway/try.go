package gateway

import (
	"context"

	"tallystick/chaincode/command"
)

// Try asks a peer what a single command would do: it performs the command by the ledger's own functions, on what it
// has, and nothing is sent to be ordered. Refusals are those that the command would meet; the receipt is the one it
// would have, with a number that another command can get first.
//
// One peer's answer binds nobody: the others that would endorse may be some blocks further, and so may this one by the
// time that the command is sent.
func (g *Gateway) Try(ctx context.Context, asked Asked, req command.Request) (command.Receipt, error) {
	if _, err := link(asked, []command.Request{req}); err != nil {
		return command.Receipt{}, err
	}
	body, err := bodyOf(req)
	if err != nil {
		return command.Receipt{}, err
	}
	return decode[command.Receipt](g.Query().evaluate(ctx, call{chaincode: g.cfg.Chaincode,
		function: command.KindOf(req).String(), args: [][]byte{[]byte(asked.request()), body}}))
}
