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
	ix := readModel(t, []entry{
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
		{"a member", memberThere(ix, "li"), ""},
		{"a member who is yet to be enrolled, and has points", memberThere(ix, "later"), ""},
		{"nobody", memberThere(ix, "nobody"), fault.NotFound},
		{"a party", partyThere(ix, "D"), ""},
		{"no party", partyThere(ix, "X"), fault.NotFound},
		{"a programme", programmeThere(ix, "DP"), ""},
		{"no programme", programmeThere(ix, "XP"), fault.NotFound},
		{"the open cycle", cycleThere(ix, "2026-11"), ""},
		{"no cycle", cycleThere(ix, "2031-01"), fault.NotFound},
		{"a list of everything", narrowed{}.there(ix), ""},
		{"a list of a party's and a member's", narrowed{"li", "D"}.there(ix), ""},
		{"a list of nobody's", narrowed{member: "nobody"}.there(ix), fault.NotFound},
		{"a list of no party's", narrowed{"li", "X"}.there(ix), fault.NotFound},
	} {
		if code := fault.CodeOf(c.err); code != c.code {
			t.Errorf("%s: %v", c.what, c.err)
		}
	}
}
