package api

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// service is something that does so many things at once, each in the same time.
type service struct {
	places chan struct{}
	takes  time.Duration
}

func (s service) do() {
	s.places <- struct{}{}
	time.Sleep(s.takes) // of a bubble's clock
	<-s.places
}

// TestOverload: from ten times more than a service can do, and from a burst, a pace lets in what is answered in time,
// and refuses the rest; all that the service can do is done. Nothing is lost: each is answered or refused, and when
// nobody asks any more, nothing is under way.
func TestOverload(t *testing.T) {
	for name, c := range map[string]struct {
		places  int
		takes   time.Duration
		clients int
	}{
		"redemptions, a hundred a second": {1, 10 * time.Millisecond, 2000},
		"reads, two thousand a second":    {2, time.Millisecond, 8000},
		"by lanes, in blocks":             {500, 250 * time.Millisecond, 10_000},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, s := newPace(leastOfOthers), service{make(chan struct{}, c.places), c.takes}
			const lasts = 8 * time.Second
			end := time.Now().Add(lasts)
			var mu sync.Mutex
			var took []time.Duration
			refused, late := 0, 0
			var all sync.WaitGroup
			for i := range c.clients {
				all.Go(func() {
					for time.Now().Before(end) {
						begun := time.Now()
						leave, ok := p.enter(t.Context(), fmt.Sprint(i%4), 1)
						if !ok {
							mu.Lock()
							refused++
							mu.Unlock()
							time.Sleep(time.Second) // as Retry-After says
							continue
						}
						s.do()
						leave()
						mu.Lock()
						if took = append(took, time.Since(begun)); time.Since(begun) > promptly+waits {
							late++
						}
						mu.Unlock()
					}
				})
			}
			all.Wait()
			slices.Sort(took)
			can := float64(c.places) / c.takes.Seconds() * lasts.Seconds()
			t.Logf("%s: %d answered of %.0f that could be, p50 %v, p99 %v; %d refused", name, len(took), can,
				took[len(took)/2], took[len(took)*99/100], refused)
			if float64(len(took)) < 0.8*can || late > len(took)/100 || refused == 0 {
				t.Errorf("%s: %d answered of %.0f that could be, %d of them late, %d refused", name, len(took), can, late,
					refused)
			}
			if p.underWay != 0 || len(p.waiting) != 0 || len(p.held) != 0 {
				t.Errorf("%s: %d are under way, %d wait", name, p.underWay, len(p.waiting))
			}
		})
	}
}

// TestPaceIsShared: a caller that asks without end leaves the others half of the room, and what is larger than the room
// comes in alone.
func TestPaceIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(64)
		var leave []func()
		for range 32 {
			out, ok := p.enter(t.Context(), "one", 1)
			if !ok {
				t.Fatal("refused early")
			}
			leave = append(leave, out)
		}
		if _, ok := p.enter(t.Context(), "one", 1); ok {
			t.Error("one caller has more than its share")
		}
		for i := range 32 {
			out, ok := p.enter(t.Context(), fmt.Sprint("other", i), 1)
			if !ok {
				t.Fatal("others are refused")
			}
			leave = append(leave, out)
		}
		if _, ok := p.enter(t.Context(), "new", 1); ok {
			t.Error("more is under way than there is room for")
		}
		for _, out := range leave {
			out()
		}
		if out, ok := p.enter(t.Context(), "one", 500); !ok {
			t.Error("a batch never comes in")
		} else {
			out()
		}
	})
}
