package gateway

import (
	"fmt"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/block"
)

// pile is a reader that keeps the numbers of its blocks.
type pile struct{ numbers []uint64 }

func (p *pile) Height() uint64 { return uint64(len(p.numbers)) }

func (p *pile) Apply(blocks ...*block.Block) error {
	for _, b := range blocks {
		if b.Number != p.Height() {
			return fmt.Errorf("block %d after %d of them", b.Number, p.Height())
		}
		p.numbers = append(p.numbers, b.Number)
	}
	return nil
}

// TestSyncToStopsThere: a reader gets what there was with so many blocks, whatever comes with them, and goes on from
// there.
func TestSyncToStopsThere(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		for i := range 6 {
			if _, err := g.Do(t.Context(), fmt.Sprint("r", i), issue("ann")); err != nil {
				t.Fatal(err)
			}
		}
		var all, some pile
		if err := g.Sync(t.Context(), &all); err != nil || all.Height() < 6 {
			t.Fatal(all.Height(), err)
		}
		for _, height := range []uint64{1, 3, 4, all.Height()} {
			if err := g.SyncTo(t.Context(), &some, height); err != nil || some.Height() != height {
				t.Errorf("%d blocks, %v, want %d", some.Height(), err, height)
			}
		}
		if err := g.SyncTo(t.Context(), &some, all.Height()+9); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("more than there are: %v", err)
		}
	})
}
