package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
)

// The grounds of a proposal; those of every award, then of points, then of a benefit.
var (
	proposing = []ground{
		{"no programme", "", fault.NotFound}, {"no rule", "", fault.NotFound}, {"not the issuer", "", fault.Forbidden},
		{"taken", "", fault.Conflict}, {"no funder", "", fault.NotFound},
		{"tiers of nothing", "", fault.NotFound}, {"a cap of none", "", fault.BadRequest}, {"past", "", fault.Expired},
		{"no expiry", "expiry", fault.BadRequest}, {"expired points", "expiry", fault.Expired},
	}
	awarded = []ground{
		{"no campaign", "", fault.NotFound}, {"not the proposer", "", fault.Forbidden},
		{"no member", "", fault.NotFound}, {"erased", "", fault.WrongState},
		{"stack", "", fault.WrongOrder}, untried(fault.Limit),
		{"ended", "", fault.WrongState}, {"past", "", fault.Expired}, {"scene", "", fault.Forbidden},
		{"outlet", "", fault.Ineligible}, {"goods", "", fault.Ineligible}, {"barred", "", fault.Ineligible},
		{"again", "", fault.Conflict}, {"had one", "", fault.Limit},
	}
	rewarded = []ground{
		{"rule changed", "", fault.WrongState}, {"rule's scene", "", fault.Forbidden},
		{"rule ended", "", fault.Expired}, {"rule's audience", "", fault.Ineligible}, untried(fault.Limit),
		{"no point", "", fault.Insufficient},
		{"no activator", "", fault.BadRequest}, {"expired points", "", fault.Expired}, {"budget", "", fault.Quota},
		{"cap", "", fault.Quota}, {"day cap", "", fault.DailyCap}, {"liability", "", fault.LiabilityCap},
	}
	entitled = []ground{
		{"not open", "", fault.WrongState}, {"benefit ended", "", fault.Expired}, {"commitment", "", fault.BadRequest},
		{"benefit barred", "", fault.Ineligible}, {"one each", "", fault.Limit},
		{"benefit's quota", "", fault.Quota}, {"budget", "", fault.Quota}, {"cap", "", fault.Quota},
	}
)

func proposeOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}})
	today := day(firstDay)
	req := campaign.ProposeRequest{Campaign: "joint", Funders: []campaign.Share{{Party: "D", Parts: 2},
		{Party: "F", Parts: 3}}, Terms: campaign.Terms{
		En: "Joint", Zh: "联合", Budget: 1000, From: today, Until: today + 90,
		Gives: campaign.Gives{Programme: "GP", Bonus: 10, Expires: today + 90}}}
	if has["taken"] {
		s.must(t, "G", req)
	}
	s.advance(t, 2)
	req.Terms.Gives.Programme = set(has["no programme"], "XP", "GP")
	if has["no rule"] {
		req.Terms.Gives.Rule, req.Terms.Gives.Times = "spend", amount.Rate{Num: 1, Den: 1}
	}
	if has["tiers of nothing"] {
		req.Terms.Audience = audience.Audience{Programme: "YP", Tiers: []string{"gold"}}
	}
	req.Funders[0].Party = set(has["no funder"], "C", "D")
	req.Cap = set(has["a cap of none"], amount.Units(1), 0)
	req.Terms.Until = today + set(has["past"], date.Date(1), 90)
	req.Terms.Gives.Expires = set(has["no expiry"], 0, set(has["expired points"], today+1, today+90))
	return s, set(has["not the issuer"], "M", "G"), req
}

// jointly is a campaign of D's and another's, at D's outlet, for tyres, once a member.
func jointly(has causes, by string, gives campaign.Gives) campaign.ProposeRequest {
	today := day(firstDay)
	return campaign.ProposeRequest{Campaign: "joint", Funders: []campaign.Share{{Party: "D", Parts: 2},
		{Party: by, Parts: 3}}, Terms: campaign.Terms{
		En: "Joint", Zh: "联合", Scene: set(has["scene"], "other", ""), Gives: gives,
		Audience: audience.Audience{Not: []string{"G:barred"}},
		Goods:    []string{"tyre"}, Outlets: []string{"D:pudong"}, PerMember: 1, Order: 1, From: today,
		Until: today + set(has["past"], date.Date(1), 90)}}
}

// awardOf proposes a campaign and another that comes before it, lets D agree, and
// makes the award that is asked for. Each that has to be awarded before costs so
// much, which a budget or cap that is too small for more has room for.
func (s *stage) awardOf(t fataler, has causes, by string, propose campaign.ProposeRequest,
	each amount.Units) campaign.AwardRequest {
	gone := set(has["again"], each, 0) + set(has["had one"], each, 0)
	propose.Terms.Budget = set(has["budget"], 500+gone, 1_000_000)
	s.must(t, by, propose)
	s.must(t, "D", campaign.AgreeRequest{Campaign: "joint", Cap: set(has["cap"], 300+gone*2/5, 0)})
	before := propose
	before.Campaign, before.Terms.Order, before.Funders = "before", 0, []campaign.Share{{Party: by, Parts: 1}}
	s.must(t, by, before)
	scene := set(has["rule's scene"], "aftersales", set(has["scene"], "other", "retail"))
	req := campaign.AwardRequest{Campaigns: []string{"joint"}, Member: "sun", Scene: scene, Outlet: "D:pudong",
		Reference: "r-1", Lines: []campaign.Line{{Label: "tyre", Fen: 10}}}
	if has["again"] {
		s.must(t, by, req)
	}
	if req.Member, req.Reference = "wang", "r-2"; has["had one"] {
		s.must(t, by, req)
	}
	req.Reference, req.Lines[0].Fen = "r-1", set(has["no point"], amount.Units(1), 10_000)
	req.Campaigns[0] = set(has["no campaign"], "none", "joint")
	if req.Member = set(has["no member"], "ghost", "wang"); has["stack"] {
		req.Campaigns = append(req.Campaigns, "before")
	}
	req.Scene = "retail"
	req.Outlet = set(has["outlet"], "D:puxi", "D:pudong")
	req.Lines[0].Label = set(has["goods"], "oil", "tyre")
	for cause, label := range map[string]string{"barred": "barred", "rule's audience": "no-rule",
		"benefit barred": "no-ride"} {
		if has[cause] {
			s.must(t, "G", member.LabelRequest{Member: "wang", Label: label})
		}
	}
	if has["ended"] {
		s.must(t, by, campaign.EndRequest{Campaign: "joint", Reason: "x"})
	}
	if has["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	return req
}

func awardOn(t fataler, has causes) (*stage, string, command.Request) {
	s, today := &stage{world: founded(t, 5)}, day(firstDay)
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}})
	rule := points.Rule{ID: "tenth", Programme: "GP", Rate: amount.Rate{Num: 1, Den: 10},
		Scene: set(has["rule's scene"], "aftersales", ""), Audience: audience.Audience{Not: []string{"G:no-rule"}},
		From: today, Until: today + set(has["rule ended"], date.Date(1), 90)}
	s.must(t, "G", points.SetRuleRequest{Rule: rule})
	req := s.awardOf(t, has, "G", jointly(has, "G", campaign.Gives{Programme: "GP", Rule: "tenth",
		Times: amount.Rate{Num: 1, Den: 1}, Expires: today + set(has["expired points"], date.Date(1), 90)}), 1)
	if rule.Bonus++; has["rule changed"] {
		s.must(t, "G", points.SetRuleRequest{Rule: rule})
	}
	s.must(t, "G", points.SetRulesRequest{Programme: "GP",
		Rules: points.Rules{Evidence: has["no activator"], EarnPerDay: set(has["day cap"], amount.Units(5), 0)}})
	if has["liability"] {
		s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Liability: 5})
	}
	s.advance(t, 2)
	return s, set(has["not the proposer"], "M", "G"), req
}

func awardBenefitOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Price, r.Uses, r.Audience, r.PerMember = 500, 2, audience.Audience{Not: []string{"G:no-ride"}},
			set(has["one each"], uint16(2), 0)
		r.Days, r.Until = 0, day(firstDay)+set(has["benefit ended"], date.Date(1), 90)
	}))
	if has["one each"] {
		s.must(t, "M", grantTo("ride", "wang", "wang"))
	}
	req := s.awardOf(t, has, "M", jointly(has, "M", campaign.Gives{Benefit: "ride"}), 1000)
	if has["benefit's quota"] {
		s.must(t, "M", benefit.AmendRequest{Benefit: "ride", Quota: 1, Open: true}, grantTo("ride", "sun"))
	}
	if has["not open"] {
		s.must(t, "M", benefit.AmendRequest{Benefit: "ride"})
	}
	if has["commitment"] {
		req.Commitments = make([]code.Commitment, len(req.Campaigns))
		for i := range req.Commitments {
			req.Commitments[i] = make(code.Commitment, code.Size)
		}
	}
	s.advance(t, 2)
	return s, set(has["not the proposer"], "G", "M"), req
}
