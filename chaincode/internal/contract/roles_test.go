package contract

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// What a party did with roles that were taken from it, it doesn't do any more.
func TestRolesThatWereTakenAway(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	one := amount.Rate{Num: 1, Den: 1}
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "x", Zh: "x", Price: one, Rules: movable},
		points.PublishRateRequest{From: "GP", To: "DP", Rate: one, Since: day(firstDay), Until: day(firstDay) + 90})
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Points, r.Stackable = []benefit.Cost{{Programme: "GP", Amount: 5}}, true
	}))
	for name, take := range map[string][]command.Request{
		"roles": {party.AmendRequest{Party: "D", Roles: party.Auditor}, party.AmendRequest{Party: "M"}},
		"suspension": {party.SetRequest{Party: "D", State: party.Suspended, Reason: "x"},
			party.SetRequest{Party: "M", State: party.Suspended, Reason: "x"}},
		"closing": {party.SetRequest{Party: "D", State: party.Closed, Reason: "x"},
			party.SetRequest{Party: "M", State: party.Closed, Reason: "x"}},
	} {
		w.must(t, "G", take...)
		for _, c := range []struct {
			who string
			req command.Request
		}{
			{"D", points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "li", Amount: 9,
				Expires: day(firstDay) + 9}}}},
			{"D", points.ConvertRequest{Member: "wang", To: "DP", Pieces: []spend.Take{{Lot: lots[1], Amount: 50}}}},
			{"D", points.SetRulesRequest{Programme: "DP", Rules: movable}},
			{"D", points.PledgeRequest{Programme: "GP", Amount: 7, Until: day(firstDay) + 9}},
			{"D", member.EnrolRequest{Member: "new"}},
			{"M", benefit.BuyRequest{Benefit: "ride", Member: "li", Pieces: []spend.Take{{Lot: lots[0], Amount: 5}}}},
			{"M", benefit.GrantRequest{Benefit: "ride", Gift: true, Grants: []benefit.Grant{{Member: "li"}}}},
			{"A", points.PledgeRequest{Programme: "DP", Amount: 7, Until: day(firstDay) + 9}},
		} {
			if _, refusals := w.run(t, c.who, c.req); fault.CodeOf(refusals[0]) != fault.Forbidden {
				t.Errorf("%s: %s may %s: %v", name, c.who, command.KindOf(c.req), refusals[0])
			}
		}
		for _, id := range []string{"D", "M"} {
			w.must(t, "G", party.AmendRequest{Party: id, Roles: party.Issuer | party.Acceptor})
			if name != "roles" {
				w.must(t, "G", party.SetRequest{Party: id, State: party.Active, Reason: "x"})
			}
		}
	}
	w.must(t, "D", points.PledgeRequest{Programme: "GP", Amount: 7, Until: day(firstDay) + 9})
}

// A suspended acceptor ends what it began: the member gets its points back, or the goods.
func TestASuspendedPartyEndsWhatItBegan(t *testing.T) {
	s := newCounter(t, "DP")
	first, second := s.must(t, "M", s.hold(40, "DP")), s.must(t, "M", s.hold(10, "DP"))
	s.must(t, "G", party.SetRequest{Party: "M", State: party.Suspended, Reason: "x"})
	s.refused(t, "M", s.hold(1, "DP"), fault.Forbidden)
	s.must(t, "M", points.CaptureRequest{Hold: first, Amount: 40}, points.ReleaseRequest{Hold: second, Reason: "x"})
}

// A programme that isn't open gives out nothing new, and what is out can be spent.
func TestAProgrammeThatIsNotOpen(t *testing.T) {
	s := newCounter(t, "DP")
	issue := points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "li", Amount: 9,
		Expires: day(firstDay) + 9}}}
	to := func(state points.ProgrammeState) command.Request {
		return points.SetProgrammeRequest{Programme: "DP", State: state, Reason: "x"}
	}
	s.refused(t, "F", to(points.ClosedIssue), fault.Forbidden)
	s.refused(t, "G", to(points.ClosedIssue), fault.Forbidden)
	s.refused(t, "D", to(points.OpenToIssue), fault.WrongState)
	s.must(t, "G", to(points.SuspendedIssue))
	s.refused(t, "D", to(points.OpenToIssue), fault.Forbidden)
	s.refused(t, "D", issue, fault.WrongState)
	s.must(t, "G", to(points.OpenToIssue))
	s.must(t, "D", issue, to(points.ClosedIssue))
	s.refused(t, "D", issue, fault.WrongState)
	s.must(t, "M", s.hold(10, "DP"))
	s.must(t, "D", to(points.OpenToIssue), issue)
}
