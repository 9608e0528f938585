package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway"
	"tallystick/client/index"
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

// request makes the hold of some pieces.
func (h *holding) request(a *app) (func([]spend.Take) command.Request, error) {
	authorisation, cd, err := h.proof(a)
	return func(pieces []spend.Take) command.Request {
		return points.HoldRequest{Member: h.member, Pieces: pieces, Deadline: after(h.length), Authorisation: authorisation, Code: cd}
	}, err
}

func hold(a *app) *cobra.Command {
	var h holding
	cmd := leaf("hold", "Reserve a member's points; for acceptors (预占)",
		`  tally --as D points hold --member zhang --take DP:18.60 --take FP:84.00 --for 15m
  tally --as D points hold --member zhang --lot D.1.2.0.0:18.60
  tally --as M points hold --member zhang --take GP:5.00 --authorisation G.0.31.0 --code-file code.txt`,
		func(ctx context.Context, _ []string) error {
			with, err := h.request(a)
			if err != nil {
				return err
			}
			return a.spends(ctx, h.member, &h.spending, with)
		})
	h.flags(a, cmd)
	span(cmd, &h.length, "for", 15*time.Minute, "how long, from now, up to 30d")
	return cmd
}

func redeem(a *app) *cobra.Command {
	h := holding{length: 15 * time.Minute}
	cmd := leaf("redeem", "Hold and capture in one go; for acceptors (核销积分)",
		"  tally --as D points redeem --member wang --take DP:18.00 --request till-7-000123",
		func(ctx context.Context, _ []string) error { return a.redeem(ctx, &h) })
	cmd.Long = `Redeem a member's points: a hold, under the request id, then its capture, ID~capture.
Asked again with the same --request, it goes on where it stopped and answers the first
receipt.`
	h.flags(a, cmd)
	return cmd
}

func (a *app) redeem(ctx context.Context, h *holding) error {
	with, err := h.request(a)
	if err != nil {
		return err
	}
	if err := h.spending.check(with); err != nil {
		return err
	}
	return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, r *index.Reading) error {
		held, err := a.place(ctx, g, r, h.member, h.spending, with)
		if err != nil {
			return err
		}
		placed, err := g.Query().Hold(ctx, held.Number)
		if err != nil {
			return err
		}
		captured, err := a.step(ctx, g, "capture", points.CaptureRequest{Hold: held.Number, Amount: placed.Sum()})
		if err != nil {
			return err
		}
		return a.printReceipt("points:Capture of hold "+held.Number.String(), captured)
	})
}

// ofHold sends what is made of a hold as it stands, once.
func (a *app) ofHold(ctx context.Context, text, what string, ask func(number.Command, points.Hold) (command.Request, error)) error {
	n, err := number.ParseCommand(text)
	if err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
		answer, err := a.once(ctx, g, func() (command.Request, error) {
			h, err := g.Query().Hold(ctx, n)
			if err != nil {
				return nil, err
			}
			return ask(n, h)
		})
		if err != nil {
			return err
		}
		return a.printReceipt(what, answer)
	})
}

func capture(a *app) *cobra.Command {
	var take amount.Units
	var n number.Command
	cmd := leaf("capture HOLD", "Redeem held points, all or a part; for the hold's acceptor (扣减确认)",
		"  tally --as D points capture D.0.7.0\n  tally --as D points capture D.0.7.0 --points 9.00", nil)
	a.pointsFlag(cmd, &take, "points", "points, the rest stays held; all if you name none", ofHold(&n))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("points") {
			var err error
			if n, err = number.ParseCommand(args[0]); err != nil {
				return err
			}
			return a.submits(cmd.Context(), func() (command.Request, error) { return points.CaptureRequest{Hold: n, Amount: take}, nil })
		}
		return a.ofHold(cmd.Context(), args[0], "points:Capture", func(n number.Command, h points.Hold) (command.Request, error) {
			return points.CaptureRequest{Hold: n, Amount: h.Sum() - h.Captured}, nil
		})
	}
	return cmd
}

func refund(a *app) *cobra.Command {
	var given points.RefundRequest
	cmd := leaf("refund HOLD", "Unwind a capture, all of it or a part; for the hold's acceptor (冲正、部分退款)",
		`  tally --as D points refund D.0.7.0 --points 9.00 --reason goods_returned
  tally --as D points refund D.0.7.0 --capture D.0.8.0 --reason goods_returned`,
		func(ctx context.Context, args []string) error {
			var err error
			if given.Hold, err = checkRefund(args[0], given); err != nil {
				return err
			}
			return a.ofHold(ctx, args[0], "points:Refund", func(n number.Command, h points.Hold) (command.Request, error) {
				return whatToRefund(n, h, given)
			})
		})
	cmd.Long = `Give points of a capture back to the lots that they were taken from, the last
taken first. Without --capture it is the hold's only capture; without --points all
that is left of it.`
	one(cmd, &given.Capture, "capture", "number", "which of the hold's captures", number.ParseCommand)
	a.pointsFlag(cmd, &given.Amount, "points", "points; all that is left if you name none", ofHold(&given.Hold))
	reason(cmd, &given.Reason, "goods_returned")
	return cmd
}

// checkRefund refuses what is malformed whatever the hold is.
func checkRefund(text string, given points.RefundRequest) (_ number.Command, err error) {
	if given.Hold, err = number.ParseCommand(text); err != nil {
		return given.Hold, err
	}
	if given.Capture.IsZero() {
		given.Capture = given.Hold
	}
	if given.Amount == 0 {
		given.Amount = 1
	}
	return given.Hold, given.Check()
}

// whatToRefund fills in what was left out of a refund.
func whatToRefund(n number.Command, h points.Hold, given points.RefundRequest) (points.RefundRequest, error) {
	given.Hold = n
	if given.Capture.IsZero() {
		if len(h.Captures) != 1 {
			return given, fault.New(fault.BadRequest, "hold %s was captured %d times: say which with --capture; tally query hold lists them", n, len(h.Captures))
		}
		given.Capture = h.Captures[0].Number
	}
	for _, c := range h.Captures {
		if c.Number != given.Capture || given.Amount != 0 {
			continue
		}
		if given.Amount = c.Amount - c.Refunded; given.Amount == 0 {
			return given, fault.New(fault.Insufficient, "all of capture %s was refunded", c.Number)
		}
	}
	if given.Amount == 0 {
		return given, fault.New(fault.NotFound, "hold %s has no capture %s", n, given.Capture)
	}
	return given, nil
}

func release(a *app) *cobra.Command {
	var req points.ReleaseRequest
	cmd := a.sends("release HOLD", "Give back what a hold still reserves; for its acceptor (释放)",
		"  tally --as D points release D.0.7.0 --reason customer_cancelled",
		func(args []string) (_ command.Request, err error) {
			req.Hold, err = number.ParseCommand(args[0])
			return req, err
		})
	reason(cmd, &req.Reason, "customer_cancelled")
	return cmd
}

func timeOut(a *app) *cobra.Command {
	var due bool
	cmd := leaf("timeout [HOLD]", "End a hold that has passed its deadline, or all of yours; for everyone (超时释放)",
		"  tally --as M points timeout D.0.7.0\n  tally --as D points timeout --due",
		func(ctx context.Context, args []string) error {
			if due == (len(args) == 1) {
				return fault.New(fault.BadRequest, "name a hold, or say --due for all of yours that have passed their deadline")
			}
			if due {
				return a.timeOutDue(ctx)
			}
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.submit(ctx, points.TimeOutRequest{Hold: n})
		})
	cmd.Flags().BoolVar(&due, "due", false, "all of your holds that have passed their deadline")
	return a.takesLong(cmd)
}

func (a *app) timeOutDue(ctx context.Context) error {
	return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, now *index.Reading) error {
		filter := index.HoldFilter{Acceptor: g.Party(), States: []points.HoldState{points.Open, points.PartCaptured}, Due: time.Now().Unix()}
		list, err := all(func(p index.Page) (index.Part[index.Hold], error) { return now.Holds(filter, p) })
		if err != nil {
			return err
		}
		if err := a.begin(ctx, g, now); err != nil {
			return err
		}
		var r tally
		for _, h := range list {
			if err := r.note(h.Number.String(), a.again(ctx, g, points.TimeOutRequest{Hold: h.Number})); err != nil {
				return err
			}
		}
		return a.printTally("holds timed out", r)
	})
}

func holds(a *app) *cobra.Command {
	var filter index.HoldFilter
	var state string
	cmd := leaf("holds", "List holds", "  tally --as D points holds --member zhang\n  tally --as D points holds --acceptor D --state OPEN",
		func(ctx context.Context, _ []string) error {
			if state != "" {
				s, err := fromWord[points.HoldState](state)
				if err != nil {
					return err
				}
				filter.States = []points.HoldState{s}
			}
			return a.withIndex(ctx, func(_ context.Context, _ *gateway.Gateway, r *index.Reading) error {
				if err := (narrowed{filter.Member, filter.Acceptor}).there(r); err != nil {
					return err
				}
				list, err := all(func(p index.Page) (index.Part[index.Hold], error) { return r.Holds(filter, p) })
				if err != nil {
					return err
				}
				s, err := indexScales(r)
				if err != nil {
					return err
				}
				return printList(a, r.Height(), list, func(t table.Writer) { holdsTable(t, list, s) })
			})
		})
	word(cmd, &filter.Member, "member", "of this member only")
	word(cmd, &filter.Acceptor, "acceptor", "of this party only")
	word(cmd, &state, "state", "OPEN, PART_CAPTURED, CAPTURED, CLOSED, RELEASED or TIMED_OUT")
	complete(cmd, "state", "OPEN", "PART_CAPTURED", "CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT")
	return cmd
}

func holdsTable(t table.Writer, list []index.Hold, s scales) {
	t.AppendHeader(table.Row{"hold", "acceptor", "member", "state", "points", "captured", "refunded", "until"})
	for _, h := range list {
		t.AppendRow(table.Row{h.Number, h.Acceptor, h.Member, h.State, lineText(h.Pieces, s), s.held(h.Hold, h.Captured), s.held(h.Hold, h.Refunded()), moment(h.Deadline)})
	}
	right(t, 5, 6, 7)
}

// lineText writes how many points of which programmes a line has.
func lineText(l spend.Line, s scales) string {
	text := ""
	for _, m := range l.ByProgramme() {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %s", s.show(m.Programme, m.Amount), m.Programme)
	}
	return text
}
