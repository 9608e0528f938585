package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

func reserveBenefit(a *app) *cobra.Command {
	var length time.Duration
	cmd := leaf("reserve ENTITLEMENT", "Keep an entitlement for an appointment; for its provider (预约)",
		"  tally --as M benefit reserve M.0.12.0.0 --for 36h",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
				r, err := a.once(ctx, g, func() (command.Request, error) {
					return benefit.ReserveRequest{Entitlement: n, Until: after(length)}, nil
				})
				if err != nil {
					return err
				}
				return a.printReceipt("benefit:Reserve", r)
			})
		})
	span(cmd, &length, "for", aDay, "how long, from now, up to 7d")
	return cmd
}

func unreserveBenefit(a *app) *cobra.Command {
	return a.ofEntitlement("unreserve ENTITLEMENT", "End a reservation; for who made it, and after its end for everyone",
		"  tally --as M benefit unreserve M.0.12.0.0",
		func(n number.Row) command.Request { return benefit.UnreserveRequest{Entitlement: n} })
}

func writeOff(a *app) *cobra.Command {
	var c oneTime
	var outlet, reference string
	cmd := leaf("writeoff ENTITLEMENT", "Use an entitlement once, at the counter; for its provider (核销)",
		`  tally --as M benefit writeoff M.0.12.0.0 --code-file code.txt --outlet T3
  TALLY_CODE=… tally --as M benefit writeoff M.0.12.0.0`,
		func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			cd, err := c.read(a)
			if err != nil {
				return err
			}
			return a.submit(ctx, benefit.WriteOffRequest{Entitlement: n, Code: cd, Outlet: outlet, Reference: reference})
		})
	c.flags(cmd)
	word(cmd, &outlet, "outlet", "where, an id of yours")
	word(cmd, &reference, "reference", "a receipt's number")
	return cmd
}

func reverseWriteOff(a *app) *cobra.Command {
	var req benefit.ReverseRequest
	cmd := a.sends("reverse WRITE-OFF", "Take a write-off back, within its window; for its provider (冲正)",
		"  tally --as M benefit reverse M.0.15.0 --reason not_delivered",
		func(args []string) (_ command.Request, err error) {
			req.WriteOff, err = number.ParseCommand(args[0])
			return req, err
		})
	reason(cmd, &req.Reason, "not_delivered")
	return cmd
}

func expireBenefits(a *app) *cobra.Command {
	var due bool
	var of string
	cmd := leaf("expire [ENTITLEMENT]", "End an entitlement whose last day has passed, or all of a benefit's; for everyone (过期)",
		`  tally --as M benefit expire M.0.12.0.0
  tally --as M benefit expire --due
  tally --as M benefit expire --due --benefit ride`,
		func(ctx context.Context, args []string) error {
			if (len(args) == 1) == due || of != "" && !due {
				return fault.New(fault.BadRequest, "name one entitlement, or say --due, for one benefit with --benefit")
			}
			if due {
				return a.expireDue(ctx, of)
			}
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return a.submit(ctx, benefit.ExpireRequest{Entitlement: n})
		})
	cmd.Flags().BoolVar(&due, "due", false, "all entitlements whose last day has passed, of all that you gave or provide")
	word(cmd, &of, "benefit", "of this benefit only, with --due")
	return a.takesLong(cmd)
}

func (a *app) expireDue(ctx context.Context, id string) error {
	return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, r *index.Reading) error {
		cycle, err := r.Cycle()
		if err != nil {
			return err
		}
		due, err := index.All[benefit.Entitlement](r, index.Filter{
			Topic: id, Before: int64(cycle.Date), States: []string{benefit.Granted.String(), benefit.Active.String(), benefit.Reserved.String()},
		})
		if err != nil {
			return err
		}
		provides, err := providedBy(r, g.Party())
		if err != nil {
			return err
		}
		if err := a.begin(ctx, g, r); err != nil {
			return err
		}
		var run tally
		for _, e := range due {
			if id == "" && e.Row.By != g.Party() && !provides[e.Row.Benefit] {
				continue
			}
			n, err := number.ParseRow(e.ID)
			if err != nil {
				return err
			}
			if err := run.note(e.ID, a.again(ctx, g, benefit.ExpireRequest{Entitlement: n})); err != nil {
				return err
			}
		}
		return a.printTally("entitlements that ended", run)
	})
}

// providedBy says which benefits a party provides.
func providedBy(r *index.Reading, party string) (map[string]bool, error) {
	models, err := index.All[benefit.Model](r, index.Filter{Party: party})
	provides := map[string]bool{}
	for _, m := range models {
		provides[m.Row.ID] = true
	}
	return provides, err
}

func revokeBenefit(a *app) *cobra.Command {
	var req benefit.RevokeRequest
	cmd := a.ofEntitlement("revoke ENTITLEMENT", "Take an entitlement back; unused points return; for who gave it and its provider (撤销)",
		"  tally --as M benefit revoke M.0.12.0.0 --reason granted_in_error",
		func(n number.Row) command.Request {
			req.Entitlement = n
			return req
		})
	reason(cmd, &req.Reason, "granted_in_error")
	return cmd
}

func listWriteOffs(a *app) *cobra.Command {
	var f index.Filter
	cmd := lists(a, "writeoffs", "List write-offs, and what is owed for each (核销记录)", "  tally --as M benefit writeoffs --benefit ride", columns[benefit.WriteOff]{
		header: table.Row{"write-off", "benefit", "member", "use", "date", "outlet", "scene", "value", "owed", "state"}, right: []int{4, 8},
		cells: func(n index.Noun[benefit.WriteOff], _ scales) table.Row {
			w := n.Row
			var owed []string
			for _, o := range w.Owed {
				owed = append(owed, fmt.Sprintf("%s→%s %s", o.Debtor, o.Creditor, yuan(o.Fen)))
			}
			return table.Row{n.ID, w.Benefit, w.Member, w.Use, w.Date, w.Outlet, w.Scene, yuan(w.Value), strings.Join(owed, ", "), w.State}
		},
	}, func([]string) index.Filter { return f })
	word(cmd, &f.Member, "member", "of this member only")
	word(cmd, &f.Topic, "benefit", "of this benefit only")
	word(cmd, &f.Party, "provider", "of this provider only")
	return cmd
}
