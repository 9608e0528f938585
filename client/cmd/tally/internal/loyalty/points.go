// Package loyalty has the commands about points, benefits, campaigns, offers, and the limits of them.
package loyalty

import (
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
)

// Points is the group of points; what shows them besides is of other rooms.
func Points(a *cli.App, shown ...*cobra.Command) *cobra.Command {
	cmd := cli.Group("points", "Points: issue, hold, capture, transfer, freeze … (积分)")
	cli.Under(cmd, "Give (发放)", issue(a), award(a), simulate(a), earnRules(a), pledge(a), pledges(a),
		activate(a), cancelLot(a))
	cli.Under(cmd, "Spend (消费)", hold(a), redeem(a), capture(a), refund(a), release(a), timeOut(a), holds(a))
	cli.Under(cmd, "Move (流转)", transfer(a), convert(a))
	cli.Under(cmd, "Correct and end (更正、到期)", adjust(a), revokePoints(a), expire(a))
	cli.Under(cmd, "Guard (风控)", freeze(a), unfreeze(a), appeal(a), dismiss(a), freezes(a))
	cli.Under(cmd, "See (查看)", append(shown, showLot(a), relieve(a))...)
	return cmd
}
