package audit_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/replay/replaytest"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
	"tallystick/client/audit"
	"tallystick/client/audit/blockfile"
	"tallystick/client/audit/blockfile/blockfiletest"
	"tallystick/client/audit/wire"
)

const today = 20758 // 2026-11-01

func do(t testing.TB, l *replay.Ledger, who string, req command.Request) number.Command {
	t.Helper()
	n, err := l.Do(who, req)
	if err != nil {
		t.Fatalf("%s %s: %v", who, command.KindOf(req), err)
	}
	return n
}

// lived is a ledger with a programme DP of D's and members ann and bob, of which ann has points.
func lived(t testing.TB) (*replay.Ledger, number.Row) {
	t.Helper()
	l := replaytest.TwoParties(t)
	do(t, l, "D", points.OpenProgrammeRequest{Programme: "DP", En: "D", Zh: "D", Price: amount.Rate{Num: 1, Den: 1}})
	do(t, l, "D", member.EnrolRequest{Member: "ann"})
	do(t, l, "D", member.EnrolRequest{Member: "bob"})
	return l, issue(t, l, 100).Row(0)
}

func issue(t testing.TB, l *replay.Ledger, n amount.Units) number.Command {
	t.Helper()
	return do(t, l, "D", points.IssueRequest{Programme: "DP",
		Grants: []points.Grant{{Member: "ann", Amount: n, Expires: today + 300}}})
}

func blocksOf(l *replay.Ledger) (list []*common.Block) {
	for b := range l.Blocks() {
		list = append(list, b.Proto())
	}
	return list
}

// audited audits blocks as a peer's folder has them.
func audited(t *testing.T, list []*common.Block) *audit.Report {
	t.Helper()
	dir := t.TempDir()
	blockfiletest.Write(t, dir, list)
	return auditedIn(t, dir)
}

func auditedIn(t *testing.T, dir string) *audit.Report {
	t.Helper()
	source, err := blockfile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	report, err := audit.Run(t.Context(), source.Blocks(), audit.Config{Source: dir})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// verdict is what a report says of a layer.
func verdict(r *audit.Report, l wire.Layer) audit.Verdict { return r.Layers[l-1] }

func TestHonest(t *testing.T) {
	l, _ := lived(t)
	l.DeliverAll()
	list := blocksOf(l)
	r := audited(t, list)
	if !r.Honest() {
		t.Fatalf("%v", r.Findings)
	}
	if r.Blocks != len(list) || r.Height != uint64(len(list)) || r.Commands < 6 || r.Operator != "G" || !r.Test {
		t.Errorf("%+v", r)
	}
	if want := fmt.Sprintf("%x", l.StateDigest("G")); r.State != want {
		t.Errorf("state %s, the ledger's is %s", r.State, want)
	}
	for layer, want := range map[wire.Layer]audit.Outcome{
		wire.Framing: audit.Proven, wire.Versions: audit.Proven, wire.Rules: audit.Proven, wire.Lanes: audit.Proven,
		wire.Invariants: audit.Proven, wire.Orderers: audit.NotVerified, wire.Creators: audit.NotVerified,
	} {
		if v := verdict(r, layer); v.Outcome != want || (want == audit.Proven) != (v.Checked > 0 && v.Why == "") {
			t.Errorf("%s: %+v, want %s", layer, v, want)
		}
	}
	if len(r.Unverified) != 1 || r.Unverified[0].Name != "lifecycle" || r.Unverified[0].Count == 0 {
		t.Errorf("%+v", r.Unverified)
	}
}

// TestConflicts: what the network itself refuses is no difference.
func TestConflicts(t *testing.T) {
	l, lot := lived(t)
	var sent []*ledgersim.Envelope
	for range 2 {
		p := l.Propose(l.Identity("D", "client"), "tally", batch(t, l, points.HoldRequest{Member: "ann",
			Pieces: take(lot, 3), Deadline: l.Now().Unix() + 60})...)
		env, err := l.Endorse(p, "G", "D")
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, env)
	}
	l.Submit(sent[0])
	l.Submit(sent[0])
	l.Submit(sent[1])
	cut(t, l)
	l.Submit(sent[0])
	cut(t, l)
	if c := l.Block(l.Height() - 2).Txs[2].Code; c != peer.TxValidationCode_MVCC_READ_CONFLICT {
		t.Fatalf("the second one is %s", c)
	}
	if r := audited(t, blocksOf(l)); !r.Honest() {
		t.Errorf("%v", r.Findings)
	}
}

func cut(t *testing.T, l *replay.Ledger) {
	t.Helper()
	if _, err := l.Cut(0); err != nil {
		t.Fatal(err)
	}
	l.DeliverAll()
}

// TestForgedRows: what two peers write beside the rules is named by its block, transaction and key, with whose
// keys signed it, and nothing else is.
func TestForgedRows(t *testing.T) {
	for name, c := range map[string]struct {
		key   func(lot number.Row) string
		value []byte
		lanes bool // whether no batch explains it, too
	}{
		"more points": {func(lot number.Row) string { return string(row.Lot(lot)) },
			row.Encode(points.Lot{Programme: "DP",
				Member: "ann", Issued: 1_000_000, Expires: today + 300, State: points.Active, Origin: points.Issued}),
			true},
		"a member": {func(number.Row) string { return string(row.Member("bob")) },
			row.Encode(member.Member{ID: "bob", Home: "G", State: member.Active}), true},
		"a price": {func(number.Row) string { return string(row.Programme("DP")) },
			row.Encode(points.Programme{ID: "DP",
				Issuer: "D", En: "D", Zh: "D", Price: amount.Rate{Num: 99, Den: 1}}), true},
		"no row": {func(number.Row) string { return "zz/1" }, []byte("of no kind"), true},
	} {
		t.Run(name, func(t *testing.T) {
			l, lot := lived(t)
			p := l.Propose(l.Identity("D", "client"), "tally", batch(t, l, member.EnrolRequest{Member: "cat"})...)
			env, err := l.Forge(p, func(rw *ledgersim.RWSet) {
				space := rw.Namespace("tally")
				space.Writes = append(space.Writes, ledgersim.Write{Key: c.key(lot), Value: c.value})
				slices.SortFunc(space.Writes, func(a, b ledgersim.Write) int { return strings.Compare(a.Key, b.Key) })
			}, "D", "G")
			if err != nil {
				t.Fatal(err)
			}
			l.Submit(env)
			cut(t, l)
			at := l.Height() - 1
			l.Moved("D", 1)
			issue(t, l, 5)
			r := audited(t, blocksOf(l))
			want := map[wire.Layer]bool{wire.Rules: true, wire.Lanes: c.lanes}
			for _, f := range r.Findings {
				if f.Layer == wire.Invariants { // what the forged row adds up to, behind the last block
					continue
				}
				if !want[f.Layer] || f.Block != at || f.Tx != 0 || f.TxID != env.TxID || f.Key != c.key(lot) ||
					f.Space != "tally" || f.Party != "D" || !slices.Equal(f.Signers, []string{"D", "G"}) ||
					f.File == "" {
					t.Errorf("%s", f)
				}
				delete(want, f.Layer)
			}
			if len(want) > 0 && want[wire.Rules] {
				t.Errorf("not found: %v in %v", want, r.Findings)
			}
			if r.State != fmt.Sprintf("%x", l.StateDigest("G")) {
				t.Error("the state isn't the ledger's")
			}
		})
	}
}

// TestFlags: a peer's own metadata that says something else than the blocks is named where it does, once.
func TestFlags(t *testing.T) {
	l, _ := lived(t)
	issue(t, l, 7)
	for name, c := range map[string]struct {
		harm func(*common.Block)
		want string
	}{
		"a valid one dropped": {func(b *common.Block) { b.Metadata.Metadata[2][0] = 11 }, "expected VALID"},
		"a signature doubted": {func(b *common.Block) { b.Metadata.Metadata[2][0] = 99 }, "commit hash"},
		"another commit hash": {func(b *common.Block) { b.Metadata.Metadata[4][9] ^= 1 }, "commit hash"},
		"no commit hash":      {func(b *common.Block) { b.Metadata.Metadata[4] = nil }, "commit hash"},
	} {
		list := blocksOf(l)
		at := len(list) - 3
		c.harm(list[at])
		r := audited(t, list)
		if len(r.Findings) == 0 || r.Findings[0].Layer != wire.Versions || r.Findings[0].Block != uint64(at) ||
			!strings.Contains(r.Findings[0].String(), c.want) {
			t.Errorf("%s: %v", name, r.Findings)
		}
	}
	list := blocksOf(l)
	list[len(list)-3].Metadata.Metadata[2][0] = 11
	if r := audited(t, list); len(r.Findings) != 1 {
		t.Errorf("one lie, told more than once: %v", r.Findings)
	}
}

// TestBytes: whatever byte of a copied block file is changed, its block is named.
func TestBytes(t *testing.T) {
	l, _ := lived(t)
	list := blocksOf(l)
	good := blockfiletest.Encode(list...)
	var ends []int
	for i := range list {
		ends = append(ends, len(blockfiletest.Encode(list[:i+1]...)))
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(14, 1))
	for range 150 {
		at, flip := rng.IntN(len(good)), byte(1+rng.IntN(255))
		block := slices.IndexFunc(ends, func(end int) bool { return at < end })
		bad := slices.Clone(good)
		bad[at] ^= flip
		if err := os.WriteFile(filepath.Join(dir, "blockfile_000000"), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		r := auditedIn(t, dir)
		if len(r.Findings) == 0 || r.Findings[0].Block != uint64(block) {
			t.Errorf("byte %d ^ %#x, in block %d of %d: %v", at, flip, block, len(list), r.Findings)
		}
	}
}

func TestNothing(t *testing.T) {
	dir := t.TempDir()
	blockfiletest.Write(t, dir, nil)
	if r := auditedIn(t, dir); r.Honest() || r.Findings[0].Layer != wire.Framing {
		t.Errorf("%+v", r)
	}
	l, _ := lived(t)
	list := blocksOf(l)
	r := audited(t, list[3:])
	if !r.Honest() || verdict(r, wire.Framing).Outcome != audit.Proven || r.From != 3 ||
		verdict(r, wire.Rules).Outcome != audit.NotVerified {
		t.Errorf("a ledger without its beginning: %+v", r)
	}
	r = audited(t, slices.Delete(slices.Clone(list), 4, 5))
	if r.Honest() || r.Findings[0].Block != 5 || verdict(r, wire.Rules).Outcome == audit.Proven {
		t.Errorf("a block left out: %+v", r.Findings)
	}
	one, err := proto.Marshal(list[2])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "two.block")
	if err := os.WriteFile(path, one, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := auditedIn(t, path); !r.Honest() || r.From != 2 || r.Blocks != 1 {
		t.Errorf("one block: %+v", r)
	}
}

// batch is what a party's lane 1 is sent next.
func batch(t *testing.T, l *replay.Ledger, req command.Request) [][]byte {
	t.Helper()
	b := command.Batch{Lane: 1, Seq: l.Seq("D", 1) + 1, Commands: []command.Command{command.New("", req)}}
	return [][]byte{[]byte("batch:Run"), codec.Encode(b)}
}

func take(lot number.Row, n amount.Units) []spend.Take { return []spend.Take{{Lot: lot, Amount: n}} }
