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
	Spending
	Consent
	member string
	length time.Duration
}

func (h *holding) flags(a *App, cmd *cobra.Command) {
	Word(cmd, &h.member, "member", "whose points")
	Require(cmd, "member")
	h.Spending.Flags(a, cmd)
	RequireOne(cmd, "take", "lot")
	h.Consent.Flags(cmd)
}

// request is what the flags ask for.
func (h *holding) request(a *App) (req loyalty.HoldRequest, err error) {
	req = loyalty.HoldRequest{Member: h.member, Spending: h.Named(), For: InSeconds(h.length)}
	req.Authorisation, req.Code, err = h.Proof(a)
	return req, err
}

func hold(a *App) *cobra.Command {
	var h holding
	cmd := Verb(a, "hold",
		`  tally --as D points hold --member zhang --take DP:18.60 --take FP:84.00 --for 15m
  tally --as D points hold --member zhang --lot D.1.2.0.0:18.60
  tally --as M points hold --member zhang --take GP:5.00 --authorisation G.0.31.0 --code-file code.txt`,
		loyalty.PointsHold, func([]string) (loyalty.HoldRequest, error) { return h.request(a) },
		a.ReceiptOf("points:Hold"))
	h.flags(a, cmd)
	Span(cmd, &h.length, "for", 15*time.Minute, "how long, from now, up to 30d")
	return cmd
}

func redeem(a *App) *cobra.Command {
	h := holding{length: 15 * time.Minute}
	cmd := Verb(a, "redeem", "  tally --as D points redeem --member wang --take DP:18.00 --request till-7-000123",
		loyalty.PointsRedeem, func([]string) (loyalty.HoldRequest, error) { return h.request(a) },
		Shows(a, func(t table.Writer, r loyalty.Redeemed) {
			ReceiptTable(t, "points:Capture of hold "+r.Hold.String(), r.Receipt)
		}))
	cmd.Long = `Redeem a member's points: a hold, under the request id, then its capture, ID~capture.
Asked again with the same --request, it goes on where it stopped and answers the first
receipt.`
	h.flags(a, cmd)
	return cmd
}

func capture(a *App) *cobra.Command {
	var req loyalty.CaptureRequest
	cmd := Verb(a, "capture HOLD",
		"  tally --as D points capture D.0.7.0\n  tally --as D points capture D.0.7.0 --points 9.00",
		loyalty.PointsCapture, Parsed(&req, &req.Hold, number.ParseCommand), a.ReceiptOf("points:Capture"))
	a.PointsFlag(cmd, &req.Points, "points", "points, the rest stays held; all if you name none", OfHold(&req.Hold))
	return cmd
}

func refund(a *App) *cobra.Command {
	var req loyalty.RefundRequest
	cmd := Verb(a, "refund HOLD", `  tally --as D points refund D.0.7.0 --points 9.00 --reason goods_returned
  tally --as D points refund D.0.7.0 --capture D.0.8.0 --reason goods_returned`,
		loyalty.PointsRefund, Parsed(&req, &req.Hold, number.ParseCommand), a.ReceiptOf("points:Refund"))
	cmd.Long = `Give points of a capture back to the lots that they were taken from, the last
taken first. Without --capture it is the hold's only capture; without --points all
that is left of it.`
	One(cmd, &req.Capture, "capture", "which of the hold's captures", number.ParseCommand)
	a.PointsFlag(cmd, &req.Points, "points", "points; all that is left if you name none", OfHold(&req.Hold))
	Reason(cmd, &req.Reason, "goods_returned")
	return cmd
}

func release(a *App) *cobra.Command {
	var req points.ReleaseRequest
	cmd := Verb(a, "release HOLD", "  tally --as D points release D.0.7.0 --reason customer_cancelled",
		loyalty.PointsRelease, Parsed(&req, &req.Hold, number.ParseCommand), a.ReceiptOf("points:Release"))
	Reason(cmd, &req.Reason, "customer_cancelled")
	return cmd
}

func timeOut(a *App) *cobra.Command {
	var due bool
	cmd := Leaf("timeout [HOLD]", "End a hold that has passed its deadline, or all of yours; for everyone (超时释放)",
		"  tally --as M points timeout D.0.7.0\n  tally --as D points timeout --due",
		func(ctx context.Context, args []string) error {
			if due == (len(args) == 1) {
				return fault.New(fault.BadRequest,
					"name a hold, or say --due for all of yours that have passed their deadline")
			}
			if due {
				return Perform(ctx, a, loyalty.PointsTimeoutDue, func() (node.NoRequest, error) {
					return node.NoRequest{}, nil
				},
					a.ResultsOf("holds timed out"))
			}
			return Perform(ctx, a, loyalty.PointsTimeout, func() (req points.TimeOutRequest, err error) {
				req.Hold, err = number.ParseCommand(args[0])
				return req, err
			}, a.ReceiptOf("points:TimeOut"))
		})
	cmd.Flags().BoolVar(&due, "due", false, "all of your holds that have passed their deadline")
	return a.TakesLong(cmd)
}

func holds(a *App) *cobra.Command {
	var req loyalty.HoldsRequest
	var state string
	cmd := Verb(a, "holds",
		"  tally --as D points holds --member zhang\n  tally --as D points holds --acceptor D --state OPEN",
		loyalty.PointsHolds, func([]string) (loyalty.HoldsRequest, error) {
			req.States = nil
			if state == "" {
				return req, nil
			}
			s, err := FromWord[points.HoldState](state)
			req.States = []points.HoldState{s}
			return req, err
		}, InTable(a, func(t table.Writer, list node.List[index.Hold], s Scales) { holdsTable(t, list.Rows, s) }))
	Word(cmd, &req.Member, "member", "of this member only")
	Word(cmd, &req.Acceptor, "acceptor", "of this party only")
	Word(cmd, &state, "state", "OPEN, PART_CAPTURED, CAPTURED, CLOSED, RELEASED or TIMED_OUT")
	Complete(cmd, "state", "OPEN", "PART_CAPTURED", "CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT")
	return cmd
}

func holdsTable(t table.Writer, list []index.Hold, s Scales) {
	t.AppendHeader(table.Row{"hold", "acceptor", "member", "state", "points", "captured", "refunded", "until"})
	for _, h := range list {
		t.AppendRow(table.Row{h.Number, h.Acceptor, h.Member, h.State, LineText(h.Pieces, s),
			s.Held(h.Hold, h.Captured), s.Held(h.Hold, h.Refunded()), Moment(h.Deadline)})
	}
	Right(t, 5, 6, 7)
}
