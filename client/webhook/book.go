package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

// Sealer seals what the node's own database must not show.
type Sealer interface {
	Seal(value any, place, id string) []byte
	Unseal(sealed []byte, to any, place, id string) error
}

// Book keeps the subscriptions.
type Book struct {
	own   *store.Store
	vault Sealer
	now   func() time.Time
}

// NewBook returns the book that is in a node's store; the vault's key seals its secrets.
func NewBook(own *store.Store, vault Sealer) *Book { return &Book{own, vault, time.Now} }

// State is what becomes of a subscription.
type State string

// The states.
const (
	Live   State = "live"   // it is told of events, or is tried again
	Parked State = "parked" // it didn't acknowledge for days: a replay has it told again
	Ended  State = "ended"  // it is told of nothing more
	// what is kept of it can't be read, as after a disk's fault or with another vault's key: it is told of nothing, and
	// can be ended
	Unreadable State = "unreadable"
)

// Webhook is a subscription: whom the node tells of events.
type Webhook struct {
	ID     string   `json:"id"`
	Host   string   `json:"host"`  // of its URL, of which the rest may be a secret
	Types  []string `json:"types"` // of events; none: all
	State  State    `json:"state"`
	Reason string   `json:"reason,omitempty"` // why it isn't live, or why the last try failed
	// the last event that it acknowledged, or that isn't of its types: what it is told next comes after it; "" for none
	Cursor  string    `json:"cursor"`
	Made    time.Time `json:"made"`
	Tries   int       `json:"tries,omitempty"`    // of the next event, that failed
	Due     time.Time `json:"due,omitzero"`       // when that is tried again
	Failing time.Time `json:"failing,omitzero"`   // since when nothing was acknowledged
	Acked   time.Time `json:"acked,omitzero"`     // when an event was acknowledged last
	Old     time.Time `json:"oldSecret,omitzero"` // until when the secret before the last rotation signs, too

	url      string
	secrets  []Secret // the newest first
	round    int64
	rotation string // id of the request by which its secrets were made last; "" for that by which it was made
}

// By is by which request a subscription is made or changed: who asks again under its id is answered as before, and
// nobody else is.
type By struct {
	Request string // its id
	Who     string // asks, as logs call him
}

// once says whether a request was done before on a subscription, and remembers it. CONFLICT if its id stands for
// something else, or is somebody else's.
func once(ctx context.Context, w store.Writer, id string, by By, meaning string) (done bool, err error) {
	var who, meant string
	found, err := w.One(ctx, "SELECT who, meaning FROM webhook_requests WHERE webhook = ? AND request = ?",
		[]any{id, by.Request}, &who, &meant)
	switch {
	case err != nil:
		return false, err
	case found && (who != by.Who || meant != meaning):
		return false, fault.New(fault.Conflict, "the request id stands for something else, or for somebody else's request")
	case found:
		return true, nil
	}
	_, err = w.Exec(ctx, "INSERT INTO webhook_requests (webhook, request, who, meaning) VALUES (?, ?, ?, ?)", id,
		by.Request, by.Who, meaning)
	return false, err
}

// errAnew is why secrets aren't told again.
var errAnew = fault.New(fault.WrongState, "its secrets were made anew since: nobody is told the ones before; make them anew")

// Secrets are what a receiver checks signatures by. They are shown when they are made.
type Secrets struct {
	Secret    string `json:"secret"`    // of v1: whsec_ and base64
	PublicKey string `json:"publicKey"` // of v1a, Ed25519: whpk_ and base64
}

// Secrets are the newest ones.
func (w Webhook) Secrets() Secrets { return Secrets{w.secrets[0].Text(), w.secrets[0].Public()} }

// Asked is what is asked for when a subscription is made.
type Asked struct {
	_     struct{} `cbor:",toarray"`
	URL   string   // of the endpoint
	Types []string // of events; none: all
	After string   // cursor of the event after which it begins; "" for the first
}

// sealed is what is kept of a subscription that nobody else must read.
type sealed struct {
	_       struct{} `cbor:",toarray"`
	Asked   Asked
	Secrets []Secret
}

const sealedPlace = "webhooks"

// Bounds.
const (
	MostLive  = 64  // subscriptions that haven't ended
	mostEnded = 64  // ended ones that are kept
	MostTries = 200 // of a subscription, that are kept
	maxTypes  = 200 // that one names
)

// Add makes a subscription. Its id is the request's: who asks again for the same gets the same. CONFLICT if the id
// stands for another, or for somebody else's; WRONG_STATE if its secrets were made anew since; LIMIT if there are too
// many.
func (b *Book) Add(ctx context.Context, by By, host string, asked Asked, cursor string) (Webhook, error) {
	id := by.Request
	if len(asked.Types) > maxTypes {
		return Webhook{}, fault.New(fault.Limit, "`types`: up to %d", maxTypes)
	}
	made := sealed{Asked: asked, Secrets: []Secret{newSecret()}}
	err := b.own.Write(ctx, func(w store.Writer) error {
		var text []byte
		var rotation string
		found, err := w.One(ctx, "SELECT sealed, rotation FROM webhooks WHERE id = ?", []any{id}, &text, &rotation)
		if err != nil {
			return err
		}
		if found {
			var there sealed
			if err := b.vault.Unseal(text, &there, sealedPlace, id); err != nil {
				return fault.New(fault.Machine, "webhook %s can't be read: %v", id, err)
			}
			if !same(there.Asked, asked) {
				return fault.New(fault.Conflict, "the request id stands for another webhook")
			}
			if _, err := once(ctx, w, id, by, meansAdd); err != nil {
				return err
			}
			if rotation != "" {
				return errAnew
			}
			return nil
		}
		live := 0
		if _, err := w.One(ctx, "SELECT COUNT(*) FROM webhooks WHERE state <> ?", []any{Ended}, &live); err != nil {
			return err
		}
		if live >= MostLive {
			return fault.New(fault.Limit, "there are %d webhooks, and no more are told of events: end one", live)
		}
		_, err = w.Exec(ctx, `INSERT INTO webhooks (id, host, sealed, types, state, reason, cursor, made, tries, due, failing,
			acked, rotation, round, holder, until) VALUES (?, ?, ?, ?, ?, '', ?, ?, 0, 0, 0, 0, '', 0, '', 0)`,
			id, host, b.vault.Seal(made, sealedPlace, id), strings.Join(asked.Types, " "), Live, cursor,
			b.now().UnixMilli())
		if err == nil {
			_, err = once(ctx, w, id, by, meansAdd)
		}
		return err
	})
	if err != nil {
		return Webhook{}, err
	}
	return b.Find(ctx, id)
}

func same(a, b Asked) bool {
	return a.URL == b.URL && a.After == b.After && slices.Equal(a.Types, b.Types)
}

const columns = `id, host, sealed, types, state, reason, cursor, made, tries, due, failing, acked, rotation, round`

// read reads a subscription. One of which what is sealed can't be read says so: it keeps nobody from the others.
func (b *Book) read(scan store.Scan) (h Webhook, err error) {
	var text []byte
	var types string
	var made, due, failing, acked int64
	if err := scan(&h.ID, &h.Host, &text, &types, &h.State, &h.Reason, &h.Cursor, &made, &h.Tries, &due, &failing,
		&acked,
		&h.rotation, &h.round); err != nil {
		return h, err
	}
	h.Types = strings.Fields(types)
	h.Made, h.Due, h.Failing, h.Acked = moment(made), moment(due), moment(failing), moment(acked)
	var kept sealed
	if err := b.vault.Unseal(text, &kept, sealedPlace, h.ID); err != nil || len(kept.Secrets) == 0 {
		if h.State != Ended {
			h.State, h.Reason = Unreadable, "what is kept of it can't be read: put the node's database and its vault back "+
				"together, or end it and make another"
		}
		return h, nil
	}
	h.url, h.secrets = kept.Asked.URL, kept.Secrets
	if len(h.secrets) > 1 && h.secrets[1].Until > b.now().UnixMilli() {
		h.Old = moment(h.secrets[1].Until)
	}
	return h, nil
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// List lists all subscriptions, oldest first.
func (b *Book) List(ctx context.Context) (list []Webhook, err error) {
	list = []Webhook{}
	err = b.own.Each(ctx, "SELECT "+columns+" FROM webhooks ORDER BY made, id", nil, func(scan store.Scan) error {
		h, err := b.read(scan)
		list = append(list, h)
		return err
	})
	return list, err
}

// Find returns a subscription. NOT_FOUND if there is none.
func (b *Book) Find(ctx context.Context, id string) (h Webhook, err error) {
	found := false
	err = b.own.Each(ctx, "SELECT "+columns+" FROM webhooks WHERE id = ?", []any{id}, func(scan store.Scan) error {
		found = true
		h, err = b.read(scan)
		return err
	})
	if err == nil && !found {
		err = fault.New(fault.NotFound, "there is no webhook %.64q", id)
	}
	return h, err
}

// change changes a subscription that hasn't ended, unless do says that there is nothing to change.
func (b *Book) change(ctx context.Context, id string, do func(w store.Writer, h Webhook) error) (Webhook, error) {
	err := b.own.Write(ctx, func(w store.Writer) error {
		var h Webhook
		found := false
		if err := w.Each(ctx, "SELECT "+columns+" FROM webhooks WHERE id = ?", []any{id},
			func(scan store.Scan) (err error) {
				found = true
				h, err = b.read(scan)
				return err
			}); err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "there is no webhook %.64q", id)
		}
		return do(w, h)
	})
	if err != nil {
		return Webhook{}, err
	}
	return b.Find(ctx, id)
}

// End ends a subscription: it is told of nothing more. One that has ended stays as it is.
func (b *Book) End(ctx context.Context, id string) (Webhook, error) {
	return b.change(ctx, id, func(w store.Writer, h Webhook) error {
		if h.State == Ended {
			return nil
		}
		if _, err := w.Exec(ctx, "UPDATE webhooks SET state = ?, reason = 'somebody ended it', round = round + 1 WHERE id = ?",
			Ended, id); err != nil {
			return err
		}
		return b.hasEnded(ctx, w, id)
	})
}

// hasEnded notes when a subscription ended, and leaves out those that ended longest ago.
func (b *Book) hasEnded(ctx context.Context, w store.Writer, id string) error {
	if _, err := w.Exec(ctx, "UPDATE webhooks SET ended = ? WHERE id = ?", b.now().UnixMilli(), id); err != nil {
		return err
	}
	var old []string
	if err := w.Each(ctx, "SELECT id FROM webhooks WHERE state = ? ORDER BY ended DESC, made DESC, id LIMIT 1000 OFFSET ?",
		[]any{Ended, mostEnded}, func(scan store.Scan) error {
			var id string
			err := scan(&id)
			old = append(old, id)
			return err
		}); err != nil {
		return err
	}
	for _, id := range old {
		for _, statement := range []string{"DELETE FROM webhook_tries WHERE webhook = ?",
			"DELETE FROM webhook_requests WHERE webhook = ?", "DELETE FROM webhooks WHERE id = ?"} {
			if _, err := w.Exec(ctx, statement, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// goesOn refuses what has ended with WRONG_STATE, and with MACHINE what can't be read.
func (w Webhook) goesOn() error {
	switch w.State {
	case Ended:
		return fault.New(fault.WrongState, "the webhook %s has ended", w.ID)
	case Unreadable:
		return fault.New(fault.Machine, "webhook %s: %s", w.ID, w.Reason)
	}
	return nil
}

// What requests ask for.
const (
	meansAdd    = "add"
	meansReplay = "replay after "
	meansRotate = "rotate, and for so long both sign: "
)

// Replay has a subscription told again of what came after a cursor, "" for the first event, whatever it has
// acknowledged; one that is parked is live again. after is how the request names the cursor. Once for a request, also
// after others. WRONG_STATE if it has ended; CONFLICT if the request's id stands for another's.
func (b *Book) Replay(ctx context.Context, by By, id, after, cursor string) (Webhook, error) {
	return b.change(ctx, id, func(w store.Writer, h Webhook) error {
		if err := h.goesOn(); err != nil {
			return err
		}
		if done, err := once(ctx, w, id, by, meansReplay+after); done || err != nil {
			return err
		}
		_, err := w.Exec(ctx, `UPDATE webhooks SET state = ?, reason = '', cursor = ?, tries = 0, due = 0, failing = 0,
			round = round + 1 WHERE id = ?`, Live, cursor, id)
		return err
	})
}

// Rotate makes new secrets; the ones before sign, too, for a while. Once for a request, also after others. WRONG_STATE
// if it has ended, or others have made them anew since; CONFLICT if the request's id stands for another's.
func (b *Book) Rotate(ctx context.Context, by By, id string, overlap time.Duration) (Webhook, error) {
	return b.change(ctx, id, func(w store.Writer, h Webhook) error {
		if err := h.goesOn(); err != nil {
			return err
		}
		done, err := once(ctx, w, id, by, meansRotate+overlap.String())
		switch {
		case err != nil:
			return err
		case done && h.rotation != by.Request:
			return errAnew
		case done:
			return nil
		}
		var text []byte
		if _, err := w.One(ctx, "SELECT sealed FROM webhooks WHERE id = ?", []any{id}, &text); err != nil {
			return err
		}
		var kept sealed
		if err := b.vault.Unseal(text, &kept, sealedPlace, id); err != nil {
			return err
		}
		old := kept.Secrets[0]
		old.Until = b.now().Add(overlap).UnixMilli()
		kept.Secrets = []Secret{newSecret(), old}
		_, err = w.Exec(ctx, "UPDATE webhooks SET sealed = ?, rotation = ?, round = round + 1 WHERE id = ?",
			b.vault.Seal(kept, sealedPlace, id), by.Request, id)
		return err
	})
}

// signing are the secrets that sign now.
func (w Webhook) signing(now time.Time) []Secret {
	return slices.DeleteFunc(slices.Clone(w.secrets), func(s Secret) bool {
		return s.Until != 0 && s.Until <= now.UnixMilli()
	})
}

// Try is one try to have an event acknowledged.
type Try struct {
	Number  int64     `json:"number"` // grows
	Event   string    `json:"event"`  // its id
	Type    string    `json:"type"`
	Began   time.Time `json:"began"`
	Took    int64     `json:"ms"`      // milliseconds
	Status  int       `json:"status"`  // of HTTP, 0 for none
	Outcome string    `json:"outcome"` // acknowledged, or why not
}

// Acknowledged is the outcome of a try that was.
const Acknowledged = "acknowledged"

// Tries lists the last tries of a subscription, the last first. NOT_FOUND if there is none.
func (b *Book) Tries(ctx context.Context, id string) (list []Try, err error) {
	if _, err := b.Find(ctx, id); err != nil {
		return nil, err
	}
	list = []Try{}
	err = b.own.Each(ctx, `SELECT number, event, type, began, took, status, outcome FROM webhook_tries WHERE webhook = ?
		ORDER BY number DESC LIMIT ?`, []any{id, MostTries}, func(scan store.Scan) error {
		var t Try
		var began int64
		err := scan(&t.Number, &t.Event, &t.Type, &began, &t.Took, &t.Status, &t.Outcome)
		t.Began = moment(began)
		list = append(list, t)
		return err
	})
	return list, err
}

// Lease is how long a process may deliver to a subscription without saying so again.
const lease = 30 * time.Second

// hold takes a subscription for a process, or goes on holding it. false if another process holds it, or it isn't live.
func (b *Book) hold(ctx context.Context, id, holder string) (held bool, err error) {
	now := b.now()
	err = b.own.Write(ctx, func(w store.Writer) error {
		n, err := w.Exec(ctx, `UPDATE webhooks SET holder = ?, until = ? WHERE id = ? AND state = ? AND
			(holder = ? OR until < ?)`, holder, now.Add(lease).UnixMilli(), id, Live, holder, now.UnixMilli())
		held = n == 1
		return err
	})
	return held, err
}

// leave has another process take a subscription at once.
func (b *Book) leave(ctx context.Context, id, holder string) error {
	return b.own.Write(ctx, func(w store.Writer) error {
		_, err := w.Exec(ctx, "UPDATE webhooks SET until = 0, holder = '' WHERE id = ? AND holder = ?", id, holder)
		return err
	})
}

// put writes how far a subscription is, and its tries. false if somebody else has changed it or delivers meanwhile:
// then it is as they say.
func (b *Book) put(ctx context.Context, holder string, h Webhook, tries []Try) (kept bool, err error) {
	err = b.own.Write(ctx, func(w store.Writer) error {
		n, err := w.Exec(ctx, `UPDATE webhooks SET state = ?, reason = ?, cursor = ?, tries = ?, due = ?, failing = ?,
			acked = ? WHERE id = ? AND holder = ? AND round = ?`, h.State, h.Reason, h.Cursor, h.Tries, milliseconds(h.Due),
			milliseconds(h.Failing), milliseconds(h.Acked), h.ID, holder, h.round)
		if err != nil {
			return err
		}
		if kept = n == 1; kept && h.State == Ended {
			if err := b.hasEnded(ctx, w, h.ID); err != nil {
				return err
			}
		}
		return b.note(ctx, w, h.ID, tries)
	})
	return kept, err
}

// note keeps tries, and forgets old ones.
func (b *Book) note(ctx context.Context, w store.Writer, id string, tries []Try) error {
	if len(tries) == 0 {
		return nil
	}
	var last int64
	if _, err := w.One(ctx, "SELECT COALESCE(MAX(number), 0) FROM webhook_tries WHERE webhook = ?", []any{id},
		&last); err != nil {
		return err
	}
	if over := len(tries) - MostTries; over > 0 {
		tries, last = tries[over:], last+int64(over)
	}
	for _, t := range tries {
		last++
		if _, err := w.Exec(ctx, `INSERT INTO webhook_tries (webhook, number, event, type, began, took, status, outcome)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, id, last, t.Event, t.Type, t.Began.UnixMilli(), t.Took, t.Status,
			t.Outcome); err != nil {
			return err
		}
	}
	_, err := w.Exec(ctx, "DELETE FROM webhook_tries WHERE webhook = ? AND number <= ?", id, last-MostTries)
	return err
}

// Ping sends an endpoint a message that is no event, once, and says what came of it.
func (b *Book) Ping(ctx context.Context, p Policy, id string) (Try, error) {
	h, err := b.Find(ctx, id)
	if err != nil {
		return Try{}, err
	}
	if err := h.goesOn(); err != nil {
		return Try{}, err
	}
	began := b.now()
	ping := "ping-" + fmt.Sprint(began.UnixMilli())
	body, err := json.Marshal(struct {
		ID   string    `json:"id"`
		Type string    `json:"type"`
		Time time.Time `json:"time"`
	}{ping, PingType, began.UTC()})
	if err != nil {
		return Try{}, err
	}
	s := newSender(p)
	defer s.close()
	return tried(ping, PingType, began, b.now, s.send(ctx, h.url, ping, began, body, h.signing(began))), nil
}

// PingType is what a message is called that is no event.
const PingType = "webhook.ping"

// tried is what came of a try.
func tried(id, kind string, began time.Time, now func() time.Time, got result) Try {
	outcome := got.failed
	if outcome == "" {
		outcome = Acknowledged
	}
	return Try{Event: id, Type: kind, Began: began.UTC().Truncate(time.Millisecond),
		Took:   now().Sub(began).Milliseconds(),
		Status: got.status, Outcome: outcome}
}
