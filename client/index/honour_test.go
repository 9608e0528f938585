package index

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/block"
	"tallystick/client/index/indextest/rowwriter"
)

// forgers is a ledger whose endorsers write what they are told, in whatever batch's
// name: G the operator, D and M its parties, DP a programme of D's, ann a member of M's
// with a lot of 10 points.
type forgers struct {
	*world
	heads map[string]row.Head // by namespace and key
	lot   number.Row
	feeds string // the source that the next batches are of, or ""
}

func newForgers(t *testing.T) *forgers {
	n := ledgersim.New(ledgersim.Config{
		Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}, {MSP: "M"}},
	})
	for _, name := range []string{"tally", "other", "tallyseal", "tallyseal-D", "tallyseal-G"} {
		n.Deploy(name, rowwriter.Chaincode{}, ledgersim.OutOf(2, "G", "D"))
	}
	w := &forgers{world: &world{t, n}, heads: map[string]row.Head{}}
	w.propose("G", "tally", ledgersim.Args("consortium:Found", "{}"),
		put(row.Consortium(), party.Consortium{Operator: "G"}),
		put(row.Cycle(), settlement.Cycle{ID: "c1", Date: today}),
		put(row.Party("G"), party.Party{ID: "G", Roles: party.Operator | party.Issuer, Peer: true}))
	w.batch("G", 1, []command.Kind{command.RegisterParty, command.RegisterParty},
		put(row.Party("D"), party.Party{ID: "D", Roles: party.Issuer, Peer: true}),
		put(row.Party("M"), party.Party{ID: "M", Roles: party.Acceptor}))
	w.batch("D", 1, []command.Kind{command.OpenProgramme}, put(row.Programme("DP"), points.Programme{
		ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1},
	}))
	w.batch("M", 1, []command.Kind{command.Enrol}, put(row.Member("ann"), member.Member{
		ID: "ann", Home: "M", State: member.Active,
	}))
	w.lot = w.next("D", 1).Row(0)
	w.batch("D", 1, []command.Kind{command.Issue}, put(row.Lot(w.lot), lot("DP", "ann", 10, today+30)))
	return w
}

// next is the number of the next batch's first command.
func (w *forgers) next(party string, lane uint8) number.Command {
	return number.Command{
		Party: party, Lane: lane, Seq: w.heads[spaceOf(party)+"/"+string(row.LaneHead(party, lane))].Seq + 1,
	}
}

func spaceOf(party string) string { return row.SealOf(party, party != "M") }

// propose makes a block of one transaction, which writes the entries whatever it was proposed with.
func (w *forgers) propose(party, chaincode string, args [][]byte, entries ...entry) *ledgersim.Tx {
	w.t.Helper()
	p := w.n.Propose(w.n.Identity(party, "client"), chaincode, args...)
	p.Transient = map[string][]byte{"rows": codec.Encode(entries)}
	tx, err := w.n.InvokeProposal(p, "G", "D")
	if err != nil || !tx.Valid() {
		w.t.Fatalf("writing: %v %v", tx, err)
	}
	return tx
}

// args are those of the next batch of a party's lane, and its head.
func (w *forgers) args(party string, lane uint8, kinds []command.Kind) ([][]byte, entry) {
	b := command.Batch{Lane: lane, Seq: w.next(party, lane).Seq}
	if w.feeds != "" {
		b.Source = &command.Source{Name: w.feeds, To: 1}
	}
	for _, k := range kinds {
		b.Commands = append(b.Commands, command.Command{Kind: k, Body: codec.Encode(1)})
	}
	args := [][]byte{[]byte("batch:Run"), codec.Encode(b)}
	key := row.LaneHead(party, lane)
	name := spaceOf(party) + "/" + string(key)
	w.heads[name] = w.heads[name].Next(0, command.Digest(args))
	return args, entry{Space: spaceOf(party), Key: string(key), Value: row.Encode(w.heads[name])}
}

// batch seals a batch as its party's peers would, and writes the entries beside it.
func (w *forgers) batch(party string, lane uint8, kinds []command.Kind, entries ...entry) *ledgersim.Tx {
	w.t.Helper()
	args, head := w.args(party, lane, kinds)
	return w.propose(party, "tally", args, append([]entry{head}, entries...)...)
}

// strict is a read model of everything so far, as nodes have it.
func (w *forgers) strict() *Index {
	w.t.Helper()
	ix, err := Open(where(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { ix.Close() })
	if err := ix.Apply(w.blocks()...); err != nil {
		w.t.Fatal(err)
	}
	return ix
}

// figures are what the forgeries are after.
func (w *forgers) figures(ix *Index) string {
	w.t.Helper()
	r := now(w.t, ix)
	wallet, err := r.Wallet("ann")
	if err != nil {
		w.t.Fatal(err)
	}
	thief, err := r.Wallet("thief")
	if err != nil {
		w.t.Fatal(err)
	}
	programmes, err := r.Programmes()
	if err != nil {
		w.t.Fatal(err)
	}
	members, err := Search[member.Member](r, Filter{}, Page{Limit: 9})
	if err != nil {
		w.t.Fatal(err)
	}
	owes, _, err := r.Owes()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := r.Outstanding()
	if err != nil {
		w.t.Fatal(err)
	}
	return string(codec.Encode([]any{wallet.Lots, thief.Lots, programmes, members.Rows, owes, out}))
}

func TestHonest(t *testing.T) {
	w := newForgers(t)
	w.propose("M", "tally", ledgersim.Args("member:SetKey", "", "{}"), func() entry {
		head := w.heads["tallyseal/M/00"].Next(0, command.Digest(ledgersim.Args("member:SetKey", "", "{}")))
		return entry{Space: "tallyseal", Key: string(row.LaneHead("M", 0)), Value: row.Encode(head)}
	}(), put(row.Member("ann"), member.Member{ID: "ann", Home: "M", State: member.Active, Accounts: 1}))
	ix := w.strict()
	strays, err := now(t, ix).Unsealed()
	if err != nil || len(strays) > 0 {
		t.Fatalf("%+v, %v", strays, err)
	}
	if m, err := Search[member.Member](now(t, ix), Filter{}, Page{Limit: 9}); err != nil || len(m.Rows) != 1 ||
		m.Rows[0].Row.Accounts != 1 {
		t.Errorf("a single command: %+v, %v", m, err)
	}
	if wallet, err := now(t, ix).Wallet("ann"); err != nil || len(wallet.Lots) != 1 {
		t.Errorf("%+v, %v", wallet, err)
	}
}

// TestForgeries: whatever two peers write beside nothing, or beside a head of their own,
// nobody's read model has, and everybody's names it with who sent and endorsed it.
func TestForgeries(t *testing.T) {
	big := func(w *forgers) entry {
		forged := lot("DP", "ann", 1_000_000_000, today+30)
		return put(row.Lot(w.lot), forged)
	}
	home := put(row.Member("ann"), member.Member{ID: "ann", Home: "G", State: member.Active})
	price := put(row.Programme("DP"), points.Programme{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 99, Den: 1}})
	mine := put(row.Programme("DP"), points.Programme{ID: "DP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}})
	new := func(w *forgers) entry {
		return put(row.Lot(number.Command{Party: "D", Lane: 1, Seq: 77}.Row(0)), lot("DP", "thief", 1000, today))
	}
	alone := func(es ...entry) func(*forgers) *ledgersim.Tx {
		return func(w *forgers) *ledgersim.Tx { return w.propose("G", "tally", ledgersim.Args("forge", "x"), es...) }
	}
	beside := func(kind command.Kind, es ...entry) func(*forgers) *ledgersim.Tx {
		return func(w *forgers) *ledgersim.Tx { return w.batch("G", 2, []command.Kind{kind}, es...) }
	}
	for _, c := range []struct {
		name   string
		forge  func(*forgers) *ledgersim.Tx
		key    string
		reason string
	}{
		{"a lot grows, beside nothing", func(w *forgers) *ledgersim.Tx { return alone(big(w))(w) }, "l/", "no batch"},
		{"a lot grows, beside a head", func(w *forgers) *ledgersim.Tx { return beside(command.Issue, big(w))(w) }, "l/",
			"another"},
		{"a lot grows, beside a hold of it", func(w *forgers) *ledgersim.Tx { return beside(command.Hold, big(w))(w) },
			"l/", "never changes"},
		{"a member's home, beside nothing", alone(home), "m/", "no batch"},
		{"a member's home, beside a head", beside(command.Merge, home), "m/", "never changes"},
		{"a programme's price, beside nothing", alone(price), "g/", "no batch"},
		{"a programme's price, beside a head", beside(command.SetRules, price), "g/", "never changes"},
		{"a programme's issuer, beside a head", beside(command.SetRules, mine), "g/", "never changes"},
		{"a new lot, beside nothing", func(w *forgers) *ledgersim.Tx { return alone(new(w))(w) }, "l/", "no batch"},
		{"a new lot, beside a head", func(w *forgers) *ledgersim.Tx { return beside(command.Issue, new(w))(w) }, "l/",
			"makes"},
		{"no row at all", beside(command.Issue, entry{Key: string(row.Member("ann")), Value: []byte("junk")}), "m/",
			"unknown version"},
		{"a prefix that isn't", beside(command.Issue, entry{Key: "zz/1", Value: []byte("junk")}), "zz/1",
			"no row has the key"},
		{"a key of no use",
			beside(command.Issue, entry{Key: "l/\x00\xc3\xa9" + strings.Repeat("x", 3000), Value: []byte{0}}),
			`"l/\x00`, "no row has the key"},
		{"a row is deleted", beside(command.Hold, entry{Key: string(row.Member("ann"))}), "m/", "deleted"},
		{"the founding again", func(w *forgers) *ledgersim.Tx {
			return w.propose("D", "tally", ledgersim.Args("consortium:Found", "{}"),
				put(row.Consortium(), party.Consortium{Operator: "D"}))
		}, "c", "founded before"},
		{"by another chaincode", func(w *forgers) *ledgersim.Tx {
			forged := big(w)
			forged.Space = "tally"
			return w.propose("G", "other", ledgersim.Args("write", string(codec.Encode([]entry{forged}))))
		}, "l/", "proposed to the chaincode"},
		{"two heads", func(w *forgers) *ledgersim.Tx {
			_, other := w.args("D", 9, []command.Kind{command.Issue})
			return w.batch("G", 2, []command.Kind{command.Issue}, other)
		}, "tallyseal-D/D/09", "2 lanes"},
		{"another party's head", func(w *forgers) *ledgersim.Tx {
			args, head := w.args("M", 2, []command.Kind{command.Issue})
			return w.propose("G", "tally", args, head,
				put(row.Lot(number.Command{Party: "M", Lane: 2, Seq: 1}.Row(0)), lot("DP", "thief", 1000, today)))
		}, "l/M", "isn't G's lane"},
		{"a head where others can move it", func(w *forgers) *ledgersim.Tx {
			args, head := w.args("G", 2, []command.Kind{command.Issue})
			head.Space = "tallyseal"
			return w.propose("G", "tally", args, head,
				put(row.Lot(number.Command{Party: "G", Lane: 2, Seq: 1}.Row(0)), lot("DP", "thief", 1000, today)))
		}, "l/G", "isn't G's lane"},
		{"a head that jumps", func(w *forgers) *ledgersim.Tx {
			w.heads["tallyseal-G/G/02"] = row.Head{Seq: 40, Chain: make([]byte, 32)}
			return w.batch("G", 2, []command.Kind{command.Issue},
				put(row.Lot(number.Command{Party: "G", Lane: 2, Seq: 41}.Row(0)), lot("DP", "thief", 1000, today)))
		}, "l/G", "where 1 is next"},
		{"a head of another batch", func(w *forgers) *ledgersim.Tx {
			_, head := w.args("G", 2, []command.Kind{command.Issue})
			w.heads = map[string]row.Head{}
			args, _ := w.args("G", 2, []command.Kind{command.Hold})
			return w.propose("G", "tally", args, head)
		}, "tallyseal-G/G/02", "seals another batch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newForgers(t)
			before := w.figures(w.strict())
			tx := c.forge(w)
			ix := w.strict()
			if w.figures(ix) != before {
				t.Error("figures change")
			}
			strays, err := now(t, ix).Unsealed()
			i := slices.IndexFunc(strays, func(s Stray) bool { return strings.HasPrefix(s.Key, c.key) })
			if err != nil || i < 0 {
				t.Fatalf("%+v, %v", strays, err)
			}
			s := strays[i]
			if !strings.Contains(s.Reason, c.reason) || s.Tx != tx.Envelope.TxID || s.Party == "" ||
				!slices.Equal(s.Signers, []string{"D", "G"}) {
				t.Errorf("%+v", s)
			}
			same(t, w, ix)
		})
	}
}

// same holds that living through the blocks one by one gives what replaying them does.
func same(t *testing.T, w *forgers, ix *Index) {
	t.Helper()
	step, err := Open(where(t))
	if err != nil {
		t.Fatal(err)
	}
	defer step.Close()
	for _, b := range w.blocks() {
		if err := step.Apply([]*block.Block{b}...); err != nil {
			t.Fatal(err)
		}
	}
	want, err := now(t, ix).Digest()
	if got, err2 := now(t, step).Digest(); err != nil || err2 != nil || got.String() != want.String() {
		t.Errorf("another digest block by block: %v, %v", err, err2)
	}
}

// TestTraces: who redeems from a forged lot is named, with how much, and isn't honoured;
// a batch that a forger's jump left behind goes on to count.
func TestTraces(t *testing.T) {
	w := newForgers(t)
	forged := lot("DP", "ann", 1_000_000_000, today+30)
	source := w.propose("G", "tally", ledgersim.Args("forge", "x"), put(row.Lot(w.lot), forged))
	ix := w.strict()
	before := w.figures(ix)
	if pieces, err := now(t, ix).Choose("ann", "DP", 5, today); fault.CodeOf(err) != fault.Insufficient {
		t.Errorf("a till takes %v from it, %v", pieces, err)
	}
	forged.Placed = 500
	n := w.next("M", 1)
	taken := put(row.Lot(w.lot), forged)
	taken.Read = true
	redeemed := w.batch("M", 1, []command.Kind{command.Hold, command.Capture}, taken,
		put(row.Hold(n), points.Hold{
			Acceptor: "M", Member: "ann", State: points.Captured, Captured: 500,
			Pieces: spend.Line{{Lot: w.lot, Programme: "DP", Amount: 500}},
		}))
	ix = w.strict()
	if w.figures(ix) != before {
		t.Error("figures change")
	}
	traces, err := now(t, ix).Traces()
	if err != nil || len(traces) != 1 {
		t.Fatalf("%+v, %v", traces, err)
	}
	if tr := traces[0]; tr.Tx != redeemed.Envelope.TxID || tr.Source != source.Envelope.TxID || tr.Points != 500 ||
		tr.Programme != "DP" || tr.Party != "M" || strings.Join(tr.Commands, " ") != "points:Hold points:Capture" {
		t.Errorf("%+v", tr)
	}
	same(t, w, ix)
	w.batch("M", 1, []command.Kind{command.Enrol}, put(row.Member("bob"), member.Member{
		ID: "bob", Home: "M", State: member.Active,
	}))
	if m, err := Search[member.Member](now(t, w.strict()), Filter{}, Page{Limit: 9}); err != nil || len(m.Rows) != 2 {
		t.Errorf("the next batch of the lane doesn't count: %+v, %v", m, err)
	}
	w.propose("G", "tally", ledgersim.Args("forge", "x"), put(row.Lot(w.lot), lot("DP", "ann", 10, today+30)))
	if pieces, err := now(t, w.strict()).Choose("ann", "DP", 5, today); err != nil || len(pieces) != 1 {
		t.Errorf("what was written back as it was can't be spent: %v, %v", pieces, err)
	}
}

// TestForgersBooks: rows of a forger's own lane with amounts beyond all bounds stop no sum.
func TestForgersBooks(t *testing.T) {
	w := newForgers(t)
	for lane := uint8(1); lane < 9; lane++ {
		w.batch("G", lane, []command.Kind{command.Issue},
			put(row.Totals("DP", "G", lane), points.Totals{Issued: 1<<63 - 1}))
	}
	if _, err := now(t, w.strict()).Outstanding(); err != nil {
		t.Error(err)
	}
}

// TestEveryRowIsKept: every kind of row has a keeper, and stands in its table under its key, unless
// nobody looks for what was there.
func TestEveryRowIsKept(t *testing.T) {
	kinds := map[string]bool{}
	row.Examples(func(kind, key string, value []byte) {
		kinds[kind] = true
		named, err := row.Read(key, value)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			return
		}
		s, known := keepers[kind]
		if !known || s.of != reflect.TypeOf(named.Row) {
			t.Errorf("keepers has none of a %s, which is a %T", kind, named.Row)
			return
		}
		f := &fold{rows: map[string]change{}, puts: map[string]map[string][]any{}}
		if err := f.row(key, change{value: value, named: named}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if table := tableOf(key); table != "" && f.puts[table][key] == nil {
			t.Errorf("%s: not in %s, but in %v", kind, table, f.puts)
		}
	})
	for kind := range keepers {
		if !kinds[kind] {
			t.Errorf("the ledger has no %s", kind)
		}
	}
}
