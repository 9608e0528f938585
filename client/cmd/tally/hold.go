package main

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

// holding is what hold and redeem have in common.
type holding struct {
	spending
	consent
	member string
	length time.Duration
}

func (h *holding) flags(a *app, cmd *cobra.Command) {
	word(cmd, &h.member, "member", "whose points")
	require(cmd, "member")
	h.spending.flags(a, cmd)
	requireOne(cmd, "take", "lot")
	h.consent.flags(cmd)
}

// request is what the flags ask for.
func (h *holding) request(a *app) (req loyalty.HoldRequest, err error) {
	req = loyalty.HoldRequest{Member: h.member, Spending: h.named(), For: inSeconds(h.length)}
	req.Authorisation, req.Code, err = h.proof(a)
	return req, err
}

func hold(a *app) *cobra.Command {
	var h holding
	cmd := verb(a, "hold",
		`  tally --as D points hold --member zhang --take DP:18.60 --take FP:84.00 --for 15m
  tally --as D points hold --member zhang --lot D.1.2.0.0:18.60
  tally --as M points hold --member zhang --take GP:5.00 --authorisation G.0.31.0 --code-file code.txt`,
		loyalty.PointsHold, func([]string) (loyalty.HoldRequest, error) { return h.request(a) },
		a.receiptOf("points:Hold"))
	h.flags(a, cmd)
	span(cmd, &h.length, "for", 15*time.Minute, "how long, from now, up to 30d")
	return cmd
}

func redeem(a *app) *cobra.Command {
	h := holding{length: 15 * time.Minute}
	cmd := verb(a, "redeem", "  tally --as D points redeem --member wang --take DP:18.00 --request till-7-000123",
		loyalty.PointsRedeem, func([]string) (loyalty.HoldRequest, error) { return h.request(a) },
		shows(a, func(t table.Writer, r loyalty.Redeemed) {
			receiptTable(t, "points:Capture of hold "+r.Hold.String(), r.Receipt)
		}))
	cmd.Long = `Redeem a member's points: a hold, under the request id, then its capture, ID~capture.
Asked again with the same --request, it goes on where it stopped and answers the first
receipt.`
	h.flags(a, cmd)
	return cmd
}

func capture(a *app) *cobra.Command {
	var req loyalty.CaptureRequest
	cmd := verb(a, "capture HOLD",
		"  tally --as D points capture D.0.7.0\n  tally --as D points capture D.0.7.0 --points 9.00",
		loyalty.PointsCapture, parsed(&req, &req.Hold, number.ParseCommand), a.receiptOf("points:Capture"))
	a.pointsFlag(cmd, &req.Points, "points", "points, the rest stays held; all if you name none", ofHold(&req.Hold))
	return cmd
}

func refund(a *app) *cobra.Command {
	var req loyalty.RefundRequest
	cmd := verb(a, "refund HOLD", `  tally --as D points refund D.0.7.0 --points 9.00 --reason goods_returned
  tally --as D points refund D.0.7.0 --capture D.0.8.0 --reason goods_returned`,
		loyalty.PointsRefund, parsed(&req, &req.Hold, number.ParseCommand), a.receiptOf("points:Refund"))
	cmd.Long = `Give points of a capture back to the lots that they were taken from, the last
taken first. Without --capture it is the hold's only capture; without --points all
that is left of it.`
	one(cmd, &req.Capture, "capture", "which of the hold's captures", number.ParseCommand)
	a.pointsFlag(cmd, &req.Points, "points", "points; all that is left if you name none", ofHold(&req.Hold))
	reason(cmd, &req.Reason, "goods_returned")
	return cmd
}

func release(a *app) *cobra.Command {
	var req points.ReleaseRequest
	cmd := verb(a, "release HOLD", "  tally --as D points release D.0.7.0 --reason customer_cancelled",
		loyalty.PointsRelease, parsed(&req, &req.Hold, number.ParseCommand), a.receiptOf("points:Release"))
	reason(cmd, &req.Reason, "customer_cancelled")
	return cmd
}

func timeOut(a *app) *cobra.Command {
	var due bool
	cmd := leaf("timeout [HOLD]", "End a hold that has passed its deadline, or all of yours; for everyone (超时释放)",
		"  tally --as M points timeout D.0.7.0\n  tally --as D points timeout --due",
		func(ctx context.Context, args []string) error {
			if due == (len(args) == 1) {
				return fault.New(fault.BadRequest,
					"name a hold, or say --due for all of yours that have passed their deadline")
			}
			if due {
				return perform(ctx, a, loyalty.PointsTimeoutDue, func() (node.NoRequest, error) {
					return node.NoRequest{}, nil
				},
					a.resultsOf("holds timed out"))
			}
			return perform(ctx, a, loyalty.PointsTimeout, func() (req points.TimeOutRequest, err error) {
				req.Hold, err = number.ParseCommand(args[0])
				return req, err
			}, a.receiptOf("points:TimeOut"))
		})
	cmd.Flags().BoolVar(&due, "due", false, "all of your holds that have passed their deadline")
	return a.takesLong(cmd)
}

func holds(a *app) *cobra.Command {
	var req loyalty.HoldsRequest
	var state string
	cmd := verb(a, "holds",
		"  tally --as D points holds --member zhang\n  tally --as D points holds --acceptor D --state OPEN",
		loyalty.PointsHolds, func([]string) (loyalty.HoldsRequest, error) {
			req.States = nil
			if state == "" {
				return req, nil
			}
			s, err := fromWord[points.HoldState](state)
			req.States = []points.HoldState{s}
			return req, err
		}, inTable(a, func(t table.Writer, list node.List[index.Hold], s scales) { holdsTable(t, list.Rows, s) }))
	word(cmd, &req.Member, "member", "of this member only")
	word(cmd, &req.Acceptor, "acceptor", "of this party only")
	word(cmd, &state, "state", "OPEN, PART_CAPTURED, CAPTURED, CLOSED, RELEASED or TIMED_OUT")
	complete(cmd, "state", "OPEN", "PART_CAPTURED", "CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT")
	return cmd
}

func holdsTable(t table.Writer, list []index.Hold, s scales) {
	t.AppendHeader(table.Row{"hold", "acceptor", "member", "state", "points", "captured", "refunded", "until"})
	for _, h := range list {
		t.AppendRow(table.Row{h.Number, h.Acceptor, h.Member, h.State, lineText(h.Pieces, s),
			s.held(h.Hold, h.Captured), s.held(h.Hold, h.Refunded()), moment(h.Deadline)})
	}
	right(t, 5, 6, 7)
}
