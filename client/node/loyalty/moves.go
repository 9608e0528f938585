package loyalty

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/node"
)

// Moves says what this package's operations move: see [node.Move].
func Moves() []node.Move {
	return []node.Move{
		node.Moving(PointsAward, func(r points.AwardRequest) node.MovedOf {
			var m node.Moved
			for _, l := range r.Lines {
				m.Fen = m.Fen.AddUpTo(l.Fen)
			}
			return node.Is(m)
		}, func(r *points.AwardRequest) *string { return &r.Outlet }),
		node.Moving(CampaignAward, joined, func(r *campaign.AwardRequest) *string { return &r.Outlet }).OfParty(),
		node.Moving(PointsHold, func(r HoldRequest) node.MovedOf { return spent(r.Spending) }, nil),
		node.Moving(PointsRedeem, func(r HoldRequest) node.MovedOf { return spent(r.Spending) }, nil),
		node.Moving(PointsCapture, captured, nil),
		node.Moving(PointsRefund, refunded, nil),
		node.Still(PointsRelease), node.Still(PointsTimeout), node.Still(PointsTimeoutDue),
		node.Moving(BenefitBuy, func(r BuyRequest) node.MovedOf { return spent(r.Spending) }, nil),
		node.Still(BenefitReserve), node.Still(BenefitUnreserve),
		node.Moving(BenefitWriteoff, used, func(r *benefit.WriteOffRequest) *string { return &r.Outlet }),
		node.Moving(BenefitReverse, reversed, nil),
		node.Moving(PointsIssue, func(r points.IssueRequest) node.MovedOf {
			p := node.Part{Programme: r.Programme}
			for _, g := range r.Grants {
				p.Points = p.Points.AddUpTo(g.Amount)
			}
			return node.Is(node.Moved{Points: []node.Part{p}})
		}, nil),
		node.Moving(PointsAdjust, func(r points.AdjustRequest) node.MovedOf {
			return node.Is(node.Moved{Lots: []spend.Take{{Lot: r.Lot, Amount: r.Amount}}})
		}, nil),
		node.Moving(PointsRevoke, func(r points.RevokeRequest) node.MovedOf {
			return node.Is(node.Moved{Lots: r.Pieces})
		}, nil),
		node.Moving(PointsPledge, func(r points.PledgeRequest) node.MovedOf {
			return node.Is(node.Moved{Points: []node.Part{{Programme: r.Programme, Points: r.Amount}}})
		}, nil),
		node.Moving(PointsConvert, func(r ConvertRequest) node.MovedOf { return spent(r.spending()) }, nil),
		node.Moving(PointsTransfer, func(r TransferRequest) node.MovedOf { return spent(r.Spending) }, nil),
		node.Moving(TradeOffer, func(r OfferTradeRequest) node.MovedOf { return spent(r.Spending) }, nil),
	}
}

// joined is a purchase, and what its campaigns give however little it is: points once an award, and benefits.
func joined(r campaign.AwardRequest) node.MovedOf {
	return func(ctx context.Context, n *node.Node) (m node.Moved, err error) {
		for _, l := range r.Lines {
			m.Fen = m.Fen.AddUpTo(l.Fen)
		}
		for _, id := range r.Campaigns {
			c, err := n.Query().Campaign(ctx, id)
			if err != nil {
				return m, err
			}
			gives := c.Terms.Gives
			if gives.Benefit != "" {
				model, err := n.Query().Benefit(ctx, gives.Benefit)
				if err != nil {
					return m, err
				}
				m.Fen = m.Fen.AddUpTo(allUses(model))
			}
			m.Points = append(m.Points, once(gives)...)
		}
		return m, nil
	}
}

// once is what a campaign gives once an award, however little is bought.
func once(g campaign.Gives) []node.Part {
	points := g.Bonus
	if g.PerAward > 0 {
		points = min(points, g.PerAward)
	}
	if points == 0 {
		return nil
	}
	return []node.Part{{Programme: g.Programme, Points: points}}
}

// allUses is what all uses of one entitlement of a benefit are worth.
func allUses(model benefit.Model) (sum amount.Units) {
	for range model.Uses {
		sum = sum.AddUpTo(model.Price)
	}
	return sum
}

func spent(s node.Spending) node.MovedOf { return node.Is(node.Moved{Points: s.Take, Lots: s.Lots}) }

// partsOf are points as what moves names them.
func partsOf(line spend.Line) (list []node.Part) {
	for _, p := range line.ByProgramme() {
		list = append(list, node.Part{Programme: p.Programme, Points: p.Amount})
	}
	return list
}

// captured is what a capture takes of its hold, which was counted when that was placed.
func captured(r CaptureRequest) node.MovedOf {
	return func(ctx context.Context, n *node.Node) (node.Moved, error) {
		h, err := n.Query().Hold(ctx, r.Hold)
		if err != nil {
			return node.Moved{}, err
		}
		until := h.Sum()
		if r.Points > 0 {
			until = min(until, h.Captured.AddUpTo(r.Points))
		}
		return node.Moved{Points: partsOf(h.Pieces.Between(h.Captured, until)), Counted: true}, nil
	}
}

// refunded is what a refund gives back of its capture: from the end of what is left of it.
func refunded(r RefundRequest) node.MovedOf {
	return func(ctx context.Context, n *node.Node) (m node.Moved, err error) {
		h, err := n.Query().Hold(ctx, r.Hold)
		if err != nil {
			return m, err
		}
		at := amount.Units(0)
		for _, c := range h.Captures {
			if c.Number == r.Capture || r.Capture.IsZero() && len(h.Captures) == 1 {
				left := c.Amount - c.Refunded
				back := left
				if r.Points > 0 {
					back = min(back, r.Points)
				}
				m.Points = append(m.Points, partsOf(h.Pieces.Between(at+left-back, at+left))...)
			}
			at += c.Amount
		}
		return m, nil
	}
}

// used is what one use of an entitlement is worth: its share of the points that paid for it, or the benefit's price.
func used(r benefit.WriteOffRequest) node.MovedOf {
	return func(ctx context.Context, n *node.Node) (m node.Moved, err error) {
		list, err := n.Query().Entitlements(ctx, r.Entitlement)
		if err != nil {
			return m, err
		}
		if len(list) != 1 {
			return m, fault.New(fault.NotFound, "there is no entitlement %s", r.Entitlement)
		}
		e := list[0]
		if len(e.Pieces) > 0 && e.Uses > 0 {
			m.Points = partsOf(e.Pieces)
			for i := range m.Points {
				m.Points[i].Points = (m.Points[i].Points + amount.Units(e.Uses) - 1) / amount.Units(e.Uses)
			}
			return m, nil
		}
		model, err := n.Query().Benefit(ctx, e.Benefit)
		m.Fen = model.Price
		return m, err
	}
}

// reversed is what a write-off that is taken back was worth.
func reversed(r benefit.ReverseRequest) node.MovedOf {
	return func(ctx context.Context, n *node.Node) (node.Moved, error) {
		w, err := n.Query().WriteOff(ctx, r.WriteOff)
		return node.Moved{Fen: w.Value}, err
	}
}
