package contract

import (
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/impostor"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

var sealD, sealG = row.SealOf("D", true), row.SealOf("G", true)

// G mints D's points with its own and F's endorsers lying for it: a majority,
// but not D's peer. The ledger calls that invalid, whatever the program says.
func TestMintingWithoutTheIssuerIsInvalid(t *testing.T) {
	w := founded(t, 3)
	w.run(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "DP", Zh: "DP",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	honest, err := tally()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"G", "F"} {
		w.net.Install(p, seal.Outer, impostor.As("D", honest))
		w.net.Install(p, sealD, impostor.As("D", seal.Chaincode{}))
	}
	batch := command.Batch{Lane: 1, Seq: w.heads["D"] + 1,
		Commands: []command.Command{command.New("", points.IssueRequest{
			Programme: "DP", Grants: []points.Grant{{Member: "g", Amount: 1_000_000, Expires: day("2027-12-31")}}})}}
	env, err := w.net.Endorse(w.net.Propose(w.client("G"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)), "G",
		"F")
	if err != nil {
		t.Fatal(err)
	}
	w.net.Submit(env)
	if _, err := w.net.Cut(0); err != nil {
		t.Fatal(err)
	}
	w.net.DeliverAll()
	if tx := w.net.Lookup("G", env.TxID); tx.Code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE {
		t.Errorf("the forged mint is %s", tx.Code)
	}
	if lots := rowsOf(w.net, "G", "lot"); len(lots) != 0 {
		t.Errorf("points were made: %+v", lots)
	}
}

// Nobody but tally moves lane heads, in a transaction that was proposed to it.
func TestSealRefusesStrangers(t *testing.T) {
	w := founded(t, 4)
	w.net.Deploy("other", relay{}, ledgersim.OutOf(2, "G", "D", "F"))
	digest := string(make([]byte, 32))
	for _, c := range []struct {
		name, chaincode string
		args            []string
		want            string
	}{
		{"advance, directly", sealG, []string{seal.Advance, "1", "2", digest}, "FORBIDDEN"},
		{"advance, by another chaincode", "other", []string{seal.Advance, "1", "2", digest}, "FORBIDDEN"},
		{"nothing", sealG, []string{"x"}, "FORBIDDEN"},
		{"a lane that isn't", sealG, []string{seal.Head, "G", "32"}, "BAD_REQUEST"},
		{"an odd party", sealG, []string{seal.Head, "G/00", "1"}, "BAD_REQUEST"},
		{"too few arguments", sealG, []string{seal.Head}, "BAD_REQUEST"},
	} {
		_, err := w.net.Evaluate(w.client("G"), "G", c.chaincode, ledgersim.Args(c.args...)...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// relay calls tallyseal with what it was called with.
type relay struct{}

func (relay) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }
func (relay) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	return stub.InvokeChaincode(sealG, stub.GetArgs(), "")
}

// An envelope that was held back while the lane or the business date moved on
// can't land.
func TestWithheldEnvelopesDie(t *testing.T) {
	w := founded(t, 5)
	w.run(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	issue := command.New("", points.IssueRequest{Programme: "GP",
		Grants: []points.Grant{{Member: "li", Amount: 5, Expires: day("2027-12-31")}}})
	withhold := func() *ledgersim.Envelope {
		batch := command.Batch{Lane: 2, Seq: 1, Commands: []command.Command{issue}}
		env, err := w.net.Endorse(w.net.Propose(w.client("G"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
			"G", "D")
		if err != nil {
			t.Fatal(err)
		}
		return env
	}
	fate := func(env *ledgersim.Envelope) peer.TxValidationCode {
		w.net.Submit(env)
		block, err := w.net.Cut(0)
		if err != nil {
			t.Fatal(err)
		}
		w.net.DeliverAll()
		return block.Txs[0].Code
	}
	beforeTheDate := withhold()
	if _, err := w.call("G", "cycle:Advance", "", `{"date":"2026-11-02"}`); err != nil {
		t.Fatal(err)
	}
	if code := fate(beforeTheDate); code != peer.TxValidationCode_MVCC_READ_CONFLICT {
		t.Errorf("over the business date: %s", code)
	}
	rival, late := withhold(), withhold()
	if code := fate(rival); code != peer.TxValidationCode_VALID {
		t.Fatalf("the rival: %s", code)
	}
	if code := fate(late); code != peer.TxValidationCode_MVCC_READ_CONFLICT {
		t.Errorf("behind its rival: %s", code)
	}
	if code := fate(rival); code != peer.TxValidationCode_DUPLICATE_TXID {
		t.Errorf("the same bytes again: %s", code)
	}
	if lots := rowsOf(w.net, "G", "lot"); len(lots) != 1 {
		t.Errorf("%d lots", len(lots))
	}
}

// An endorser refuses a transaction whose clock is off, and a founding or a
// date that it doesn't accept; none of that becomes a fact.
func TestEndorsersOwnRefusals(t *testing.T) {
	w := founded(t, 6)
	for _, c := range []struct {
		off  time.Duration
		want string
	}{{-61 * time.Second, "TIME_WINDOW"}, {11 * time.Second, "TIME_WINDOW"}, {-59 * time.Second, ""},
		{9 * time.Second, ""}} {
		p := w.net.Propose(w.client("G"), seal.Outer, ledgersim.Args("query:Cycle")...)
		p.Timestamp = p.Timestamp.Add(c.off)
		_, err := w.net.Endorse(p, "G")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s off: %v", c.off, err)
		}
	}
	strict, err := New(Config{Operator: "G", Now: w.net.Now, Place: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	bare := ledgersim.New(ledgersim.Config{Orgs: []ledgersim.Org{{MSP: "G", Peer: true}}})
	worldNow = bare.Now
	bare.Deploy(seal.Outer, strict, ledgersim.OutOf(1, "G"))
	bare.Deploy(row.SealOf("", false), seal.Chaincode{}, ledgersim.OutOf(1, "G"))
	found := func(test string) error {
		_, err := bare.Invoke(bare.Identity("G", "client"), seal.Outer, ledgersim.Args("consortium:Found",
			`{"network":"n","en":"G","zh":"G","roles":[],"cycle":"c","date":"2025-12-31","test":`+test+`}`)...)
		return err
	}
	if err := found("true"); err == nil || !strings.Contains(err.Error(), "FORBIDDEN") {
		t.Errorf("a test network: %v", err)
	}
	if err := found("false"); err != nil {
		t.Fatal(err)
	}
	advance := func(to string) error {
		_, err := bare.Invoke(bare.Identity("G", "client"), seal.Outer,
			ledgersim.Args("cycle:Advance", "", `{"date":"`+to+`"}`)...)
		return err
	}
	today := bare.Now().Format("2006-01-02")
	if err := advance(bare.Now().Add(24 * time.Hour).Format("2006-01-02")); err == nil ||
		!strings.Contains(err.Error(), "TIME_WINDOW") {
		t.Errorf("tomorrow: %v", err)
	}
	if err := advance(today); err != nil {
		t.Errorf("today: %v", err)
	}
	if head := bare.Get("G", row.SealOf("", false), string(row.LaneHead("G", 0))); head == nil {
		t.Error("no lane of single commands")
	}
}
