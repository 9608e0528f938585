package touch

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/number"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

var benefitTouches = []touches{
	plain[benefit.DefineRequest](), plain[benefit.AmendRequest](),
	of(func(t *Touch, _ At, r benefit.GrantRequest) {
		reads(t, row.Benefit(r.Benefit))
		for _, g := range r.Grants {
			reads(t, row.Member(g.Member))
			contends(t, row.BenefitCount(r.Benefit, g.Member))
		}
		t.Weight += 2 * len(r.Grants)
	}),
	of(func(t *Touch, _ At, r benefit.BuyRequest) {
		t.spend(r.Member, r.Authorisation, r.Pieces)
		reads(t, row.Benefit(r.Benefit))
		contends(t, row.BenefitCount(r.Benefit, r.Member))
		t.Weight += 2 + len(r.Pieces)
	}),
	of(func(t *Touch, _ At, r benefit.ActivateRequest) { t.entitlement(r.Entitlement, 1) }),
	of(func(t *Touch, _ At, r benefit.ReserveRequest) { t.entitlement(r.Entitlement, 1) }),
	of(func(t *Touch, _ At, r benefit.UnreserveRequest) { t.entitlement(r.Entitlement, 1) }),
	of(func(t *Touch, at At, r benefit.WriteOffRequest) {
		t.entitlement(r.Entitlement, 2)
		reads(t, row.Consortium())
		t.owes(at)
	}),
	of(func(t *Touch, _ At, r benefit.ReverseRequest) {
		rewrites(t, row.WriteOff(r.WriteOff))
		t.Weight += 4
	}),
	of(func(t *Touch, _ At, r benefit.ExpireRequest) { t.entitlement(r.Entitlement, 2) }),
	of(func(t *Touch, _ At, r benefit.RevokeRequest) { t.entitlement(r.Entitlement, 2) }),
	of(func(t *Touch, _ At, r benefit.TransferRequest) {
		t.entitlement(r.Entitlement, 3)
		reads(t, row.Member(r.To))
	}),
	of(func(t *Touch, _ At, r benefit.NewCodeRequest) { t.entitlement(r.Entitlement, 1) }),
}

func (t *Touch) entitlement(n number.Row, weight int) {
	rewrites(t, row.Entitlement(n))
	t.Weight += weight
}

var campaignTouches = []touches{
	plain[campaign.ProposeRequest](), plain[campaign.AgreeRequest](), plain[campaign.LeaveRequest](),
	plain[campaign.EndRequest](),
	of(func(t *Touch, _ At, r campaign.AwardRequest) {
		reads(t, row.Member(r.Member))
		for _, id := range r.Campaigns {
			reads(t, row.Campaign(id))
			reads(t, row.PurchaseAwarded(id, r.Reference))
		}
		t.Weight += 2
	}),
}

var quotaTouches = []touches{plain[quota.SurrenderRequest]()}
