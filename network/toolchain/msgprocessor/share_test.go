package msgprocessor

import (
	"fmt"
	"testing"
	"time"
)

var start = time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)

// sender makes envelopes of one organisation, each another one.
type sender struct {
	by    string
	count int
}

func (s *sender) next(now time.Time, bytes int) sent {
	s.count++
	return sent{by: s.by, header: fmt.Appendf(nil, "%s %d", s.by, s.count), made: now, bytes: bytes}
}

// taken counts the bytes of envelopes taken in so many seconds, of one that sends a
// hundred a second.
func taken(s *shares, from *sender, at time.Time, seconds, bytes int, beside func(time.Time)) (sum float64) {
	for i := range seconds * 100 {
		now := at.Add(time.Duration(i) * 10 * time.Millisecond)
		beside(now)
		if s.take(now, from.next(now, bytes)) {
			sum += float64(bytes)
		}
	}
	return sum
}

func alone(time.Time) {}

// Beside others an organisation gets its share, and four of them alone.
func TestAShareIsBoundedInBytes(t *testing.T) {
	s := newShares()
	got := taken(s, &sender{by: "M"}, start, 20, 1<<20, alone)
	if most := s.rate * shareAlone * (20 + shareSaved); got < s.rate*shareAlone*20 || got > most+1<<20 {
		t.Errorf("%.0f bytes alone, of at most %.0f", got, most)
	}
	s = newShares()
	g := &sender{by: "G"}
	got = taken(s, &sender{by: "M"}, start, 20, 1<<20, func(now time.Time) {
		if !s.take(now, g.next(now, 1000)) {
			t.Fatalf("G's small envelope %d at %s", g.count, now)
		}
	})
	if most := s.rate * (20 + shareSaved); got < s.rate*20 || got > most+1<<20 {
		t.Errorf("%.0f bytes beside G, of at most %.0f", got, most)
	}
}

// Small envelopes count for more than their bytes.
func TestAShareIsBoundedInEnvelopes(t *testing.T) {
	s := newShares()
	m, n := &sender{by: "M"}, 0
	for n < 10_000 && s.take(start, m.next(start, 100)) {
		n++
	}
	if most := int(s.rate) * shareAlone * shareSaved / shareLeast; n != most {
		t.Errorf("%d small envelopes at once, want %d", n, most)
	}
}

// The largest transaction passes, though it is more than a share: it is made good after.
func TestALargeEnvelopeIsMadeGoodAfter(t *testing.T) {
	s := newShares()
	g := &sender{by: "G"}
	size := int(s.rate * shareAlone * shareSaved * 2)
	if !s.take(start, g.next(start, size)) {
		t.Fatal("a large envelope")
	}
	if soon := start.Add(shareSaved * time.Second); s.take(soon, g.next(soon, 1)) {
		t.Error("another one before the first is made good")
	}
	if later := start.Add(shareSaved*time.Second + time.Millisecond); !s.take(later, g.next(later, 1)) {
		t.Error("another one after")
	}
}

// Who sends another's envelopes again spends nothing of the other's share.
func TestSentAgainIsNotAtTheCreatorsCost(t *testing.T) {
	s := newShares()
	g := &sender{by: "G"}
	first := g.next(start, 1<<20)
	if !s.take(start, first) {
		t.Fatal("the first time")
	}
	left := s.accounts["G"].left
	old, early := g.next(start.Add(-sentBehind-time.Second), 1<<20), g.next(start.Add(sentAhead+time.Second), 1<<20)
	again := 0
	for _, e := range []sent{first, first, first, first, old, early, old, early, first, first, first, first} {
		if s.take(start, e) {
			again++
		}
	}
	if again == 0 || again == 12 {
		t.Errorf("%d of 12 taken again", again)
	}
	if s.accounts["G"].left != left {
		t.Errorf("G has %.0f left, had %.0f", s.accounts["G"].left, left)
	}
	if !s.take(start, g.next(start, 1000)) {
		t.Error("G's next")
	}
}

// What other orderers took is counted once it is in a block; what came here as well, once.
func TestBlocksAreCounted(t *testing.T) {
	s := newShares()
	g := &sender{by: "G"}
	here, there := g.next(start, 1<<20), g.next(start, 1<<20)
	s.take(start, here)
	left := s.accounts["G"].left
	s.ordered(start, here)
	if s.accounts["G"].left != left {
		t.Error("counted twice")
	}
	s.ordered(start, there)
	s.ordered(start, there)
	if got := s.accounts["G"].left; got != left-1<<20 {
		t.Errorf("%.0f left of %.0f", got, left)
	}
	s.ordered(start, g.next(start.Add(-sentBehind-time.Second), 1<<20))
	if got := s.accounts["G"].left; got != left-1<<20 {
		t.Error("an old envelope at G's cost")
	}
}

// What was sent is known for as long as its timestamp is good, and then forgotten.
func TestNamesAreForgotten(t *testing.T) {
	s := newShares()
	e := (&sender{by: "G"}).next(start.Add(sentAhead), 1)
	if !s.take(start, e) {
		t.Fatal("the first time")
	}
	for _, after := range []time.Duration{time.Second, sentAhead, sentBehind + sentAhead} {
		s.take(start.Add(after), e)
		if left := s.accounts["G"].left; left != s.rate*shareAlone*shareSaved-shareLeast {
			t.Errorf("counted again after %s", after)
		}
	}
	later := start.Add(3 * (sentBehind + sentAhead))
	s.take(later, (&sender{by: "G"}).next(later, 1))
	later = later.Add(2 * (sentBehind + sentAhead))
	s.take(later, (&sender{by: "G"}).next(later, 1))
	if len(s.known[0])+len(s.known[1]) > 2 {
		t.Errorf("%d names are kept", len(s.known[0])+len(s.known[1]))
	}
}

// One that is over its share waits a second and is refused; those that wait are few.
func TestWhoIsOverItsShareWaits(t *testing.T) {
	s := newShares()
	s.rate = 0.001
	now := time.Now()
	m := &sender{by: "M"}
	s.take(now, m.next(now, 1<<20))
	answers := make(chan time.Duration)
	for range shareWaiting + 4 {
		e := m.next(now, 1)
		go func() {
			begun := time.Now()
			if s.wait(e) {
				t.Error("taken over its share")
			}
			answers <- time.Since(begun)
		}()
	}
	waited := 0
	for range shareWaiting + 4 {
		if d := <-answers; d >= shareWait {
			waited++
		}
	}
	if waited != shareWaiting || s.accounts["M"].waiting != 0 {
		t.Errorf("%d waited, %d still do", waited, s.accounts["M"].waiting)
	}
}
