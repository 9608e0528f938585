package webhook

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tallystick/chaincode/fault"
	"tallystick/client/event"
	"tallystick/client/store"
	"tallystick/client/vault"
)

// story is events that there are.
type story struct {
	mu    sync.Mutex
	list  []event.Event
	grown chan struct{}
}

func newStory(n int) *story {
	s := &story{grown: make(chan struct{})}
	s.tell(n)
	return s
}

// tell has more events come.
func (s *story) tell(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		at := event.Cursor{Block: uint64(len(s.list) / 3), Index: uint16(len(s.list) % 3)}
		kind := "points.held"
		if len(s.list)%4 == 1 {
			kind = "order.placed"
		}
		s.list = append(s.list, event.Event{ID: at.String(), Type: kind, Data: []byte(`{}`), At: at})
	}
	close(s.grown)
	s.grown = make(chan struct{})
}

func (s *story) After(_ context.Context, after *event.Cursor, wanted event.Wanted, limit int) (list []event.Event,
	at *event.Cursor, more bool, grown <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at = after
	for i := range s.list {
		e := s.list[i]
		if after != nil && !after.Before(e.At) {
			continue
		}
		if wanted.Has(e.Type) {
			if len(list) == limit {
				return list, at, true, s.grown, nil
			}
			list = append(list, e)
		}
		at = &e.At
	}
	return list, at, false, s.grown, nil
}

func (s *story) ids(wanted event.Wanted) (ids []string) {
	for _, e := range s.list {
		if wanted.Has(e.Type) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// clock is the time, and how much later it is said to be.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) goOn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// endpoint is a receiver that does what its script says.
type endpoint struct {
	*httptest.Server
	mu      sync.Mutex
	taken   []string // ids of the messages that it acknowledged
	asked   int
	headers []http.Header
	bodies  [][]byte
	answer  func(n int, w http.ResponseWriter) bool // whether it acknowledges
}

func newEndpoint(t *testing.T, answer func(n int, w http.ResponseWriter) bool) *endpoint {
	e := &endpoint{answer: answer}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		e.mu.Lock()
		e.asked++
		n := e.asked
		e.headers, e.bodies = append(e.headers, r.Header), append(e.bodies, body)
		e.mu.Unlock()
		if e.answer(n, w) {
			e.mu.Lock()
			e.taken = append(e.taken, r.Header.Get("webhook-id"))
			e.mu.Unlock()
		}
	}))
	t.Cleanup(e.Close)
	return e
}

func yes(int, http.ResponseWriter) bool { return true }

// bench is a book and what delivers.
type bench struct {
	t     *testing.T
	book  *Book
	story *story
	clock *clock
	log   *bytes.Buffer
}

func newBench(t *testing.T, events int) *bench {
	t.Helper()
	own, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { own.Close(); v.Close() })
	b := &bench{t: t, book: NewBook(own, v), story: newStory(events), clock: &clock{}, log: &bytes.Buffer{}}
	b.book.now = b.clock.now
	return b
}

func (b *bench) add(id string, e *endpoint, types ...string) Webhook {
	b.t.Helper()
	h, err := b.book.Add(b.t.Context(), By{id, "k1"}, "erp", Asked{URL: e.URL, Types: types}, "")
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

// run delivers until the test or its caller ends it.
func (b *bench) run(holder string) (stop func()) {
	b.t.Helper()
	p, err := NewPolicy([]string{"127.0.0.0/8"})
	if err != nil {
		b.t.Fatal(err)
	}
	d := NewDeliverer(b.book, b.story, p, holder, slog.New(slog.NewTextHandler(b.log, nil)))
	d.now, d.every = b.clock.now, 2*time.Millisecond
	d.retries = slices.Repeat([]time.Duration{time.Millisecond}, len(retries))
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan struct{})
	go func() { _ = d.Run(ctx); close(ended) }()
	return sync.OnceFunc(func() { cancel(); <-ended })
}

// until waits until a webhook is as is wanted.
func (b *bench) until(id string, want func(Webhook) bool) Webhook {
	b.t.Helper()
	for {
		h, err := b.book.Find(b.t.Context(), id)
		if err != nil {
			b.t.Fatal(err)
		}
		if want(h) {
			return h
		}
		select {
		case <-b.t.Context().Done():
			b.t.Fatalf("%+v", h)
		case <-time.After(time.Millisecond):
		}
	}
}

// inOrder holds that messages came in the order of the events, none left out; one may come again.
func inOrder(t *testing.T, taken, want []string) {
	t.Helper()
	next := 0
	for _, id := range taken {
		switch {
		case next < len(want) && id == want[next]:
			next++
		case next > 0 && id == want[next-1]:
		default:
			t.Fatalf("%s came where %d of %d had: %v", id, next, len(want), taken)
		}
	}
	if next != len(want) {
		t.Errorf("%d of %d came", next, len(want))
	}
}

// TestNothingIsLost: whatever an endpoint does, and however often the node is stopped and started, each event is
// acknowledged, in order.
func TestNothingIsLost(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { testNothingLost(t, seed) })
	}
}

func testNothingLost(t *testing.T, seed uint64) {
	chance := rand.New(rand.NewPCG(seed, 7))
	b := newBench(t, 40)
	e := newEndpoint(t, nil)
	e.answer = func(n int, w http.ResponseWriter) bool {
		e.mu.Lock()
		kind := chance.IntN(8)
		e.mu.Unlock()
		return misbehave(kind, w, e.URL)
	}
	b.add("erp", e)
	for range 6 {
		stop := b.run("here")
		e.mu.Lock()
		from := len(e.taken)
		e.mu.Unlock()
		b.story.tell(20)
		for far := from; far < from+8; {
			e.mu.Lock()
			far = len(e.taken)
			e.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
		stop()
	}
	defer b.run("there")()
	last := b.story.list[len(b.story.list)-1].ID
	b.until("erp", func(h Webhook) bool {
		if h.State == Parked {
			if _, err := b.book.Replay(t.Context(), By{fmt.Sprint(time.Now()), "k1"}, "erp", h.Cursor,
				h.Cursor); err != nil {
				t.Fatal(err)
			}
		}
		return h.Cursor == last
	})
	inOrder(t, e.taken, b.story.ids(event.Wanted{}))
}

// misbehave answers in one of several ways, and says whether that acknowledges.
func misbehave(kind int, w http.ResponseWriter, url string) bool {
	switch kind {
	case 0: // down
		w.WriteHeader(503)
	case 1: // it says yes, and breaks off
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(200)
		panic(http.ErrAbortHandler)
	case 2: // it sends elsewhere
		w.Header().Set("Location", url+"/elsewhere")
		w.WriteHeader(302)
	case 3:
		panic(http.ErrAbortHandler)
	case 4:
		w.WriteHeader(400)
	default:
		w.WriteHeader(204)
		return true
	}
	return false
}

// TestGoneEndsAndSilenceParks: 410 ends a webhook, days without a 2xx park it with an alarm, and a replay has it go on.
func TestGoneEndsAndSilenceParks(t *testing.T) {
	b := newBench(t, 5)
	gone := newEndpoint(t, func(_ int, w http.ResponseWriter) bool { w.WriteHeader(410); return false })
	up := false
	silent := newEndpoint(t, func(_ int, w http.ResponseWriter) bool {
		if !up {
			w.WriteHeader(500)
		}
		return up
	})
	b.add("gone", gone)
	b.add("silent", silent)
	stop := b.run("here")
	b.until("gone", func(h Webhook) bool { return h.State == Ended })
	parked := b.until("silent", func(h Webhook) bool { return h.State == Parked })
	stop()
	if gone.asked != 1 || silent.asked != len(retries)+1 || parked.Cursor != "" || parked.Reason == "" {
		t.Errorf("%d, %d: %+v", gone.asked, silent.asked, parked)
	}
	if !strings.Contains(b.log.String(), "a webhook is parked") || strings.Contains(b.log.String(), silent.URL) {
		t.Error(b.log)
	}
	tries, err := b.book.Tries(t.Context(), "silent")
	if err != nil || len(tries) != len(retries)+1 || tries[0].Status != 500 || tries[0].Number != int64(len(tries)) {
		t.Errorf("%+v, %v", tries, err)
	}
	up = true
	if _, err := b.book.Replay(t.Context(), By{"r", "k1"}, "silent", b.story.list[1].ID,
		b.story.list[1].ID); err != nil {
		t.Fatal(err)
	}
	defer b.run("here")()
	b.until("silent", func(h Webhook) bool { return h.Cursor == b.story.list[4].ID })
	inOrder(t, silent.taken, b.story.ids(event.Wanted{})[2:])
	if _, err := b.book.Replay(t.Context(), By{"r", "k1"}, "gone", "", ""); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("what has ended: %v", err)
	}
}

// TestRetries: tries come later and later, not all at once, for three days; an endpoint may put one off.
func TestRetries(t *testing.T) {
	b := newBench(t, 0)
	d := &delivery{Deliverer: NewDeliverer(b.book, b.story, Policy{}, "here", slog.New(slog.DiscardHandler))}
	at := time.Unix(1_800_000_000, 0)
	d.now = func() time.Time { return at }
	begun, jitter := at, map[float64]bool{}
	for i, want := range retries {
		d.failure(result{status: 500, failed: "it answered 500"})
		wait := d.hook.Due.Sub(at)
		if d.hook.State == Parked || wait < want*8/10 || wait > want*12/10 || d.hook.Tries != i+1 ||
			d.hook.Failing != begun {
			t.Errorf("after %d tries: %s, want about %s: %+v", i+1, wait, want, d.hook)
		}
		jitter[float64(wait)/float64(want)] = true
		at = d.hook.Due
	}
	if len(jitter) < len(retries)/2 || at.Sub(begun) < 58*time.Hour || at.Sub(begun) > 90*time.Hour {
		t.Errorf("%v, in all %s", jitter, at.Sub(begun))
	}
	if d.failure(result{}); d.hook.State != Parked {
		t.Errorf("%+v", d.hook)
	}
	d.hook = Webhook{}
	if d.failure(result{status: 429, failed: "it answered 429", after: time.Minute}); d.hook.Due.Sub(at) < time.Minute {
		t.Errorf("it asked for a minute, and gets %s", d.hook.Due.Sub(at))
	}
}

// TestOthersDontWait: an endpoint that never answers delays none but itself, and one that takes some types gets those.
func TestOthersDontWait(t *testing.T) {
	b := newBench(t, 50)
	held := make(chan struct{})
	b.add("slow", newEndpoint(t, func(int, http.ResponseWriter) bool { <-held; return false }))
	all, some := newEndpoint(t, yes), newEndpoint(t, yes)
	b.add("all", all)
	b.add("some", some, "order.*")
	stop := b.run("here")
	last := b.story.list[49].ID
	b.until("all", func(h Webhook) bool { return h.Cursor == last })
	b.until("some", func(h Webhook) bool { return h.Cursor == last })
	close(held)
	stop()
	wanted, _ := event.Want([]string{"order.*"})
	inOrder(t, all.taken, b.story.ids(event.Wanted{}))
	inOrder(t, some.taken, b.story.ids(wanted))
}

// TestAnotherProcessGoesOn: who takes a subscription over goes on after what was kept; who had it says nothing more.
func TestAnotherProcessGoesOn(t *testing.T) {
	b := newBench(t, 30)
	stuck, held := make(chan struct{}), make(chan struct{})
	e := newEndpoint(t, func(n int, _ http.ResponseWriter) bool {
		if n == 10 {
			close(stuck)
			<-held
		}
		return true
	})
	b.add("erp", e)
	first := b.run("here")
	<-stuck // it hangs, and says no more that it delivers
	b.clock.goOn(2 * lease)
	defer b.run("there")()
	last := b.story.list[29].ID
	b.until("erp", func(h Webhook) bool { return h.Cursor == last })
	close(held)
	first()
	if h, err := b.book.Find(t.Context(), "erp"); err != nil || h.Cursor != last {
		t.Errorf("who was behind has turned it back: %+v, %v", h, err)
	}
	seen := map[string]bool{}
	for _, id := range e.taken {
		seen[id] = true
	}
	if len(seen) != 30 {
		t.Errorf("%d of 30 came", len(seen))
	}
}

// TestSignatures: what comes can be checked by the specification's own library, and what is altered or late can't.
func TestSignatures(t *testing.T) {
	b := newBench(t, 1)
	e := newEndpoint(t, yes)
	h := b.add("erp", e)
	try, err := b.book.Ping(t.Context(), policy(t, "127.0.0.1"), "erp")
	if err != nil || try.Outcome != Acknowledged || try.Type != PingType {
		t.Fatalf("%+v, %v", try, err)
	}
	headers, body := e.headers[0], e.bodies[0]
	check, err := standard.NewWebhook(h.Secrets().Secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Verify(body, headers); err != nil {
		t.Error(err)
	}
	if err := check.Verify(append(body, ' '), headers); err == nil {
		t.Error("what was altered passes")
	}
	for name, value := range map[string]string{"webhook-id": "other",
		"webhook-timestamp": fmt.Sprint(time.Now().Unix() - 400)} {
		other := headers.Clone()
		other.Set(name, value)
		if err := check.Verify(body, other); err == nil {
			t.Errorf("another %s passes", name)
		}
	}
	if !publicly(t, h.Secrets().PublicKey, headers, body) || publicly(t, h.Secrets().PublicKey, headers, body[1:]) {
		t.Error("v1a doesn't say whether it was altered")
	}
	var said struct{ Type, ID string }
	if err := json.Unmarshal(body, &said); err != nil || said.ID != headers.Get("webhook-id") {
		t.Errorf("%s: %v", body, err)
	}
}

// publicly says whether some v1a signature is right.
func publicly(t *testing.T, public string, h http.Header, body []byte) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(public, "whpk_"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strings.Fields(h.Get("webhook-signature")) {
		text, is := strings.CutPrefix(s, "v1a,")
		signature, err := base64.StdEncoding.DecodeString(text)
		if is && err == nil && ed25519.Verify(key, fmt.Appendf(nil, "%s.%s.%s", h.Get("webhook-id"),
			h.Get("webhook-timestamp"), body), signature) {
			return true
		}
	}
	return false
}

// TestRotation: two secrets sign for a while; a request is done once.
func TestRotation(t *testing.T) {
	b := newBench(t, 0)
	e := newEndpoint(t, yes)
	old := b.add("erp", e).Secrets()
	h, err := b.book.Rotate(t.Context(), By{"r1", "k1"}, "erp", time.Hour)
	if err != nil || h.Secrets() == old || h.Old.IsZero() {
		t.Fatalf("%+v, %v", h, err)
	}
	if again, err := b.book.Rotate(t.Context(), By{"r1", "k1"}, "erp", time.Hour); err != nil ||
		again.Secrets() != h.Secrets() {
		t.Errorf("asked again it is another: %v", err)
	}
	p := policy(t, "127.0.0.1")
	passes := func(s Secrets) bool {
		if _, err := b.book.Ping(t.Context(), p, "erp"); err != nil {
			t.Fatal(err)
		}
		check, err := standard.NewWebhook(s.Secret)
		if err != nil {
			t.Fatal(err)
		}
		last := len(e.bodies) - 1
		return check.VerifyIgnoringTimestamp(e.bodies[last], e.headers[last]) == nil &&
			publicly(t, s.PublicKey, e.headers[last], e.bodies[last])
	}
	if !passes(old) || !passes(h.Secrets()) {
		t.Error("not both sign")
	}
	b.clock.goOn(2 * time.Hour)
	if passes(old) || !passes(h.Secrets()) {
		t.Error("the old one signs on")
	}
}

// TestBook: ids are requests', subscriptions are bounded, and nothing in the file tells a secret.
func TestBook(t *testing.T) {
	b := newBench(t, 0)
	asked := Asked{URL: "https://erp.example/hush", Types: []string{"order.*"}}
	first, err := b.book.Add(t.Context(), By{"0", "k1"}, "erp.example", asked, "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.book.Add(t.Context(), By{"0", "k1"}, "erp.example", asked, ""); err != nil ||
		again.Secrets() != first.Secrets() {
		t.Errorf("asked again: %v", err)
	}
	if _, err := b.book.Add(t.Context(), By{"0", "k1"}, "erp.example", Asked{URL: "https://x"},
		""); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("asked for something else: %v", err)
	}
	for i := 1; i <= MostLive; i++ {
		_, err := b.book.Add(t.Context(), By{fmt.Sprint(i), "k1"}, "erp.example", asked, "")
		if want := map[bool]fault.Code{true: fault.Limit}[i == MostLive]; fault.CodeOf(err) != want &&
			(err != nil || want != "") {
			t.Errorf("%d: %v", i, err)
		}
	}
	if _, err := b.book.End(t.Context(), "1"); err != nil {
		t.Error(err)
	}
	if _, err := b.book.Add(t.Context(), By{"more", "k1"}, "erp.example", asked, ""); err != nil {
		t.Error(err)
	}
	if _, err := b.book.Find(t.Context(), "nobody"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}
