package gateway

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// TestPrivateWalkIn: the chaincode gets the private data; no block, no file of
// the node and no log has it.
func TestPrivateWalkIn(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		secret := []byte("what a profile says of ann")
		var log bytes.Buffer
		g.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		private := map[string][]byte{"note": secret}
		first, err := g.WalkInPrivate(t.Context(), "w1", issue("ann"), private)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := g.WalkInPrivate(t.Context(), "w1", issue("ann"), private); err != nil || !again.Again || again.Number != first.Number {
			t.Errorf("%+v, %v", again, err)
		}
		net.mu.Lock()
		defer net.mu.Unlock()
		net.n.DeliverAll()
		if sum := sha256.Sum256(secret); !bytes.Equal(net.n.State(own, "tally")["note"], sum[:]) {
			t.Error("the chaincode didn't get it")
		}
		for _, b := range net.blocks {
			for _, envelope := range b.Proto().GetData().GetData() {
				if bytes.Contains(envelope, secret) {
					t.Error("it is on the ledger")
				}
			}
		}
		if bytes.Contains(log.Bytes(), secret) {
			t.Error("it is in the log")
		}
		files, err := filepath.Glob(filepath.Join(g.cfg.State, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("files: %v %v", files, err)
		}
		for _, file := range files {
			if data, _ := os.ReadFile(file); bytes.Contains(data, secret) {
				t.Errorf("it is in %s", file)
			}
		}
	})
}

func TestPrivateWalkInRefuses(t *testing.T) {
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
			if _, err := g.WalkInPrivate(t.Context(), "", issue("ann"), c.private); fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

// TestPrivateNeedsTheOwnPeer: another party's peer would see what it must not.
func TestPrivateNeedsTheOwnPeer(t *testing.T) {
	f := &fabric{peers: &peers{all: []*peer{{name: "peer0.G", party: "G"}}}, party: "M", timeouts: config.Default().Timeouts}
	_, err := f.Endorse(t.Context(), call{chaincode: "tally", function: "member:Share", transient: map[string][]byte{"a": nil}})
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
