package gateway

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// askAgain is how often a single command asks whether it is its turn: far more often than a block is made, and
// cheap.
const askAgain = 5 * time.Millisecond

// turn waits until no other single command of this node is under way, in this process or another: they share a lane's
// head, so of those that are sent at once one would take effect, and the others conflict and try again, block after
// block. What is answered ends the turn.
//
// Other machines of the party don't see the lock: their single commands conflict now and then, and are sent again.
func (g *Gateway) turn(ctx context.Context) (leave func(), err error) {
	withdrawn := func() error { return fault.New(fault.Unavailable, "withdrawn before it was sent: %v", ctx.Err()) }
	select {
	case g.walkIns <- struct{}{}:
	case <-ctx.Done():
		return nil, withdrawn()
	}
	mine := func() { <-g.walkIns }
	path := g.lockOf(number.Single)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		mine()
		return nil, fmt.Errorf("gateway: the lane of single commands: %w", err)
	}
	l := flock.New(path, flock.SetPermissions(0o600))
	switch _, err := l.TryLockContext(ctx, askAgain); {
	case ctx.Err() != nil:
		mine()
		return nil, withdrawn()
	case err != nil:
		mine()
		return nil, fmt.Errorf("gateway: the lane of single commands: %w", err)
	}
	return func() {
		defer mine()
		if err := l.Unlock(); err != nil {
			g.log.Warn("the lane of single commands's lock", "err", err)
		}
	}, nil
}

// lockOf is the file that keeps a second process off a lane.
func (g *Gateway) lockOf(lane uint8) string {
	return filepath.Join(g.cfg.State, "lanes", fmt.Sprintf("%s-%02d.lock", g.cfg.Party, lane))
}
