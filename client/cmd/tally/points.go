package main

import "github.com/spf13/cobra"

// pointsCommand is the group of points; what shows them besides is of other rooms.
func Points(a *App, shown ...*cobra.Command) *cobra.Command {
	cmd := Group("points", "Points: issue, hold, capture, transfer, freeze … (积分)")
	Under(cmd, "Give (发放)", issue(a), award(a), simulate(a), earnRules(a), pledge(a), pledges(a),
		activate(a), cancelLot(a))
	Under(cmd, "Spend (消费)", hold(a), redeem(a), capture(a), refund(a), release(a), timeOut(a), holds(a))
	Under(cmd, "Move (流转)", transfer(a), convert(a))
	Under(cmd, "Correct and end (更正、到期)", adjust(a), revokePoints(a), expire(a))
	Under(cmd, "Guard (风控)", freeze(a), unfreeze(a), appeal(a), dismiss(a), freezes(a))
	Under(cmd, "See (查看)", append(shown, relieve(a))...)
	return cmd
}
