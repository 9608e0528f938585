package loyalty

import (
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/loyalty"
)

func transfer(a *cli.App) *cobra.Command {
	var req loyalty.TransferRequest
	var s cli.Spending
	var c cli.Consent
	cmd := cli.Verb(a, "transfer", `  tally --as D points transfer --member wang --to li --take DP:1.00
  tally --as M points transfer --member wang --to li --take GP:1.00 --authorisation G.0.31.0`,
		loyalty.PointsTransfer, func([]string) (_ loyalty.TransferRequest, err error) {
			req.Spending = s.Named()
			req.Authorisation, req.Code, err = c.Proof(a)
			return req, err
		}, a.ReceiptOf("points:Transfer"))
	cli.Word(cmd, &req.Member, "member", "member who gives")
	cli.Word(cmd, &req.To, "to", "member who gets")
	s.Flags(a, cmd)
	c.Flags(cmd)
	cli.RequireOne(cmd, "take", "lot")
	cli.Require(cmd, "member", "to")
	return cmd
}
