package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/node/jobs"
	"tallystick/client/store"
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
			LetIn: func() (json.RawMessage, error) { return asked, nil }}
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

// later asks for a job, as a key's holder.
func (s tested) later(t *testing.T, role, key, target, body string) (int, jobs.Job) {
	t.Helper()
	w := s.ask(role, "POST", target, body, KeyHeader, key, PreferHeader, "respond-async")
	var job jobs.Job
	if w.Code == http.StatusAccepted {
		if err := json.Unmarshal(w.Body.Bytes(), &job); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, job
}

// worked has a server's jobs worked on until one has ended.
func (s tested) worked(t *testing.T, id string) (job jobs.Job, p Problem) {
	t.Helper()
	book, err := jobs.Open(t.Context(), s.node)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Work(ctx) }()
	for job.Ended.IsZero() && t.Context().Err() == nil {
		if job, err = book.Show(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := json.Unmarshal(job.Problem, &p); len(job.Problem) > 0 && err != nil {
		t.Fatal(err)
	}
	return job, p
}

// setJob changes what is kept of a job.
func (s tested) setJob(t *testing.T, id, set string, args ...any) {
	t.Helper()
	own, err := s.node.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Write(t.Context(), func(w store.Writer) error {
		_, err := w.Exec(t.Context(), "UPDATE jobs SET "+set+" WHERE id = ?", append(args, id)...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestJobsAreLetInOnce: whoever asks again for a job, whatever became of it, is answered with it, and neither counted
// nor noted again; its answer is told to who asked first.
func TestJobsAreLetInOnce(t *testing.T) {
	s := serverOf(t, io.Discard)
	s.keyFor(t, "till", access.NewKey{Role: "counter", Limits: access.Limits{PerDay: 1000, PerMinute: 1}})
	award := strings.Replace(somePurchase, "%", "900", 1)
	for range 2 {
		if code, job := s.later(t, "till", "award-1", "/v1/awards", award); code != 202 || job.State != jobs.Waiting {
			t.Fatalf("%d %+v", code, job)
		}
	}
	s.setJob(t, "award-1", "operation = 'points.melt'")
	if job, p := s.worked(t, "award-1"); job.State != jobs.Refused || p.Code != fault.NotFound {
		t.Fatalf("%+v %+v", job, p)
	}
	for range 2 {
		if code, job := s.later(t, "till", "award-1", "/v1/awards", award); code != 422 && job.State != jobs.Refused {
			t.Errorf("%d %+v", code, job)
		}
	}
	lines, err := s.guard.Log.Lines(t.Context(), access.Filter{Most: 10, Request: "award-1"})
	if err != nil || len(lines) != 2 || lines[0].Entry.What != access.Asked || lines[1].Entry.What != access.Answered {
		t.Errorf("the log: %+v, %v; want that it was asked and answered once", lines, err)
	}
	// its 900 fen were given back
	if code, _ := s.later(t, "till", "award-2", "/v1/awards", award); code != http.StatusTooManyRequests {
		t.Errorf("%d: a second within the minute, want 429", code)
	}

	s.setJob(t, "award-1", "state = 'done', problem = ?", []byte{})
	book, err := jobs.Open(t.Context(), s.node)
	if err != nil {
		t.Fatal(err)
	}
	s.setJob(t, "award-1", "state = 'waiting', ended = 0, due = 0")
	taken, err := book.Take(t.Context())
	if err != nil || taken == nil {
		t.Fatalf("%+v, %v", taken, err)
	}
	if err := taken.End(t.Context(), jobs.Done, json.RawMessage(`{"code":"secret"}`), nil); err != nil {
		t.Fatal(err)
	}
	for role, told := range map[string]bool{"till": true, "admin": false} {
		code, job := s.later(t, role, "award-1", "/v1/awards", award)
		if code != http.StatusAccepted || (job.Answer != nil) != told {
			t.Errorf("%s: %d %s, want that the answer is told: %v", role, code, job.Answer, told)
		}
	}
}

// TestJobsEnd: a job that ended its process, or failed, too often without getting further isn't begun again, nor is one
// that is too old; each says so.
func TestJobsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		set  string
		arg  any
		code fault.Code
		says string
	}{
		"crashes": {"state = 'running', until = 0, tries = 7, fails = ?", jobs.MostFails - 1, fault.Stopped,
			"begun 7 times, and the last 5 times it ended the process"},
		"unreadable": {"request = ?", []byte("damaged"), fault.Machine, "log says"},
		"old":        {"made = ?", time.Now().Add(-jobs.Patience).UnixMilli(), fault.Stopped, "not done within 24h"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serverOf(t, io.Discard)
			if code, job := s.later(t, "loyalty", "expiry-1", "/v1/programmes/DP/expiry", "{}"); code != 202 {
				t.Fatalf("%d %+v", code, job)
			}
			s.setJob(t, "expiry-1", c.set, c.arg)
			job, p := s.worked(t, "expiry-1")
			if job.State != jobs.Refused || p.Code != c.code || !strings.Contains(p.Detail, c.says) ||
				p.Effect != Unknown {
				t.Errorf("%+v %+v", job, p)
			}
		})
	}
}

// TestFailuresOfJobs: one that fails is tried again until it has failed too often.
func TestFailuresOfJobs(t *testing.T) {
	s := serverOf(t, io.Discard)
	failed := refused{err: errors.New("a fault of ours"), effect: Unknown}
	for fails, want := range map[int]bool{0: true, jobs.MostFails - 2: true, jobs.MostFails - 1: false} {
		taken := &jobs.Taken{Fails: fails, Job: jobs.Job{Made: time.Now(), Tries: 40}}
		if _, again := s.again(taken, failed); again != want {
			t.Errorf("after %d failures: %v, want %v", fails, again, want)
		}
	}
}

// TestHeightsOfJobsAndBatches: a job and a batch wait for the height that is asked for, as any request does.
func TestHeightsOfJobsAndBatches(t *testing.T) {
	s := serverOf(t, io.Discard)
	for _, c := range []struct {
		target, body, height string
		status               int
	}{
		{batchPath, `[{"operation":"points.nothing","key":"b-1","request":{}}]`, "0", 200},
		{batchPath, `[{"operation":"points.nothing","key":"b-1","request":{}}]`, "9", 503},
		{batchPath, `[{"operation":"points.nothing","key":"b-1","request":{}}]`, "high", 400},
		{"/v1/programmes/DP/expiry", "{}", "9", 503},
		{"/v1/programmes/DP/expiry", "{}", "high", 400},
		{"/v1/programmes/DP/expiry", "{}", "0", 202},
	} {
		headers := []string{MinHeightHeader, c.height}
		if c.target != batchPath {
			headers = append(headers, KeyHeader, "k-1", PreferHeader, "respond-async")
		}
		if w := s.ask("loyalty", "POST", c.target, c.body, headers...); w.Code != c.status {
			t.Errorf("%s at height %s: %d %s, want %d", c.target, c.height, w.Code, w.Body, c.status)
		}
	}
	book, err := jobs.Open(t.Context(), s.node)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := json.Marshal(letIn{access.Ask{Request: "k-2", Who: access.Owner()}, 7})
	if err != nil {
		t.Fatal(err)
	}
	s.setJob(t, "k-1", "asked = ?", string(kept))
	taken, err := book.Take(t.Context())
	if in := admittedAs(taken); err != nil || in.Least != 7 || in.Request != "k-2" || in.Who.ID != access.Owner().ID {
		t.Errorf("%+v, %v", in, err)
	}
}
