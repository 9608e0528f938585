package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

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
		return "", 0, fault.New(fault.BadRequest, "%.80q: want name:amount", text)
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
