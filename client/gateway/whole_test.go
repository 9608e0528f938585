package gateway_test

import (
	"testing"

	"tallystick/chaincode/replay/replaytest"
	"tallystick/client/block"
	"tallystick/client/gateway"
	"tallystick/client/gateway/gatewaytest"
)

// reader counts the blocks that it is given.
type reader uint64

func (r *reader) Height() uint64 { return uint64(*r) }

func (r *reader) Apply(blocks ...*block.Block) error {
	*r += reader(len(blocks))
	return nil
}

// TestReadingLeavesThePeerInUse: a reader that has what it wanted is no failure of the peer that gave it, and what is
// asked next goes to the party's own peer again.
func TestReadingLeavesThePeerInUse(t *testing.T) {
	l := replaytest.TwoParties(t)
	s := gatewaytest.Serve(t, l.Network)
	g, err := gateway.Open(t.Context(), s.Config(t, "D"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 10 {
		var r reader
		if err := g.Sync(t.Context(), &r); err != nil || r.Height() != l.Height() {
			t.Fatalf("%d of %d blocks: %v", r, l.Height(), err)
		}
		if _, err := g.Query().Cycle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if others := s.Calls("G"); others > 0 || s.Calls("D") < 20 {
		t.Errorf("D's gateway asked its own peer %d times, G's %d times", s.Calls("D"), others)
	}
}
