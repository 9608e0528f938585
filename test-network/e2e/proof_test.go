//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/proof"
	"tallystick/test-network/direct"
)

// trustOf trusts the parties of a profile, or only some of them.
func trustOf(t *testing.T, party string, only ...string) proof.Trust {
	t.Helper()
	cfg, err := net.config(party, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	trust := proof.Trust{}
	for _, one := range cfg.Trust {
		if len(only) > 0 && !slices.Contains(only, one.Party) {
			continue
		}
		if err := trust.Add(one.Party, one.CA); err != nil {
			t.Fatal(err)
		}
	}
	return trust
}

// TestBalanceIsProved: D asks, the peers of all three sign, M, who has no peer,
// checks it by the CAs of its profile; whatever is changed in it is noticed.
func TestBalanceIsProved(t *testing.T) {
	g, d := net.open(t, "G", "1"), net.open(t, "D", "")
	who, another := fresh("proved"), fresh("another")
	enrol(t, g, who, another)
	lot := issue(t, g, "GP", who, 700)
	other := issue(t, g, "GP", another, 5)
	net.everywhere(t) // else fewer than three would sign
	before := d.Height()
	envelope, err := d.Prove(t.Context(), "query:Balance", who, `["`+lot.String()+`"]`)
	if err != nil {
		t.Fatal(err)
	}
	file, err := proof.Write(envelope)
	if err != nil {
		t.Fatal(err)
	}
	trust := trustOf(t, "M")
	got, err := proof.Check(file, trust, 3)
	if err != nil {
		t.Fatal(err)
	}
	var b points.Balance
	if err := json.Unmarshal(got.Answer, &b); err != nil || b.Member != who || len(b.Sums) != 1 ||
		b.Sums[0].Available != 700 {
		t.Errorf("%+v, %v", b, err)
	}
	now := read(t, d)
	part, err := now.Lots(index.LotFilter{Member: who}, index.Page{Limit: 1})
	if err != nil || got.AsOf != part.Rows[0].Block {
		t.Errorf("as of block %d, the lot is of block %d, %v", got.AsOf, part.Rows[0].Block, err)
	}
	if !slices.Equal(got.Signers, []string{"D", "F", "G"}) || got.AskedBy != "D" || got.Channel != "alliance" ||
		time.Since(got.Time) > time.Minute {
		t.Errorf("%+v", got)
	}
	t.Logf("%d bytes, %d reads, as of block %d", len(file), len(got.Reads), got.AsOf)
	if _, err := d.Prove(t.Context(), "query:Balance", who,
		`["`+other.String()+`"]`); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("another's lot: %v", err)
	}
	if _, err := proof.Check(file, trust, 4); err == nil || !strings.Contains(err.Error(), "3 parties signed") {
		t.Errorf("too few signers: %v", err)
	}
	if _, err := proof.Check(file, trustOf(t, "M", "G", "D"), 2); err == nil ||
		!strings.Contains(err.Error(), `"F" is not among the trusted`) {
		t.Errorf("a signer that M doesn't trust: %v", err)
	}
	changes(t, file, envelope, trust)
	cannotBeSubmitted(t, envelope, before)
}

// changes flips bits where it matters; TestEveryByteCounts of client/proof does everywhere.
func changes(t *testing.T, file, envelope []byte, trust proof.Trust) {
	t.Helper()
	check := func(changed []byte) error {
		_, err := proof.Check(bytes.Replace(file, []byte(base64.StdEncoding.EncodeToString(envelope)),
			[]byte(base64.StdEncoding.EncodeToString(changed)), 1), trust, 2)
		return err
	}
	if err := check(envelope); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, near string
		behind     int // how far behind the end of near
	}{
		{"answer", `"available":700`, -1}, {"read set", "namespaces/fields/tally", -1},
		{"question", "query:Balance", -1},
		{"certificate", "-----BEGIN CERTIFICATE-----", 40}, {"signature", string(envelope[len(envelope)-8:]), -1},
	} {
		at := bytes.LastIndex(envelope, []byte(c.near))
		if at < 0 {
			t.Errorf("%s: there is no %q", c.name, c.near)
			continue
		}
		changed := bytes.Clone(envelope)
		changed[at+len(c.near)+c.behind] ^= 1
		if err := check(changed); err == nil {
			t.Errorf("a flipped bit in the %s is not noticed", c.name)
		} else {
			t.Logf("%s: %v", c.name, err)
		}
	}
}

// cannotBeSubmitted gives the unsigned envelope to a peer as it is.
func cannotBeSubmitted(t *testing.T, raw []byte, height uint64) {
	t.Helper()
	cfg, err := net.config("G", t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := direct.Dial(cfg.Peers[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var envelope common.Envelope
	if err := proto.Unmarshal(raw, &envelope); err != nil {
		t.Fatal(err)
	}
	if len(envelope.GetSignature()) > 0 {
		t.Fatal("it is signed")
	}
	_, err = gateway.NewGatewayClient(conn).Submit(t.Context(),
		&gateway.SubmitRequest{ChannelId: cfg.Channel, PreparedTransaction: &envelope})
	if err == nil {
		t.Errorf("an unsigned envelope was ordered, after block %d", height)
	}
}

// TestProofCommands plays both ends at the command line.
func TestProofCommands(t *testing.T) {
	g := net.open(t, "G", "2")
	who := fresh("shown")
	enrol(t, g, who)
	issue(t, g, "GP", who, 300)
	issue(t, g, "GP", who, 4)
	net.everywhere(t)
	file := filepath.Join(t.TempDir(), "shown.proof")
	tally := func(args ...string) (string, error) {
		out, err := exec.Command(filepath.Join(root, "bin", "tally"),
			append([]string{"--network", net.dir}, args...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := tally("--as", "D", "points", "prove", who, "--out", file, "--signers", "3"); err != nil ||
		!strings.Contains(out, "D, F, G") {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := tally("--as", "B", "verify-proof", file, "-o", "json")
	var said struct {
		Answer  points.Balance
		Signers []string
	}
	if err != nil || json.Unmarshal([]byte(out), &said) != nil || len(said.Answer.Lots) != 2 ||
		said.Answer.Sums[0].Available != 304 || len(said.Signers) != 3 {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := tally("--as", "D", "points", "prove", "nobody", "--out", file); err == nil ||
		!strings.Contains(out, "NOT_FOUND") {
		t.Errorf("%v: %s", err, out)
	}
}
