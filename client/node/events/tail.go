package events

import (
	"context"
	"errors"
	"slices"
	"sort"
	"sync"

	"tallystick/client/event"
	"tallystick/client/index"
	"tallystick/client/node"
)

// Tail has the last events in memory and tells of those that come: many who follow cost one question of the read model
// a block. Who is further behind reads the read model.
type Tail struct {
	node *node.Node

	mu    sync.Mutex
	last  []event.Event // that there were, oldest first
	since *event.Cursor // last has all events after it; nil: all
	read  bool          // last is right: Run has begun
	grown chan struct{} // closed and replaced when there are more
}

// kept is how many events a tail has in memory.
const kept = 4096

// NewTail makes a tail of a node's events, which has them once it runs.
func NewTail(n *node.Node) *Tail { return &Tail{node: n, grown: make(chan struct{})} }

// Run reads events as blocks come, until the context ends or the read model fails; then run it again.
func (t *Tail) Run(ctx context.Context) error {
	ix, err := t.node.Index(ctx)
	if err != nil {
		return err
	}
	if err := t.begin(ctx, ix); err != nil {
		return err
	}
	for {
		height, more, err := t.readOn(ctx, ix)
		if err != nil {
			return err
		}
		if !more {
			if err := ix.Wait(ctx, height+1); err != nil {
				return err
			}
		}
	}
}

// begin has the tail begin after the last event that there is.
func (t *Tail) begin(ctx context.Context, ix *index.Index) error {
	t.mu.Lock()
	begun := t.read
	t.mu.Unlock()
	if begun {
		return nil // it goes on where it was
	}
	return reading(ctx, ix, func(r *index.Reading) error {
		last, err := r.LastEvent(t.node.Party())
		if err != nil {
			return err
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.since, t.read = last, true
		return nil
	})
}

// readOn reads the next events. It says of how many blocks they are, and whether there may be more.
func (t *Tail) readOn(ctx context.Context, ix *index.Index) (height uint64, more bool, err error) {
	err = reading(ctx, ix, func(r *index.Reading) error {
		found, err := r.EventsAfter(t.node.Party(), t.newest(), event.Wanted{}, index.MaxPage)
		height, more = found.Height, found.More
		if err == nil && len(found.List) > 0 {
			t.add(found.List)
		}
		return err
	})
	return height, more, err
}

// newest is the cursor of the last event that the tail has.
func (t *Tail) newest() *event.Cursor {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.last) == 0 {
		return t.since
	}
	at := t.last[len(t.last)-1].At
	return &at
}

func (t *Tail) add(list []event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, list...)
	if over := len(t.last) - kept; over > 0 {
		at := t.last[over-1].At
		t.since = &at
		t.last = slices.Clone(t.last[over:])
	}
	close(t.grown)
	t.grown = make(chan struct{})
}

// After lists the next events of the types that are wanted, after a cursor, nil for the first. at is after which to ask
// on; more, that there may be more already. Without either, grown is closed once there are.
func (t *Tail) After(ctx context.Context, after *event.Cursor, wanted event.Wanted, limit int) (list []event.Event,
	at *event.Cursor, more bool, grown <-chan struct{}, err error) {
	if list, at, more, grown, has := t.inMemory(after, wanted, limit); has {
		return list, at, more, grown, nil
	}
	ix, err := t.node.Index(ctx)
	if err != nil {
		return nil, after, false, nil, err
	}
	grown = t.growing()
	err = reading(ctx, ix, func(r *index.Reading) error {
		found, err := r.EventsAfter(t.node.Party(), after, wanted, limit)
		list, at, more = found.List, found.Last, found.More
		return err
	})
	return list, at, more, grown, err
}

func (t *Tail) growing() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grown
}

// inMemory is After, for who isn't further behind than what is in memory.
func (t *Tail) inMemory(after *event.Cursor, wanted event.Wanted, limit int) (list []event.Event, at *event.Cursor,
	more bool, grown <-chan struct{}, has bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.read || t.since != nil && (after == nil || after.Before(*t.since)) {
		return nil, after, false, nil, false
	}
	first := t.firstAfter(after)
	if after != nil && !t.isBefore(first, *after) {
		return nil, after, false, nil, false // the read model says why there is no such event
	}
	at = after
	for i := first; i < len(t.last); i++ {
		e := &t.last[i]
		if wanted.Has(e.Type) {
			if len(list) == limit {
				return list, at, true, t.grown, true
			}
			list = append(list, *e)
		}
		at = &e.At
	}
	return list, at, false, t.grown, true
}

// firstAfter is the place of the first event in memory after a cursor.
func (t *Tail) firstAfter(c *event.Cursor) int {
	if c == nil {
		return 0
	}
	return sort.Search(len(t.last), func(i int) bool { return c.Before(t.last[i].At) })
}

// isBefore says whether a cursor is that of the event right before a place in memory.
func (t *Tail) isBefore(place int, c event.Cursor) bool {
	if place > 0 {
		return t.last[place-1].At == c
	}
	return t.since != nil && *t.since == c
}

// Latest is the cursor of the last event so far, nil if there is none.
func (t *Tail) Latest(ctx context.Context) (last *event.Cursor, err error) {
	ix, err := t.node.Index(ctx)
	if err != nil {
		return nil, err
	}
	err = reading(ctx, ix, func(r *index.Reading) error {
		last, err = r.LastEvent(t.node.Party())
		return err
	})
	return last, err
}

// reading reads the read model as it is now.
func reading(ctx context.Context, ix *index.Index, do func(*index.Reading) error) error {
	r, err := ix.At(ctx, 0)
	if err != nil {
		return err
	}
	if err := do(r); err != nil {
		return errors.Join(err, r.Close())
	}
	return r.Close()
}
