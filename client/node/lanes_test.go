package node_test

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"tallystick/chaincode/replay/replaytest"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/index/pgtest"
	"tallystick/client/node"
)

// TestNodesShareLanes: two processes of a party whose own things are in one PostgreSQL database each write their
// profile's lanes; those of the one that is closed are the other's at once.
func TestNodesShareLanes(t *testing.T) {
	server, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrNone) && !pgtest.Required() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	s := gatewaytest.Serve(t, replaytest.TwoParties(t).Network)
	at := server.URLOf("tally_d_node")
	open := func(lanes string) *node.Node {
		cfg := s.Config(t, "D")
		cfg.State, cfg.Lanes, cfg.Serve.Store = t.TempDir(), lanes, at
		n, err := node.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	writes := func(n *node.Node, want ...uint8) {
		t.Helper()
		for begun := time.Now(); !slices.Equal(n.Gateway().Writing(), want); time.Sleep(10 * time.Millisecond) {
			if time.Since(begun) > time.Minute {
				t.Fatalf("it writes %v, want %v", n.Gateway().Writing(), want)
			}
		}
	}
	a, b := open("1-2"), open("3")
	writes(a, 1, 2)
	writes(b, 3)
	list, err := a.Lanes(t.Context())
	if err != nil || len(list) != 3 || list[0].Process != list[1].Process || list[1].Process == list[2].Process {
		t.Errorf("%+v, %v", list, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	writes(b, 1, 2, 3)
	if n := b.NobodysLanes(); n != 0 || b.LacksLanes() {
		t.Errorf("%d lanes are nobody's, it lacks lanes: %t", n, b.LacksLanes())
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
