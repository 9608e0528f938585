package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/node"
)

// desk is two processes of a node, and the time that both have.
type desk struct {
	one, two *Book
	now      atomic.Int64 // Unix milliseconds
}

func (d *desk) at() time.Time { return time.UnixMilli(d.now.Load()) }

func (d *desk) later(span time.Duration) { d.now.Add(span.Milliseconds()) }

func deskOf(t *testing.T) *desk {
	t.Helper()
	n := node.Offline(config.Config{Party: "D", State: t.TempDir()})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	one, err := Open(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{one: one, two: newBook(one.own, one.seal)}
	d.now.Store(1_800_000_000_000)
	d.one.now = d.at
	d.two.now = d.one.now
	return d
}

func work(id string) Work {
	return Work{ID: id, Operation: "points.expire", Who: "k1", Request: json.RawMessage(`{"programme":"DP"}`)}
}

func withFile(w Work, file []byte) Work {
	w.Upload = node.Upload{Name: "members.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(file)), nil
	}}
	return w
}

func add(t *testing.T, b *Book, w Work) Job {
	t.Helper()
	job, err := b.Add(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func take(t *testing.T, b *Book, want string) *Taken {
	t.Helper()
	taken, err := b.Take(t.Context())
	switch {
	case err != nil:
		t.Fatal(err)
	case taken == nil && want != "" || taken != nil && taken.ID != want:
		t.Fatalf("took %+v, want %q", taken, want)
	}
	return taken
}

// TestJob: a job is taken once, tells how far it is, and ends; what it was asked is forgotten then.
func TestJob(t *testing.T) {
	d := deskOf(t)
	if job := add(t, d.one, work("a")); job.State != Waiting || job.Tries != 0 {
		t.Errorf("%+v, want one that waits", job)
	}
	if job := add(t, d.two, work("a")); job.ID != "a" {
		t.Errorf("asked for again: %+v", job)
	}
	other := work("a")
	other.Request = json.RawMessage(`{"programme":"MP"}`)
	if _, err := d.one.Add(t.Context(), other); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another request: %v, want CONFLICT", err)
	}
	taken := take(t, d.two, "a")
	take(t, d.one, "")
	if string(taken.Request) != `{"programme":"DP"}` || taken.Tries != 1 {
		t.Errorf("%+v", taken)
	}
	if err := taken.Note(t.Context(), Progress{Steps: 2, Step: "D.0.1.0"}); err != nil {
		t.Error(err)
	}
	if err := taken.End(t.Context(), Done, json.RawMessage(`{"lots":3}`), nil); err != nil {
		t.Error(err)
	}
	job, err := d.one.Show(t.Context(), "a")
	if err != nil || job.State != Done || string(job.Answer) != `{"lots":3}` || job.Progress.Steps != 2 ||
		job.Ended.IsZero() {
		t.Errorf("%+v, %v", job, err)
	}
	take(t, d.one, "")
	if job := add(t, d.one, work("a")); job.State != Done {
		t.Errorf("asked for after it was done: %+v", job)
	}
	for _, kept := range []time.Duration{2 * time.Hour, time.Hour - time.Second} {
		if _, err := d.one.Show(t.Context(), "a"); err != nil {
			t.Errorf("before it is forgotten: %v", err)
		}
		d.later(30 * time.Minute)
		if err := d.one.Tidy(t.Context(), kept); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.one.Show(t.Context(), "a"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("%v, want NOT_FOUND", err)
	}
}

// TestLostJob: a job of a process that says nothing any more is another's, and the first can't end it.
func TestLostJob(t *testing.T) {
	d := deskOf(t)
	add(t, d.one, work("a"))
	first := take(t, d.one, "a")
	d.later(lease - time.Second)
	take(t, d.two, "")
	if err := first.Note(t.Context(), Progress{}); err != nil {
		t.Fatal(err)
	}
	d.later(lease - time.Second)
	take(t, d.two, "")
	d.later(time.Second)
	second := take(t, d.two, "a")
	for what, err := range map[string]error{"note": first.Note(t.Context(), Progress{}),
		"leave": first.Leave(t.Context(), 0, nil, false), "end": first.End(t.Context(), Done, nil, nil)} {
		if !errors.Is(err, ErrLost) {
			t.Errorf("%s: %v, want that it is lost", what, err)
		}
	}
	if err := second.Leave(t.Context(), time.Minute, json.RawMessage(`{"code":"UNAVAILABLE"}`), false); err != nil {
		t.Fatal(err)
	}
	take(t, d.one, "")
	d.later(time.Minute)
	if again := take(t, d.one, "a"); again.Tries != 3 || string(again.Problem) != `{"code":"UNAVAILABLE"}` {
		t.Errorf("%+v", again)
	}
}

// TestFileOfAJob: a file of any length is kept as it came, until the job has ended.
func TestFileOfAJob(t *testing.T) {
	for _, size := range []int{0, 1, partSize - 1, partSize, partSize + 1, 3*partSize + 7} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := deskOf(t)
			file := bytes.Repeat([]byte("合契 0123456789 "), size/18+1)[:size]
			add(t, d.one, withFile(work("a"), file))
			if job := add(t, d.one, withFile(work("a"), file)); job.State != Waiting {
				t.Errorf("again: %+v", job)
			}
			other := withFile(work("a"), append(file, 'x'))
			if _, err := d.one.Add(t.Context(), other); fault.CodeOf(err) != fault.Conflict {
				t.Errorf("another file: %v, want CONFLICT", err)
			}
			taken := take(t, d.two, "a")
			for range 2 {
				if got, err := io.ReadAll(d.two.Open(t.Context(), "a")); err != nil || !bytes.Equal(got, file) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
			if err := taken.End(t.Context(), Refused, nil, json.RawMessage(`{}`)); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(d.two.Open(t.Context(), "a")); err != nil || len(got) != 0 {
				t.Errorf("after its end: %d bytes, %v", len(got), err)
			}
		})
	}
}

// TestFileThatDoesNotCome: a job whose file is cut off isn't there, and its id is free; one that is killed meanwhile
// keeps its id for a while.
func TestFileThatDoesNotCome(t *testing.T) {
	d := deskOf(t)
	cut := work("a")
	cut.Upload.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("x", 2*partSize)), failing{})), nil
	}
	if _, err := d.one.Add(t.Context(), cut); err == nil {
		t.Fatal("a file that is cut off is taken")
	}
	if _, err := d.one.Show(t.Context(), "a"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("%v, want NOT_FOUND", err)
	}
	if _, err := d.one.reserve(t.Context(), work("a")); err != nil { // and the process is killed
		t.Fatal(err)
	}
	if _, err := d.two.Add(t.Context(), work("a")); fault.CodeOf(err) != fault.Overloaded {
		t.Errorf("%v, want OVERLOADED", err)
	}
	take(t, d.two, "")
	d.later(lease)
	if job := add(t, d.two, withFile(work("a"), []byte("y"))); job.State != Waiting {
		t.Errorf("%+v", job)
	}
	if err := d.one.come(t.Context(), "a", []byte("m"), nil); fault.CodeOf(err) != fault.Overloaded {
		t.Errorf("who came too late: %v, want OVERLOADED", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cut off") }

// TestJobsOfOne: nobody's jobs keep others' out.
func TestJobsOfOne(t *testing.T) {
	d := deskOf(t)
	for i := range mostOfOne {
		add(t, d.one, work(fmt.Sprint("a", i)))
	}
	if _, err := d.one.Add(t.Context(), work("b")); fault.CodeOf(err) != fault.Overloaded {
		t.Errorf("%v, want OVERLOADED", err)
	}
	others := work("b")
	others.Who = "k2"
	add(t, d.one, others)
	for who, want := range map[node.Who]int{{ID: "k1"}: mostOfOne, {ID: "k2"}: 1, {ID: "k3"}: 0, {}: mostOfOne + 1,
		{ID: "k3", All: true}: mostOfOne + 1} {
		var ids []string
		for after := ""; ; {
			found, next, err := d.one.list(t.Context(), who, ListRequest{Open: true}, after, 5)
			if err != nil {
				t.Fatal(err)
			}
			for _, job := range found {
				ids = append(ids, job.ID)
			}
			if after = next; after == "" {
				break
			}
		}
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != want || n != len(ids) {
			t.Errorf("%+v sees %v, want %d jobs", who, ids, want)
		}
	}
}

// TestSecretsOfJobs: what is asked, its file and its answer are nowhere in the database as they are; the answer is told
// to who asked, and to nobody who only sees all.
func TestSecretsOfJobs(t *testing.T) {
	d := deskOf(t)
	w := withFile(work("a"), []byte("customer 12345"))
	w.Request = json.RawMessage(`{"customer":"12345"}`)
	add(t, d.one, w)
	plain := func() {
		t.Helper()
		for _, query := range []string{"SELECT request FROM jobs", "SELECT answer FROM jobs",
			"SELECT meaning FROM jobs", "SELECT bytes FROM job_parts"} {
			var kept []byte
			if _, err := d.one.own.One(t.Context(), query, nil, &kept); err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(kept, []byte("12345")) {
				t.Errorf("%s: %q", query, kept)
			}
		}
	}
	plain()
	taken := take(t, d.two, "a")
	if string(taken.Request) != string(w.Request) {
		t.Errorf("%s", taken.Request)
	}
	if err := taken.End(t.Context(), Done, json.RawMessage(`{"code":"12345"}`), nil); err != nil {
		t.Fatal(err)
	}
	plain()
	if job, err := d.one.Show(t.Context(), "a"); err != nil || string(job.Answer) != `{"code":"12345"}` {
		t.Errorf("%+v, %v", job, err)
	}
}

// TestWhoHangsUpHasAJob: once a file is here whole, its job is taken in, whether or not its sender waits to hear so.
func TestWhoHangsUpHasAJob(t *testing.T) {
	d := deskOf(t)
	ctx, hangUp := context.WithCancel(t.Context())
	w := work("a")
	w.Upload.Open = func() (io.ReadCloser, error) {
		whole := strings.NewReader(strings.Repeat("x", partSize))
		return io.NopCloser(io.MultiReader(whole, ending(hangUp))), nil
	}
	if job, err := d.one.Add(ctx, w); err != nil || job.State != Waiting {
		t.Errorf("%+v, %v", job, err)
	}
	take(t, d.two, "a")
}

// ending is called at the end of a file.
type ending func()

func (e ending) Read([]byte) (int, error) {
	e()
	return 0, io.EOF
}

// TestFileThatComesSlowly: whose file comes slower than anything else happens keeps its id, since its process says so.
func TestFileThatComesSlowly(t *testing.T) {
	d := deskOf(t)
	d.one.says = time.Millisecond
	until := func() (at int64) {
		if _, err := d.one.own.One(t.Context(), `SELECT until FROM jobs WHERE id = 'a'`, nil, &at); err != nil {
			t.Error(err)
		}
		return at
	}
	slow := work("a")
	slow.Upload.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(ending(func() {
			d.later(2 * lease)
			for until() < d.at().UnixMilli() && t.Context().Err() == nil {
				time.Sleep(time.Millisecond)
			}
			if _, err := d.two.Add(t.Context(), work("a")); fault.CodeOf(err) != fault.Overloaded {
				t.Errorf("another of the id meanwhile: %v, want OVERLOADED", err)
			}
		})), nil
	}
	if job := add(t, d.one, slow); job.State != Waiting {
		t.Errorf("%+v", job)
	}
}

// TestLetInOnce: only a job that isn't there is let in; what isn't leaves its id free.
func TestLetInOnce(t *testing.T) {
	d := deskOf(t)
	var asked int
	var refusal error = fault.New(fault.Limit, "too much")
	w := work("a")
	w.LetIn = func() (json.RawMessage, error) {
		asked++
		return json.RawMessage(`{"Operation":"points.expire"}`), refusal
	}
	if _, err := d.one.Add(t.Context(), w); fault.CodeOf(err) != fault.Limit {
		t.Errorf("%v, want LIMIT", err)
	}
	refusal = nil
	add(t, d.two, w)
	add(t, d.one, w)
	taken := take(t, d.one, "a")
	if string(taken.Asked) != `{"Operation":"points.expire"}` {
		t.Errorf("let in as %s", taken.Asked)
	}
	add(t, d.one, w)
	if err := taken.End(t.Context(), Refused, nil, json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	if job := add(t, d.one, w); job.State != Refused || asked != 2 {
		t.Errorf("%+v; asked for %d times, want 2", job, asked)
	}
}

// TestJobsThatEndTheirProcess: how often a job ended its process, or failed, is counted until it goes on; of several of
// which that may be, one is worked on at a time.
func TestJobsThatEndTheirProcess(t *testing.T) {
	d := deskOf(t)
	add(t, d.one, work("a"))
	add(t, d.one, work("b"))
	taken := take(t, d.one, "a")
	take(t, d.one, "b")
	for i, c := range []struct {
		before     int // failures that were counted when it was taken
		steps      int // that it comes
		after      int // failures that are counted then
		otherTaken string
	}{{0, 0, 0, ""}, {1, 1, 0, "b"}, {1, 1, 1, ""}, {2, 0, 2, ""}, {3, 2, 0, "b"}} {
		if taken.Fails != c.before {
			t.Errorf("%d: %d failures when it is taken, want %d", i, taken.Fails, c.before)
		}
		if err := taken.Note(t.Context(), Progress{Steps: c.steps}); err != nil {
			t.Fatal(err)
		}
		if taken.Fails != c.after {
			t.Errorf("%d: %d failures after %d steps, want %d", i, taken.Fails, c.steps, c.after)
		}
		take(t, d.two, c.otherTaken)
		d.later(lease) // and both processes have ended
		taken = take(t, d.one, "a")
	}
	if err := taken.Leave(t.Context(), 0, nil, true); err != nil {
		t.Fatal(err)
	}
	take(t, d.two, "b") // which is due for longer
	if again := take(t, d.two, "a"); again.Fails != 2 {
		t.Errorf("%d failures of one that ended its process and then failed, want 2", again.Fails)
	}
}
