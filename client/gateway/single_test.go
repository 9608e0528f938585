package gateway

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/config"
)

// TestPrivateSingleCommand: the chaincode gets the private data; no block, no file of
// the node and no log has it.
func TestPrivateSingleCommand(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		profile := member.SealProfile([member.SaltSize]byte{1}, []byte("what a profile says of hal"))
		digest := codec.Hash(sum(profile))
		var log bytes.Buffer
		g.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		consent, err := g.Single(t.Context(), "", member.ConsentRequest{
			Member: holder, Purpose: "insurance", Parties: []string{"G"}, Until: lastDay,
		})
		if err != nil {
			t.Fatal(err)
		}
		share, private := member.ShareRequest{Consent: consent.Number, Party: "G", Digest: digest},
			map[string][]byte{digest.String(): profile}
		first, err := g.SinglePrivate(t.Context(), "w1", share, private)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := g.SinglePrivate(t.Context(), "w1", share, private); err != nil || !again.Again ||
			again.Number != first.Number {
			t.Errorf("%+v, %v", again, err)
		}
		net.mu.Lock()
		defer net.mu.Unlock()
		net.n.DeliverAll()
		for _, at := range []string{own, "G"} {
			if got := net.n.Private(at, "tally", member.Collection(own, "G"))[consent.Number.String()]; !bytes.Equal(
				got, profile) {
				t.Errorf("%s didn't get it", at)
			}
		}
		for _, b := range net.blocks {
			for _, envelope := range b.Proto().GetData().GetData() {
				if bytes.Contains(envelope, profile) {
					t.Error("it is on the ledger")
				}
			}
		}
		if bytes.Contains(log.Bytes(), profile) {
			t.Error("it is in the log")
		}
		files, err := filepath.Glob(filepath.Join(g.cfg.State, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("files: %v %v", files, err)
		}
		for _, file := range files {
			if data, _ := os.ReadFile(file); bytes.Contains(data, profile) {
				t.Errorf("it is in %s", file)
			}
		}
	})
}

func sum(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

func TestPrivateSingleCommandRefuses(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		many := map[string][]byte{}
		for i := range maxTransient + 1 {
			many[string(rune('a'+i))] = nil
		}
		for _, c := range []struct {
			name    string
			private map[string][]byte
			code    fault.Code
		}{
			{"nothing", nil, fault.BadRequest},
			{"17 entries", many, fault.Limit},
			{"257 KiB", map[string][]byte{"a": make([]byte, maxTransientBytes)}, fault.Limit},
		} {
			if _, err := g.SinglePrivate(t.Context(), "", issue("ann"), c.private); fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

// TestPrivateNeedsTheOwnPeer: another party's peer would see what it must not.
func TestPrivateNeedsTheOwnPeer(t *testing.T) {
	f := &fabric{
		peers: &peers{all: []*peer{{name: "peer0.G", party: "G"}}}, party: "M", timeouts: config.Default().Timeouts,
	}
	_, err := f.Endorse(t.Context(), call{
		chaincode: "tally", function: "member:Share", transient: map[string][]byte{"a": nil},
	})
	if fault.CodeOf(asFault(err)) != fault.Forbidden {
		t.Errorf("%v", err)
	}
}

// TestProve: an endorsed answer, of which the ledger learns nothing; a refusal
// comes as itself, and peers that don't answer as UNAVAILABLE.
func TestProve(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		height := g.Height()
		if envelope, err := g.Prove(t.Context(), "query:Cursor", own, "erp"); err != nil || len(envelope) == 0 {
			t.Errorf("%d bytes, %v", len(envelope), err)
		}
		if _, err := g.Prove(t.Context(), "query:None"); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("no such question: %v", err)
		}
		if g.Height() != height {
			t.Error("a proof made a block")
		}
		net.mu.Lock()
		net.rates.unreachable = 100
		net.mu.Unlock()
		if _, err := g.Prove(t.Context(), "query:Cursor", own, "erp"); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("nobody answers: %v", err)
		}
	})
}
