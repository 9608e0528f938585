package loyalty

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

// holding is what hold and redeem have in common.
type holding struct {
	cli.Spending
	cli.Consent
	member string
	length time.Duration
}

func (h *holding) flags(a *cli.App, cmd *cobra.Command) {
	cli.Word(cmd, &h.member, "member", "whose points")
	cli.Require(cmd, "member")
	h.Spending.Flags(a, cmd)
	cli.RequireOne(cmd, "take", "lot")
	h.Consent.Flags(cmd)
}

// request is what the flags ask for.
func (h *holding) request(a *cli.App) (req loyalty.HoldRequest, err error) {
	req = loyalty.HoldRequest{Member: h.member, Spending: h.Named(), For: cli.InSeconds(h.length)}
	req.Authorisation, req.Code, err = h.Proof(a)
	return req, err
}

func hold(a *cli.App) *cobra.Command {
	var h holding
	cmd := cli.Verb(a, "hold", `  tally --as D points hold --member zhang --take DP:18.60 --take FP:84.00 --for 15m
  tally --as D points hold --member zhang --lot D.1.2.0.0:18.60
  tally --as M points hold --member zhang --take GP:5.00 --authorisation G.0.31.0 --code-file code.txt`,
		loyalty.PointsHold, func([]string) (loyalty.HoldRequest, error) { return h.request(a) },
		a.ReceiptOf("points:Hold"))
	h.flags(a, cmd)
	cli.Span(cmd, &h.length, "for", 15*time.Minute, "how long, from now, up to 30d")
	return cmd
}

func redeem(a *cli.App) *cobra.Command {
	h := holding{length: 15 * time.Minute}
	cmd := cli.Verb(a, "redeem", "  tally --as D points redeem --member wang --take DP:18.00 --request till-7-000123",
		loyalty.PointsRedeem, func([]string) (loyalty.HoldRequest, error) { return h.request(a) },
		cli.Shows(a, func(t table.Writer, r loyalty.Redeemed) {
			cli.ReceiptTable(t, "points:Capture of hold "+r.Hold.String(), r.Receipt)
		}))
	cmd.Long = `Redeem a member's points: a hold, under the request id, then its capture, ID~capture.
Asked again with the same --request, it goes on where it stopped and answers the first
receipt.`
	h.flags(a, cmd)
	return cmd
}

func capture(a *cli.App) *cobra.Command {
	var req loyalty.CaptureRequest
	cmd := cli.Verb(a, "capture HOLD",
		"  tally --as D points capture D.0.7.0\n  tally --as D points capture D.0.7.0 --points 9.00",
		loyalty.PointsCapture, cli.Parsed(&req, &req.Hold, number.ParseCommand), a.ReceiptOf("points:Capture"))
	a.PointsFlag(cmd, &req.Points, "points", "points, the rest stays held; all if you name none", cli.OfHold(&req.Hold))
	return cmd
}

func refund(a *cli.App) *cobra.Command {
	var req loyalty.RefundRequest
	cmd := cli.Verb(a, "refund HOLD", `  tally --as D points refund D.0.7.0 --points 9.00 --reason goods_returned
  tally --as D points refund D.0.7.0 --capture D.0.8.0 --reason goods_returned`,
		loyalty.PointsRefund, cli.Parsed(&req, &req.Hold, number.ParseCommand), a.ReceiptOf("points:Refund"))
	cmd.Long = `Give points of a capture back to the lots that they were taken from, the last
taken first. Without --capture it is the hold's only capture; without --points all
that is left of it.`
	cli.One(cmd, &req.Capture, "capture", "which of the hold's captures", number.ParseCommand)
	a.PointsFlag(cmd, &req.Points, "points", "points; all that is left if you name none", cli.OfHold(&req.Hold))
	cli.Reason(cmd, &req.Reason, "goods_returned")
	return cmd
}

func release(a *cli.App) *cobra.Command {
	var req points.ReleaseRequest
	cmd := cli.Verb(a, "release HOLD", "  tally --as D points release D.0.7.0 --reason customer_cancelled",
		loyalty.PointsRelease, cli.Parsed(&req, &req.Hold, number.ParseCommand), a.ReceiptOf("points:Release"))
	cli.Reason(cmd, &req.Reason, "customer_cancelled")
	return cmd
}

func timeOut(a *cli.App) *cobra.Command {
	var due bool
	cmd := cli.Leaf("timeout [HOLD]", "End a hold that has passed its deadline, or all of yours; for everyone (超时释放)",
		"  tally --as M points timeout D.0.7.0\n  tally --as D points timeout --due",
		func(ctx context.Context, args []string) error {
			if due == (len(args) == 1) {
				return fault.New(fault.BadRequest,
					"name a hold, or say --due for all of yours that have passed their deadline")
			}
			if due {
				return cli.Perform(ctx, a, loyalty.PointsTimeoutDue, func() (node.NoRequest, error) {
					return node.NoRequest{}, nil
				}, a.ResultsOf("holds timed out"))
			}
			return cli.Perform(ctx, a, loyalty.PointsTimeout, func() (req points.TimeOutRequest, err error) {
				req.Hold, err = number.ParseCommand(args[0])
				return req, err
			}, a.ReceiptOf("points:TimeOut"))
		})
	cmd.Flags().BoolVar(&due, "due", false, "all of your holds that have passed their deadline")
	return a.TakesLong(cmd)
}

func holds(a *cli.App) *cobra.Command {
	var req loyalty.HoldsRequest
	var state string
	cmd := cli.Verb(a, "holds",
		"  tally --as D points holds --member zhang\n  tally --as D points holds --acceptor D --state OPEN",
		loyalty.PointsHolds, func([]string) (loyalty.HoldsRequest, error) {
			req.States = nil
			if state == "" {
				return req, nil
			}
			s, err := cli.FromWord[points.HoldState](state)
			req.States = []points.HoldState{s}
			return req, err
		}, cli.InTable(a, func(t table.Writer, list node.List[index.Hold], s cli.Scales) {
			holdsTable(t, list.Rows, s)
		}))
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Acceptor, "acceptor", "of this party only")
	cli.Word(cmd, &state, "state", "OPEN, PART_CAPTURED, CAPTURED, CLOSED, RELEASED or TIMED_OUT")
	cli.Complete(cmd, "state", "OPEN", "PART_CAPTURED", "CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT")
	return cmd
}

func holdsTable(t table.Writer, list []index.Hold, s cli.Scales) {
	t.AppendHeader(table.Row{"hold", "acceptor", "member", "state", "points", "captured", "refunded", "until"})
	for _, h := range list {
		t.AppendRow(table.Row{h.Number, h.Acceptor, h.Member, h.State, cli.LineText(h.Pieces, s),
			s.Held(h.Hold, h.Captured), s.Held(h.Hold, h.Refunded()), cli.Moment(h.Deadline)})
	}
	cli.Right(t, 5, 6, 7)
}
