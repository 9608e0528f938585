package index

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/books"
)

// TestBatchesKeepTheirDay: a batch has the business date and cycle under which it was
// endorsed, the one that moves them on included.
func TestBatchesKeepTheirDay(t *testing.T) {
	w := newWorld(t)
	w.write(sealed("D", 1, 1)) // before the founding
	w.write(put(row.Cycle(), settlement.Cycle{ID: "c1", Date: today}))
	w.write(sealed("D", 1, 2))
	w.write(sealed("M", 4, 7))
	w.write(sealed("D", 1, 3), put(row.Cycle(), settlement.Cycle{ID: "c2", Date: today + 30}))
	w.write(sealed("D", 1, 4))
	w.write(sealedIn("tallyseal", "D", 1, 5)) // in no namespace of D's: it seals nothing
	whole, step := w.index(), fresh(t)
	for _, b := range w.blocks() {
		if err := step.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]moment{
		row.Batch("D", 1, 1): {}, row.Batch("D", 1, 2): {today, "c1"}, row.Batch("M", 4, 7): {today, "c1"},
		row.Batch("D", 1, 3): {today, "c1"}, row.Batch("D", 1, 4): {today + 30, "c2"},
	}
	for name, ix := range map[string]*Index{"at once": whole, "block by block": step} {
		got, err := now(t, ix).moments()
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(moment{})); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// estate is a ledger with every way in which points are held, passed on and ended.
func estate(t *testing.T) (s *marketing, lots []number.Row) {
	s = newMarketing(t)
	s.write(put(row.Cycle(), settlement.Cycle{ID: "c1", Date: today}))
	give := func(l points.Lot) number.Row {
		return s.do(func(n number.Command) []entry { return []entry{put(row.Lot(n.Row(0)), l)} }).Row(0)
	}
	with := func(l points.Lot, change func(*points.Lot)) points.Lot { change(&l); return l }
	plain := give(with(lot("DP", "annie", 1000, today+90), func(l *points.Lot) {
		l.Origin, l.Placed, l.Transferred, l.Expired, l.Revoked, l.Converted = points.Issued, 300, 100, 50, 40, 10
	}))
	s.write(put(row.Cycle(), settlement.Cycle{ID: "c2", Date: today + 40}))
	got := give(with(lot("DP", "bob", 100, today+90),
		func(l *points.Lot) { l.Origin, l.Parent, l.Placed = points.Transferred, plain, 20 }))
	back := give(
		with(lot("DP", "bob", 15, today+120), func(l *points.Lot) { l.Origin, l.Parent = points.Refunded, got }))
	funded := give(
		with(lot("DP", "carl", 70, today+90), func(l *points.Lot) { l.Origin, l.Funder = points.Issued, "G" }))
	swapped := give(
		with(lot("MP", "carl", 5, today+90), func(l *points.Lot) { l.Origin, l.Parent = points.Converted, plain }))
	s.hold("annie", "M", 1, 30, piece(plain, "D", 100)) // 70 of it stand
	s.do(func(n number.Command) []entry {
		line := spend.Line{piece(plain, "D", 60), piece(plain, "D", 40)}
		return []entry{put(row.Hold(n), points.Hold{
			Acceptor: "D", Member: "annie", State: points.PartCaptured, Captured: 60, Pieces: line,
			Captures: []points.Taken{{Number: n, Amount: 60}}, Placed: today,
		})}
	})
	s.do(func(n number.Command) []entry {
		return []entry{put(row.Trade(n), points.Trade{
			By: "D", Maker: "bob", State: points.Offered, Pieces: spend.Line{piece(got, "D", 20)}, Wants: "MP",
			Price: 1,
		})}
	})
	return s, []number.Row{plain, got, back, funded, swapped}
}

func TestEachLot(t *testing.T) {
	s, names := estate(t)
	var got []books.Lot
	if err := now(t, s.index()).EachLot(func(l books.Lot) error { got = append(got, l); return nil }); err != nil {
		t.Fatal(err)
	}
	of := func(i, root int, programme, by string, issued, available, held amount.Units) books.Lot {
		issuer := map[string]string{"DP": "D", "MP": "M"}[programme]
		l := books.Lot{
			Number: names[i], Root: names[root], Issuer: issuer, Programme: programme, Party: by, Origin: points.Issued,
			Born: today + 40, Expires: today + 90, Issued: issued, Available: available, Held: held,
		}
		if root == 0 {
			l.Born = today
		}
		return l
	}
	want := []books.Lot{of(0, 0, "DP", "D", 1000, 500, 40), of(1, 0, "DP", "D", 0, 80, 20),
		of(2, 0, "DP", "D", 0, 15, 0), of(3, 3, "DP", "G", 70, 70, 0), of(4, 4, "MP", "M", 5, 5, 0)}
	want[0].Converted, want[0].Expired, want[0].Revoked, want[0].Own = 10, 50, 40, 60
	want[2].Expires, want[4].Origin = today+120, points.Converted
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestOwedIsWhatIsOutstanding: what members have, by their last name, comes to what the
// issuer owes.
func TestOwedIsWhatIsOutstanding(t *testing.T) {
	s, _ := estate(t)
	s.write(put(row.Totals("DP", "D", 3), points.Totals{
		Issued: 1070, Captured: 275, Refunded: 30, Converted: 10, Expired: 50, Revoked: 40,
	}))
	ix := s.index()
	list, err := now(t, ix).Owed("DP")
	if want := []books.Owed{{Member: "ann", Points: 540}, {Member: "bob", Points: 115},
		{Member: "carl", Points: 70}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("%+v, %v", list, err)
	}
	outstanding, err := now(t, ix).Outstanding()
	if err != nil || outstanding[0].Outstanding != 725 {
		t.Errorf("%+v, %v", outstanding, err)
	}
	if _, err := now(t, ix).Owed("XP"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no such programme: %v", err)
	}
	if none, err := now(t, ix).Owed("MP"); err != nil || len(none) != 1 {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestRedemptions(t *testing.T) {
	s, names := estate(t)
	o := then(t, bought(t, "annie", "r", "S1/oil:1", "S2/wiper:2"), accepted, shipped(1), delivered(1), delivered(2))
	seq := s.next()
	s.write(sealed("D", 3, s.seq), put(row.Order(seq), o))
	right := spend.Line{piece(names[3], "G", 30), piece(names[0], "D", 30)}
	e := s.do(func(n number.Command) []entry {
		return []entry{put(row.Entitlement(n.Row(0)), benefit.Entitlement{
			Benefit: "ride", Member: "bob", State: benefit.Active, By: "M", Uses: 3, Used: 2, Reversed: 1,
			Until: today + 9, Pieces: right,
		})}
	})
	for use, state := range map[uint16]benefit.WriteOffState{1: benefit.Done, 2: benefit.Annulled} {
		s.do(func(n number.Command) []entry {
			return []entry{put(row.WriteOff(n), benefit.WriteOff{
				Entitlement: e.Row(0), Benefit: "ride", Member: "bob", Provider: "M", Use: use, State: state,
				Cycle: "c2",
			})}
		})
	}
	list, err := now(t, s.index()).Redemptions()
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		list[i].Of = "" // the keys of what it was, which differ
	}
	want := []books.Redemption{
		{Cycle: "c2", Programme: "DP", Party: "D", Acceptor: "M", Member: "ann", Points: 70},
		{Cycle: "c2", Programme: "DP", Party: "D", Acceptor: "D", Member: "ann", Points: 60},
		{Cycle: "c1", Programme: "DP", Party: "D", Acceptor: "D", Member: "ann", Points: 29_800},
		{Cycle: "c1", Programme: "DP", Party: "D", Acceptor: "D", Member: "ann",
			Points: 1800}, // another part of the order
		{Cycle: "c2", Programme: "DP", Party: "G", Acceptor: "M", Member: "bob", Points: 20},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	crossed, err := now(t, s.index()).Conversions()
	if err != nil || !slices.Equal(crossed, []books.Conversion{{Cycle: "c2", From: "DP", To: "MP", Points: 5}}) {
		t.Errorf("%+v, %v", crossed, err)
	}
}

func TestCaps(t *testing.T) {
	w := newWorld(t)
	if _, err := now(t, w.index()).Caps(); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("before the founding: %v", err)
	}
	w.write(put(row.Cycle(), settlement.Cycle{ID: "c2", Date: today}),
		put(row.Party("B"), party.Party{ID: "B", Debit: 10_000}),
		put(row.Party("B2"), party.Party{ID: "B2", Debit: 500}),
		put(row.Quota(quota.Debit, "c2.B"), quota.Quota{Limit: 9_000, Leased: 9_100}),
		put(row.Lease(quota.Debit, "c2.B", "G", 1), quota.Lease{Granted: 6000, Used: 6000, Returned: 500}),
		put(row.Lease(quota.Debit, "c2.B", "D", 2), quota.Lease{Granted: 3100, Used: 3000}),
		put(row.Lease(quota.Debit, "c1.B", "G", 1), quota.Lease{Granted: 7, Used: 7}),
		put(row.Lease(quota.Debit, "c2.B2", "G", 1), quota.Lease{Granted: 40, Used: 40}),
		put(row.Quota(quota.Debit, "c2.B.D"), quota.Quota{Limit: 70, Leased: 30}),
		put(row.Lease(quota.Debit, "c2.B.D", "D", 2), quota.Lease{Granted: 30, Used: 20, Returned: 1}),
		put(row.Quota(quota.Debit, "c1.B.D"), quota.Quota{Limit: 7}),
		put(row.Quota(quota.Liability, "B"), quota.Quota{Limit: 7}))
	caps, err := now(t, w.index()).Caps()
	want := []books.Cap{{Cycle: "c2", Party: "B", Limit: 10_000, Drawn: 8500, Leased: 9100},
		{Cycle: "c2", Party: "B2", Limit: 500, Drawn: 40},
		{Cycle: "c2", Party: "B", Whom: "D", Limit: 70, Drawn: 19, Leased: 30}}
	if err != nil || !slices.Equal(caps, want) {
		t.Errorf("%+v, %v", caps, err)
	}
}
