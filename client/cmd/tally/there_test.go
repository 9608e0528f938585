package main

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// TestWhatIsAskedAboutMustBeThere: nobody's wallet isn't an empty one.
func TestWhatIsAskedAboutMustBeThere(t *testing.T) {
	r := readModel(t, []entry{
		put(row.Member("li"), member.Member{Home: "D"}),
		put(row.Party("D"), party.Party{ID: "D"}),
		put(row.Programme("DP"), points.Programme{ID: "DP", Issuer: "D"}),
		put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: november}),
		put(row.Lot(numbered(7).Row(0)), points.Lot{Programme: "DP", Member: "later", Issued: 5}),
	})
	for _, c := range []struct {
		what string
		err  error
		code fault.Code
	}{
		{"a member", memberThere(r, "li"), ""},
		{"a member who is yet to be enrolled, and has points", memberThere(r, "later"), ""},
		{"nobody", memberThere(r, "nobody"), fault.NotFound},
		{"a party", partyThere(r, "D"), ""},
		{"no party", partyThere(r, "X"), fault.NotFound},
		{"a programme", programmeThere(r, "DP"), ""},
		{"no programme", programmeThere(r, "XP"), fault.NotFound},
		{"the open cycle", cycleThere(r, "2026-11"), ""},
		{"no cycle", cycleThere(r, "2031-01"), fault.NotFound},
		{"a list of everything", narrowed{}.there(r), ""},
		{"a list of a party's and a member's", narrowed{"li", "D"}.there(r), ""},
		{"a list of nobody's", narrowed{member: "nobody"}.there(r), fault.NotFound},
		{"a list of no party's", narrowed{"li", "X"}.there(r), fault.NotFound},
	} {
		if code := fault.CodeOf(c.err); code != c.code {
			t.Errorf("%s: %v", c.what, c.err)
		}
	}
}
