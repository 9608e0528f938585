package adversary

import (
	"testing"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
)

// S13. D and M lost their roles and go on; the auditor never had any.
func TestRolesThatWereTakenAway(t *testing.T) {
	w := found(t)
	w.open("D")
	w.open("G")
	lot := w.issue("D", "wang", 100)
	w.must("M", ride(nil))
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Auditor})
	w.must("G", party.AmendRequest{Party: "M", Roles: 0})
	for _, c := range []struct {
		who string
		req command.Request
	}{
		{"D", points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 5, Expires: w.today + 9}}}},
		{"D", points.SetRulesRequest{Programme: "DP"}},
		{"D", points.PledgeRequest{Programme: "GP", Amount: 7, Until: w.today + 9}},
		{"D", points.HoldRequest{Member: "wang", Pieces: take(lot, 1), Deadline: w.soon(60)}},
		{"D", points.PublishRateRequest{From: "GP", To: "DP", Rate: one, Since: w.today, Until: w.today + 9}},
		{"M", benefit.GrantRequest{Benefit: "ride", Gift: true, Grants: []benefit.Grant{{Member: "li"}}}},
		{"A", points.PledgeRequest{Programme: "GP", Amount: 7, Until: w.today + 9}},
		{"A", member.EnrolRequest{Member: "spy"}},
	} {
		w.refused(c.who, c.req, fault.Forbidden)
	}
}
