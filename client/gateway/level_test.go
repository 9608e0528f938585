package gateway

import (
	"context"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// behind is a peer that has seven blocks, and is asked for more until time runs out.
type behind struct {
	ledgerNet
	asked int
	late  context.CancelFunc
}

func (b *behind) Height(ctx context.Context) (uint64, error) {
	if b.asked++; b.asked == 1 {
		return 7, nil
	}
	b.late()
	return 0, &callError{stage: asking, kind: unreachable, err: ctx.Err()}
}

// Who waits for a block that doesn't come is told how many there are, not that no peer answers.
func TestBlocksThatDoNotCome(t *testing.T) {
	ctx, late := context.WithCancel(t.Context())
	g := &Gateway{net: &behind{late: late}, cfg: config.Config{Timeouts: config.Timeouts{Effort: time.Minute}}}
	g.AtLeast(9)
	if err := g.leveled(ctx); fault.CodeOf(err) != fault.Unavailable ||
		err.Error() != "UNAVAILABLE: the peer has 7 blocks, 9 are wanted" {
		t.Error(err)
	}
}
