package index

import (
	"maps"
	"slices"
	"testing"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// people is a ledger with ann, who was bob and before that cid, and with dan, who
// was erased.
func people(t *testing.T) *world {
	w := newWorld(t)
	day := date.Date(today)
	rules := points.Rules{Window: 12, Tiers: []points.Tier{{ID: "silver", AtLeast: 100}, {ID: "gold", AtLeast: 500}}}
	earned := points.Standing{Months: []points.Month{{Month: day.Month(), Earned: 600}}}
	w.write(
		put(row.Cycle(), settlement.Cycle{ID: "2024-10", Date: day}),
		put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Rules: rules}),
		put(row.Member("ann"), member.Member{ID: "ann", Home: "D", State: member.Active, Depth: 2}),
		put(row.Member("bob"), member.Member{ID: "bob", Home: "D", State: member.Merged, Into: "ann", Depth: 1}),
		put(row.Member("cid"), member.Member{ID: "cid", Home: "D", State: member.Merged, Into: "bob"}),
		put(row.Member("dan"), member.Member{ID: "dan", Home: "D", State: member.Erased}),
		put(row.Standing("GP", "ann"), earned),
		put(row.Standing("GP", "bob"), points.Standing{}),
		put(row.Standing("MP", "bob"), points.Standing{}),
		put(row.Labels("ann", "D"), member.Labels{
			List: []member.Label{{ID: "household"}, {ID: "late", Until: day - 1}},
		}),
		put(row.Labels("bob", "F"), member.Labels{List: []member.Label{{ID: "delinquent"}}}),
	)
	return w
}

func TestRoot(t *testing.T) {
	ix := people(t).index()
	for id, want := range map[string]string{
		"ann": "ann", "bob": "ann", "cid": "ann", "dan": "dan", "nobody": "nobody",
	} {
		if got, err := now(t, ix).Root(id); err != nil || got != want {
			t.Errorf("%s became %s, %v; want %s", id, got, err, want)
		}
	}
	if _, err := now(t, ix).Member("nobody"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nobody: %v", err)
	}
}

func TestTiersAreTheRootsOwn(t *testing.T) {
	ix := people(t).index()
	if tiers, err := now(t, ix).Tiers("ann", today); err != nil || !maps.Equal(tiers, map[string]string{"GP": "gold"}) {
		t.Errorf("%v, %v", tiers, err)
	}
	for id, want := range map[string][]string{"ann": {"GP"}, "bob": {"GP", "MP"}, "cid": nil} {
		if own, err := now(t, ix).Standings(id); err != nil || !slices.Equal(slices.Sorted(maps.Keys(own)), want) {
			t.Errorf("%s's own: %v, %v", id, own, err)
		}
	}
	if tiers, err := now(t, ix).Tiers("dan", today); err != nil || len(tiers) > 0 {
		t.Errorf("%v, %v", tiers, err)
	}
}

// TestOffersFor: who is shown what, by tier and label, on the business date. A
// label of a member who was merged stays behind, as on the ledger.
func TestOffersFor(t *testing.T) {
	w := people(t)
	tier := func(ids ...string) audience.Audience { return audience.Audience{Programme: "GP", Tiers: ids} }
	offer := func(id string, a audience.Audience, from, until date.Date) entry {
		return put(row.Offer("D", id), audience.Offer{ID: id, By: "D", Audience: a, From: from, Until: until})
	}
	w.write(
		offer("all", audience.Audience{}, today, today),
		offer("ended", audience.Audience{}, today-5, today-1),
		offer("future", audience.Audience{}, today+1, today+5),
		offer("gold", tier("gold"), today, today),
		offer("silver", tier("silver"), today, today),
		offer("any-tier", tier("silver", "gold"), today, today),
		offer("elsewhere", audience.Audience{Programme: "DP", Tiers: []string{"gold"}}, today, today),
		offer("household", audience.Audience{Labels: []string{"D:household"}}, today, today),
		offer("label-ended", audience.Audience{Labels: []string{"D:late"}}, today, today),
		offer("label-left-behind", audience.Audience{Labels: []string{"F:delinquent"}}, today, today),
		offer("not-delinquent", audience.Audience{Not: []string{"F:delinquent"}}, today, today),
		offer("not-household", audience.Audience{Not: []string{"D:household"}}, today, today),
	)
	ix := w.index()
	for id, want := range map[string][]string{
		"ann": {"all", "any-tier", "gold", "household", "not-delinquent"},
		"cid": {"all", "any-tier", "gold", "household", "not-delinquent"},
		"dan": nil,
	} {
		shown, err := now(t, ix).OffersFor(id)
		var got []string
		for _, o := range shown {
			got = append(got, o.Row.ID)
		}
		if err != nil || shown == nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", id, got, err, want)
		}
	}
	if _, err := now(t, ix).OffersFor("nobody"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nobody: %v", err)
	}
}
