package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// issued are the grounds of an issue, from the programme's state on.
var issued = []ground{
	{"suspended", "", fault.WrongState}, {"no activator", "", fault.BadRequest}, {"expired points", "", fault.Expired},
	{"receipt earned", "", fault.Conflict},
	{"no pledge", "", fault.NotFound}, {"another's pledge", "", fault.Forbidden}, {"pledge ended", "", fault.Expired},
	{"pledge drawn", "", fault.Quota},
}

// earning are those of whom gets the points, and of what they come to.
var (
	earning = []ground{{"erased", "", fault.WrongState}, {"day limit", "", fault.DailyCap}}
	owing   = []ground{{"liability", "", fault.LiabilityCap}}
)

var pointsPrecedence = map[string]precedence{
	"issue": {issueOn, [][]ground{{{"no programme", "", fault.NotFound}, {"not the issuer", "", fault.Forbidden},
		untried(fault.Limit)}, issued,
		{{"no member", "", fault.NotFound}, {"erased", "", fault.WrongState}, {"another home", "", fault.Forbidden},
			{"day limit", "", fault.DailyCap}}, owing}},
	"award by a rule": {awardByRuleOn, [][]ground{{{"no programme", "", fault.NotFound},
		{"no rule", "", fault.NotFound}, {"no member", "", fault.NotFound}, {"not the issuer", "", fault.Forbidden},
		{"scene", "", fault.Forbidden}, {"rule ended", "", fault.Expired}, untried(fault.Limit),
		{"no point", "", fault.Insufficient}, {"barred", "", fault.Ineligible}, untried(fault.Limit)},
		issued, earning, owing}},
	"capture": {captureOn, [][]ground{{{"no hold", "", fault.NotFound}, {"not the acceptor", "", fault.Forbidden},
		{"released", "", fault.WrongState}, {"ended", "", fault.Expired}, {"too many", "", fault.Insufficient},
		{"64 times", "", fault.Limit}}}},
	"unwind": {unwindOn, [][]ground{{{"no hold", "", fault.NotFound}, {"not the acceptor", "", fault.Forbidden},
		{"nothing captured", "", fault.WrongState}, {"no capture", "", fault.NotFound},
		{"too many", "", fault.Insufficient}}}},
	"adjust": {adjustOn, [][]ground{{{"no lot", "", fault.NotFound}, {"not the issuer", "", fault.Forbidden},
		{"pending", "", fault.WrongState}, {"expired", "", fault.Expired}}, earning, owing}},
}

// grantOn is a world in which receipt r-1 may earn 10 GP that D has pledged, and the grant.
func grantOn(t fataler, has causes) (*stage, points.Grant) {
	s := &stage{world: founded(t, 5)}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}})
	today := day(firstDay)
	if has["receipt earned"] {
		s.must(t, "G", points.IssueRequest{Programme: "GP", Receipts: true,
			Grants: []points.Grant{{Member: "sun", Amount: 1, Expires: today + 90, Reference: "r-1"}}})
	}
	pledge := s.must(t, set(has["another's pledge"], "F", "D"),
		points.PledgeRequest{Programme: "GP", Amount: set(has["pledge drawn"], amount.Units(5), 100),
			Until: today + set(has["pledge ended"], date.Date(1), 90)})
	return s, points.Grant{
		Member: set(has["no member"], "ghost", "wang"), Amount: 10,
		Expires: today + set(has["expired points"], date.Date(1), 90), Reference: "r-1",
		Split: []points.Share{{Funder: "D", Parts: 1, Pledge: set(has["no pledge"], nowhere, pledge)}},
	}
}

// closeGrant does what ends the preparations.
func (s *stage) closeGrant(t fataler, has causes) {
	if has["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	s.must(t, "G", points.SetRulesRequest{Programme: "GP",
		Rules: points.Rules{Evidence: has["no activator"], EarnPerDay: set(has["day limit"], amount.Units(5), 1000)}})
	if has["suspended"] {
		s.must(t, "G", points.SetProgrammeRequest{Programme: "GP", State: points.SuspendedIssue, Reason: "x"})
	}
	if has["liability"] {
		s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Liability: 5})
	}
}

func issueOn(t fataler, has causes) (*stage, string, command.Request) {
	s, grant := grantOn(t, has)
	grant.Home = set(has["another home"], "M", "")
	s.closeGrant(t, has)
	s.advance(t, 2)
	return s, set(has["not the issuer"], "M", "G"), points.IssueRequest{Programme: set(has["no programme"], "XP", "GP"),
		Receipts: true, Grants: []points.Grant{grant}}
}

func awardByRuleOn(t fataler, has causes) (*stage, string, command.Request) {
	s, grant := grantOn(t, has)
	today := day(firstDay)
	s.must(t, "G", points.SetRuleRequest{Rule: points.Rule{ID: "tenth", Programme: "GP", Scene: "retail",
		Rate: amount.Rate{Num: 1, Den: 10}, Rounding: amount.Down,
		Audience: audience.Audience{Not: []string{"G:barred"}}, From: today,
		Until: today + set(has["rule ended"], date.Date(1), 90)}})
	if has["barred"] {
		s.must(t, "G", member.LabelRequest{Member: "wang", Label: "barred"})
	}
	s.closeGrant(t, has)
	s.advance(t, 2)
	return s, set(has["not the issuer"], "M", "G"), points.AwardRequest{
		Programme: set(has["no programme"], "XP", "GP"), Rule: set(has["no rule"], "none", "tenth"),
		Member: grant.Member, Scene: set(has["scene"], "other", "retail"),
		Lines: []points.Bought{{Fen: set(has["no point"], amount.Units(9), 100)}}, Expires: grant.Expires,
		Reference: grant.Reference, Split: grant.Split,
	}
}

// spentOn is a hold of 100 points of wang's by D, of which so many are captured in parts of one.
func spentOn(t fataler, has causes, captures int) (s *stage, hold, last number.Command) {
	s = &stage{world: founded(t, 5)}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}})
	lot := s.must(t, "G", points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "wang", Amount: 100,
		Expires: day(firstDay) + 90}}}).Row(0)
	hold = s.must(t, "D", points.HoldRequest{Member: "wang", Pieces: theseOf(lot, 100),
		Deadline: s.net.Now().Unix() + set(has["ended"], int64(10), 600)})
	for range captures {
		last = s.must(t, "D", points.CaptureRequest{Hold: hold, Amount: 1})
	}
	if has["released"] {
		s.must(t, "D", points.ReleaseRequest{Hold: hold, Reason: "x"})
	}
	s.net.Advance(20e9)
	return s, set(has["no hold"], nowhere, hold), last
}

func captureOn(t fataler, has causes) (*stage, string, command.Request) {
	s, hold, _ := spentOn(t, has, set(has["64 times"], 64, 0))
	return s, set(has["not the acceptor"], "M", "D"),
		points.CaptureRequest{Hold: hold, Amount: set(has["too many"], amount.Units(101), 5)}
}

func unwindOn(t fataler, has causes) (*stage, string, command.Request) {
	s, hold, capture := spentOn(t, has, set(has["nothing captured"], 0, 1))
	if capture.IsZero() || has["no capture"] {
		capture = nowhere
	}
	return s, set(has["not the acceptor"], "M", "D"), points.RefundRequest{Hold: hold, Capture: capture,
		Amount: set(has["too many"], amount.Units(2), 1), Reason: "x"}
}

func adjustOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: points.Rules{EarnPerDay: 1000}})
	lot := s.must(t, "G", points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "wang", Amount: 10,
		Expires:   day(firstDay) + set(has["expired"], date.Date(1), 90),
		Activator: set(has["pending"], "D", "")}}}).Row(0)
	s.closeGrant(t, has)
	if has["expired"] {
		s.advance(t, 2)
	}
	return s, set(has["not the issuer"], "M", "G"),
		points.AdjustRequest{Lot: set(has["no lot"], nowhere.Row(0), lot), Amount: 10, Reason: "x"}
}

func offerOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	if has["several programmes"] {
		other := s.must(t, "D", points.IssueRequest{Programme: "DP",
			Grants: []points.Grant{{Member: "wang", Amount: 5, Expires: day(firstDay) + 30}}})
		s.pieces = append(s.pieces, spend.Take{Lot: other.Row(0), Amount: 1})
	}
	if has["wanted not movable"] {
		s.must(t, "M", points.SetRulesRequest{Programme: "MP"})
	}
	if has["receiver erased"] {
		s.must(t, "M", member.EraseRequest{Member: "chen", Reason: "x"})
	}
	s.close(t, has)
	return s, "M", points.OfferRequest{Member: set(has["no member"], "ghost", "wang"), Pieces: s.pieces,
		Wants: set(has["no programme"], "XP", "MP"), Price: 5, For: "chen", Until: s.ends,
		Authorisation: s.authorisation, Code: s.code}
}
