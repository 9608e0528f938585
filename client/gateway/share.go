package gateway

import (
	"slices"
	"time"

	"tallystick/chaincode/fault"
)

// errGivenUp ends a batch none of whose envelopes can take effect, in a lane that the process may not write any more.
var errGivenUp = fault.New(fault.Unavailable, "the lane is another process's now; nothing happened")

// Shared has the gateway write no lanes but those of which Write says so, as long as it says: the party's processes
// share them. What the last process left under way it finishes without: an envelope that was sent needs only its
// verdict, and commands that have none wait for whichever lane the gateway writes next.
func Shared() Option { return func(g *Gateway) { g.shared = true } }

// Write has a Shared gateway write these lanes and no others, and begin no transaction in them after until, unless it
// is called again. A lane that isn't among them any more ends what it is at, with the time that it had; see Writing.
//
// It is a courtesy to the process that writes a lane next. If it is broken, by a process that was stopped between two
// instructions or by a clock, the lane's head decides: of two transactions that follow on one head one takes effect.
func (g *Gateway) Write(lanes []uint8, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lanes = slices.DeleteFunc(g.lanes, (*lane).isEnded)
	for _, l := range g.lanes {
		if slices.Contains(lanes, l.number) {
			l.prolong(until)
		} else {
			l.give()
		}
	}
	for _, n := range lanes {
		if g.closed || slices.ContainsFunc(g.lanes, func(l *lane) bool { return l.number == n }) {
			continue // one that was given up begins again once it has ended
		}
		l := newLane(g, n)
		l.prolong(until)
		g.lanes = append(g.lanes, l)
		g.begin(l)
	}
}

// Writing lists the lanes that the gateway writes, or in which something of its is under way still, in their order.
func (g *Gateway) Writing() []uint8 {
	g.mu.Lock()
	defer g.mu.Unlock()
	numbers := []uint8{}
	for _, l := range g.lanes {
		if !l.isEnded() {
			numbers = append(numbers, l.number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// prolong has the process have the lane until a time.
func (l *lane) prolong(until time.Time) {
	l.until.Store(&until)
	select {
	case l.prolonged <- struct{}{}:
	default:
	}
}

// mine says whether the process may write the lane now. It asks both clocks: one stands still while the machine sleeps,
// the other is set by people.
func (l *lane) mine() bool {
	if !l.g.shared {
		return true
	}
	now, until := time.Now(), l.until.Load()
	return until != nil && now.Before(*until) && now.Round(0).Before(until.Round(0))
}

// awaitTurn waits until the lane may begin a batch; false once it is given up.
func (l *lane) awaitTurn() bool {
	for l.term.Err() == nil && !l.mine() {
		select {
		case <-l.prolonged:
		case <-l.term.Done():
		}
	}
	return l.term.Err() == nil
}

// findHead asks the ledger where the lane has come to; false if the lane is given up before there is an answer.
func (l *lane) findHead() bool {
	for tries := 0; l.term.Err() == nil; tries++ {
		seq, err := l.g.Query().reached(l.term, l.number)
		if err == nil {
			l.seq = seq
			return true
		}
		if l.term.Err() == nil {
			l.g.log.Warn("a lane can't begin; it asks again", "lane", l.number, "err", err)
		}
		stagger(l.term, tries)
	}
	return false
}

// isEnded says whether nothing of the lane is under way.
func (l *lane) isEnded() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}
