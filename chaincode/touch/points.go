package touch

import (
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

var pointsTouches = []touches{
	of(func(t *Touch, _ At, r points.OpenProgrammeRequest) {
		contends(t, row.Programme(r.Programme))
		t.Weight++
	}),
	plain[points.SetProgrammeRequest](), plain[points.SetRulesRequest](), plain[points.SetRuleRequest](),
	plain[points.PledgeRequest](),
	plain[points.RelieveRequest](), plain[points.PublishRateRequest](), plain[points.AgreeRateRequest](),
	of((*Touch).issue), of((*Touch).award),
	of(func(t *Touch, _ At, r points.ActivateRequest) { t.lot(r.Lot) }),
	of(func(t *Touch, _ At, r points.CancelRequest) { t.lot(r.Lot) }),
	of(func(t *Touch, _ At, r points.HoldRequest) {
		t.spend(r.Member, r.Authorisation, r.Pieces)
		t.Weight += 2 + len(r.Pieces)
	}),
	of(func(t *Touch, at At, r points.CaptureRequest) {
		t.hold(r.Hold, 1)
		t.owes(at)
	}),
	of(func(t *Touch, at At, r points.RefundRequest) {
		t.hold(r.Hold, 4)
		t.owes(at)
	}),
	of(func(t *Touch, _ At, r points.ReleaseRequest) { t.hold(r.Hold, 4) }),
	of(func(t *Touch, _ At, r points.TimeOutRequest) { t.hold(r.Hold, 4) }),
	of(func(t *Touch, _ At, r points.TransferRequest) {
		t.spend(r.From, r.Authorisation, r.Pieces)
		reads(t, row.Member(r.To))
		t.Weight += 2 * len(r.Pieces)
	}),
	of((*Touch).offer),
	of(func(t *Touch, _ At, r points.TakeRequest) {
		t.spend(r.Member, r.Authorisation, r.Pieces)
		rewrites(t, row.Trade(r.Trade))
		t.Weight += 4 + 2*len(r.Pieces)
	}),
	of(func(t *Touch, _ At, r points.EndTradeRequest) {
		rewrites(t, row.Trade(r.Trade))
		t.Weight += 4
	}),
	of(func(t *Touch, at At, r points.ConvertRequest) {
		t.spend(r.Member, r.Authorisation, r.Pieces)
		t.issues(at, r.To)
		t.owes(at)
		t.Weight += 2 + len(r.Pieces)
	}),
	of(func(t *Touch, _ At, r points.ExpireRequest) {
		for _, lot := range r.Lots {
			t.lot(lot)
		}
	}),
	of(func(t *Touch, _ At, r points.RevokeRequest) {
		t.pieces(r.Pieces)
		t.Weight += len(r.Pieces)
		if r.Reopen {
			t.Weight += len(r.Pieces) // the receipts
		}
	}),
	of(func(t *Touch, _ At, r points.AdjustRequest) {
		reads(t, row.Lot(r.Lot))
		t.Weight += 2
	}),
}

func (t *Touch) issue(at At, r points.IssueRequest) {
	t.issues(at, r.Programme)
	for _, g := range r.Grants {
		if g.Home == "" {
			reads(t, row.Member(g.Member))
		}
		t.Weight += 1 + max(1, len(g.Split)) // a lot for each funder, and the member's standing
		if r.Receipts {
			rewrites(t, row.Receipt(r.Programme, g.Reference))
			t.Weight++
		}
	}
}

func (t *Touch) award(at At, r points.AwardRequest) {
	t.issues(at, r.Programme)
	reads(t, row.Rule(r.Programme, r.Rule))
	reads(t, row.Member(r.Member))
	t.Weight += 1 + max(1, len(r.Split))
	if r.Reference != "" {
		rewrites(t, row.Receipt(r.Programme, r.Reference))
		t.Weight++
	}
}

func (t *Touch) offer(_ At, r points.OfferRequest) {
	t.spend(r.Member, r.Authorisation, r.Pieces)
	reads(t, row.Programme(r.Wants))
	if r.For != "" {
		reads(t, row.Member(r.For))
	}
	t.Weight += 1 + len(r.Pieces)
}

// issues adds what whoever issues points reads: the programme, and the lane's totals of it.
func (t *Touch) issues(at At, programme string) {
	reads(t, row.Programme(programme))
	reads(t, row.Totals(programme, at.Caller, at.Lane))
}

// owes adds where the lane's obligations of the open cycle are.
func (t *Touch) owes(at At) { reads(t, row.Positions(at.Cycle, at.Caller, at.Lane)) }

// owesHidden adds where the lane's obligations in hidden amounts are, too.
func (t *Touch) owesHidden(at At) {
	t.owes(at)
	reads(t, row.HiddenPositions(at.Cycle, at.Caller, at.Lane))
}

// spend adds what a spend of a member's points reads and rewrites.
func (t *Touch) spend(member string, authorisation number.Command, pieces []spend.Take) {
	reads(t, row.Member(member))
	if !authorisation.IsZero() {
		rewrites(t, row.Authorisation(authorisation))
	}
	t.pieces(pieces)
}

func (t *Touch) pieces(pieces []spend.Take) {
	for _, p := range pieces {
		rewrites(t, row.Lot(p.Lot))
	}
}

func (t *Touch) lot(n number.Row) {
	rewrites(t, row.Lot(n))
	t.Weight++
}

func (t *Touch) hold(n number.Command, weight int) {
	rewrites(t, row.Hold(n))
	t.Weight += weight
}
