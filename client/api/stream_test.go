package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tallystick/client/access"
	"tallystick/client/event"
	"tallystick/client/node/events"
	"tallystick/client/node/loyalty"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
)

// streaming is a server of D's node that tells events as they come.
type streaming struct {
	*nodetest.Alliance
	*Server
	keys *access.Keyring
	key  string // of a reader
	url  string
}

func newStreaming(t *testing.T, beat time.Duration) *streaming {
	t.Helper()
	s := &streaming{Alliance: nodetest.NewAlliance(t, operations.All())}
	n := s.Node("D")
	guard, err := access.NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	s.keys = guard.Keys
	s.key = s.keyOf(t, "reader")
	s.Server = New(n, guard, slog.New(slog.DiscardHandler))
	tail := events.NewTail(n)
	s.Stream(tail)
	s.stream.Load().beat = beat
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- tail.Run(ctx) }()
	server := httptest.NewServer(s)
	server.Config.WriteTimeout = time.Second // which a stream outlives
	t.Cleanup(func() {
		s.Drain()
		server.Close()
		stop()
		<-ended
	})
	s.url = server.URL
	return s
}

func (s *streaming) keyOf(t *testing.T, role string) string {
	t.Helper()
	key, _, err := s.keys.Add(t.Context(), access.NewKey{Name: "test", Role: role, Person: role})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// open opens a stream.
func (s *streaming) open(t *testing.T, key, query string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+StreamPath+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// read reads so many events of a stream, as an EventSource does; it counts the comments between them.
func read(t *testing.T, lines *bufio.Scanner, n int) (list []event.Event, comments int) {
	t.Helper()
	id := ""
	for len(list) < n && lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		switch value = strings.TrimPrefix(value, " "); {
		case lines.Text() == ":":
			comments++
		case name == "id":
			id = value
		case name == "data":
			var e event.Event
			if err := json.Unmarshal([]byte(value), &e); err != nil || e.ID != id {
				t.Fatalf("%s: %v", value, err)
			}
			list = append(list, e)
		}
	}
	return list, comments
}

func (s *streaming) page(query string) events.EventPage {
	return s.Do("D", events.EventList, query).(events.EventPage)
}

func text(list []event.Event) string {
	said, _ := json.Marshal(list) // the same fields as were written
	return string(said)
}

// TestStream: a stream tells what the pages have, and what comes, and goes on after any event.
func TestStream(t *testing.T) {
	s := newStreaming(t, streamBeat)
	before := s.page(`{}`)
	first := s.open(t, s.key, "")
	if first.StatusCode != 200 || first.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(first.Status, first.Header)
	}
	lines := bufio.NewScanner(first.Body)
	got, _ := read(t, lines, len(before.Rows))
	if text(got) != text(before.Rows) {
		t.Fatalf("%v, want %v", got, before.Rows)
	}
	latest := bufio.NewScanner(s.open(t, s.key, "?after=latest&types=points.*").Body)
	latest.Scan() // it is there
	s.Do("D", loyalty.PointsIssue, `{"programme":"DP","grants":[{"member":"zhang","amount":30,"expires":"2027-12-31"}]}`)
	come, _ := read(t, lines, 1)
	alone, _ := read(t, latest, 1)
	if len(come) != 1 || come[0].Type != "points.issued" || text(come) != text(alone) {
		t.Errorf("%v, %v", come, alone)
	}
	again := s.open(t, s.key, "?after="+before.Rows[0].ID, LastEventHeader, before.Next)
	if rest, _ := read(t, bufio.NewScanner(again.Body), 1); text(rest) != text(come) {
		t.Errorf("after the last: %v, want %v", rest, come)
	}
	if next := s.page(`{"after":"` + before.Next + `"}`).Rows; text(next) != text(come) {
		t.Errorf("the page after it has %v", next)
	}
	s.Drain()
	if lines.Scan() && lines.Text() != "" || latest.Scan() && latest.Text() != "" {
		t.Error("a node that stops tells on")
	}
}

// TestStreamsAreRefused: what the pages refuse, and more than are allowed at once.
func TestStreamsAreRefused(t *testing.T) {
	s := newStreaming(t, streamBeat)
	for _, c := range []struct {
		key, query, last string
		status           int
		code             string
	}{
		{"", "", "", 401, "FORBIDDEN"},
		{s.keyOf(t, "counter"), "", "", 403, "FORBIDDEN"},
		{s.key, "?after=7", "", 400, "BAD_REQUEST"},
		{s.key, "?types=points.spent", "", 400, "BAD_REQUEST"},
		{s.key, "?limit=7", "", 400, "BAD_REQUEST"},
		{s.key, "?after=", "1;2", 400, "BAD_REQUEST"},
		{s.key, "?after=1.0.0-00000000", "", 404, "NOT_FOUND"},
		{s.key, "?after=99999.0.0-00000000", "", 404, "NOT_FOUND"},
	} {
		answer := s.open(t, c.key, c.query, LastEventHeader, c.last)
		var p Problem
		if err := json.NewDecoder(answer.Body).Decode(&p); err != nil || answer.StatusCode != c.status ||
			string(p.Code) != c.code {
			t.Errorf("%s: %s %+v %v, want %d %s", c.query, answer.Status, p, err, c.status, c.code)
		}
	}
	s.stream.Load().gate.mostOfOne = 2
	s.open(t, s.key, "")
	second := s.open(t, s.key, "")
	if third := s.open(t, s.key, ""); third.StatusCode != 429 || third.Header.Get("Retry-After") == "" {
		t.Error(third.Status)
	}
	if other := s.open(t, s.keyOf(t, "finance"), ""); other.StatusCode != 200 {
		t.Errorf("another key: %s", other.Status)
	}
	second.Body.Close()
	for s.open(t, s.key, "").StatusCode != 200 { // until the server has seen that it is gone
	}
}

// TestStreamLivesAndEnds: a stream outlives the time-out of answers; it ends with its key.
func TestStreamLivesAndEnds(t *testing.T) {
	s := newStreaming(t, 10*time.Millisecond)
	key, made, err := s.keys.Add(t.Context(), access.NewKey{Name: "test", Role: "reader"})
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(s.open(t, key, "?after=latest").Body)
	beats := 0
	for begun := time.Now(); time.Since(begun) < 1200*time.Millisecond; beats++ {
		if !lines.Scan() {
			t.Fatal("it ended")
		}
	}
	if beats < 20 {
		t.Errorf("%d beats", beats)
	}
	if err := s.keys.End(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // to its end
	}
}

// one is a listener of one connection.
type one struct {
	conns chan net.Conn
}

func (l one) Accept() (net.Conn, error) {
	c, more := <-l.conns
	if !more {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (one) Close() error   { return nil }
func (one) Addr() net.Addr { return &net.TCPAddr{} }

// TestSlowReadersAreCut: who doesn't read loses the stream, and holds nobody up.
func TestSlowReadersAreCut(t *testing.T) {
	s := newStreaming(t, 5*time.Millisecond)
	s.stream.Load().patience = 20 * time.Millisecond
	mine, theirs := net.Pipe() // it has no buffer
	listener := one{make(chan net.Conn, 1)}
	listener.conns <- theirs
	server := &http.Server{Handler: s}
	go server.Serve(listener)
	t.Cleanup(func() { close(listener.conns); server.Close() })
	if _, err := fmt.Fprintf(mine, "GET %s?after=latest HTTP/1.1\r\nHost: d\r\nAuthorization: Bearer %s\r\n\r\n", StreamPath,
		s.key); err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(mine)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatal(line, err)
	}
	for s.stream.Load().gate.underWay() > 0 { // it reads no further
		time.Sleep(time.Millisecond)
	}
}
