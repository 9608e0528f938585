package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/block"
)

const today = 20000

// wallets is a ledger with some lots of ann.
func wallets(t *testing.T) (*world, []number.Row) {
	w := newWorld(t)
	lots := []points.Lot{
		lot("DP", "ann", 50, today+30), lot("DP", "ann", 20, today+10), lot("DP", "ann", 7, today-1),
		lot("MP", "ann", 9, today+5), lot("DP", "bob", 5, today+5), lot("DP", "ann", 11, today+20),
	}
	lots[5].State, lots[5].Witness = points.Pending, "G"
	entries := []entry{sealed("D", 3, 1)}
	var names []number.Row
	for i, l := range lots {
		names = append(names, numbered("D", 3, 1, i).Row(0))
		entries = append(entries, put(row.Lot(names[i]), l))
	}
	w.write(entries...)
	return w, names
}

func TestWallet(t *testing.T) {
	w, names := wallets(t)
	ix := w.index()
	wallet, err := now(t, ix).Wallet("ann")
	if err != nil || wallet.Height != w.n.Height() {
		t.Fatalf("%+v, %v", wallet, err)
	}
	var order []number.Row
	for _, l := range wallet.Lots {
		order = append(order, l.Number)
	}
	if want := []number.Row{names[2], names[3], names[1], names[5], names[0]}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	spent := lot("DP", "ann", 20, today+10)
	spent.Placed = 20
	w.write(put(row.Lot(names[1]), spent))
	if wallet, err = now(t, w.index()).Wallet("ann"); err != nil || len(wallet.Lots) != 4 {
		t.Errorf("an empty lot is still there: %+v, %v", wallet.Lots, err)
	}
	if wallet, err = now(t, ix).Wallet("nobody"); err != nil || wallet.Lots == nil || len(wallet.Lots) > 0 {
		t.Errorf("nobody: %+v, %v", wallet, err)
	}
}

func TestChoose(t *testing.T) {
	w, names := wallets(t)
	ix := w.index()
	for _, c := range []struct {
		name   string
		amount amount.Units
		want   []spend.Take
		code   fault.Code
	}{
		{"a part of the first", 5, []spend.Take{{Lot: names[1], Amount: 5}}, ""},
		{"all of the first", 20, []spend.Take{{Lot: names[1], Amount: 20}}, ""},
		{"drained, then the next", 21, []spend.Take{{Lot: names[1], Amount: 20}, {Lot: names[0], Amount: 1}}, ""},
		{"everything but what is pending or expired", 70,
			[]spend.Take{{Lot: names[1], Amount: 20}, {Lot: names[0], Amount: 50}}, ""},
		{"one more", 71, nil, fault.Insufficient},
		{"nothing", 0, nil, fault.BadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := now(t, ix).Choose("ann", "DP", c.amount, today)
			if fault.CodeOf(err) != c.code {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// What is too little is said with the programme's digits, as the wallet shows it.
func TestTooLittleIsSaidInScale(t *testing.T) {
	w, _ := wallets(t)
	w.write(sealed("D", 9, 1), put(row.Programme("DP"), points.Programme{
		ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}, Rules: points.Rules{Scale: 2},
	}))
	_, err := now(t, w.index()).Choose("ann", "DP", 123_456, today)
	if err == nil || !strings.HasSuffix(err.Error(), "has 0.70 points of DP, 1,234.56 asked") {
		t.Error(err)
	}
}

func TestHoldsAndSums(t *testing.T) {
	w, names := wallets(t)
	entries := []entry{sealed("M", 1, 7)}
	for i := range 5 {
		hold := points.Hold{
			Acceptor: "M", Member: "ann", State: points.Open, Deadline: int64(100 + i),
			Pieces: spend.Line{{Lot: names[0], Programme: "DP", Amount: 2}},
		}
		if i == 4 {
			hold.State, hold.Captured = points.Captured, 2
		}
		entries = append(entries, put(row.Hold(numbered("M", 1, 7, i)), hold))
	}
	entries = append(entries,
		put(row.Totals("DP", "D", 3), points.Totals{Issued: 93}),
		put(row.Totals("DP", "M", 1), points.Totals{Placed: 10, Captured: 2}),
		put(row.Positions("c1", "M", 1), settlement.Positions{
			List: []settlement.Position{{Debtor: "D", Creditor: "M", Programme: "DP", Points: 2, Fen: 1}},
		}),
		put(row.Positions("c1", "M", 2), settlement.Positions{List: []settlement.Position{
			{Debtor: "D", Creditor: "M", Programme: "DP", Points: 3, Fen: 2}, {Debtor: "M", Creditor: "G", Fen: 4},
		}}),
		put(row.Member("bob"), member.Member{
			ID: "bob", Home: "D", State: member.Active,
			Freezes: []member.Freeze{{By: "D", Reason: "odd"}, {By: "G", Lifted: 9}},
		}),
		put(row.NamedRequest("D", "r1"), row.Request{
			Hash: make([]byte, 32), Number: numbered("D", 3, 1, 0), Cycle: "c1",
		}),
		put(row.Cycle(), settlement.Cycle{ID: "c1", Date: today}))
	w.write(entries...)
	ix := w.index()

	first, err := now(t, ix).Holds(HoldFilter{Member: "ann", States: []points.HoldState{points.Open}}, Page{Limit: 3})
	if err != nil || len(first.Rows) != 3 || first.Next == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	rest, err := now(t, ix).Holds(
		HoldFilter{Acceptor: "M", States: []points.HoldState{points.Open, points.PartCaptured}},
		Page{Limit: 3, After: first.Next})
	if err != nil || len(rest.Rows) != 1 || rest.Rows[0].Number != numbered("M", 1, 7, 3) || rest.Next != "" {
		t.Errorf("%+v, %v", rest, err)
	}
	if due, err := now(t, ix).Holds(HoldFilter{Due: 101}, Page{Limit: 9}); err != nil || len(due.Rows) != 2 {
		t.Errorf("due %+v, %v", due, err)
	}
	if _, err := now(t, ix).Holds(HoldFilter{}, Page{Limit: 501}); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("a page of 501: %v", err)
	}
	out, err := now(t, ix).Outstanding()
	want := []Outstanding{
		{Issuer: "D", Programme: "DP", Issued: 93, Redeemed: 2, Held: 8, Outstanding: 91, Worth: "91"},
		{Issuer: "M", Programme: "MP", Worth: "0"},
	}
	if err != nil || cmp.Diff(want, out) != "" {
		t.Errorf("outstanding %s, %v", cmp.Diff(want, out), err)
	}
	owed, _, err := now(t, ix).Owes()
	if wantOwed := []Owed{{"c1", "D", "M", "DP", 5, 3, "OPEN", true},
		{"c1", "M", "G", "", 0, 4, "OPEN", true}}; err != nil || !slices.Equal(owed, wantOwed) {
		t.Errorf("owes %v, %v", owed, err)
	}
	if list, err := now(t, ix).Freezes("bob"); err != nil || len(list) != 1 {
		t.Errorf("freezes %v, %v", list, err)
	}
	if r, err := now(t, ix).Request("D", "r1"); err != nil || r.Number != numbered("D", 3, 1, 0) {
		t.Errorf("request %v, %v", r, err)
	}
	if _, err := now(t, ix).Request("D", "r2"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no request: %v", err)
	}
	if cycle, err := now(t, ix).Cycle(); err != nil || cycle.ID != "c1" {
		t.Errorf("cycle %v, %v", cycle, err)
	}
	if parties, err := now(t, ix).Parties(); err != nil || len(parties) != 2 {
		t.Errorf("parties %v, %v", parties, err)
	}
	lots, err := now(t, ix).Lots(LotFilter{Programme: "DP", Member: "ann"}, Page{Limit: 500})
	if err != nil || len(lots.Rows) != 4 {
		t.Errorf("lots %+v, %v", lots, err)
	}
}

// Living through the blocks, in whatever portions and over restarts, and
// replaying them give the same digest.
func TestDigest(t *testing.T) {
	w, names := wallets(t)
	for seq := uint64(2); seq < 12; seq++ {
		changed := lot("DP", "ann", 50, today+30)
		changed.Placed = amount.Units(seq)
		w.write(sealed("D", 3, seq), put(row.Lot(names[0]), changed),
			put(row.Lot(numbered("D", 3, seq, 0).Row(0)), lot("DP", "eve", 1, today)))
	}
	blocks := w.blocks()
	want, err := now(t, w.index()).Digest()
	if err != nil {
		t.Fatal(err)
	}
	for _, portion := range []int{1, 2, 5} {
		path := where(t)
		for from := 0; from < len(blocks); from += portion {
			ix, err := believing(path) // a restart before each
			if err != nil {
				t.Fatal(err)
			}
			if ix.Height() != uint64(from) {
				t.Fatalf("height %d after a restart, want %d", ix.Height(), from)
			}
			if err := ix.Apply(blocks[from:min(from+portion, len(blocks))]...); err != nil {
				t.Fatal(err)
			}
			if got, err := now(t, ix).Digest(); err != nil ||
				(got.String() == want.String()) != (ix.Height() == uint64(len(blocks))) {
				t.Errorf("portions of %d: height %d, %v", portion, ix.Height(), err)
			}
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	w, _ := wallets(t)
	other, _ := wallets(t)
	other.write(put(row.Cycle(), settlement.Cycle{ID: "x", Date: 1}))
	other.write(put(row.Cycle(), settlement.Cycle{ID: "y", Date: 1}))
	w.write(put(row.Cycle(), settlement.Cycle{ID: "z", Date: 1}))
	blocks, strange := w.blocks(), other.blocks()
	n := len(blocks)
	for name, list := range map[string][]*block.Block{
		"a gap":                       {blocks[n-1]},
		"another history":             {blocks[n-2], strange[n-1], strange[n]},
		"a good one and a gap":        {blocks[n-2], strange[n]},
		"a block that was had before": {blocks[n-3]},
	} {
		ix := fresh(t)
		if err := ix.Apply(blocks[:n-2]...); err != nil {
			t.Fatal(err)
		}
		before, _ := now(t, ix).Digest()
		if name == "another history" {
			list[0] = strange[n-2]
			list[0].Previous = []byte("forged")
		}
		if err := ix.Apply(list...); err == nil {
			t.Errorf("%s passes", name)
		}
		if after, _ := now(t, ix).Digest(); after.String() != before.String() || ix.Height() != uint64(n-2) {
			t.Errorf("%s left something behind", name)
		}
	}
}

// Two processes with one file take turns; neither undoes the other.
func TestTwoProcesses(t *testing.T) {
	w, _ := wallets(t)
	blocks, path := w.blocks(), where(t)
	a, b := openAt(t, path), openAt(t, path)
	if err := a.Apply(blocks...); err != nil {
		t.Fatal(err)
	}
	if err := b.Apply(blocks[:2]...); err != nil || b.Height() != uint64(len(blocks)) {
		t.Errorf("height %d, %v", b.Height(), err)
	}
	if err := b.Apply(blocks[2:4]...); err != nil {
		t.Errorf("the one that is behind can't go on: %v", err)
	}
	if err := b.Apply(blocks[3]); err == nil {
		t.Error("a block that it was given before passes")
	}
	x, _ := now(t, a).Digest()
	if y, _ := now(t, b).Digest(); x.String() != y.String() {
		t.Error("the digests differ")
	}
}

// A batch is of the block that sealed it first, whether it is sealed again in the same
// portion or in a later one.
func TestABatchIsSealedOnce(t *testing.T) {
	w := newWorld(t)
	w.write(sealed("D", 3, 1))
	first := w.n.Height() - 1
	w.write(sealed("D", 3, 1))
	w.write(sealed("D", 3, 1))
	blocks := w.blocks()
	for _, portion := range []int{1, len(blocks)} {
		ix := fresh(t)
		for part := range slices.Chunk(blocks, portion) {
			if err := ix.Apply(part...); err != nil {
				t.Fatal(err)
			}
		}
		sealedIn := uint64(0)
		err := now(t, ix).tx.QueryRow("SELECT block FROM batches WHERE key = ?", row.Batch("D", 3, 1)).Scan(&sealedIn)
		if err != nil || sealedIn != first {
			t.Errorf("portions of %d: sealed in block %d, %v, want %d", portion, sealedIn, err, first)
		}
	}
}

// Several processes that take the same blocks in at the same time come to the same.
func TestProcessesRace(t *testing.T) {
	w, names := wallets(t)
	for n := range amount.Units(20) {
		changed := lot("DP", "ann", 50, today+30)
		changed.Placed = n
		w.write(put(row.Lot(names[0]), changed))
	}
	blocks, path := w.blocks(), where(t)
	want, err := now(t, w.index()).Digest()
	if err != nil {
		t.Fatal(err)
	}
	openAt(t, path) // the tables are there
	var racers errgroup.Group
	for portion := 1; portion <= 4; portion++ {
		ix := openAt(t, path)
		racers.Go(func() error {
			for part := range slices.Chunk(blocks[ix.Height():], portion) {
				if err := ix.Apply(part...); err != nil {
					return err
				}
			}
			r, err := ix.At(t.Context(), uint64(len(blocks)))
			if err != nil {
				return err
			}
			if got, err := r.Digest(); err != nil || r.Height() != uint64(len(blocks)) ||
				got.String() != want.String() {
				return fmt.Errorf("height %d, %s, %w", r.Height(), got, err)
			}
			return r.Close()
		})
	}
	if err := racers.Wait(); err != nil {
		t.Error(err)
	}
}

func TestWait(t *testing.T) {
	w, _ := wallets(t)
	ix := fresh(t)
	done := make(chan error)
	go func() { done <- ix.Wait(t.Context(), w.n.Height()) }()
	if err := ix.Apply(w.blocks()...); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("still waiting")
	}
}

// BenchmarkApply takes in batches of 500 lots, 4 a block.
func BenchmarkApply(b *testing.B) {
	t := &testing.T{}
	w := newWorld(t)
	for seq := range uint64(40) {
		entries := []entry{sealed("D", 3, seq+1)}
		for i := range 500 {
			entries = append(entries,
				put(row.Lot(numbered("D", 3, seq+1, i).Row(0)), lot("DP", "m"+string(rune('a'+i%26)), 10, today)))
		}
		w.write(entries...)
	}
	blocks := w.blocks()
	for b.Loop() {
		b.StopTimer()
		ix, err := believing(where(b))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		for part := range slices.Chunk(blocks, 32) { // as a gateway's reader gets them
			if err := ix.Apply(part...); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		if err := ix.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N*40*500)/b.Elapsed().Seconds(), "lots/s")
}
