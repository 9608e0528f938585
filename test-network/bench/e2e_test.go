//go:build e2e

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestQuick runs all arms for a moment, on a network of its own, on the small
// ledger alone. Points must be conserved; how fast it was says nothing.
func TestQuick(t *testing.T) {
	if os.Getenv("TALLY_SOAK") == "" {
		t.Skip("a soak runs it: two minutes, most of them to prepare what is measured")
	}
	repo, err := findRepo()
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	cmd, asked := newCommand(), options{closes: 1}
	cmd.SetArgs([]string{"--quick", "--rows", "0", "--seconds", "0.5", "--topology",
		filepath.Join(repo, "test-network", "topology.yaml"), "--out", out})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "bench.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	if want := len(asked.arms()); len(r.Arms) != want {
		t.Errorf("%d arms were measured, want %d", len(r.Arms), want)
	}
	for _, s := range r.Arms {
		if slices.Contains([]string{armAttack, armFreezes, armModels, armJunk, armSmall}, s.Key) {
			continue // an attacker's lanes may well meet each other
		}
		if s.Ours && (s.Invalid["account"] > 0 || s.Invalid["stock"] > 0 || s.Refused > 0) {
			t.Errorf("%s %s: %v, %d refused: %s", s.Phase, s.Key, s.Invalid, s.Refused, s.Why)
		}
	}
	for _, p := range programmes {
		if s := r.Sums[p]; s.Issued == 0 || s.Captured == 0 || s.Issued != s.Available+s.Held+s.Captured+s.Converted {
			t.Errorf("%s: %+v", p, s)
		}
	}
	if len(r.Closings) != len(asked.sizes()) || len(r.Papers) != 2*5 {
		t.Errorf("trials: %d closes, %+v, %+v, %d papers", len(r.Closings), r.Replay, r.Lags, len(r.Papers))
	}
	if r.Replay == nil || r.Replay.Rows == 0 || len(r.Lags) != 2 {
		t.Errorf("the read model: %+v, %d lags", r.Replay, len(r.Lags))
	}
	if n := r.Notes; n.Obligations == 0 || n.Obligations != n.Counted || n.Fen != n.Owed {
		t.Errorf("%+v", n)
	}
	if r.Sums[programme].Converted == 0 || r.Uses.Used == 0 || r.Uses.Used != r.Uses.WrittenOff {
		t.Errorf("%+v, %+v", r.Sums[programme], r.Uses)
	}
	if g := r.Wares; g.Delivered == 0 || g.Restocked != g.Free+g.Reserved+g.Delivered {
		t.Errorf("%+v", g)
	}
}
