package index

import (
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// TestPeriods: they neither overlap nor have gaps, whenever cycles are cut off; a cycle that is cut off on the day of
// the cut-off before has no day of its own; a period's height is that of its cut-off's block (A7, A2).
func TestPeriods(t *testing.T) {
	w := newWorld(t)
	w.write(put(row.Cycle(), settlement.Cycle{ID: "c1", Date: today, Since: today}))
	cut := func(seq uint64, id, next string, from, to date.Date) uint64 {
		w.write(sealed("M", 2, seq), put(row.Cycle(), settlement.Cycle{ID: next, Date: to, Since: to}),
			put(row.Close(id), settlement.Close{
				ID: id, Next: next, From: from, To: to, CutBy: numbered("M", 2, seq, 0), State: settlement.Cut,
			}))
		return uint64(len(w.blocks()))
	}
	h1 := cut(1, "c1", "c2", today, today+9)
	h2 := cut(2, "c2", "c3", today+9, today+20)
	h3 := cut(3, "c3", "c4", today+20, today+20)
	h4 := cut(4, "c4", "c5", today+20, today+30)
	w.write(put(row.Close("c1"), settlement.Close{
		ID: "c1", Next: "c2", From: today, To: today + 9, CutBy: numbered("M", 2, 1, 0), State: settlement.Settled,
	}))
	ix := w.index()
	for _, want := range []Period{
		{"c1", "", today, today + 9, h1, 0}, {"c2", "c1", today + 10, today + 20, h2, h1},
		{"c3", "c2", today + 20, today + 20, h3, h2}, {"c4", "c3", today + 21, today + 30, h4, h3},
	} {
		if got, err := now(t, ix).Period(want.Cycle); err != nil || got != want {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := now(t, ix).Period("c5"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("the open one: %v", err)
	}
}

// TestUnfinished: a cycle can get lines until it is computed and everything of the party's is opened.
func TestUnfinished(t *testing.T) {
	w := newWorld(t)
	w.write(put(row.Close("c1"), settlement.Close{ID: "c1", State: settlement.Cut}))
	of := func(party string) []string {
		list, err := now(t, w.index()).Unfinished("c1", party)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := of("D"); len(list) != 1 {
		t.Errorf("before it is computed: %q", list)
	}
	w.write(put(row.Close("c1"), settlement.Close{ID: "c1", State: settlement.Computed}),
		put(row.Pair("c1", "D", "M"), settlement.Pair{Cycle: "c1", A: "D", B: "M", Pending: 1}),
		put(row.Pair("c1", "D", "G"), settlement.Pair{Cycle: "c1", A: "D", B: "G"}))
	for party, want := range map[string][]string{"D": {"M"}, "M": {"D"}, "G": nil} {
		if list := of(party); !slices.Equal(list, want) {
			t.Errorf("%s: %q", party, list)
		}
	}
}

// TestTaxes: a line has its model's rate; what a dispute decides has the lines' rate, of several the highest; and a
// line that is owed after all has its own (A3).
func TestTaxes(t *testing.T) {
	w := newWorld(t)
	model := func(n uint32, percent amount.Units) entry {
		return put(row.SettlementModel(n), settlement.Model{
			Number: n, By: "G", ID: "m", Terms: settlement.Terms{Tax: amount.Rate{Num: percent, Den: 100}},
		})
	}
	w.write(model(1, 6), model(2, 13), model(3, 0))
	line := func(i uint16) number.Row { return number.Command{Party: "M", Lane: 1, Seq: 1, Index: i}.Row(0) }
	w.write(sealed("M", 1, 1), put(row.Obligations("M", 1,
		1), settlement.Obligations{Cycle: "c1", Date: today, List: []settlement.Obligation{
		{Index: 1, Kind: settlement.Service, Debtor: "D", Creditor: "M", Fen: 106, Model: 1},
		{Index: 2, Kind: settlement.Service, Debtor: "D", Creditor: "M", Fen: 113, Model: 2},
		{Index: 3, Kind: settlement.Service, Debtor: "D", Creditor: "M", Fen: 5, Model: 3},
		{Index: 4, Kind: settlement.Service, Debtor: "D", Creditor: "M", Fen: 7},
	}}))
	disputed := func(i uint16, state settlement.DisputeState, lines ...uint16) entry {
		d := settlement.Dispute{Cycle: "c1", By: "D", Against: "M", State: state, Last: numbered("G", 1, 9, int(i))}
		for _, l := range lines {
			d.Lines = append(d.Lines, settlement.Disputed{Line: line(l), Debtor: "D", Creditor: "M"})
		}
		return put(row.Dispute(numbered("D", 1, 5, int(i))), d)
	}
	w.write(disputed(1, settlement.Ruled, 1), disputed(2, settlement.Ruled, 1, 2, 4),
		disputed(3, settlement.Withdrawn, 1, 2, 4), disputed(4, settlement.Closed, 3, 4),
		disputed(5, settlement.Raised, 2))
	taxes, err := now(t, w.index()).Taxes()
	if err != nil {
		t.Fatal(err)
	}
	of := func(model uint32, kind settlement.Kind, command uint16, ord int) string {
		return taxes.Of(Obligation{
			ID: numbered("G", 1, 9, int(command)).Row(ord), Owe: settlement.Owe{Kind: kind, Model: model},
		}).String()
	}
	for _, c := range []struct{ what, got, want string }{
		{"a model's", of(1, settlement.Service, 0, 0), "3/50"}, {"none", of(0, settlement.Service, 0, 0), "0"},
		{"a model without", of(3, settlement.Service, 0, 0), "0"},
		{"an unknown model's", of(9, settlement.Service, 0, 0), "0"},
		{"a ruling", of(0, settlement.Adjustment, 1, 0), "3/50"},
		{"its other part", of(0, settlement.Adjustment, 1, 1), "3/50"},
		{"of several the highest", of(0, settlement.Adjustment, 2, 0), "13/100"},
		{"withdrawn, the first line", of(0, settlement.Adjustment, 3, 0), "3/50"},
		{"the second", of(0, settlement.Adjustment, 3, 1), "13/100"},
		{"the third", of(0, settlement.Adjustment, 3, 2), "0"},
		{"of lines without", of(0, settlement.Adjustment, 4, 0), "0"},
		{"undecided", of(0, settlement.Adjustment, 5, 0), "0"},
		{"another kind", of(0, settlement.Service, 1, 0), "0"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
		}
	}
}
