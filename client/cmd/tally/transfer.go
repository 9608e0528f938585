package main

import (
	"github.com/spf13/cobra"

	"tallystick/client/node/loyalty"
)

func transfer(a *app) *cobra.Command {
	var req loyalty.TransferRequest
	var s spending
	var c consent
	cmd := verb(a, "transfer", `  tally --as D points transfer --member wang --to li --take DP:1.00
  tally --as M points transfer --member wang --to li --take GP:1.00 --authorisation G.0.31.0`,
		loyalty.PointsTransfer, func([]string) (_ loyalty.TransferRequest, err error) {
			req.Spending = s.named()
			req.Authorisation, req.Code, err = c.proof(a)
			return req, err
		}, a.receiptOf("points:Transfer"))
	word(cmd, &req.Member, "member", "member who gives")
	word(cmd, &req.To, "to", "member who gets")
	s.flags(a, cmd)
	c.flags(cmd)
	requireOne(cmd, "take", "lot")
	require(cmd, "member", "to")
	return cmd
}
