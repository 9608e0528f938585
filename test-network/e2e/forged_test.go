//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
	"tallystick/client/config"
	"tallystick/client/index"
	"tallystick/test-network/direct"
)

// TestForgedRows: G's and F's peers, two of three, serve a program that writes what it is
// told, beside nothing and beside a batch of G's own. Fabric calls all of it valid.
// Every honest node names it and counts none of it; what G then redeems from a forged
// lot is traced; honest business goes on.
func TestForgedRows(t *testing.T) {
	t.Parallel() // on a network of its own
	n := forgedNetwork(t)
	d, m := n.open(t, "D", "1-4"), n.open(t, "M", "1-4")
	enrol(t, d, "ann", "bob")
	lot := issue(t, d, "DP", "ann", 10)
	if strays, err := read(t, d).Unsealed(); err != nil || len(strays) > 0 {
		t.Fatalf("before any forgery: %+v, %v", strays, err)
	}
	before := figures(t, d)
	f := &forgers{network: n, t: t, seq: 1}
	forgeries := map[string]string{} // keys by transaction
	f.serve(true)
	forged := points.Lot{
		Programme: "DP", Member: "ann", Issued: 1_000_000_000, Expires: farDay, State: points.Active,
		Origin: points.Issued,
	}
	for _, rows := range [][]forgedRow{
		{{string(row.Lot(number.Command{Party: "D", Lane: 1, Seq: 9}.Row(0))), row.Encode(points.Lot{
			Programme: "DP", Member: "thief", Issued: 50, Expires: farDay, State: points.Active,
		})}},
		{{string(row.Member("bob")), row.Encode(member.Member{ID: "bob", Home: "G", State: member.Active})}},
		{{string(row.Programme("DP")), row.Encode(points.Programme{
			ID: "DP", Issuer: "D", En: "D", Zh: "D", Price: amount.Rate{Num: 99, Den: 1},
		})}},
		{{string(row.Member("zhou")), []byte("no row at all")}},
		{{"zz/1", []byte("of no kind")}},
		{{string(row.Lot(lot)), row.Encode(forged)}},
	} {
		for _, beside := range []bool{false, true} {
			tx := f.forge(rows, beside)
			forgeries[tx] = rows[0].Key
			f.named(d, tx, rows[0].Key)
			f.named(m, tx, rows[0].Key)
		}
	}
	f.serve(false)
	if after := figures(t, d); after != before {
		t.Errorf("D's figures change from\n%s to\n%s", before, after)
	}
	if _, err := read(t, d).Choose("ann", "DP", 5, day("2026-11-01")); fault.CodeOf(err) != fault.Insufficient {
		t.Errorf("an honest till takes points of a forged lot: %v", err)
	}
	f.redeem(lot, authorise(t, d, "ann", "G", "DP", 1000), 500)
	if after := figures(t, m); after != before {
		t.Errorf("M's figures change from\n%s to\n%s", before, after)
	}
	issue(t, d, "DP", "bob", 7)
	now := read(t, d)
	wallet, err := now.Wallet("bob")
	if err != nil || len(wallet.Lots) != 1 {
		strays, _ := now.Unsealed()
		t.Fatalf("an honest issue afterwards: %+v, %v; unsealed: %+v", wallet, err, strays)
	}
	f.redeemDear(d, wallet.Lots[0].Number)
	auditForged(t, n, forgeries)
}

// forgedNetwork is a network for forgers alone: what they leave would be found by all other tests.
func forgedNetwork(t *testing.T) *network {
	n, err := makeNetwork(t.TempDir(), 21000, briefly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(n.models.close(), n.tallynet("reset", "--yes")); err != nil {
			t.Error(err)
		}
	})
	if err := n.tallynet("up"); err != nil {
		t.Fatal(err)
	}
	if err := n.found(); err != nil {
		t.Fatal(err)
	}
	return n
}

// figures are what the forgeries are after, as a party's node has them.
func figures(t *testing.T, g *node) string {
	t.Helper()
	now := read(t, g)
	wallet, err := now.Wallet("ann")
	if err != nil {
		t.Fatal(err)
	}
	thief, err := now.Wallet("thief")
	if err != nil {
		t.Fatal(err)
	}
	programmes, err := now.Programmes()
	if err != nil {
		t.Fatal(err)
	}
	bob, err := index.Search[member.Member](now, index.Filter{Member: "bob"}, index.Page{Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	owes, _, err := now.Owes()
	if err != nil {
		t.Fatal(err)
	}
	out, err := now.Outstanding()
	if err != nil {
		t.Fatal(err)
	}
	return string(must(json.Marshal([]any{wallet.Lots, thief.Lots, programmes, bob.Rows, owes, out})))
}

type forgedRow struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// forgers are G and F.
type forgers struct {
	*network
	t   *testing.T
	seq uint64 // of G's lane 31
}

// serve has G's and F's peers serve the forging program, or the honest one again.
func (f *forgers) serve(forging bool) {
	f.t.Helper()
	program := filepath.Join(f.dir, "..", "forger")
	if err := os.WriteFile(program, must(os.ReadFile(filepath.Join(root, "bin", "impostor"))), 0o700); err != nil &&
		forging {
		f.t.Fatal(err)
	}
	for _, party := range []string{"G", "F"} {
		args := []string{"chaincode", "restart", "--party", party, "--name", "tally"}
		if forging {
			args = append(args, "--program", program)
		}
		if err := f.tallynet(args...); err != nil {
			f.t.Fatal(err)
		}
	}
}

// forge has G's and F's peers write rows, beside an honest batch of G's or nothing, and
// answers the transaction, which must be valid.
func (f *forgers) forge(rows []forgedRow, beside bool) string {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, "..", "forged.json"), must(json.Marshal(rows)), 0o600); err != nil {
		f.t.Fatal(err)
	}
	if !beside {
		return f.submit("forge")
	}
	return f.submit("batch:Run", client.WithBytesArguments(f.next(member.EnrolRequest{
		Member: "of-g-" + string(rune('a'+f.seq)),
	})))
}

// next is the next batch of G's lane 31.
func (f *forgers) next(requests ...command.Request) []byte {
	b := command.Batch{Lane: 31, Seq: f.seq}
	for _, r := range requests {
		b.Commands = append(b.Commands, command.New("", r))
	}
	f.seq++
	return codec.Encode(b)
}

// submit goes around our client: G's own key, Fabric's own, G's and F's endorsement.
func (f *forgers) submit(function string, args ...client.ProposalOption) string {
	f.t.Helper()
	cfg, err := config.Load(filepath.Join(f.dir, "parties", "G", "profile.yaml"), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	g, hangUp, err := direct.Connect(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	defer hangUp()
	f.everywhere(f.t)
	proposal, err := g.GetNetwork(cfg.Channel).GetContract(cfg.Chaincode).NewProposal(function,
		append(args, client.WithEndorsingOrganizations("G", "F"))...)
	if err != nil {
		f.t.Fatal(err)
	}
	tx, err := proposal.EndorseWithContext(f.t.Context())
	if err != nil {
		f.t.Fatalf("%s: %v", function, err)
	}
	commit, err := tx.SubmitWithContext(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	status, err := commit.StatusWithContext(f.t.Context())
	if err != nil || !status.Successful {
		f.t.Fatalf("%s: %v, %v: Fabric doesn't take it for valid", function, status, err)
	}
	f.seen.know(status.BlockNumber + 1)
	return tx.TransactionID()
}

// named holds that a party's node names a forged row with its transaction and signers.
func (f *forgers) named(g *node, tx, key string) {
	f.t.Helper()
	strays, err := read(f.t, g).Unsealed()
	i := slices.IndexFunc(strays, func(s index.Stray) bool { return s.Tx == tx && s.Key == key })
	if err != nil || i < 0 {
		f.t.Fatalf("%s in %s isn't named: %+v, %v", key, tx, strays, err)
	}
	if s := strays[i]; s.Party != "G" || strings.Join(s.Signers, " ") != "F G" || s.Reason == "" {
		f.t.Errorf("%+v", s)
	}
}

// redeem has G redeem from a forged lot, honestly endorsed, and holds that it is traced.
func (f *forgers) redeem(lot number.Row, consent number.Command, units amount.Units) {
	f.t.Helper()
	hold := number.Command{Party: "G", Lane: 31, Seq: f.seq}
	tx := f.submit("batch:Run", client.WithBytesArguments(f.next(points.HoldRequest{
		Member: "ann", Pieces: []spend.Take{{Lot: lot, Amount: units}}, Deadline: time.Now().Add(time.Hour).Unix(),
		Authorisation: consent,
	},
		points.CaptureRequest{Hold: hold, Amount: units})))
	traces, err := read(f.t, f.open(f.t, "D", "9")).Traces()
	i := slices.IndexFunc(traces, func(one index.Trace) bool { return one.Tx == tx && one.Key == string(row.Lot(lot)) })
	if err != nil || i < 0 || traces[i].Points != units || !slices.Contains(traces[i].Commands, "points:Hold") {
		f.t.Errorf("what was redeemed isn't traced: %+v, %v", traces, err)
	}
}

// redeemDear has G redeem 5 true points of bob's, whose home was forged to be G, at the
// forged price. The batch only read what was forged, so it counts: D's node shows 495 fen
// for 5, and traces them to both rows. See chaincode/internal/seal/0002.
func (f *forgers) redeemDear(d *node, lot number.Row) {
	f.t.Helper()
	hold := number.Command{Party: "G", Lane: 31, Seq: f.seq}
	tx := f.submit("batch:Run", client.WithBytesArguments(f.next(points.HoldRequest{
		Member: "bob", Pieces: []spend.Take{{Lot: lot, Amount: 5}}, Deadline: time.Now().Add(time.Hour).Unix(),
	},
		points.CaptureRequest{Hold: hold, Amount: 5})))
	now := read(f.t, d)
	traces, err := now.Traces()
	for _, key := range []string{string(row.Programme("DP")), string(row.Member("bob"))} {
		if !slices.ContainsFunc(traces,
			func(one index.Trace) bool { return one.Tx == tx && one.Key == key && one.Party == "G" }) {
			f.t.Errorf("that %s was read isn't traced: %+v, %v", key, traces, err)
		}
	}
}
