package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/node/jobs"
)

// TestLater: a request that asks for a job is answered with it, and again with the same; what is malformed or another's
// isn't taken; whoever may not see it doesn't.
func TestLater(t *testing.T) {
	s := serverOf(t, io.Discard)
	later := func(role, key, programme string) (int, jobs.Job, http.Header) {
		t.Helper()
		w := s.ask(role, "POST", "/v1/programmes/"+programme+"/expiry", "{}", KeyHeader, key, PreferHeader,
			"wait=5, Respond-Async")
		var job jobs.Job
		if w.Code == http.StatusAccepted {
			if err := json.Unmarshal(w.Body.Bytes(), &job); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code, job, w.Header()
	}
	code, job, header := later("loyalty", "expiry-1", "DP")
	if code != http.StatusAccepted || job.ID != "expiry-1" || job.State != jobs.Waiting ||
		job.Operation != "points.expire" ||
		header.Get("Location") != "/v1/jobs/expiry-1" || header.Get("Preference-Applied") != "respond-async" {
		t.Errorf("%d %+v %v", code, job, header)
	}
	if code, again, _ := later("loyalty", "expiry-1", "DP"); code != http.StatusAccepted ||
		!again.Made.Equal(job.Made) {
		t.Errorf("again: %d %+v", code, again)
	}
	for _, c := range []struct {
		role, key, programme string
		want                 int
	}{
		{"loyalty", "expiry-1", "MP", http.StatusUnprocessableEntity},
		{"loyalty", "expiry-2", strings.Repeat("x", 65), http.StatusBadRequest},
		{"counter", "expiry-3", "DP", http.StatusForbidden},
		{"loyalty", "", "DP", http.StatusBadRequest},
	} {
		if code, _, _ := later(c.role, c.key, c.programme); code != c.want {
			t.Errorf("%+v: %d", c, code)
		}
	}
	for role, want := range map[string]int{"loyalty": 200, "admin": 200, "counter": 404, "reader": 404} {
		if w := s.ask(role, "GET", "/v1/jobs/expiry-1", ""); w.Code != want {
			t.Errorf("%s sees %d %s", role, w.Code, w.Body)
		}
	}
}

// TestJobsAreTriedAgain: a job that no peer can do waits with its problem; one of an operation that is no more ends.
func TestJobsAreTriedAgain(t *testing.T) {
	s := serverOf(t, io.Discard)
	book, err := jobs.Open(t.Context(), s.node)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := json.Marshal(access.Ask{Who: access.Owner()})
	if err != nil {
		t.Fatal(err)
	}
	for id, operation := range map[string]string{"a": "points.expire", "b": "points.melt"} {
		work := jobs.Work{ID: id, Operation: operation, Request: []byte(`{"programme":"DP"}`),
			Asked: asked}
		if _, err := book.Add(t.Context(), work); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Work(ctx) }()
	for id, want := range map[string]struct {
		state jobs.State
		code  fault.Code
	}{"a": {jobs.Waiting, fault.Unavailable}, "b": {jobs.Refused, fault.NotFound}} {
		var job jobs.Job
		var p Problem
		for p.Code == "" && t.Context().Err() == nil {
			if job, err = book.Show(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if len(job.Problem) > 0 && job.State != jobs.Running {
				if err := json.Unmarshal(job.Problem, &p); err != nil {
					t.Fatal(err)
				}
			}
		}
		if job.State != want.state || p.Code != want.code || p.Request != id ||
			job.Ended.IsZero() != (want.state == jobs.Waiting) {
			t.Errorf("%s: %+v, %+v", id, job, p)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestJobsEndWithTheirKey: what a key asked for isn't begun once it has ended.
func TestJobsEndWithTheirKey(t *testing.T) {
	s := serverOf(t, io.Discard)
	if w := s.ask("loyalty", "POST", "/v1/programmes/DP/expiry", "{}", KeyHeader, "late", PreferHeader,
		"respond-async"); w.Code != http.StatusAccepted {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	id := strings.Split(s.keys["loyalty"], "_")[1]
	if err := s.guard.Keys.End(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	book, err := jobs.Open(t.Context(), s.node)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Work(ctx) }()
	var job jobs.Job
	for job.Ended.IsZero() && t.Context().Err() == nil {
		if job, err = book.Show(t.Context(), "late"); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	var p Problem
	if err := json.Unmarshal(job.Problem, &p); err != nil || job.State != jobs.Refused || p.Code != fault.Forbidden {
		t.Errorf("%s %+v, %v", job.State, p, err)
	}
}
