package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

func pointsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "points", Short: "Points: issue, hold, capture, transfer, freeze … (积分)"}
	cmd.AddCommand(issue(a), activate(a), hold(a), capture(a), release(a), timeOut(a), redeem(a),
		transfer(a), freeze(a), unfreeze(a), wallet(a), liability(a))
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
		return 0, fmt.Errorf("amount %q: want a whole number", text)
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

// spend is what hold, redeem and transfer have in common: which points.
type spend struct {
	take []string // PROGRAMME:AMOUNT, chosen from the member's wallet
	lots []string // LOT:AMOUNT, named
}

func (s *spend) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.take, "take", nil, "programme:amount, earliest expiry first; again for more programmes")
	cmd.Flags().StringArrayVar(&s.lots, "lot", nil, "or lot:amount, to name the lots yourself")
}

// pieces names the lots to spend.
func (s *spend) pieces(ctx context.Context, g *gateway.Gateway, ix *index.Index, member string) ([]points.Piece, error) {
	var pieces []points.Piece
	for _, text := range s.lots {
		lot, units, err := parsePair(text)
		if err != nil {
			return nil, err
		}
		n, err := number.ParseRow(lot)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, points.Piece{Lot: n, Amount: units})
	}
	cycle, err := g.Query().Cycle(ctx)
	if err != nil {
		return nil, err
	}
	for _, text := range s.take {
		programme, units, err := parsePair(text)
		if err != nil {
			return nil, err
		}
		chosen, err := ix.Choose(member, programme, units, cycle.Date)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, chosen...)
	}
	return pieces, nil
}

func parsePair(text string) (string, amount.Units, error) {
	name, count, ok := strings.Cut(text, ":")
	if !ok {
		return "", 0, fmt.Errorf("%q: want name:amount", text)
	}
	units, err := parseUnits(count)
	return name, units, err
}

func hold(a *app) *cobra.Command {
	var member string
	var s spend
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "hold",
		Short: "Reserve a member's points; for acceptors (预占)",
		Example: `  tally --as D points hold --member zhang --take DP:1860 --take FP:8400 --for 15m
  tally --as D points hold --member zhang --lot D.1.2.0.0:1860 --for 15m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withIndex(cmd.Context(), func(ctx context.Context, g *gateway.Gateway, ix *index.Index) error {
				answer, err := a.place(ctx, g, ix, a.requestID(), member, s, length)
				if err != nil {
					return err
				}
				return a.printReceipt("points:Hold", answer)
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "whose points")
	cmd.Flags().DurationVar(&length, "for", 15*time.Minute, "until when, from now")
	s.flags(cmd)
	return cmd
}

// place holds points once for a request id: asked again, it finds the hold that
// was placed then, whatever the wallet holds now.
func (a *app) place(ctx context.Context, g *gateway.Gateway, ix *index.Index, id, member string, s spend, length time.Duration) (receipt, error) {
	if _, first, err := ix.Request(g.Party(), id); err == nil {
		return receipt{command.Receipt{Number: first.Number, Cycle: first.Cycle, Again: true}, id}, nil
	}
	pieces, err := s.pieces(ctx, g, ix, member)
	if err != nil {
		return receipt{}, err
	}
	req := points.HoldRequest{Member: member, Pieces: pieces, Deadline: time.Now().Add(length).Unix()}
	if err := req.Check(); err != nil {
		return receipt{}, err
	}
	return a.send(ctx, g, id, req)
}

func redeem(a *app) *cobra.Command {
	var member string
	var s spend
	cmd := &cobra.Command{
		Use:   "redeem",
		Short: "Hold and capture in one go; for acceptors (核销积分)",
		Long: `Redeem a member's points: a hold, then its capture, under the request ids
ID-hold and ID-capture. Asked again with the same --request, it goes on where it
stopped and answers the first receipt.`,
		Example: `  tally --as D points redeem --member wang --take DP:1800 --request till-7-000123`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withIndex(cmd.Context(), func(ctx context.Context, g *gateway.Gateway, ix *index.Index) error {
				held, err := a.place(ctx, g, ix, a.requestID()+"-hold", member, s, 15*time.Minute)
				if err != nil {
					return err
				}
				placed, err := g.Query().Hold(ctx, held.Number)
				if err != nil {
					return err
				}
				captured, err := a.send(ctx, g, a.requestID()+"-capture", points.CaptureRequest{Hold: held.Number, Amount: placed.Sum()})
				if err != nil {
					return err
				}
				captured.Request = a.request
				return a.printReceipt("points:Capture of hold "+held.Number.String(), captured)
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "whose points")
	s.flags(cmd)
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

func transfer(a *app) *cobra.Command {
	var from, to string
	var s spend
	cmd := &cobra.Command{
		Use:     "transfer",
		Short:   "Move points from one member to another; for their issuer",
		Example: "  tally --as D points transfer --from wang --to li --take DP:100",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withIndex(cmd.Context(), func(ctx context.Context, g *gateway.Gateway, ix *index.Index) error {
				if _, first, err := ix.Request(g.Party(), a.requestID()); err == nil {
					return a.printReceipt("points:Transfer", receipt{command.Receipt{Number: first.Number, Cycle: first.Cycle, Again: true}, a.request})
				}
				pieces, err := s.pieces(ctx, g, ix, from)
				if err != nil {
					return err
				}
				req := points.TransferRequest{From: from, To: to, Pieces: pieces}
				if err := req.Check(); err != nil {
					return err
				}
				answer, err := a.send(ctx, g, a.request, req)
				if err != nil {
					return err
				}
				return a.printReceipt("points:Transfer", answer)
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "member who gives")
	cmd.Flags().StringVar(&to, "to", "", "member who gets")
	s.flags(cmd)
	return cmd
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
