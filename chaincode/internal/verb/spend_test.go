package verb

import (
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// callBy is a command of a party at UTC second 1000 of the first day, on a ledger
// with li, at home at G, whom chen and through chen wang were merged into, and
// zhang, who is erased.
func callBy(caller string) *call {
	tx := ledger.New(empty{})
	for _, m := range []member.Member{
		{ID: "li", Home: "G", State: member.Active, Depth: 2},
		{ID: "chen", Home: "D", State: member.Merged, Into: "li", Depth: 1},
		{ID: "wang", Home: "D", State: member.Merged, Into: "chen"},
		{ID: "zhang", Home: "G", State: member.Erased},
		{ID: "sun", Home: "F", State: member.Active},
	} {
		ledger.Put(tx, row.Member(m.ID), m)
	}
	r := &run.Run{Tx: tx, Caller: party.Party{ID: caller, Roles: party.Issuer | party.Acceptor}}
	return &call{Call: &run.Call{Run: r, At: points.At{Caller: caller,
		Number: number.Command{Party: caller, Lane: 1, Seq: 1}, Now: 1000, Date: day(firstDay)}}}
}

func rootCalled(t *testing.T, c *call, id string) member.Member {
	t.Helper()
	root, err := c.root(id)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestRootFollowsMerges(t *testing.T) {
	c := callBy("D")
	for id, want := range map[string]string{"li": "li", "chen": "li", "wang": "li", "zhang": "zhang", "sun": "sun"} {
		if root := rootCalled(t, c, id); root.ID != want {
			t.Errorf("the root of %s is %s", id, root.ID)
		}
	}
	if _, err := c.root("nobody"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
	ledger.Put(c.Tx, row.Member("li"), member.Member{ID: "li", State: member.Merged, Into: "wang"})
	if _, err := c.root("li"); fault.CodeOf(err) != fault.Internal {
		t.Errorf("a ring: %v", err)
	}
}

// Who may spend whose points: each case breaks one rule more than the case below it.
func TestMaySpend(t *testing.T) {
	auth := number.Command{Party: "D", Lane: 1, Seq: 5}
	missing := number.Command{Party: "D", Lane: 1, Seq: 6}
	secret := code.Code("0123456789abcdef")
	spends := []spend.Moved{{Programme: "GP", Amount: 6}}
	given := func(of string) member.Authorisation {
		return member.Authorisation{Member: of, Acceptor: "D",
			Caps: []member.Cap{{Programme: "GP", Amount: 10, Used: 4}}, Until: 2000,
			Commitment: code.Commit(secret), State: member.AuthorisationWaiting, By: "G"}
	}
	for _, c := range []struct {
		name, caller, of string
		under            number.Command
		given            string
		code             code.Code
		want             fault.Code
	}{
		{"erased before its home", "G", "zhang", number.Command{}, "li", nil, fault.WrongState},
		{"the home of a merged one is not the root's", "D", "wang", number.Command{}, "li", nil, fault.Unauthorised},
		{"no such authorisation", "D", "li", missing, "li", nil, fault.NotFound},
		{"another member's", "D", "sun", auth, "li", secret, fault.Unauthorised},
		{"another acceptor's", "M", "li", auth, "li", secret, fault.Unauthorised},
		{"a wrong code", "D", "li", auth, "li", nil, fault.WrongCode},
		{"the home", "G", "wang", number.Command{}, "li", nil, ""},
		{"with the code", "D", "li", auth, "li", secret, ""},
		{"given by one that was merged", "D", "li", auth, "wang", secret, ""},
		{"of one that was merged", "D", "chen", auth, "wang", secret, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			call := callBy(c.caller)
			ledger.Put(call.Tx, row.Authorisation(auth), given(c.given))
			err := call.mayspend(rootCalled(t, call, c.of), c.under, c.code, spends)
			if fault.CodeOf(err) != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			left, _ := call.authorisation(auth)
			used := given(c.given).Caps[0].Used
			if c.want == "" && !c.under.IsZero() {
				used += spends[0].Amount
			}
			if left.Caps[0].Used != used || left.Member != c.given {
				t.Errorf("%+v", left)
			}
			if err := call.unspend(c.under, spends); (fault.CodeOf(err) == fault.NotFound) != (c.under == missing) {
				t.Errorf("unspend: %v", err)
			}
			if left, _ = call.authorisation(auth); c.want == "" && left.Caps[0].Used != 4 {
				t.Errorf("after giving back: %+v", left)
			}
		})
	}
}

func TestEligible(t *testing.T) {
	c := callBy("D")
	ledger.Put(c.Tx, row.Labels("li", "D"), member.Labels{List: []member.Label{{ID: "old", Until: day(firstDay) - 1},
		{ID: "vip", Until: day(firstDay)}}})
	ledger.Put(c.Tx, row.Labels("li", "M"), member.Labels{List: []member.Label{{ID: "driver"}}})
	tier := func(id string, least amount.Units) points.Tier { return points.Tier{ID: id, AtLeast: least} }
	ledger.Put(c.Tx, row.Programme("GP"), points.Programme{ID: "GP",
		Rules: points.Rules{Tiers: []points.Tier{tier("gold", 10), tier("jade", 20)}, Window: 1}})
	ledger.Put(c.Tx, row.Standing("GP", "li"), points.Standing{Months: []points.Month{{Month: day(firstDay).Month(),
		Earned: 19}}})
	for _, one := range []struct {
		name string
		a    audience.Audience
		want fault.Code
	}{
		{"everybody", audience.Audience{}, ""},
		{"two parties' labels", audience.Audience{Labels: []string{"D:vip", "M:driver"}}, ""},
		{"a label of another party", audience.Audience{Labels: []string{"M:vip"}}, fault.Ineligible},
		{"a label that has ended", audience.Audience{Labels: []string{"D:old"}}, fault.Ineligible},
		{"without one that has ended", audience.Audience{Not: []string{"D:old"}}, ""},
		{"without one", audience.Audience{Not: []string{"M:driver"}}, fault.Ineligible},
		{"a tier", audience.Audience{Programme: "GP", Tiers: []string{"silver", "gold"}}, ""},
		{"a tier that isn't reached", audience.Audience{Programme: "GP", Tiers: []string{"jade"}}, fault.Ineligible},
		{"a programme that isn't", audience.Audience{Programme: "XP", Tiers: []string{"gold"}}, fault.NotFound},
	} {
		if err := c.eligible("li", one.a); fault.CodeOf(err) != one.want {
			t.Errorf("%s: %v", one.name, err)
		}
	}
	facts, err := c.facts("li", audience.Audience{Labels: []string{"M:x", "D:x"}, Not: []string{"F:x"}})
	if err != nil || !slices.Equal(facts.Labels, []string{"D:vip", "M:driver"}) {
		t.Errorf("%+v, %v", facts, err)
	}
}
