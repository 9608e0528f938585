package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

func pointsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "points", Short: "Points: issue, hold, capture, transfer, freeze … (积分)"}
	cmd.AddCommand(issue(a), activate(a), hold(a), capture(a), release(a), timeOut(a), redeem(a),
		transfer(a), freeze(a), unfreeze(a), wallet(a), liability(a), prove(a))
	return cmd
}

func issue(a *app) *cobra.Command {
	var programme string
	var grants []string
	cmd := &cobra.Command{
		Use:   "issue",
		Short: "Issue 1 to 100 lots of your own programme, all or none (发行)",
		Long: `Issue lots of your own programme. A grant is member:amount:expires, and
:witness after it if the lot is to wait for that party's evidence.`,
		Example: `  tally --as G points issue --programme GP --grant zhang:20000:2027-12-31:D
  tally --as D points issue --programme DP --grant wang:500:2026-11-30 --grant wang:2000:2027-05-31`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			req := points.IssueRequest{Programme: programme}
			for _, text := range grants {
				g, err := parseGrant(text)
				if err != nil {
					return err
				}
				req.Grants = append(req.Grants, g)
			}
			return a.submit(cmd.Context(), req)
		},
	}
	cmd.Flags().StringVar(&programme, "programme", "", "programme")
	cmd.Flags().StringArrayVar(&grants, "grant", nil, "member:amount:expires[:witness]; again for more lots")
	return cmd
}

func parseGrant(text string) (points.Grant, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 4 {
		return points.Grant{}, fmt.Errorf("--grant %q: want member:amount:expires[:witness]", text)
	}
	units, err := parseUnits(parts[1])
	if err != nil {
		return points.Grant{}, err
	}
	expires, err := date.Parse(parts[2])
	if err != nil {
		return points.Grant{}, err
	}
	g := points.Grant{Member: parts[0], Amount: units, Expires: expires}
	if len(parts) == 4 {
		g.Witness = parts[3]
	}
	return g, nil
}

func parseUnits(text string) (amount.Units, error) {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "amount %.40q: want a whole number", text)
	}
	return amount.Units(v), nil
}

func activate(a *app) *cobra.Command {
	var file, hash string
	cmd := &cobra.Command{
		Use:   "activate LOT",
		Short: "Give the evidence that a pending lot waits for; for its witness",
		Example: `  tally --as D points activate G.1.3.0.0 --evidence handover.pdf
  tally --as D points activate G.1.3.0.0 --hash e3b0c442…`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lot, err := number.ParseRow(args[0])
			if err != nil {
				return err
			}
			evidence, err := codec.ParseHash(hash)
			if err != nil {
				return err
			}
			if file != "" {
				data, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				sum := sha256.Sum256(data)
				evidence = sum[:]
			}
			return a.submit(cmd.Context(), points.ActivateRequest{Lot: lot, Evidence: evidence})
		},
	}
	cmd.Flags().StringVar(&file, "evidence", "", "the document; only its SHA-256 goes to the ledger")
	cmd.Flags().StringVar(&hash, "hash", "", "or its SHA-256, 64 hexadecimal digits")
	cmd.MarkFlagsMutuallyExclusive("evidence", "hash")
	return cmd
}

func capture(a *app) *cobra.Command {
	var units int64
	cmd := &cobra.Command{
		Use:     "capture HOLD",
		Short:   "Redeem held points, all or a part; for the hold's acceptor (扣减确认)",
		Example: "  tally --as D points capture D.0.7.0 --amount 900",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.submit(cmd.Context(), points.CaptureRequest{Hold: n, Amount: amount.Units(units)})
		},
	}
	cmd.Flags().Int64Var(&units, "amount", 0, "points; the rest stays held")
	return cmd
}

func release(a *app) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "release HOLD",
		Short:   "Give back what a hold still reserves; for its acceptor (释放)",
		Example: "  tally --as D points release D.0.7.0 --reason customer_cancelled",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.submit(cmd.Context(), points.ReleaseRequest{Hold: n, Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why: a code such as customer_cancelled")
	return cmd
}

func timeOut(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "timeout HOLD",
		Short:   "End a hold that has passed its deadline; for everyone",
		Example: "  tally --as M points timeout D.0.7.0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.submit(cmd.Context(), points.TimeOutRequest{Hold: n})
		},
	}
}

func freeze(a *app) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "freeze MEMBER",
		Short:   "Stop a member's spending; for the operator and issuers (风控冻结)",
		Example: "  tally --as G points freeze zhang --reason abnormal_transfers",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.submit(cmd.Context(), points.FreezeRequest{Member: args[0], Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why: a code such as abnormal_transfers")
	return cmd
}

func unfreeze(a *app) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "unfreeze MEMBER",
		Short:   "Lift your own freeze",
		Example: "  tally --as G points unfreeze zhang --reason explained",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.submit(cmd.Context(), points.UnfreezeRequest{Member: args[0], Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}
