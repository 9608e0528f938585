package gateway

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/points"
	"tallystick/chaincode/touch"
)

func wide(i int) points.ReleaseRequest {
	return points.ReleaseRequest{Hold: rowOf(i).Command, Reason: fmt.Sprint("wide", i)}
}

// Commands that don't fit into their transaction go into the next: no caller hears of it.
func TestWhatDoesNotFitGoesAgain(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		var callers sync.WaitGroup
		for i := range 4 * widest {
			callers.Go(func() {
				receipt, err := g.Do(t.Context(), fmt.Sprint("r", i), wide(i))
				if err != nil || receipt.Again {
					t.Errorf("release %d: %+v, %v", i, receipt, err)
				}
			})
		}
		callers.Wait()
		count, _ := net.lots()
		for i := range 4 * widest {
			if count[fmt.Sprint("wide", i)] != 1 {
				t.Errorf("release %d took effect %d times", i, count[fmt.Sprint("wide", i)])
			}
		}
		receipt, err := g.Do(t.Context(), "r5", wide(5))
		if err != nil || !receipt.Again {
			t.Errorf("asked again: %+v, %v", receipt, err)
		}
	})
}

// A group that is too large for any transaction is its caller's fault.
func TestAGroupThatNeverFits(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		reqs := make([]command.Request, widest+1)
		for i := range reqs {
			reqs[i] = wide(i)
		}
		_, errs := g.DoLinked(t.Context(), "", reqs...)
		if !command.IsFull(errs[widest]) {
			t.Errorf("%v", errs)
		}
	})
}

// A source halves what doesn't fit, and its cursor passes nothing that took no effect.
func TestASourceHalvesWhatDoesNotFit(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		const n = 4*widest + 1
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
		for p := range uint64(n) {
			if err := s.Feed(t.Context(), p, wide(int(p))); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if count, _ := net.lots(); len(count) != n || len(heard) != n || s.Cursor() != n {
			t.Errorf("%d of %d took effect, %d were told, the cursor is %d", len(count), n, len(heard), s.Cursor())
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
