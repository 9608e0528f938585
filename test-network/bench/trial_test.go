package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// However many obligations are asked for, all lanes make equally many, no fewer than that in
// all, and no batch more than the ledger notes.
func TestDebtsAreSpreadOverTheLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := debts{
			programmes:  rapid.IntRange(1, points.MaxPieces).Draw(t, "programmes"),
			obligations: rapid.IntRange(1, 2_000_000).Draw(t, "obligations"),
		}
		lanes := rapid.IntRange(1, 31).Draw(t, "lanes")
		sum, least, greatest := 0, d.captures(), 0
		for k := range lanes {
			sum, least, greatest = sum+d.part(k, lanes), min(least, d.part(k, lanes)), max(greatest, d.part(k, lanes))
		}
		if sum != d.captures() || greatest-least > 1 {
			t.Fatalf("%d captures in all, %d wanted; %d to %d a lane", sum, d.captures(), least, greatest)
		}
		if made := d.captures() * d.programmes; made < d.obligations || made >= d.obligations+d.programmes {
			t.Fatalf("%d obligations are made, %d asked for", made, d.obligations)
		}
		if n := d.batch(); n < 1 || 2*n > batchSize || n*d.programmes > settlement.MaxBatch {
			t.Fatalf("%d captures of %d programmes in a batch", n, d.programmes)
		}
	})
}

// No lane's member comes to another, and none needs an authorisation.
func TestShoppersAreAtHomeAndDisjoint(t *testing.T) {
	w := newWorld(nil, nil)
	w.shoppers = newShoppers()
	seen := map[string]bool{}
	for _, acceptor := range manyAcceptors {
		for lane, one := range w.shoppers[acceptor] {
			if seen[one.member] {
				t.Fatalf("%s comes to two lanes", one.member)
			}
			seen[one.member] = true
			if home(memberOf(one.member)) != acceptor {
				t.Errorf("%s is not at home with %s", one.member, acceptor)
			}
			for i := range manyEach * len(manyIssuers) {
				one.lots = append(one.lots, number.Command{Party: "D", Lane: 1, Seq: 1, Index: uint16(i)}.Row(lane))
			}
			req := purchases(manyEach)(w, acceptor, 0)(lane)()
			if req.Deadline = 1; req.Check() != nil || len(req.Pieces) != manyEach {
				t.Errorf("%d pieces: %v", len(req.Pieces), req.Check())
			}
		}
	}
	if len(seen) != manyLanes*len(manyAcceptors) {
		t.Errorf("%d shoppers", len(seen))
	}
}

// memberOf is the place of a pseudonym.
func memberOf(member string) int {
	for i := range members {
		if pseudonym(i) == member {
			return i
		}
	}
	return -1
}

// The rows' obligations must be what the positions count, in number and in fen.
func TestChainSumsUpObligations(t *testing.T) {
	w := newWorld(nil, nil)
	w.chain = newChain(nil)
	apply := func(version uint64, writes ...*kvrwset.KVWrite) int {
		t.Helper()
		rows, err := w.chain.apply([]space{{"tally", &kvrwset.KVRWSet{Writes: writes}}}, version)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	owes := func(fen amount.Units, of string) settlement.Obligation {
		return settlement.Obligation{
			Debtor: "D", Creditor: "G", Programme: manyProgramme("D", 3), Points: fen, Fen: fen, Of: of,
		}
	}
	batch := settlement.Obligations{
		Cycle: "first", List: []settlement.Obligation{owes(5, ""), owes(7, ""), owes(100, "before")},
		Hidden: make([]settlement.Hidden, 2),
	}
	if rows := apply(1<<20, write(row.Obligations("G", 1, 1), batch)); rows != 1+5 {
		t.Errorf("%d rows", rows)
	}
	if err := w.checkNotes(); err == nil {
		t.Error("obligations that no position counts were taken")
	}
	at := settlement.Position{
		Debtor: "D", Creditor: "G", Programme: manyProgramme("D", 3), Count: 2, Points: 12, Fen: 11,
	}
	apply(2<<20, write(row.Positions("first", "G", 1), settlement.Positions{List: []settlement.Position{at}}))
	if err := w.checkNotes(); err == nil {
		t.Error("a position that owes less than its obligations was taken")
	}
	at.Fen = 12
	if rows := apply(3<<20,
		write(row.Positions("first", "G", 1), settlement.Positions{List: []settlement.Position{at}})); rows != 1 {
		t.Errorf("%d rows", rows)
	}
	if err := w.checkNotes(); err != nil {
		t.Error(err)
	}
	if got := w.chain.sums[many]; got.Owed != 12 || w.chain.notes != (Notes{2, 12, 2, 12}) {
		t.Errorf("%+v, %+v", got, w.chain.notes)
	}
}

func TestSizesPutTheLargeOneAmongTheSmallOnes(t *testing.T) {
	s, l := trialSmall, trialLarge
	for _, c := range []struct {
		only []string
		want []string
	}{
		{nil, []string{s, s, s, l, s, s}},
		{[]string{l, s}, []string{s, s, s, l, s, s}},
		{[]string{s}, []string{s, s, s, s, s}},
		{[]string{l}, []string{l}},
		{[]string{armIssue8}, nil},
	} {
		if got := (options{only: c.only, closes: 5}).sizes(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.only, got, c.want)
		}
	}
	o := options{obligations: 1_000_000}
	if o.obligationsOf(l) != 1_000_000 || o.obligationsOf(s) != 10_000 {
		t.Errorf("%d and %d obligations", o.obligationsOf(l), o.obligationsOf(s))
	}
	// Few are not so few that a lane has none: both sizes read equally many rows.
	if few := (options{obligations: 20_000}).obligationsOf(s); few < manyLanes*len(manyAcceptors)*manyEach*len(
		manyIssuers) {
		t.Errorf("%d obligations for %d lanes", few, manyLanes*len(manyAcceptors))
	}
}

func TestOnlyNamesArmsAndTrials(t *testing.T) {
	for key, known := range map[string]bool{armIssue8: true, trialIndex: true, "close": false, "": false} {
		if err := (options{only: []string{armOne, key}}).checkOnly(); (err == nil) != known {
			t.Errorf("%q: %v", key, err)
		}
	}
	o := options{only: []string{trialStatement}}
	if len(o.arms()) != 0 || len(o.chosen()) != 1 || len(options{}.chosen()) != len(trials()) {
		t.Errorf("%d arms, %d trials", len(o.arms()), len(o.chosen()))
	}
}

func TestBehind(t *testing.T) {
	for _, c := range [][3]uint64{{7, 7, 0}, {6, 7, 1}, {8, 7, 0}, {0, 7, 7}} {
		if got := behind(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d: %d behind", c[0], c[1], got)
		}
	}
}

func TestTries(t *testing.T) {
	if got := triesOf([]time.Duration{9, 3, 4}); got != (Tries{3, 4}) || triesOf(nil) != (Tries{}) {
		t.Errorf("%+v", got)
	}
}

func trialReport() Report {
	const ms = time.Millisecond
	small := Closing{
		Arm: trialSmall, Obligations: 10_000, Statements: 4, Fill: time.Second, CutOff: 100 * ms, Compute: 200 * ms,
		Finalise:  300 * ms,
		Computing: Tries{10 * ms, 90 * ms}, Netting: Tries{10 * ms, 10 * ms}, Check: time.Second,
		Recompute: time.Second,
	}
	large, slow := small, small
	large.Arm, large.Obligations, large.Compute, large.Computing.Least = trialLarge, 1_000_000, 319*ms, 15*ms
	slow.Compute = 9 * time.Second // one of three, which a median leaves out
	r := Report{Began: time.Unix(0, 0), Machine: "2 cores", Closings: []Closing{small, slow, large, small},
		Replay: &Replay{Blocks: 100, Rows: 50_000, Bytes: 20 << 20, Took: 2 * time.Second, Applying: time.Second},
		Lags:   []Lag{{Arm: armIssue16, Behind: 1}, {Arm: armSpread, Behind: 2}}}
	for _, lines := range []uint64{10_000, 100_000} {
		for _, what := range []string{"recompute", "json", "csv", "xlsx", "pdf"} {
			r.Papers = append(r.Papers, Paper{What: what, Lines: lines, Secs: 1, Heap: 4 << 20})
		}
	}
	r.Papers[6].Heap *= 2 // the long JSON
	r.Papers[9].Heap *= 9 // the long PDF
	r.Aims = aimsOf(r)
	return r
}

func TestTrialAims(t *testing.T) {
	met := map[string]bool{}
	for _, a := range trialReport().Aims {
		met[a.What] = a.Met
	}
	want := map[string]bool{
		"cut-off + compute + finalise, large ÷ small":             true,
		"the chaincode's work in them, large ÷ small":             false,
		"e-16: blocks that a read model is behind at the end":     true,
		"f-spread: blocks that a read model is behind at the end": false,
		"statement, recompute: heap, long ÷ short":                true,
		"statement, json: heap, long ÷ short":                     false,
		"statement, csv: heap, long ÷ short":                      true,
	}
	for what, want := range want {
		if got, known := met[what]; !known || got != want {
			t.Errorf("%s: %v (known: %v), want %v", what, got, known, want)
		}
	}
	if len(met) != len(want) {
		t.Errorf("%d aims, want %d: %v", len(met), len(want), met)
	}
}

func TestTrialsIntoTheReadme(t *testing.T) {
	r := trialReport()
	text, err := r.trialsInto(
		"a\n" + resultsFrom + "\nold\n" + resultsTo + "\nb\n" + trialsFrom + "\nstale\n" + trialsTo + "\nc\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"old", "\nb\n", "\nc\n", "| close-large | 1,000,000 |", "| 600 | 600–9,400 |",
		"| 10 (90) |", "| 25,000 |", "| f-spread |", "| pdf |", "✗"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "stale") {
		t.Error("the old results are still there")
	}
	kept, err := os.ReadFile("RESULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.trialsInto(string(kept)); err != nil {
		t.Error(err)
	}
	if _, err := r.into(string(kept)); err != nil {
		t.Error(err)
	}
	if (Report{}).trialTables() != nil || len(trialAims(Report{})) != 0 {
		t.Error("what didn't run has a table or an aim")
	}
}
