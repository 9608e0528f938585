package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/replay"
	"tallystick/client/access"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/index/pgtest"
	"tallystick/client/node"
)

// onPostgres is a network as of online, whose node has all that it keeps in a PostgreSQL server.
func onPostgres(t *testing.T, pg *pgtest.Server) network {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}}},
		replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	cfg := gatewaytest.Serve(t, l.Network).Config(t, "G")
	cfg.Lanes, cfg.Linger, cfg.Index, cfg.Serve.Store = "1", 0, pg.URL(), pg.URL()
	n, err := node.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil, node.Following())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return founded(t, serverOn(t, n, io.Discard))
}

// TestDatabaseGoneAndBack: while its PostgreSQL is down a node refuses everything with UNAVAILABLE and when to come
// back, and isn't ready; once it is back the node goes on by itself, and nothing is lost or counted twice.
func TestDatabaseGoneAndBack(t *testing.T) {
	pg, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrNone) && !pgtest.Required() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	s := onPostgres(t, pg)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Work(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	give := func(key string) (status int, body string, header http.Header) {
		w := s.ask("loyalty", "POST", "/v1/lots", fmt.Sprintf(`{"programme":"GP","grants":[{"member":%q,"amount":100,`+
			`"expires":"2027-12-31"}]}`, s.members["zhang"]), KeyHeader, key)
		return w.Code, w.Body.String(), w.Header()
	}
	status, first, _ := give("gift-1")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, first)
	}
	pg.Down()
	for _, key := range []string{"gift-1", "gift-2"} {
		status, body, header := give(key)
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" ||
			!strings.Contains(body, string(fault.Unavailable)) || !strings.Contains(body, `"effect":"none"`) {
			t.Errorf("%s while it is down: %d %v %s", key, status, header, body)
		}
	}
	wallet := "/v1/members/" + s.members["zhang"] + "/wallet"
	for path, want := range map[string]int{wallet: 503, "/v1/approvals": 503, "/v1/jobs": 503, "/readyz": 503,
		"/livez": 200} {
		w := s.ask("admin", "GET", path, "")
		if w.Code != want || want == 503 && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s while it is down: %d %s", path, w.Code, w.Body)
		}
	}
	if err := pg.Up(); err != nil {
		t.Fatal(err)
	}
	ready := func() bool { return s.ask("admin", "GET", "/readyz", "").Code == http.StatusOK }
	for !ready() && t.Context().Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	if status, again, header := give("gift-1"); status != 200 || again != first || header.Get(AgainHeader) != "true" {
		t.Errorf("what was done before: %d %v %s, want %s", status, header, again, first)
	}
	if status, body, header := give("gift-2"); status != 200 || header.Get(AgainHeader) != "" {
		t.Errorf("what wasn't: %d %s", status, body)
	}
	if w := s.ask("admin", "GET", wallet, "", MinHeightHeader, fmt.Sprint(s.node.Height())); w.Code != 200 ||
		strings.Count(w.Body.String(), `"issued":100`) != 2 {
		t.Errorf("the wallet: %d %s", w.Code, w.Body)
	}
	if code, job := s.later(t, "loyalty", "expiry-1", "/v1/programmes/GP/expiry", "{}"); code != 202 {
		t.Errorf("%d %+v", code, job)
	}
	for s.ask("loyalty", "GET", "/v1/jobs/expiry-1", "").Code == 200 && t.Context().Err() == nil {
		if strings.Contains(s.ask("loyalty", "GET", "/v1/jobs/expiry-1", "").Body.String(), `"state":"done"`) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if found, err := s.guard.Log.Verify(t.Context(), access.Head{}); err != nil || len(found.Faults) > 0 {
		t.Errorf("the log: %+v, %v", found, err)
	}
}
