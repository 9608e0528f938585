package main

import (
	"context"

	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

func transfer(a *app) *cobra.Command {
	var from, to string
	var s spending
	var c consent
	cmd := leaf("transfer", "Move points from one member to another; for the giver's home, or with an authorisation (转赠)",
		`  tally --as D points transfer --member wang --to li --take DP:1.00
  tally --as M points transfer --member wang --to li --take GP:1.00 --authorisation G.0.31.0`,
		func(ctx context.Context, _ []string) error {
			authorisation, cd, err := c.proof(a)
			if err != nil {
				return err
			}
			return a.spends(ctx, from, &s, func(pieces []spend.Take) command.Request {
				return points.TransferRequest{From: from, To: to, Pieces: pieces, Authorisation: authorisation, Code: cd}
			})
		})
	word(cmd, &from, "member", "member who gives")
	word(cmd, &to, "to", "member who gets")
	s.flags(a, cmd)
	c.flags(cmd)
	requireOne(cmd, "take", "lot")
	require(cmd, "member", "to")
	return cmd
}
