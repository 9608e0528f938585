package node_test

import (
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
)

// TestWhatIsAskedAboutMustBeThere: nobody's wallet isn't an empty one.
func TestWhatIsAskedAboutMustBeThere(t *testing.T) {
	r := indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Member("li"), member.Member{Home: "D"}),
		indextest.Put(row.Party("D"), party.Party{ID: "D"}),
		indextest.Put(row.Programme("DP"), points.Programme{ID: "DP", Issuer: "D"}),
		indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: 20758}),
		indextest.Put(row.Lot(indextest.Numbered(7).Row(0)), points.Lot{Programme: "DP", Member: "later", Issued: 5}),
	})
	for _, c := range []struct {
		what string
		err  error
		code fault.Code
	}{
		{"a member", node.MemberThere(r, "li"), ""},
		{"a member who is yet to be enrolled, and has points", node.MemberThere(r, "later"), ""},
		{"nobody", node.MemberThere(r, "nobody"), fault.NotFound},
		{"a party", node.PartyThere(r, "D"), ""},
		{"no party", node.PartyThere(r, "X"), fault.NotFound},
		{"a programme", node.ProgrammeThere(r, "DP"), ""},
		{"no programme", node.ProgrammeThere(r, "XP"), fault.NotFound},
		{"the open cycle", node.CycleThere(r, "2026-11"), ""},
		{"no cycle", node.CycleThere(r, "2031-01"), fault.NotFound},
		{"a list of everything", node.Narrowed{}.There(r), ""},
		{"a list of a party's and a member's", node.Narrowed{Member: "li", Party: "D"}.There(r), ""},
		{"a list of nobody's", node.Narrowed{Member: "nobody"}.There(r), fault.NotFound},
		{"a list of no party's", node.Narrowed{Member: "li", Party: "X"}.There(r), fault.NotFound},
	} {
		if code := fault.CodeOf(c.err); code != c.code {
			t.Errorf("%s: %v", c.what, c.err)
		}
	}
}

// A step is named by what it is about. Where that is too long for a name, two steps must still have two names.
func TestLongStepsDiffer(t *testing.T) {
	long := strings.Repeat("x", 20)
	one, other := node.Step("open", "2026-11-and-more-of-it", long, long, "true-1_100"),
		node.Step("open", "2026-11-and-more-of-it", long, long, "false-1_100")
	if one == other || len(one) > 64 || len(other) > 64 ||
		one != node.Step("open", "2026-11-and-more-of-it", long, long, "true-1_100") {
		t.Errorf("%q, %q", one, other)
	}
	if got := node.Step("sign", "2026-11", "D", "0123456789abcdef"); got != "sign-2026-11-D-0123456789abcdef" {
		t.Errorf("%q", got)
	}
}
