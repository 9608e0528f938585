package api

import (
	"context"
	"slices"
	"sync"
	"time"
)

// What is under way at once, at most: more is told to come back. No key can keep the others out.
const (
	// in all, of requests and of a batch's entries, each of which counts as a request
	mostUnderWay = 8192
	mostOfOne    = mostUnderWay / 2
	// of those that wait for blocks, which cost who asks nothing, and take a minute
	mostAhead      = 256
	mostAheadOfOne = mostAhead / 2
	// of those whose body is being read, which takes as long as its sender likes, up to [bodyPatience]
	mostRead      = 1024
	mostReadOfOne = mostRead / 16
	// of those that a file comes with, which takes up to [filePatience]
	mostFiles      = 16
	mostFilesOfOne = mostFiles / 4
	// of bytes that bodies have, from before they are read until they are answered
	mostBytes      = 2 * mostBytesOfOne
	mostBytesOfOne = mostReadOfOne * MaxBody
)

// gate counts what is under way.
type gate struct {
	most, mostOfOne int

	mu   sync.Mutex
	all  int
	held map[string]int // by caller
}

func newGate(most, mostOfOne int) gate {
	return gate{most: most, mostOfOne: mostOfOne, held: map[string]int{}}
}

// underWay is how much is.
func (g *gate) underWay() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all
}

// enter lets something in that counts as n, if there is room; whoever it lets in leaves.
func (g *gate) enter(who string, n int) (leave func(), ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all+n > g.most || g.held[who]+n > g.mostOfOne {
		return nil, false
	}
	g.all += n
	g.held[who] += n
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.all -= n
		if g.held[who] -= n; g.held[who] == 0 {
			delete(g.held, who)
		}
	}, true
}

// How soon what a pace lets in is answered, and how long something waits to be let in. Together they bound how long an
// answer takes, whatever the load is.
const (
	promptly = 2 * time.Second
	waits    = time.Second
)

// A pace lets in as many requests as are answered within [promptly], however fast that is: by Little's law, as many are
// under way as come to an end in the time that each takes, so there is room for the rate at which they do, times that
// time. The rate is the most that was seen in a short while lately, as BBR takes that of a network: while more could be
// done it grows with each request that is let in, and what is busy stays at what it can do.
//
// One caller gets half of the room at most. What finds none waits a little in turn, since bursts are shorter than that.
type pace struct {
	least int // always has room

	mu       sync.Mutex
	underWay int
	held     map[string]int // by caller
	waiting  []*turn
	done     [paceSlots]int // how much came to an end in each slot lately
	slot     int64          // the newest of them
}

const (
	paceSlots = 5
	paceSlot  = 500 * time.Millisecond
	// of those that wait for a pace; each caller has half of the places at most
	mostWaiting = 1024
)

// turn is something that waits to be let in.
type turn struct {
	who string
	n   int
	in  chan struct{} // closed once it is
}

// How much each pace always has room for: what is sent by lanes waits for company rather than for the node, and is
// answered together with hundreds.
const (
	leastByLanes  = 1024
	leastOfOthers = 64
)

func newPace(least int) *pace { return &pace{least: least, held: map[string]int{}} }

// enter lets in what counts as n, at once or in its turn; whoever is let in leaves. It isn't let in if too many wait,
// or no turn comes in time.
func (p *pace) enter(ctx context.Context, who string, n int) (leave func(), ok bool) {
	p.mu.Lock()
	leave = func() { p.leave(who, n) }
	if len(p.waiting) == 0 && p.fits(who, n) {
		p.take(who, n)
		p.mu.Unlock()
		return leave, true
	}
	t := &turn{who, n, make(chan struct{})}
	mine := 0
	for _, other := range p.waiting {
		if other.who == who {
			mine++
		}
	}
	if len(p.waiting) >= mostWaiting || mine >= mostWaiting/2 {
		p.mu.Unlock()
		return nil, false
	}
	p.waiting = append(p.waiting, t)
	p.admit()
	p.mu.Unlock()
	timer := time.NewTimer(waits)
	defer timer.Stop()
	select {
	case <-t.in:
		return leave, true
	case <-timer.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := slices.Index(p.waiting, t); at >= 0 {
		p.waiting = slices.Delete(p.waiting, at, at+1)
		return nil, false
	}
	return leave, true // let in just now
}

// room is for how much there is room in all.
func (p *pace) room() int {
	p.turnTo(time.Now())
	rate := float64(slices.Max(p.done[:])) / paceSlot.Seconds()
	return max(p.least, int(rate*promptly.Seconds()))
}

// fits says whether there is room for n. What is larger than all of the room comes in alone.
func (p *pace) fits(who string, n int) bool {
	room := p.room()
	return (p.underWay == 0 || p.underWay+n <= room) && (p.held[who] == 0 || p.held[who]+n <= room/2)
}

func (p *pace) take(who string, n int) {
	p.underWay += n
	p.held[who] += n
}

func (p *pace) leave(who string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay -= n
	if p.held[who] -= n; p.held[who] == 0 {
		delete(p.held, who)
	}
	p.turnTo(time.Now())
	p.done[p.slot%paceSlots] += n
	p.admit()
}

// admit lets in those who wait and for whom there is room, in turn.
func (p *pace) admit() {
	rest := p.waiting[:0]
	for i, t := range p.waiting {
		if p.underWay > 0 && p.underWay >= p.room() {
			rest = append(rest, p.waiting[i:]...)
			break
		}
		if !p.fits(t.who, t.n) {
			rest = append(rest, t)
			continue
		}
		p.take(t.who, t.n)
		close(t.in)
	}
	clear(p.waiting[len(rest):])
	p.waiting = rest
}

// turnTo empties the slots that have passed.
func (p *pace) turnTo(now time.Time) {
	to := now.UnixNano() / int64(paceSlot)
	for p.slot = max(p.slot, to-paceSlots); p.slot < to; {
		p.slot++
		p.done[p.slot%paceSlots] = 0
	}
}
