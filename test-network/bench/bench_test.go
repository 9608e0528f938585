package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   Spread
	}{
		{nil, Spread{}},
		{[]float64{3}, Spread{3, 3, 3}},
		{[]float64{9, 1, 5}, Spread{5, 1, 9}},
		{[]float64{4, 1, 2, 9}, Spread{3, 1, 9}},
	} {
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.values, got, c.want)
		}
	}
}

func TestPercentileWeighsByCommands(t *testing.T) {
	samples := []sample{{latency: 3, n: 1}, {latency: 1, n: 98}, {latency: 2, n: 1}}
	for p, want := range map[float64]time.Duration{0.5: 1, 0.98: 1, 0.99: 2, 1: 3} {
		if got := percentile(samples, p); got != want {
			t.Errorf("p%v: %v, want %v", p, got, want)
		}
	}
	if percentile(nil, 0.5) != 0 {
		t.Error("of nothing")
	}
}

// Commands that come in blocks at a steady rate are counted at that rate,
// wherever the window lies between two blocks.
func TestRateOfBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		every := time.Duration(rapid.IntRange(100, 300).Draw(t, "ms")) * time.Millisecond
		phase := time.Duration(rapid.Int64Range(0, int64(every)).Draw(t, "phase"))
		start := time.Unix(1000, 0)
		var samples []sample
		for i := range 60 {
			samples = append(samples, sample{at: start.Add(time.Duration(i) * every), n: 7})
		}
		rand.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
		open := start.Add(3*every + phase)
		got, want := rate(samples, open, open.Add(2*time.Second)), 7/every.Seconds()
		if got < 0.999*want || got > 1.001*want {
			t.Fatalf("%v/s, want %v/s", got, want)
		}
	})
}

func TestRateOfNothing(t *testing.T) {
	open := time.Unix(1000, 0)
	if got := rate([]sample{{at: open.Add(-time.Minute), n: 5}}, open, open.Add(time.Second)); got != 0 {
		t.Errorf("%v/s of nothing in the window", got)
	}
	// After a long silence the silence before the window doesn't count.
	trickle := []sample{{at: open.Add(-time.Minute), n: 5}, {at: open.Add(time.Second), n: 5}}
	if got := rate(trickle, open, open.Add(2*time.Second)); got != 5 {
		t.Errorf("%v/s, want 5/s", got)
	}
}

// Every lot of a share comes as often as any other, and none again before all
// came; who draws a share draws nobody else's.
func TestDrawIsEven(t *testing.T) {
	l := lots{batches: []issued{{"D", 1, 1, 500, 0}, {"D", 2, 1, 500, 737}, {"D", 1, 2, 20, 0},
		{"D", 1, 3, 500, 37 * 37 % members}}}
	for _, of := range []share{everyone, atHome("G"), atHome("M"), {classes, 0}, {classes, 15}} {
		d, all := l.shuffle(500, of), 3*500/of.every
		for range 3 {
			seen := map[number.Row]bool{}
			for range all {
				n, owner, _ := d.lot()
				if seen[n] {
					t.Fatalf("%+v: %s came twice", of, n)
				}
				seen[n] = true
				offset := map[string]int{"1.1": 0, "2.1": 737, "1.3": 37 * 37 % members}[strings.Join(
					strings.Split(n.String(), ".")[1:3], ".")]
				if want := (offset + int(n.Command.Index)) % members; owner != want || owner%of.every != of.first {
					t.Fatalf("%+v: %s is %d's, not %d's", of, n, want, owner)
				}
			}
		}
	}
}

// An acceptor's lanes get visitors who have authorised it, no two the same.
func TestVisitorsAreDisjoint(t *testing.T) {
	w := newWorld(nil, nil)
	w.consents = make([]number.Command, members)
	for i := range w.consents {
		w.consents[i] = number.Command{Party: home(i), Lane: 1, Seq: 1, Index: uint16(i % 500)}
	}
	for at, p := range programmes {
		for k := range 4 {
			w.lots[p].add(issued{issuers[p], uint8(at), uint64(k), 500, uint16(k * 250)})
		}
	}
	owner := map[string]string{}
	for _, party := range acceptors {
		come := visiting(w, party, 500)
		for lane := range lanesAll / len(acceptors) {
			next, till := come(lane), fmt.Sprint(party, lane)
			for range 500 {
				req := next()
				if len(req.Pieces) != len(programmes) || req.Authorisation.Party == party {
					t.Fatalf("%s: %+v", till, req)
				}
				if before := owner[req.Member]; before != "" && before != till {
					t.Fatalf("%s comes to %s and to %s", req.Member, before, till)
				}
				owner[req.Member] = till
			}
		}
	}
	if len(owner) != members*lanesAll/classes {
		t.Errorf("%d members came", len(owner))
	}
	for i := range members {
		if till, came := owner[pseudonym(i)]; came && till[:1] != visits(i) {
			t.Errorf("%d comes to %s, and has authorised %s", i, till, visits(i))
		}
	}
}

func TestOtherIsAnother(t *testing.T) {
	for k := range 5000 {
		if from := k % members; other(from, k*3) == from {
			t.Fatalf("%d pays itself", from)
		}
	}
}

func TestDerive(t *testing.T) {
	raw := "channel: x\nports: {peer0.G: 1}\nchaincodes:\n  - {name: tally, program: ../bin/tallycc, args: [serve]}\n"
	derived, err := derive([]byte(raw), "/home/bin")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		BasePort   int            `yaml:"basePort"`
		Ports      map[string]int `yaml:"ports"`
		Chaincodes []struct{ Name, Program string }
	}
	if err := yaml.Unmarshal(derived, &got); err != nil {
		t.Fatal(err)
	}
	if got.BasePort != basePort || got.Ports != nil || len(got.Chaincodes) != 2 {
		t.Errorf("%+v", got)
	}
	if got.Chaincodes[0].Program != "/home/bin/tallycc" || got.Chaincodes[1].Name != controlName {
		t.Errorf("%+v", got.Chaincodes)
	}
	if _, err := derive([]byte("channel: x"), ""); err == nil {
		t.Error("a topology without chaincodes was taken")
	}
}

// write is a transaction's write of one row.
func write[T any](key row.Key[T], r T) *kvrwset.KVWrite {
	return &kvrwset.KVWrite{Key: string(key), Value: row.Encode(r)}
}

func TestChainSumsUpAndNamesConflicts(t *testing.T) {
	c := newChain(nil)
	n := number.Command{Party: "D", Lane: 1, Seq: 1}
	apply := func(version uint64, writes ...*kvrwset.KVWrite) {
		t.Helper()
		if _, err := c.apply([]space{{"tally", &kvrwset.KVRWSet{Writes: writes}}}, version); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, wants map[string]Sums, uses Uses) {
		t.Helper()
		if !maps.Equal(c.sums, wants) || c.uses != uses {
			t.Errorf("%s: %+v, %+v, want %+v, %+v", what, c.sums, c.uses, wants, uses)
		}
	}
	apply(1<<20, write(row.Lot(n.Row(0)), points.Lot{Programme: "DP", Issued: 100}),
		write(row.Totals("DP", "D", 1), points.Totals{Issued: 100}),
		write(row.Totals("GP", "D", 1), points.Totals{Issued: 50}))
	apply(2<<20, write(row.Lot(n.Row(0)), points.Lot{Programme: "DP", Issued: 100, Placed: 30, Converted: 9}),
		write(row.Hold(n), points.Hold{
			Acceptor: "D", State: points.Open,
			Pieces: spend.Line{{Programme: "DP", Funder: "D", Amount: 30}, {Programme: "GP", Funder: "G", Amount: 7}},
		}))
	want("held", map[string]Sums{
		"DP": {Issued: 100, Available: 61, Held: 30, Converted: 9, Due: 9}, "GP": {Issued: 50, Held: 7}}, Uses{})
	apply(3<<20, write(row.Hold(n), points.Hold{Acceptor: "D", State: points.PartCaptured, Captured: 32,
		Pieces: spend.Line{{Programme: "DP", Funder: "D", Amount: 30}, {Programme: "GP", Funder: "G", Amount: 7}}}),
		write(row.Positions("first", "D", 1), settlement.Positions{List: []settlement.Position{
			{Debtor: "G", Creditor: "D", Programme: "GP", Points: 2},
			{Debtor: "D", Creditor: "G", Programme: "DP", Points: 9}, {Debtor: "M", Creditor: "G", Fen: 5}}}),
		write(row.Entitlement(n.Row(0)), benefit.Entitlement{Used: 3}), write(row.WriteOff(n), benefit.WriteOff{
			Owed: []benefit.Owed{{Fen: 4}, {Fen: 1}},
		}))
	want("captured", map[string]Sums{
		"DP": {Issued: 100, Available: 61, Captured: 30, Converted: 9, Due: 9, Owed: 9},
		"GP": {Issued: 50, Held: 5, Captured: 2, Due: 2, Owed: 2}},
		Uses{Used: 3, WrittenOff: 1, Due: 5, Owed: 5})
	read := func(key string, block uint64) *kvrwset.KVRead {
		if block == 0 {
			return &kvrwset.KVRead{Key: key}
		}
		return &kvrwset.KVRead{Key: key, Version: &kvrwset.Version{BlockNum: block}}
	}
	for want, r := range map[string]*kvrwset.KVRead{
		"account": read(string(row.Lot(n.Row(0))), 1),
		"unknown": read(string(row.Lot(n.Row(0))), 2), // as it is: no conflict at all
		"fence":   read(string(row.Cycle()), 1),
	} {
		if got := c.met([]space{{"tally", &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{r}}}}); got != want {
			t.Errorf("met %s, want %s", got, want)
		}
	}
	head := []space{{"tallyseal-D", &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{read(string(row.LaneHead("D", 1)), 9)}}}}
	if got := c.met(head); got != "head" {
		t.Errorf("met %s, want head", got)
	}
}

// Orders hold points as holds do, and take units out of shards and pools; what is
// owed for them opens to what was delivered at the terms' prices.
func TestChainSumsUpOrders(t *testing.T) {
	w := newWorld(nil, nil)
	w.chain = newChain(nil)
	n := number.Command{Party: "D", Lane: 1, Seq: 1}
	apply := func(version uint64, writes ...*kvrwset.KVWrite) {
		t.Helper()
		if _, err := w.chain.apply([]space{{"tally", &kvrwset.KVRWSet{Writes: writes}}}, version); err != nil {
			t.Fatal(err)
		}
	}
	var owed settlement.Veiled
	total := amount.Units(0)
	for i := range 2 { // one good at a supply price, one at a commission
		x, err := newWare(i)
		if err != nil {
			t.Fatal(err)
		}
		line := goods.Line{
			SKU: x.line.SKU, Version: 1, Quantity: 3, Fen: x.line.Fen, Kind: x.line.Kind, Terms: x.line.Terms,
		}
		total += line.Value()
		part := goods.Part{Party: x.line.Party, State: goods.Accepted, Lines: []goods.Line{line},
			Pieces: spend.Line{
				{Programme: "DP", Funder: "D", Amount: 1}, {Programme: "GP", Funder: "G", Amount: line.Value() - 1},
			}}
		n.Index = uint16(i)
		pool, shard := row.Pool(x.line.Supplier, x.line.SKU, "D"), row.Shard(x.line.Supplier, x.line.SKU, "D", 1)
		apply(1<<20, write(pool, goods.Pool{Free: 10, Restocked: 50}), write(shard, goods.Shard{Free: 40}))
		apply(2<<20, write(shard, goods.Shard{Free: 37}),
			write(row.Order(n), goods.Order{Seller: "D", Parts: []goods.Part{part}}))
		if got, want := w.chain.wares, (Wares{
			Restocked: int64(50 * (i + 1)), Free: int64(47 * (i + 1)), Reserved: 3, Delivered: int64(3 * i),
		}); got != want {
			t.Errorf("placed: %+v, want %+v", got, want)
		}
		part.State = goods.Delivered
		sum, err := line.Owes(line.Quantity)
		if err != nil {
			t.Fatal(err)
		}
		if owed, err = owed.Plus(
			settlement.VeiledOwe{Debtor: "D", Creditor: part.Party, Fee: supplyFee, Count: 1, Sum: sum}); err != nil {
			t.Fatal(err)
		}
		apply(3<<20, write(row.Order(n), goods.Order{Seller: "D", Parts: []goods.Part{part}}),
			write(row.Veiled("first", "D", 1), owed))
		if err := w.checkOwed(); err == nil {
			t.Error("a debt was found to be right that no receipt told of")
		}
		if err := w.books.sold("D", sale{ware: x, quantity: line.Quantity}); err != nil {
			t.Fatal(err)
		}
		if err := w.checkOwed(); err != nil {
			t.Error(err)
		}
	}
	w.books.restocked.Add(100)
	if err := w.checkWares(); err != nil {
		t.Error(err)
	}
	want := map[string]Sums{"DP": {Captured: 2}, "GP": {Captured: int64(total - 2), Due: int64(total - 2)}}
	if !maps.Equal(w.chain.sums, want) {
		t.Errorf("%+v, want %+v", w.chain.sums, want)
	}
	stale := func(key string) string {
		return w.chain.met([]space{
			{"tally", &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: key, Version: &kvrwset.Version{BlockNum: 9}}}}},
		})
	}
	for key, want := range map[string]string{
		string(row.Shard("of-S1", "g0000", "D", 1)): "stock", string(row.Pool("of-S1", "g0000", "D")): "stock",
		string(row.Order(n)): "account", string(row.Veiled("first", "D", 1)): "account",
	} {
		if got := stale(key); got != want {
			t.Errorf("%s: met %s, want %s", key, got, want)
		}
	}
}

// The ledger makes the same quote that the driver binds.
func TestWaresAreQuotedAsOnTheLedger(t *testing.T) {
	for i := range 2 {
		x, err := newWare(i)
		if err != nil {
			t.Fatal(err)
		}
		shelf := goods.Shelf{
			Supplier: goods.Supplier{ID: x.line.Supplier, Party: x.line.Party, State: goods.Approved, Fee: supplyFee},
			Good: goods.Good{
				Supplier: x.line.Supplier, SKU: x.line.SKU, Version: 1, Delivery: goods.Counter, Open: true,
			},
			Listing: goods.Listing{
				Scene: scene, Kind: x.line.Kind, Terms: x.line.Terms, Prices: x.list().Prices, Open: true,
			},
			Facts: make([]audience.Facts, 1),
		}
		front := goods.Storefront{Seller: "D", Tenders: tenders, ReturnDays: returnDays, AnswerDays: 14, Open: true}
		q, err := goods.Offer(front, "m001", "", []goods.Shelf{shelf}, []goods.Wanted{x.wanted(2)}, 0)
		if err != nil || !slices.Equal(q.Hash(), x.quote("D", "m001", 2)) {
			t.Errorf("good %d: %+v, %v", i, q, err)
		}
	}
}

func exampleReport() Report {
	r := Report{Began: time.Unix(0, 0), Machine: "2 cores", Batch: 500, Seconds: 5}
	for _, a := range arms(batchSize) {
		for round := range 3 {
			r.Runs = append(r.Runs, Run{Arm: a.Key, Phase: phaseSmall, Round: round,
				Timing: Timing{
					Rate: float64(1000 * (round + 1)), P50: 250 * time.Millisecond, P99: 400 * time.Millisecond,
				},
				Blocks: Blocks{Invalid: map[string]int{"head": 1}}})
		}
	}
	r.Arms = summarise(r.Runs, arms(batchSize))
	r.Aims = aimsOf(r)
	return r
}

func TestReport(t *testing.T) {
	r := exampleReport()
	s, ok := r.arm(phaseSmall, armIssue8)
	if !ok || s.Rate != (Spread{2000, 1000, 3000}) || s.P50.Median != 250 || s.Invalid["head"] != 3 {
		t.Errorf("%+v", s)
	}
	met := map[string]bool{}
	for _, a := range r.Aims {
		met[a.What] = a.Met
	}
	for what, want := range map[string]bool{
		"small: e-8 ÷ b": true, "small: e-8 p99, seconds": true, "small: g ÷ d-1000": false,
		"small: h-1 median off the block interval, ms": true, "small: f-one, conflicts on account keys": true,
		"small: m-one ÷ m-spread": true, "small: m-one, conflicts on stock": true,
	} {
		if got, known := met[what]; !known || got != want {
			t.Errorf("%s: %v (known: %v), want %v", what, got, known, want)
		}
	}
	text, err := r.into("before\n" + resultsFrom + "\nstale\n" + resultsTo + "\nafter\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\n", "\nafter\n", "| e-8 |", "2,000", "head 3", "✗"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if strings.Contains(text, "stale") {
		t.Error("the old results are still there")
	}
	if _, err := r.into("no markers"); err == nil {
		t.Error("a text without markers was taken")
	}
}

func TestAimsLeaveOutWhatDidNotRun(t *testing.T) {
	r := exampleReport()
	r.Arms = slices.DeleteFunc(r.Arms, func(s Summary) bool { return s.Key != armFresh })
	if got := aimsOf(r); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 3.14159: "3.14", 42.42: "42.4", 999: "999", 1234567: "1,234,567", -5000: "-5,000",
	} {
		if got := figure(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

// The largest process of each kind is the largest of all rounds, and changes of the
// leader add up.
func TestSummaryOfMemoryAndLeaders(t *testing.T) {
	s := summary([]Run{
		{Memory: map[string]float64{kindPeer: 80, kindOrderer: 300}, Leaders: 1},
		{Memory: map[string]float64{kindPeer: 90, kindOrderer: 200}, Leaders: 1},
	})
	if s.Memory[kindPeer] != 90 || s.Memory[kindOrderer] != 300 || s.Leaders != 2 {
		t.Errorf("%+v", s)
	}
}
