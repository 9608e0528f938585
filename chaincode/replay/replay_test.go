package replay_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

const today = 20758 // 2026-11-01

var rules = replay.Rules{Operator: "G", Test: true}

// founded is a ledger of G, the operator, D with a peer like it, and M without one; D
// has a programme DP, ann is a member of M's.
func founded(t testing.TB) *replay.Ledger {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1,
		Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}, {MSP: "M"}}}, rules)
	if err != nil {
		t.Fatal(err)
	}
	roles := party.Issuer | party.Acceptor
	if err := l.Found("G", party.FoundRequest{Network: "test", En: "Group", Zh: "集团", Roles: roles, Cycle: "c1",
		Date: today, Test: true}); err != nil {
		t.Fatal(err)
	}
	do(t, l, "G", party.RegisterRequest{Party: "D", En: "D", Zh: "D", Roles: roles})
	do(t, l, "G", party.RegisterRequest{Party: "M", En: "M", Zh: "M", Roles: roles})
	if err := l.BeginPeer("D"); err != nil {
		t.Fatal(err)
	}
	do(t, l, "D", points.OpenProgrammeRequest{Programme: "DP", En: "D", Zh: "D", Price: amount.Rate{Num: 1, Den: 1}})
	do(t, l, "M", member.EnrolRequest{Member: "ann"})
	return l
}

func do(t testing.TB, l *replay.Ledger, who string, req command.Request) number.Command {
	t.Helper()
	n, err := l.Do(who, req)
	if err != nil {
		t.Fatalf("%s %s: %v", who, command.KindOf(req), err)
	}
	return n
}

func grant(n amount.Units) points.IssueRequest {
	return points.IssueRequest{Programme: "DP",
		Grants: []points.Grant{{Member: "ann", Amount: n, Expires: today + 300}}}
}

// replayed replays all blocks of a ledger, and holds that the state is the ledger's.
func replayed(t *testing.T, l *replay.Ledger) (total replay.Verdict) {
	t.Helper()
	r, err := replay.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	for b := range l.Blocks() {
		v, err := r.Block(b.Proto())
		if err != nil {
			t.Fatal(err)
		}
		total.Run += v.Run
		total.Unverified = append(total.Unverified, v.Unverified...)
		total.Differences = append(total.Differences, v.Differences...)
	}
	if r.StateDigest() != l.StateDigest("G") {
		t.Error("the state isn't the ledger's")
	}
	return total
}

func TestReceiptsAndRefusals(t *testing.T) {
	l := founded(t)
	receipts, refusals, err := l.Run("D", 2, command.New("r1", grant(100)),
		command.New("", points.IssueRequest{Programme: "none", Grants: grant(1).Grants}))
	if err != nil || refusals[0] != nil || fault.CodeOf(refusals[1]) != fault.NotFound ||
		receipts[0].Number.String() != "D.2.1.0" {
		t.Errorf("%+v, %v, %v", receipts, refusals, err)
	}
	again, _, err := l.Run("D", 2, command.New("r1", grant(100)))
	if err != nil || !again[0].Duplicate || again[0].Number != receipts[0].Number {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := l.Call("D", "points:Issue", "r1", "{}"); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("nothing at the command line: %v", err)
	}
	var cycle struct {
		ID string `json:"id"`
	}
	if err := l.Ask("M", "Cycle", &cycle); err != nil || cycle.ID != "c1" {
		t.Errorf("%+v, %v", cycle, err)
	}
	if v := replayed(t, l); len(v.Differences) > 0 || v.Run == 0 {
		t.Errorf("%+v", v)
	}
}

// TestShared: what takes private data is counted, and only that.
func TestShared(t *testing.T) {
	l := founded(t)
	do(t, l, "D", member.EnrolRequest{Member: "bob"})
	profile := member.SealProfile([member.SaltSize]byte{1}, []byte("likes cars"))
	sum := sha256.Sum256(profile)
	consent := do(t, l, "D",
		member.ConsentRequest{Member: "bob", Purpose: "insurance", Parties: []string{"G"}, Until: today + 30})
	batch := command.Batch{Lane: 3, Seq: 1,
		Commands: []command.Command{command.New("", member.ShareRequest{Consent: consent, Party: "G", Digest: sum[:]})}}
	p := l.Propose(l.Identity("D", "client"), "tally", []byte("batch:Run"), codec.Encode(batch))
	p.Transient = map[string][]byte{codec.Hash(sum[:]).String(): profile}
	tx, err := l.InvokeProposal(p, "G", "D")
	if err != nil || !tx.Valid() {
		t.Fatal(tx, err)
	}
	var result command.Result
	if err := codec.Decode(tx.Response().GetPayload(), &result); err != nil || len(result.Outcomes) > 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	if v := replayed(t, l); !slices.Equal(v.Unverified, []string{tx.TxID}) || len(v.Differences) > 0 {
		t.Errorf("%+v", v)
	}
}

// TestForgeries: whatever two peers write beside the rules is named by its key, with
// what the rules give, and by whose peers it was signed; what follows isn't told again.
func TestForgeries(t *testing.T) {
	key := func(n number.Row) string { return string(row.Lot(n)) }
	richer := func(l *replay.Ledger, lot number.Row) []byte {
		old, err := row.Decode[points.Lot](l.Get("G", "tally", key(lot)))
		if err != nil {
			t.Fatal(err)
		}
		old.Issued = 1_000_000
		return row.Encode(old)
	}
	for _, c := range []struct {
		name  string
		forge func(l *replay.Ledger, lot number.Row, rw *ledgersim.RWSet)
		want  []string // places
	}{
		{"as it is", func(*replay.Ledger, number.Row, *ledgersim.RWSet) {}, nil},
		{"another row", func(l *replay.Ledger, lot number.Row, rw *ledgersim.RWSet) {
			tally := rw.Namespace("tally")
			tally.Writes = append(tally.Writes, ledgersim.Write{Key: key(lot), Value: richer(l, lot)})
		}, []string{`tally "l/D/01`}},
		{"a row less", func(_ *replay.Ledger, _ number.Row, rw *ledgersim.RWSet) {
			tally := rw.Namespace("tally")
			tally.Writes = slices.DeleteFunc(tally.Writes,
				func(w ledgersim.Write) bool { return strings.HasPrefix(w.Key, "l/") })
		}, []string{`tally "l/D/02`}},
		{"a row otherwise", func(l *replay.Ledger, lot number.Row, rw *ledgersim.RWSet) {
			tally := rw.Namespace("tally")
			for i, w := range tally.Writes {
				if strings.HasPrefix(w.Key, "l/") {
					tally.Writes[i].Value = richer(l, lot)
				}
			}
		}, []string{`tally "l/D/02`}},
		{"a policy", func(_ *replay.Ledger, lot number.Row, rw *ledgersim.RWSet) {
			tally := rw.Namespace("tally")
			tally.MetadataWrites = []ledgersim.MetadataWrite{{Key: key(lot), Policy: ledgersim.OutOf(1, "G").Bytes()}}
		}, []string{`the policy of tally "l/D/01`}},
		{"a head beside", func(_ *replay.Ledger, _ number.Row, rw *ledgersim.RWSet) {
			rw.Namespaces = append(rw.Namespaces,
				ledgersim.NamespaceRWSet{Namespace: "tallyseal", Writes: []ledgersim.Write{
					{Key: string(row.LaneHead("M", 9)), Value: row.Encode(row.Head{Seq: 9, Chain: make([]byte, 32)})}}})
		}, []string{`tallyseal "M/09"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := founded(t)
			lot := do(t, l, "D", grant(10)).Row(0)
			batch := command.Batch{Lane: 2, Seq: 1, Commands: []command.Command{command.New("", grant(5))}}
			p := l.Propose(l.Identity("D", "client"), "tally", []byte("batch:Run"), codec.Encode(batch))
			env, err := l.Forge(p, func(rw *ledgersim.RWSet) { c.forge(l, lot, rw) }, "D", "G")
			if err != nil {
				t.Fatal(err)
			}
			l.Submit(env)
			if _, err := l.Cut(0); err != nil {
				t.Fatal(err)
			}
			l.DeliverAll()
			if code := l.Lookup("G", env.TxID).Code; code != 0 {
				t.Fatalf("the forgery is %s", code)
			}
			do(t, l, "M", points.HoldRequest{Member: "ann", Pieces: []spend.Take{{Lot: lot, Amount: 3}},
				Deadline: l.Now().Unix() + 60})
			told(t, replayed(t, l), env.TxID, c.want)
		})
	}
}

// told holds that the differences are these, of this transaction.
func told(t *testing.T, v replay.Verdict, txid string, want []string) {
	t.Helper()
	if len(v.Differences) != len(want) {
		t.Fatalf("%v, want %q", v.Differences, want)
	}
	for i, d := range v.Differences {
		if !strings.HasPrefix(d.Place.String(), want[i]) || d.TxID != txid || d.Party != "D" ||
			!slices.Equal(d.Endorsers, []string{"D", "G"}) {
			t.Errorf("%s, want %s", d, want[i])
		}
	}
}

// TestBesideTheRules: what the rules refuse, and what another chaincode wrote to their
// rows, is named as a whole, with the reason.
func TestBesideTheRules(t *testing.T) {
	l := founded(t)
	l.Deploy("other", ledgersim.Probe{}, ledgersim.OutOf(2, "G", "D"))
	key := string(row.Party("D"))
	forged := ledgersim.Write{Key: key, Value: row.Encode(party.Party{ID: "D", Roles: party.Operator})}
	for _, c := range []struct {
		chaincode, function, reason string
	}{
		{"tally", "party:Forge", "there is no such function"}, {"tallyseal", "advance", "tally"},
		{"other", "get a", "other has no rows here"},
	} {
		p := l.Propose(l.Identity("D", "client"), c.chaincode, []byte(c.function))
		env, err := l.Forge(p, func(rw *ledgersim.RWSet) {
			rw.Namespaces = append(rw.Namespaces,
				ledgersim.NamespaceRWSet{Namespace: "tally", Writes: []ledgersim.Write{forged}})
		}, "D", "G")
		if err != nil {
			t.Fatal(err)
		}
		l.Submit(env)
	}
	if _, err := l.Cut(0); err != nil {
		t.Fatal(err)
	}
	l.DeliverAll()
	var places []string
	for _, d := range replayed(t, l).Differences {
		if d.Want == nil && d.Found != nil && d.Kind == replay.Value {
			places = append(places, fmt.Sprintf("%s %s", d.Key, d.Refusal))
		}
	}
	for i, want := range []string{"there is no such function", "only tally moves", "other has no rows here"} {
		if len(places) != 3 || !strings.HasPrefix(places[i], key+" ") || !strings.Contains(places[i], want) {
			t.Fatalf("%q, want the %d. to say %q", places, i, want)
		}
	}
}

func TestBlocksInOrder(t *testing.T) {
	l := founded(t)
	r, err := replay.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	for b := range l.Blocks() {
		if b.Number != 1 {
			continue
		}
		if _, err := r.Block(b.Proto()); err == nil || r.Height() != 0 {
			t.Errorf("block 1 as the first: %v", err)
		}
	}
	if _, err := r.Block(&common.Block{Data: &common.BlockData{Data: [][]byte{{1}}}}); err == nil || r.Height() != 0 {
		t.Errorf("a block without validation codes: %v", err)
	}
}
