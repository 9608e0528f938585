package gateway

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/touch"
)

// pieces is how many lots each of the holds takes from, and widest how many releases
// of such fit into one transaction.
const (
	pieces = points.MaxPieces
	widest = command.MaxRows / (pieces + 1)
)

// Commands that don't fit into their transaction go into the next: no caller hears of it.
func TestWhatDoesNotFitGoesAgain(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		holds := net.wideHolds(widest + 20)
		var callers sync.WaitGroup
		for i, h := range holds {
			callers.Go(func() {
				receipt, err := g.Do(t.Context(), fmt.Sprint("r", i), release(h))
				if err != nil || receipt.Duplicate {
					t.Errorf("release %d: %+v, %v", i, receipt, err)
				}
			})
		}
		callers.Wait()
		net.areReleased(holds)
		receipt, err := g.Do(t.Context(), "r5", release(holds[5]))
		if err != nil || !receipt.Duplicate {
			t.Errorf("asked again: %+v, %v", receipt, err)
		}
	})
}

// areReleased holds that each of the holds was released.
func (s *simNet) areReleased(holds []number.Command) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n.DeliverAll()
	all := rowsOf[points.Hold](s)
	for _, h := range holds {
		if state := all[h.String()].State; state != points.Released {
			s.t.Errorf("hold %s is %s", h, state)
		}
	}
}

// A group that is too large for any transaction is its caller's fault.
func TestAGroupThatNeverFits(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		var reqs []command.Request
		for _, h := range net.wideHolds(widest + 2) {
			reqs = append(reqs, release(h))
		}
		_, errs := g.DoLinked(t.Context(), "", reqs...)
		if !command.IsFull(culprit(errs)) {
			t.Errorf("%v", errs)
		}
	})
}

// A source halves what doesn't fit, and its cursor passes nothing that took no effect.
func TestASourceHalvesWhatDoesNotFit(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		holds := net.wideHolds(widest + 20)
		n := uint64(len(holds))
		var mu sync.Mutex
		heard := map[uint64]error{}
		s, err := g.Source(t.Context(), "wide", 1, func(f Fed) {
			mu.Lock()
			defer mu.Unlock()
			heard[f.Position] = f.Err
		})
		if err != nil {
			t.Fatal(err)
		}
		for p := range n {
			if err := s.Feed(t.Context(), p, release(holds[p])); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		net.areReleased(holds)
		if uint64(len(heard)) != n || s.Cursor() != n {
			t.Errorf("of %d, %d were told, the cursor is %d", n, len(heard), s.Cursor())
		}
		for p, err := range heard {
			if err != nil {
				t.Errorf("position %d: %v", p, err)
			}
		}
	})
}

// A batch ends before its commands have too many bytes, or write too many rows.
func TestQueueCutsByBytesAndRows(t *testing.T) {
	large := commandOf(strings.Repeat("m", maxBytes/4))
	many := issue("m")
	many.Grants = slices.Repeat(many.Grants, points.MaxLots)
	for _, c := range []struct {
		name string
		one  command.Command
		want int
	}{
		{"bytes", large, 3},
		{"rows", command.New("", many), touch.MaxWeight / (2 * points.MaxLots)},
	} {
		q := newQueue(100, 100, 0)
		for range 50 {
			if _, err := q.enter(newTicket("", []command.Command{c.one}), nothingKnown); err != nil {
				t.Fatal(err)
			}
		}
		if picked, _ := q.pick(time.Now()); len(picked) != c.want {
			t.Errorf("%s: %d commands in a batch, want %d", c.name, len(picked), c.want)
		}
	}
}
