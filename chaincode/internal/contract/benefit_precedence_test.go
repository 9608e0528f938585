package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
)

// benefitPrecedence is what TestRefusalsComeInTheirDocumentedOrder tries of benefits.
var benefitPrecedence = map[string]precedence{
	"grant": {grantBenefitOn, [][]ground{{{"no benefit", "", fault.NotFound}, {"not the provider", "", fault.Forbidden},
		{"not open", "", fault.WrongState}, {"benefit ended", "", fault.Expired}, {"commitment", "", fault.BadRequest},
		{"no member", "", fault.NotFound}, {"barred", "", fault.Ineligible}, {"one each", "", fault.Limit},
		{"quota", "", fault.Quota}}}},
	"pass on": {passOn, [][]ground{{{"no entitlement", "", fault.NotFound}, {"no receiver", "", fault.NotFound},
		{"not the home", "", fault.Forbidden}, {"erased", "", fault.WrongState}, {"frozen", "", fault.Frozen},
		{"not transferable", "", fault.WrongState}, {"revoked", "", fault.WrongState},
		{"benefit ended", "", fault.Expired}, {"commitment", "", fault.BadRequest},
		{"receiver erased", "", fault.WrongState}, {"barred", "", fault.Ineligible}, {"one each", "", fault.Limit}}}},
	"write off": {writeOffOn, [][]ground{{{"no entitlement", "", fault.NotFound},
		{"not the provider", "", fault.Forbidden}, {"revoked", "", fault.WrongState},
		{"benefit ended", "", fault.Expired}, {"wrong code", "", fault.WrongCode}, untried(fault.Limit)}}},
}

// ride is a world in which M gives a ride.
func rideOn(t fataler, has causes) *stage {
	s := &stage{world: founded(t, 5)}
	s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Quota, r.PerMember = set(has["quota"], amount.Units(1), 9), set(has["one each"], uint16(1), 0)
		r.Audience, r.Code = audience.Audience{Not: []string{"M:barred"}}, has["coded"]
		r.Transferable = !has["not transferable"]
		r.Days, r.Until = 0, day(firstDay)+set(has["benefit ended"], date.Date(1), 90)
	}))
	return s
}

// commitment is one that isn't needed, or none.
func (c causes) commitment() code.Commitment {
	if c["commitment"] {
		return make(code.Commitment, code.Size)
	}
	return nil
}

func grantBenefitOn(t fataler, has causes) (*stage, string, command.Request) {
	s := rideOn(t, has)
	s.must(t, "M", grantTo("ride", set(has["one each"], "wang", "zhang")))
	if has["not open"] {
		s.must(t, "M", benefit.AmendRequest{Benefit: "ride", Quota: set(has["quota"], amount.Units(1), 9)})
	}
	if has["barred"] {
		s.must(t, "M", member.LabelRequest{Member: "wang", Label: "barred"})
	}
	s.advance(t, 2)
	req := grantTo(set(has["no benefit"], "none", "ride"), set(has["no member"], "ghost", "wang"))
	req.Grants[0].Commitment = has.commitment()
	return s, set(has["not the provider"], "G", "M"), req
}

// given has M give wang a ride, which may be taken back.
func (s *stage) given(t fataler, has causes, commitment code.Commitment) number.Row {
	req := grantTo("ride", "wang")
	req.Grants[0].Commitment = commitment
	e := s.must(t, "M", req).Row(0)
	if has["revoked"] {
		s.must(t, "M", benefit.RevokeRequest{Entitlement: e, Reason: "x"})
	}
	return set(has["no entitlement"], nowhere.Row(0), e)
}

func passOn(t fataler, has causes) (*stage, string, command.Request) {
	s := rideOn(t, has)
	e := s.given(t, has, nil)
	if has["one each"] {
		s.must(t, "M", grantTo("ride", "chen"))
	}
	if has["barred"] {
		s.must(t, "M", member.LabelRequest{Member: "chen", Label: "barred"})
	}
	if has["receiver erased"] {
		s.must(t, "M", member.EraseRequest{Member: "chen", Reason: "x"})
	}
	if has["frozen"] {
		s.must(t, "G", member.FreezeRequest{Member: "wang", Reason: "x"})
	}
	if has["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	s.advance(t, 2)
	return s, set(has["not the home"], "M", "D"), benefit.TransferRequest{Entitlement: e,
		To: set(has["no receiver"], "nobody", "chen"), Commitment: has.commitment()}
}

func writeOffOn(t fataler, has causes) (*stage, string, command.Request) {
	secret := make(code.Code, code.Size)
	has["coded"] = true
	s := rideOn(t, has)
	e := s.given(t, has, code.Commit(secret))
	s.advance(t, 2)
	return s, set(has["not the provider"], "G", "M"), benefit.WriteOffRequest{Entitlement: e,
		Code: set(has["wrong code"], code.Code("another's secret"), secret)}
}
