package proof

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func TestCheck(t *testing.T) {
	f := newForge()
	got, err := Check(f.proof(), trusted(), 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Checked{
		Answer: []byte(answer), Function: "query:Balance", Args: []string{"ann", `["G.1.1.1.0"]`}, Channel: "alliance",
		Chaincode: "tally",
		TxID:      f.channel.TxId, Time: asked, AskedBy: "D", Signers: []string{"D", "G"}, AsOf: 9,
		Reads: []Read{{"tally", "l/G", 7, 2, false}, {"tally", "y", 9, 0, false}, {"tally", "f/00", 0, 0, true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	written, err := Write(newForge().envelope())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Check(written, trusted(), 2); err != nil {
		t.Errorf("what Write wrote: %v", err)
	}
}

// TestCheckRefuses spoils one thing a case.
func TestCheckRefuses(t *testing.T) {
	year := func(n int) time.Time { return asked.AddDate(n, 0, 0) }
	a, p := alliance(), peers()
	for _, c := range []struct {
		name  string
		need  int
		spoil func(*forge)
		says  string
	}{
		{"no signers wanted", 0, func(*forge) {}, "want 1 at least"},
		{"too few signers", 3, func(*forge) {}, "2 parties signed, [D G]; 3 are wanted"},
		{"one signer", 2, func(f *forge) { f.signers = f.signers[:1] }, "1 parties signed"},
		{"one signer twice", 2, func(f *forge) { f.signers = []signer{p["G"], p["G"]} }, "1 parties signed"},
		{"two peers of one party", 2, func(f *forge) { f.signers = []signer{p["G"], a["G"].peer()} },
			"1 parties signed"},
		{"nobody", 1, func(f *forge) { f.signers = nil }, "0 parties signed"},
		{"too many", 1, func(f *forge) { f.signers = slices.Repeat(f.signers, 33) }, "66 endorsements"},
		{"a stranger", 2, func(f *forge) { f.signers[1] = p["X"] },
			`endorsement 2: party "X" is not among the trusted`},
		{"a stranger besides", 2, func(f *forge) { f.signers = append(f.signers, p["X"]) }, "endorsement 3"},
		{"a stranger's CA in D's name", 2,
			func(f *forge) { f.signers[1] = a["X"].signer("D", "peer", year(-1), year(1)) },
			"of D: the certificate is not of the party's CA"},
		{"F's peer in D's name", 2, func(f *forge) { f.signers[1] = a["F"].signer("D", "peer", year(-1), year(1)) },
			"of D: the certificate is not of the party's CA"},
		{"a client", 2, func(f *forge) { f.signers[1] = a["D"].signer("D", "client", year(-1), year(1)) }, "no peer's"},
		{"an admin", 2, func(f *forge) { f.signers[1] = a["D"].signer("D", "admin", year(-1), year(1)) }, "no peer's"},
		{"a certificate that had run out", 2,
			func(f *forge) { f.signers[1] = a["D"].signer("D", "peer", year(-1), asked.Add(-time.Hour)) }, "expired"},
		{"a certificate of later", 2,
			func(f *forge) { f.signers[1] = a["D"].signer("D", "peer", asked.Add(time.Hour), year(1)) },
			"not yet valid"},
		{"another's key", 2, func(f *forge) { f.signers[1].key = p["F"].key }, "the signature is not over this answer"},
		{"a high S", 2, func(f *forge) { f.high = true }, "high S"},
		{"another question's answer", 2, func(f *forge) { f.foreign = true }, "answers another question"},
		{"another chaincode's answer", 2, func(f *forge) { f.action.ChaincodeId.Name = "other" }, `"other" answers`},
		{"a refusal", 2, func(f *forge) { f.action.Response.Status = 500 }, "refused, with status 500"},
		{"a write", 2, func(f *forge) { f.set.Writes = []*kvrwset.KVWrite{{Key: "a"}} }, "would write to tally"},
		{"a policy", 2, func(f *forge) { f.set.MetadataWrites = []*kvrwset.KVMetadataWrite{{Key: "a"}} },
			"would write to tally"},
		{"a private write", 2, func(f *forge) {
			f.hashed = &kvrwset.HashedRWSet{HashedWrites: []*kvrwset.KVWriteHash{{KeyHash: []byte("a")}}}
		}, "would write to tally/profiles-D-G"},
		{"a private policy", 2, func(f *forge) {
			f.hashed = &kvrwset.HashedRWSet{MetadataWrites: []*kvrwset.KVMetadataWriteHash{{KeyHash: []byte("a")}}}
		}, "would write to tally/profiles-D-G"},
		{"no reads", 2, func(f *forge) { f.set.Reads = nil }, "nothing was read"},
		{"a client's signature", 2, func(f *forge) { f.signature = []byte("s") }, "it is a transaction"},
		{"a client's signature before too few signers", 3, func(f *forge) { f.signature = []byte("s") },
			"it is a transaction"},
		{"too few signers before a write", 3, func(f *forge) { f.set.Writes = []*kvrwset.KVWrite{{Key: "a"}} },
			"3 are wanted"},
		{"another type", 2, func(f *forge) { f.channel.Type = 1 }, "no endorser transaction"},
		{"another's transaction id", 2, func(f *forge) { f.channel.TxId = "00" }, "the transaction id"},
		{"another nonce", 2, func(f *forge) { f.creator.Nonce = []byte("another") }, "the transaction id"},
		{"private data", 2, func(f *forge) { f.input.TransientMap = map[string][]byte{"a": nil} }, "private data"},
		{"no function", 2, func(f *forge) { f.input.Input = nil }, "no function"},
		{"a changed response", 2, func(f *forge) {
			f.afterwards = func(p *peer.ChaincodeActionPayload) { p.Action.ProposalResponsePayload[10] ^= 1 }
		}, "the signature is not over this answer"},
		{"a changed question", 2, func(f *forge) {
			f.afterwards = func(p *peer.ChaincodeActionPayload) {
				p.ChaincodeProposalPayload = bytes.Replace(p.ChaincodeProposalPayload, []byte("ann"), []byte("bob"), 1)
			}
		}, "answers another question"},
		{"a changed time", 2, func(f *forge) {
			f.header = func(h *common.Header) {
				f.channel.Timestamp = timestamppb.New(asked.Add(time.Hour))
				h.ChannelHeader = marshal(f.channel)
			}
		}, "answers another question"},
		{"a changed signature header", 2, func(f *forge) {
			f.header = func(h *common.Header) { h.SignatureHeader = marshal(&common.SignatureHeader{}) }
		}, "no signature covers"},
		{"two actions", 2, func(f *forge) {
			f.actions = func(tx *peer.Transaction) { tx.Actions = append(tx.Actions, tx.Actions[0]) }
		}, "2 actions"},
		{"a field that nobody knows", 2, func(f *forge) {
			f.unknown = func(e *common.Envelope, _ *common.Header) { e.ProtoReflect().SetUnknown([]byte{0x78, 1}) }
		}, "no signature covers"},
		{"such a field in the header", 2, func(f *forge) {
			f.unknown = func(_ *common.Envelope, h *common.Header) { h.ProtoReflect().SetUnknown([]byte{0x78, 1}) }
		}, "no signature covers"},
		{"no certificate", 2, func(f *forge) {
			f.signers[1].identity = marshal(&msp.SerializedIdentity{Mspid: "D", IdBytes: []byte("none")})
		}, "of D: no certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newForge()
			c.spoil(f)
			_, err := Check(f.proof(), trusted(), c.need)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v, want something on %q", err, c.says)
			}
		})
	}
}

// TestOldProofsHold: a certificate that has run out since is no matter.
func TestOldProofsHold(t *testing.T) {
	f := newForge()
	f.signers[1] = alliance()["D"].signer("D", "peer", asked.AddDate(-1, 0, 0), asked.Add(time.Minute))
	if _, err := Check(f.proof(), trusted(), 2); err != nil {
		t.Error(err)
	}
}

func TestFile(t *testing.T) {
	good := string(newForge().proof())
	for _, c := range []struct{ name, from, to, says string }{
		{"another format", "proof v1", "proof v2", "the format"},
		{"a shown answer that isn't signed", `"available": 80`, `"available": 81`, "not the one that is signed"},
		{"a shown answer with more", `"member": "ann",`, `"member": "ann", "vip": true,`, "not the one that is signed"},
		{"a field besides", `"format"`, `"note": 1, "format"`, "can't be read"},
		{"a field twice", `"format": "tallystick proof v1",`,
			`"format": "tallystick proof v1", "format": "tallystick proof v1",`, "can't be read"},
		{"another spacing", `"member": "ann"`, `"member":  "ann"`, "not written as it was"},
		{"something behind", "}\n", "}\n{}", "can't be read"},
	} {
		i := strings.LastIndex(good, c.from)
		if i < 0 {
			t.Fatalf("%s: the case changes nothing", c.name)
		}
		text := good[:i] + c.to + good[i+len(c.from):]
		if _, err := Check([]byte(text), trusted(), 2); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: says %v, want something on %q", c.name, err, c.says)
		}
	}
	for name, data := range map[string][]byte{"nothing": nil, "no JSON": []byte("x"), "5 MB": make([]byte, 5<<20)} {
		if _, err := Check(data, trusted(), 2); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestEveryByteCounts flips a bit in each byte of the file, and in each byte of
// the envelope.
func TestEveryByteCounts(t *testing.T) {
	good, trust := newForge().proof(), trusted()
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := Check(bad, trust, 2); err == nil {
			t.Errorf("byte %d of the file, %q, can be changed", i, good[max(0, i-10):min(len(good), i+10)])
		}
	}
	envelope := newForge().envelope()
	for i := range envelope {
		for _, bit := range []byte{1, 0x20, 0x80} {
			bad := bytes.Clone(envelope)
			bad[i] ^= bit
			if _, err := Check(must(file{format, []byte(answer), bad}.written()), trust, 2); err == nil {
				t.Errorf("byte %d of the envelope can be changed by %#x", i, bit)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*forge){
		"a transaction": func(f *forge) { f.signature = []byte("s") },
		"a write":       func(f *forge) { f.set.Writes = []*kvrwset.KVWrite{{Key: "a"}} },
		"no JSON":       func(f *forge) { f.action.Response.Payload = []byte("x") },
	} {
		f := newForge()
		spoil(f)
		if _, err := Write(f.envelope()); err == nil {
			t.Errorf("%s passes for a proof", name)
		}
	}
	if _, err := Write([]byte("x")); err == nil {
		t.Error("nonsense passes for a proof")
	}
}

func TestTrustDir(t *testing.T) {
	dir := t.TempDir()
	if _, err := TrustDir(dir); err == nil {
		t.Error("an empty directory passes")
	}
	for _, party := range []string{"G", "D"} {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: alliance()[party].cert.Raw})
		if err := os.WriteFile(filepath.Join(dir, party+".pem"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trust, err := TrustDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Check(newForge().proof(), trust, 2); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "F.pem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := TrustDir(dir); err == nil || !strings.Contains(err.Error(), "F.pem") {
		t.Errorf("a file without certificates: %v", err)
	}
}
