package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/chaincode/fault"
)

// counting is a way to the ledger that counts what is endorsed.
type counting struct {
	*conn
	endorsed *atomic.Int64
}

func (c counting) Endorse(ctx context.Context, call call) (signed, error) {
	c.endorsed.Add(1)
	return c.conn.Endorse(ctx, call)
}

// TestSingleCommandsOfOneNodeTakeTurns: twelve programs of one party send a command each at once. None conflicts with
// another: each is endorsed once, and all take about as long as one after another.
func TestSingleCommandsOfOneNodeTakeTurns(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		const programs = 12
		cfg := g.cfg
		cfg.Lanes = ""
		var endorsed atomic.Int64
		send := func(i int) error {
			other, err := open(t.Context(), cfg, counting{net.connect(), &endorsed},
				WithLog(slog.New(slog.DiscardHandler)))
			if err != nil {
				return err
			}
			_, err = other.Single(t.Context(), fmt.Sprintf("w%d", i), issue("ann"))
			if closed := other.Close(); err == nil {
				err = closed
			}
			return err
		}
		began := time.Now()
		if err := send(0); err != nil {
			t.Fatal(err)
		}
		one := time.Since(began)
		began = time.Now()
		var all sync.WaitGroup
		for i := range programs {
			all.Go(func() {
				if err := send(1 + i); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := endorsed.Load(); n != 1+programs {
			t.Errorf("%d commands were endorsed %d times", 1+programs, n)
		}
		if took := time.Since(began); took > (programs+1)*(one+askAgain) {
			t.Errorf("%d took %s, one takes %s", programs, took, one)
		}
		info, err := os.Stat(filepath.Join(cfg.State, "lanes", cfg.Party+"-00.lock"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the lock: %v, %v", info, err)
		}
	})
}

// TestASingleCommandThatIsWithdrawnGivesItsTurn: who stops waiting is told so, and the next goes on.
func TestASingleCommandThatIsWithdrawnGivesItsTurn(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		leave, err := g.turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := g.Single(ctx, "w1", issue("ann")); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
		leave()
		if _, err := g.Single(t.Context(), "w1", issue("ann")); err != nil {
			t.Error(err)
		}
	})
}
