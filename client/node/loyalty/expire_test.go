package loyalty

import (
	"slices"
	"testing"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node/nodetest"
)

// TestLotsOfActiveMembersSlide: where expiry slides, lots of who has been active since stay, and are listed.
func TestLotsOfActiveMembersSlide(t *testing.T) {
	lot := func(i uint16, member string, expires date.Date) indextest.Entry {
		return indextest.Put(row.Lot(indextest.Numbered(i).Row(0)),
			points.Lot{Programme: "DP", Member: member, Issued: 5, Expires: expires, State: points.Active})
	}
	r := indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: nodetest.November}),
		lot(1, "idle", nodetest.November-1), lot(2, "busy", nodetest.November-1), lot(3, "idle", nodetest.November),
		indextest.Put(row.Standing("DP", "busy"), points.Standing{Active: nodetest.November - 2}),
	})
	for _, c := range []struct {
		name      string
		rule      points.Expiry
		due, slid []uint16
	}{
		{"days", points.Expiry{Kind: points.Days, N: 30}, []uint16{1, 2}, nil},
		{"sliding", points.Expiry{Kind: points.Sliding, N: 30}, []uint16{1}, []uint16{2}},
	} {
		e := &expiry{programme: points.Programme{ID: "DP", Issuer: "D", Rules: points.Rules{Expiry: c.rule}}}
		due, err := e.due(r)
		if err != nil || !slices.Equal(indices(due), c.due) || e.done.More || e.done.Date != nodetest.November {
			t.Errorf("%s: due %v, %+v, %v", c.name, indices(due), e.done, err)
		}
		if want := numbersOf(c.slid); !slices.Equal(e.done.Slid, want) {
			t.Errorf("%s: slid %v, want %v", c.name, e.done.Slid, want)
		}
	}
}

func indices(lots []index.Lot) (list []uint16) {
	for _, l := range lots {
		list = append(list, l.Number.Command.Index)
	}
	return list
}

func numbersOf(indices []uint16) (list []number.Row) {
	for _, i := range indices {
		list = append(list, indextest.Numbered(i).Row(0))
	}
	return list
}

// TestDueEntitlements are those whose last day has passed, of what the party gave or provides, or of one benefit.
func TestDueEntitlements(t *testing.T) {
	given := func(i uint16, of, by string, until date.Date, state benefit.State) indextest.Entry {
		return indextest.Put(row.Entitlement(indextest.Numbered(i).Row(0)),
			benefit.Entitlement{Benefit: of, Member: "li", By: by, Uses: 1, Until: until, State: state})
	}
	r := indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: nodetest.November}),
		indextest.Put(row.Benefit("ride"), benefit.Model{ID: "ride", Provider: "M"}),
		indextest.Put(row.Benefit("wash"), benefit.Model{ID: "wash", Provider: "D"}),
		given(1, "ride", "D", nodetest.November-1, benefit.Active),
		given(2, "wash", "G", nodetest.November-1, benefit.Granted),
		given(3, "ride", "G", nodetest.November-1, benefit.Active),
		given(4, "ride", "D", nodetest.November, benefit.Active),
		given(5, "ride", "D", nodetest.November-1, benefit.Consumed),
	})
	n := nodetest.Offline(t)
	for id, want := range map[string][]uint16{"": {1, 2}, "ride": {1, 3}, "wash": {2}, "none": nil} {
		due, err := dueEntitlements(n, r, id)
		var got []uint16
		for _, e := range due {
			of, err := number.ParseRow(e.ID)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, of.Command.Index)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", id, got, err, want)
		}
	}
}
