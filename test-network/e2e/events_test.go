//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// consumer is what somebody who follows got, each event once, in the order in which it came.
type consumer struct {
	mu   sync.Mutex
	ids  []string
	seen map[string]bool
	wake chan struct{}
}

func newConsumer() *consumer { return &consumer{seen: map[string]bool{}, wake: make(chan struct{}, 1)} }

// take takes an event in; one that came before is passed over.
func (h *consumer) take(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.seen[id] {
		h.seen[id], h.ids = true, append(h.ids, id)
	}
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// last is the last event that came.
func (h *consumer) last() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.ids) == 0 {
		return ""
	}
	return h.ids[len(h.ids)-1]
}

// await waits until an event has come.
func (h *consumer) await(ctx context.Context, id string) error {
	for {
		h.mu.Lock()
		there := h.seen[id]
		h.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-h.wake:
		case <-ctx.Done():
			return fmt.Errorf("%s hasn't come: %w", id, ctx.Err())
		}
	}
}

// allow starts the node again with a profile that lists addresses of webhooks.
func (d *daemon) allow(t *testing.T, addresses string) {
	t.Helper()
	profile := strings.TrimSuffix(d.profile, ".yaml") + "-webhooks.yaml" // beside it, for its paths
	text := fmt.Sprintf("%s\nserve:\n  webhooks:\n    allow: [%q]\n", must(os.ReadFile(d.profile)), addresses)
	if err := os.WriteFile(profile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.stop(t)
	d.profile = profile
	d.start(t)
}

// stream follows a node's stream, again and again, until ctx ends.
func (d *daemon) stream(ctx context.Context, after string, to *consumer) {
	for ; ctx.Err() == nil; breathe(ctx) {
		if last := to.last(); last != "" {
			after = last
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+d.address+"/v1/events/stream", nil)
		if err != nil {
			return // ctx has ended
		}
		r.Header.Set("Authorization", "Bearer "+d.key)
		r.Header.Set("Last-Event-ID", after)
		answer, err := d.client.Do(r)
		if err != nil {
			continue // it is down
		}
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			if id, is := strings.CutPrefix(lines.Text(), "id: "); is {
				to.take(id)
			}
		}
		answer.Body.Close()
	}
}

// pages are all events after one of them.
func (d *daemon) pages(ctx context.Context, t *testing.T, after string) (ids []string) {
	t.Helper()
	for more := true; more; {
		var page struct {
			Rows []struct{ ID string }
			Next string
			More bool
		}
		d.get(ctx, t, "/v1/events?limit=50&after="+url.QueryEscape(after), &page)
		for _, e := range page.Rows {
			ids = append(ids, e.ID)
		}
		after, more = page.Next, page.More
	}
	return ids
}

// TestEventsWhileANodeIsKilled: the pages, the stream and a webhook tell the same, in one order, and nothing is left
// out, while the node is killed again and again and the webhook's endpoint fails.
func TestEventsWhileANodeIsKilled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	g := net.open(t, "D", "30")
	ann := fresh("events-ann")
	enrol(t, g, ann)
	issue(t, g, "DP", ann, 100_000)
	d := startDaemon(t, "D", "27-29")
	d.allow(t, "127.0.0.0/8")

	told, followed := newConsumer(), newConsumer()
	var check atomic.Pointer[standard.Webhook]
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if by := check.Load(); err != nil || by == nil || by.Verify(body, r.Header) != nil || rand.IntN(10) == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		told.take(r.Header.Get("webhook-id"))
	}))
	defer endpoint.Close()
	var begin struct{ Next string }
	d.get(ctx, t, "/v1/events?after=latest", &begin)
	added, err := d.insist(ctx, "/v1/webhooks", ann, map[string]any{"url": endpoint.URL, "after": begin.Next})
	var secrets struct{ Secret string }
	if err != nil || json.Unmarshal(added.body, &secrets) != nil || secrets.Secret == "" {
		t.Fatalf("%d %s: %v", added.status, added.body, err)
	}
	by, err := standard.NewWebhook(secrets.Secret)
	if err != nil {
		t.Fatal(err)
	}
	check.Store(by)
	streaming, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { d.stream(streaming, begin.Next, followed) })

	each := 12
	if soaking {
		each = 200
	}
	var left atomic.Int64
	left.Store(1)
	var work sync.WaitGroup
	work.Go(func() {
		defer left.Add(-1)
		for i := range each {
			redeem(ctx, t, d, ann, fmt.Sprintf("%s-%d", ann, i), i%7+1)
		}
	})
	kills := 0
	for ; left.Load() > 0; kills++ {
		d.after(ctx, time.Duration(300+rand.IntN(1500))*time.Millisecond, &left)
		d.kill(t)
		d.start(t)
	}
	work.Wait()
	want := d.pages(ctx, t, begin.Next)
	if len(want) < 2*each {
		t.Fatalf("%d events of %d redemptions", len(want), each)
	}
	last := want[len(want)-1]
	for name, h := range map[string]*consumer{"stream": followed, "webhook": told} {
		if err := h.await(ctx, last); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		h.mu.Lock()
		if got := h.ids[:min(len(want), len(h.ids))]; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("the %s tells %d events, the pages %d: %v, %v", name, len(h.ids), len(want), h.ids, want)
		}
		h.mu.Unlock()
	}
	stop()
	following.Wait()
	t.Logf("%d events, %d kills", len(want), kills)
}
