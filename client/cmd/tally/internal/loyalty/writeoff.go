package loyalty

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

func reserveBenefit(a *cli.App) *cobra.Command {
	var length time.Duration
	cmd := cli.Verb(a, "reserve ENTITLEMENT", "  tally --as M benefit reserve M.0.12.0.0 --for 36h",
		loyalty.BenefitReserve, func(args []string) (req loyalty.ReserveRequest, err error) {
			req.For = cli.InSeconds(length)
			req.Entitlement, err = number.ParseRow(args[0])
			return req, err
		}, a.ReceiptOf("benefit:Reserve"))
	cli.Span(cmd, &length, "for", cli.ADay, "how long, from now, up to 7d")
	return cmd
}

func unreserveBenefit(a *cli.App) *cobra.Command {
	var req benefit.UnreserveRequest
	return cli.Sends(a, "unreserve ENTITLEMENT", "  tally --as M benefit unreserve M.0.12.0.0",
		loyalty.BenefitUnreserve, cli.Parsed(&req, &req.Entitlement, number.ParseRow))
}

func writeOff(a *cli.App) *cobra.Command {
	var c cli.OneTime
	var outlet, reference string
	cmd := cli.Leaf("writeoff ENTITLEMENT", "Use an entitlement once, at the counter; for its provider (核销)",
		`  tally --as M benefit writeoff M.0.12.0.0 --code-file code.txt --outlet T3
  TALLY_CODE=… tally --as M benefit writeoff M.0.12.0.0`, func(ctx context.Context, args []string) error {
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			cd, err := c.Read(a)
			if err != nil {
				return err
			}
			return cli.Send(ctx, a, loyalty.BenefitWriteoff, benefit.WriteOffRequest{Entitlement: n, Code: cd,
				Outlet: outlet, Reference: reference})
		})
	c.Flags(cmd)
	cli.Word(cmd, &outlet, "outlet", "where, an id of yours")
	cli.Word(cmd, &reference, "reference", "a receipt's number")
	return cmd
}

func reverseWriteOff(a *cli.App) *cobra.Command {
	var req benefit.ReverseRequest
	cmd := cli.Sends(a, "reverse WRITE-OFF", "  tally --as M benefit reverse M.0.15.0 --reason not_delivered",
		loyalty.BenefitReverse, cli.Parsed(&req, &req.WriteOff, number.ParseCommand))
	cli.Reason(cmd, &req.Reason, "not_delivered")
	return cmd
}

func expireBenefits(a *cli.App) *cobra.Command {
	var due bool
	var of string
	cmd := cli.Leaf("expire [ENTITLEMENT]",
		"End an entitlement whose last day has passed, or all of a benefit's; for everyone (过期)",
		`  tally --as M benefit expire M.0.12.0.0
  tally --as M benefit expire --due
  tally --as M benefit expire --due --benefit ride`, func(ctx context.Context, args []string) error {
			if (len(args) == 1) == due || of != "" && !due {
				return fault.New(fault.BadRequest, "name one entitlement, or say --due, for one benefit with --benefit")
			}
			if due {
				return cli.Perform(ctx, a, loyalty.BenefitExpireDue, func() (loyalty.ExpireEntitlementsRequest, error) {
					return loyalty.ExpireEntitlementsRequest{Benefit: of}, nil
				}, a.ResultsOf("entitlements that ended"))
			}
			n, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			return cli.Send(ctx, a, loyalty.BenefitExpire, benefit.ExpireRequest{Entitlement: n})
		})
	cmd.Flags().BoolVar(&due, "due", false,
		"all entitlements whose last day has passed, of all that you gave or provide")
	cli.Word(cmd, &of, "benefit", "of this benefit only, with --due")
	return a.TakesLong(cmd)
}

func revokeBenefit(a *cli.App) *cobra.Command {
	var req benefit.RevokeRequest
	cmd := cli.Sends(a, "revoke ENTITLEMENT", "  tally --as M benefit revoke M.0.12.0.0 --reason granted_in_error",
		loyalty.BenefitRevoke, cli.Parsed(&req, &req.Entitlement, number.ParseRow))
	cli.Reason(cmd, &req.Reason, "granted_in_error")
	return cmd
}

func listWriteOffs(a *cli.App) *cobra.Command {
	var req loyalty.BenefitWriteoffsRequest
	cmd := cli.Lists(a, "writeoffs", "  tally --as M benefit writeoffs --benefit ride", loyalty.BenefitWriteoffs,
		cli.Columns[benefit.WriteOff]{
			Header: table.Row{"write-off", "benefit", "member", "use", "date", "outlet", "scene",
				"value", "owed", "state"},
			Right: []int{4, 8},
			Cells: func(n index.Entry[benefit.WriteOff], _ cli.Scales) table.Row {
				w := n.Row
				var owed []string
				for _, o := range w.Owed {
					owed = append(owed, fmt.Sprintf("%s→%s %s", o.Debtor, o.Creditor, cli.Yuan(o.Fen)))
				}
				return table.Row{n.ID, w.Benefit, w.Member, w.Use, w.Date, w.Outlet, w.Scene, cli.Yuan(w.Value),
					strings.Join(owed, ", "), w.State}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Benefit, "benefit", "of this benefit only")
	cli.Word(cmd, &req.Provider, "provider", "of this provider only")
	return cmd
}
