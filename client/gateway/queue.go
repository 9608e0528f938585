package gateway

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/touch"
)

// queue is where commands wait for a lane. It is bounded, keeps the order in
// which commands that share a row came, and lets a lone command wait no longer
// than the linger.
type queue struct {
	batch, limit int
	linger       time.Duration

	mu      sync.Mutex
	waiting []*ticket
	count   int             // commands of waiting
	busy    map[string]bool // keys that transactions in flight touch
	named   map[string]*ticket
	closed  error
	idle    []idler // lanes that have nothing to do, by their numbers: the first watches
}

// idler is a lane that has nothing to do.
type idler struct {
	lane uint8
	wake chan struct{} // of capacity 1: something came or was freed, or the lane is the first now
}

func newQueue(batch, limit int, linger time.Duration) *queue {
	return &queue{
		batch: batch, limit: limit, linger: linger,
		busy: map[string]bool{}, named: map[string]*ticket{},
	}
}

// enter queues a ticket, or joins the caller to the one that waits or is in
// flight under the same request id. OVERLOADED if too many wait, CONFLICT if
// the id goes with other content.
//
// recall looks whether the outbox remembers a named ticket's outcome, and is
// called where no ticket of that name can end meanwhile; if it does, there is
// nothing to queue and enter returns nil.
func (q *queue) enter(t *ticket, recall func() (bool, error)) (*ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return nil, q.closed
	}
	if there := q.named[t.id]; t.id != "" && there != nil {
		if there.hash != t.hash {
			return nil, fault.New(fault.Conflict, "request %s is under way for something else", t.id)
		}
		there.waiters++
		return there, nil
	}
	if t.id != "" {
		if known, err := recall(); known || err != nil {
			return nil, err
		}
	}
	if q.count+len(t.commands) > q.limit {
		return nil, fault.New(fault.Overloaded, "%d commands are waiting", q.count)
	}
	t.since = time.Now()
	q.waiting = append(q.waiting, t)
	q.count += len(t.commands)
	if t.id != "" {
		q.named[t.id] = t
	}
	q.notify()
	return t, nil
}

// adopt registers a ticket that is in flight since before the restart.
func (q *queue) adopt(t *ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t.taken = true
	if t.id != "" {
		q.named[t.id] = t
	}
	for _, k := range t.demand.Contended {
		q.busy[k] = true
	}
}

// leave takes a caller off a ticket; the last one off a waiting ticket
// withdraws it. It says whether the commands surely won't be sent for it.
func (q *queue) leave(t *ticket) (withdrawn bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t.waiters--
	if t.taken || t.waiters > 0 {
		return false
	}
	q.waiting = slices.DeleteFunc(q.waiting, func(other *ticket) bool { return other == t })
	q.count -= len(t.commands)
	q.forget(t)
	return true
}

func (q *queue) forget(t *ticket) {
	if q.named[t.id] == t {
		delete(q.named, t.id)
	}
}

// release frees the keys of tickets whose transaction has ended. Those that didn't
// fit into it, or whose lane was given up, wait again, before all others; it answers the ones that have ended.
func (q *queue) release(tickets []*ticket) (ended []*ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var again []*ticket
	for _, t := range tickets {
		for _, k := range t.demand.Contended {
			delete(q.busy, k)
		}
		if t.unfit && q.closed == nil {
			t.unfit, t.taken, t.err = false, false, nil
			again = append(again, t)
			q.count += len(t.commands)
			continue
		}
		if t.refused() {
			q.forget(t) // may be asked again
		}
		ended = append(ended, t)
	}
	q.waiting = append(again, q.waiting...)
	q.notify()
	return ended
}

// settle lets go of the names of tickets that have ended: from now on the
// outbox answers for them.
func (q *queue) settle(tickets []*ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range tickets {
		q.forget(t)
	}
}

// take returns the tickets of a lane's next batch: at once if they fill it,
// else when the oldest has waited for the linger. Nil when ctx or the queue ends.
//
// Of the idle lanes the first takes what there is. So a node with little to do
// draws on limits by one lane, and no other holds a part of one that it lacks.
func (q *queue) take(ctx context.Context, lane uint8) []*ticket {
	me := q.await(lane)
	defer q.goOn(lane)
	for ctx.Err() == nil && !q.isClosed() { // it may have been closed before this lane was listed, which none woke then
		var tickets []*ticket
		wait := time.Hour
		if q.isFirst(lane) {
			if tickets, wait = q.pick(time.Now()); len(tickets) > 0 {
				return tickets
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-me.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// await lists a lane among those that are idle.
func (q *queue) await(lane uint8) idler {
	q.mu.Lock()
	defer q.mu.Unlock()
	me := idler{lane, make(chan struct{}, 1)}
	at, _ := slices.BinarySearchFunc(q.idle, lane, func(i idler, lane uint8) int { return cmp.Compare(i.lane, lane) })
	q.idle = slices.Insert(q.idle, at, me)
	return me
}

// goOn takes a lane off those that are idle: what it left may be for the next.
func (q *queue) goOn(lane uint8) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.idle = slices.DeleteFunc(q.idle, func(i idler) bool { return i.lane == lane })
	q.notify()
}

func (q *queue) isFirst(lane uint8) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.idle[0].lane == lane
}

// pick takes the longest-waiting tickets that make one batch and touch nothing
// in flight. A ticket that has to wait keeps its rows for itself, so that none
// that came later overtakes it there. If there is nothing to take it says how
// long to wait unless something changes.
func (q *queue) pick(now time.Time) (picked []*ticket, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 || q.closed != nil {
		return nil, time.Hour
	}
	if age := now.Sub(q.waiting[0].since); q.count < q.batch && age < q.linger {
		return nil, q.linger - age
	}
	kept := map[string]bool{}
	rest := q.waiting[:0]
	commands, weight, bytes, full := 0, 0, 0, false
	for _, t := range q.waiting {
		fits := commands == 0 || !t.alone() && commands+len(t.commands) <= q.batch &&
			weight+t.demand.Weight <= touch.MaxWeight && bytes+t.demand.bytes <= maxBytes
		if full || !fits || q.blocked(t, kept) {
			rest = append(rest, t)
			for _, k := range t.demand.Contended {
				kept[k] = true
			}
			continue
		}
		picked = append(picked, t)
		commands, weight, bytes = commands+len(t.commands), weight+t.demand.Weight, bytes+t.demand.bytes
		full = t.alone() || commands >= q.batch
	}
	clear(q.waiting[len(rest):])
	q.waiting = rest
	q.count -= commands
	for _, t := range picked {
		t.taken = true
		for _, k := range t.demand.Contended {
			q.busy[k] = true
		}
	}
	return picked, max(q.linger, time.Millisecond)
}

func (q *queue) blocked(t *ticket, kept map[string]bool) bool {
	for _, k := range t.demand.Contended {
		if q.busy[k] || kept[k] {
			return true
		}
	}
	return false
}

// close refuses newcomers and ends the tickets that wait.
func (q *queue) close(why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return
	}
	q.closed = why
	for _, t := range q.waiting {
		t.fail(why)
	}
	q.waiting, q.count = nil, 0
	q.notify()
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed != nil
}

// notify wakes the lane that watches, if one does.
func (q *queue) notify() {
	if len(q.idle) == 0 {
		return
	}
	select {
	case q.idle[0].wake <- struct{}{}:
	default:
	}
}

// commandsOf lists the tickets' commands in their order.
func commandsOf(tickets []*ticket) []command.Command {
	var all []command.Command
	for _, t := range tickets {
		all = append(all, t.commands...)
	}
	return all
}
