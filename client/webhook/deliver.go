package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/event"
)

// Source has the events, in order.
type Source interface {
	// After lists the next events of some types after a cursor, nil for the first; at is after which to ask on, more,
	// that there may be more already. grown is closed once there are more.
	After(ctx context.Context, after *event.Cursor, wanted event.Wanted, limit int) (list []event.Event,
		at *event.Cursor,
		more bool, grown <-chan struct{}, err error)
}

// retries are how long after a failed try the next one comes, a fifth more or less by chance. After the last one the
// subscription is parked: 3 days after it failed first.
var retries = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 16 * time.Hour, 24 * time.Hour}

const (
	lookEvery = time.Second            // for what somebody changed
	keepEvery = 200 * time.Millisecond // how long acknowledgements wait at most until they are kept
	atOnce    = 50                     // events that are read at once
)

// Deliverer delivers to all subscriptions that are live.
type Deliverer struct {
	book   *Book
	source Source
	policy Policy
	holder string // this process
	log    *slog.Logger
	now    func() time.Time
	every  time.Duration // looks for what somebody changed

	retries []time.Duration

	delivered, failed atomic.Int64 // tries

	mu      sync.Mutex
	running map[string]bool
	counts  map[State]int
	oldest  time.Time // since when some endpoint hasn't acknowledged, zero for none
}

// NewDeliverer makes a deliverer. holder is this process's name, which no other has.
func NewDeliverer(book *Book, source Source, policy Policy, holder string, log *slog.Logger) *Deliverer {
	return &Deliverer{book: book, source: source, policy: policy, holder: holder, log: log, now: time.Now,
		retries: retries,
		every:   lookEvery, running: map[string]bool{}, counts: map[State]int{}}
}

// Run delivers until the context ends, or the node's own database fails; then run it again.
func (d *Deliverer) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel(nil)
	for {
		list, err := d.book.List(ctx)
		if err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		d.count(list)
		for _, h := range list {
			if h.State != Live || !d.begin(h.ID) {
				continue
			}
			all.Go(func() {
				defer d.end(h.ID)
				if err := d.deliver(ctx, h.ID); err != nil && ctx.Err() == nil {
					cancel(err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(d.every):
		}
	}
}

func (d *Deliverer) begin(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running[id] {
		return false
	}
	d.running[id] = true
	return true
}

func (d *Deliverer) end(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, id)
}

func (d *Deliverer) count(list []Webhook) {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.counts)
	d.oldest = time.Time{}
	for _, h := range list {
		if h.State == Unreadable {
			h.State = Parked // somebody has to look after it, too
		}
		d.counts[h.State]++
		if h.State == Live && !h.Failing.IsZero() && (d.oldest.IsZero() || h.Failing.Before(d.oldest)) {
			d.oldest = h.Failing
		}
	}
}

// Figures are what a deliverer says of itself.
type Figures struct {
	Live, Parked      int   // subscriptions; parked are those, too, that can't be read
	Delivered, Failed int64 // tries of this process
	Failing           time.Duration
}

// Figures are those of now. Failing is for how long some endpoint hasn't acknowledged.
func (d *Deliverer) Figures() Figures {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := Figures{Live: d.counts[Live], Parked: d.counts[Parked], Delivered: d.delivered.Load(), Failed: d.failed.Load()}
	if !d.oldest.IsZero() {
		f.Failing = d.now().Sub(d.oldest)
	}
	return f
}

// delivery is one subscription while it is delivered to.
type delivery struct {
	*Deliverer
	hook   Webhook
	wanted event.Wanted
	at     *event.Cursor
	sender sender

	tries []Try     // that aren't kept yet
	dirty bool      // hook isn't kept as it is
	kept  time.Time // when it was last
	held  time.Time // when it was said last that this process delivers
}

// deliver delivers to a subscription until the context ends, another process does, or it isn't live any more.
func (d *Deliverer) deliver(ctx context.Context, id string) (err error) {
	one := &delivery{Deliverer: d, sender: newSender(d.policy)}
	defer one.sender.close()
	if held, err := one.take(ctx, id); !held || err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, kept := one.keep(ctx)
		err = errors.Join(err, kept, d.book.leave(ctx, id, d.holder))
	}()
	for one.hook.State == Live && ctx.Err() == nil {
		if err := one.step(ctx); err != nil {
			return one.unlessTaken(ctx, err)
		}
		if _, err := one.look(ctx); err != nil {
			return one.unlessTaken(ctx, err)
		}
	}
	return nil
}

// errTaken ends what a process does for a subscription that another one delivers to.
var errTaken = errors.New("another process delivers")

func (d *delivery) unlessTaken(ctx context.Context, err error) error {
	// it ended, and is forgotten
	if ctx.Err() != nil || errors.Is(err, errTaken) || fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// take takes the subscription for this process.
func (d *delivery) take(ctx context.Context, id string) (held bool, err error) {
	if held, err = d.book.hold(ctx, id, d.holder); !held || err != nil {
		return held, err
	}
	d.held = d.now()
	return true, d.reload(ctx, id)
}

// reload reads the subscription as it is kept.
func (d *delivery) reload(ctx context.Context, id string) (err error) {
	if d.hook, err = d.book.Find(ctx, id); err != nil {
		return err
	}
	d.tries, d.dirty = nil, false
	if d.wanted, err = event.Want(d.hook.Types); err != nil {
		return d.park(ctx, "this version of the node has no events of a type that it wants")
	}
	if d.at = nil; d.hook.Cursor != "" {
		at, err := event.Parse(d.hook.Cursor)
		if err != nil {
			return d.park(ctx, "its cursor can't be read")
		}
		d.at = &at
	}
	return nil
}

// look keeps what was acknowledged, if it is time to, and says whether somebody has changed the subscription meanwhile.
func (d *delivery) look(ctx context.Context) (changed bool, err error) {
	if d.dirty && d.now().Sub(d.kept) >= keepEvery {
		if changed, err = d.keep(ctx); err != nil {
			return changed, err
		}
	}
	if d.now().Sub(d.held) > lease/3 {
		held, err := d.book.hold(ctx, d.hook.ID, d.holder)
		if err == nil && !held {
			err = errTaken
		}
		if err != nil {
			return changed, err
		}
		d.held = d.now()
	}
	return changed, nil
}

// keep writes how far the subscription is. What somebody else has changed meanwhile stays as they say.
func (d *delivery) keep(ctx context.Context) (changed bool, err error) {
	if !d.dirty {
		return false, nil
	}
	kept, err := d.book.put(ctx, d.holder, d.hook, d.tries)
	if err != nil {
		return false, err
	}
	d.tries, d.dirty, d.kept = nil, false, d.now()
	if !kept {
		return true, d.reload(ctx, d.hook.ID)
	}
	return false, nil
}

// step delivers the next events, or waits until there are some or the next try is due.
func (d *delivery) step(ctx context.Context) error {
	if wait := d.hook.Due.Sub(d.now()); wait > 0 {
		return d.wait(ctx, nil, min(wait, d.every))
	}
	list, at, more, grown, err := d.source.After(ctx, d.at, d.wanted, atOnce)
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		d.failure(result{failed: "no event here has its cursor: the network is another one, or this node is behind; replay it " +
			"from an event that there is"})
		return nil
	case err != nil && ctx.Err() == nil:
		d.log.Warn("a webhook waits for the events", "webhook", d.hook.ID, "err", err)
		return d.wait(ctx, nil, d.every)
	case err != nil:
		return nil
	}
	for _, e := range list {
		if !d.try(ctx, e) {
			return nil
		}
		if changed, err := d.look(ctx); changed || err != nil {
			return err
		}
	}
	if at != nil && (d.at == nil || d.at.Before(*at)) { // behind the last one there are some that it doesn't want
		d.at, d.hook.Cursor, d.dirty = at, at.String(), true
	}
	if more {
		return nil
	}
	if _, err := d.keep(ctx); err != nil {
		return err
	}
	return d.wait(ctx, grown, d.every)
}

// wait waits until there are more events, for a time, or until the context ends; then it looks what others have
// changed.
func (d *delivery) wait(ctx context.Context, grown <-chan struct{}, most time.Duration) error {
	select {
	case <-grown:
		return nil
	case <-ctx.Done():
		return nil
	case <-time.After(most):
	}
	now, err := d.book.Find(ctx, d.hook.ID)
	if err != nil || now.round == d.hook.round {
		return err
	}
	return d.reload(ctx, d.hook.ID)
}

// try tries once to have an event acknowledged. false if the next one isn't to be tried now.
func (d *delivery) try(ctx context.Context, e event.Event) bool {
	if ctx.Err() != nil || d.hook.State != Live {
		return false
	}
	body, err := json.Marshal(e)
	if err != nil {
		d.log.Error("an event can't be written", "event", e.ID, "err", err)
		return false
	}
	began := d.now()
	got := d.sender.send(ctx, d.hook.url, e.ID, began, body, d.hook.signing(began))
	if ctx.Err() != nil {
		return false // nobody knows what came of it: it comes again
	}
	d.dirty = true
	d.tries = append(d.tries, tried(e.ID, e.Type, began, d.now, got))
	if got.failed == "" {
		d.delivered.Add(1)
		d.at = &e.At
		d.hook.Cursor, d.hook.Tries, d.hook.Reason = e.ID, 0, ""
		d.hook.Due, d.hook.Failing, d.hook.Acked = time.Time{}, time.Time{}, d.now()
		return true
	}
	d.failed.Add(1)
	d.failure(got)
	return false
}

// failure says what is to become of a subscription of which a try failed.
func (d *delivery) failure(got result) {
	now := d.now()
	d.hook.Reason, d.dirty, d.kept = got.failed, true, time.Time{} // it is kept at once
	if d.hook.Failing.IsZero() {
		d.hook.Failing = now
	}
	d.hook.Tries++
	switch {
	case got.status == http.StatusGone:
		d.hook.State, d.hook.Reason = Ended, "it answered 410: nobody is there any more"
		d.log.Warn("a webhook has ended", "webhook", d.hook.ID, "host", d.hook.Host, "reason", d.hook.Reason)
	case d.hook.Tries > len(d.retries):
		d.hook.State = Parked
		d.alarm()
	default:
		next := d.retries[d.hook.Tries-1]
		next += time.Duration((rand.Float64()*2 - 1) * float64(next) / 5)
		d.hook.Due = now.Add(max(next, got.after))
		d.log.Warn("a webhook doesn't acknowledge; it is tried again", "webhook", d.hook.ID, "host", d.hook.Host,
			"reason", got.failed, "tries", d.hook.Tries, "due", d.hook.Due)
	}
}

// park parks a subscription that can't go on.
func (d *delivery) park(ctx context.Context, why string) error {
	d.hook.State, d.hook.Reason, d.dirty = Parked, why, true
	d.alarm()
	_, err := d.keep(ctx)
	return err
}

// alarm tells that somebody has to look after a subscription.
func (d *delivery) alarm() {
	d.log.Error("a webhook is parked: it is told of nothing until it is replayed", "webhook", d.hook.ID, "host",
		d.hook.Host, "reason", d.hook.Reason)
}
