package webhook

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

func (b *bench) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if err := b.book.own.Write(t.Context(), func(w store.Writer) error {
		_, err := w.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestRequestsActOnce: a request changes a webhook once, however many others came since, and its id stands for what it
// asked for and who did; secrets are told to who asked for them, while they are the newest.
func TestRequestsActOnce(t *testing.T) {
	b := newBench(t, 0)
	a := Asked{URL: "https://erp.example/events"}
	add := func(by By) (Webhook, error) { return b.book.Add(t.Context(), by, "erp.example", a, "") }
	replay := func(by By, after string) (Webhook, error) {
		return b.book.Replay(t.Context(), by, "erp", after, after)
	}
	rotate := func(by By, overlap time.Duration) (Webhook, error) {
		return b.book.Rotate(t.Context(), by, "erp", overlap)
	}
	first, err := add(By{"erp", "k1"})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, want fault.Code) func(Webhook, error) {
		return func(h Webhook, err error) {
			t.Helper()
			if fault.CodeOf(err) != want {
				t.Errorf("%s: %v, want %q", what, err, want)
			}
			if err != nil && h.secrets != nil {
				t.Errorf("%s: tells its secrets", what)
			}
		}
	}
	if again, err := add(By{"erp", "k1"}); err != nil || again.Secrets() != first.Secrets() {
		t.Errorf("%+v, %v", again, err)
	}
	refused("added by another", fault.Conflict)(add(By{"erp", "k2"}))

	for _, r := range []string{"1.0.0", "2.0.0"} {
		if h, err := replay(By{"replay-" + r, "k1"}, r); err != nil || h.Cursor != r {
			t.Fatalf("%+v, %v", h, err)
		}
	}
	if h, err := replay(By{"replay-1.0.0", "k1"}, "1.0.0"); err != nil || h.Cursor != "2.0.0" {
		t.Errorf("an old replay, again: %s, %v; want that it does nothing", h.Cursor, err)
	}
	refused("an old replay's id, from elsewhere", fault.Conflict)(replay(By{"replay-1.0.0", "k1"}, "9.0.0"))
	refused("a replay's id, by another", fault.Conflict)(replay(By{"replay-1.0.0", "k2"}, "1.0.0"))
	refused("a replay's id, for secrets", fault.Conflict)(rotate(By{"replay-1.0.0", "k1"}, time.Hour))

	one, err := rotate(By{"rotate-1", "k1"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := rotate(By{"rotate-1", "k1"}, time.Hour); err != nil || again.Secrets() != one.Secrets() {
		t.Errorf("%+v, %v", again, err)
	}
	refused("another's secrets", fault.Conflict)(rotate(By{"rotate-1", "k2"}, time.Hour))
	refused("the secrets before", fault.WrongState)(add(By{"erp", "k1"}))
	two, err := rotate(By{"rotate-2", "k2"}, time.Hour)
	if err != nil || two.Secrets() == one.Secrets() {
		t.Fatalf("%+v, %v", two, err)
	}
	refused("an old rotation, again", fault.WrongState)(rotate(By{"rotate-1", "k1"}, time.Hour))
	if h, err := b.book.Find(t.Context(), "erp"); err != nil || h.Secrets() != two.Secrets() {
		t.Errorf("%+v, %v; want that it is as it was", h, err)
	}
}

// TestOneThatCantBeRead: a webhook of which what is kept is damaged says so and can be ended; the others go on.
func TestOneThatCantBeRead(t *testing.T) {
	b := newBench(t, 3)
	e := newEndpoint(t, yes)
	b.add("bad", e)
	b.add("good", e)
	b.exec(t, "UPDATE webhooks SET sealed = ? WHERE id = 'bad'", []byte("damaged"))
	stop := b.run("one")
	b.until("good", func(h Webhook) bool { return h.Cursor == b.story.list[2].ID })
	stop()
	list, err := b.book.List(t.Context())
	if err != nil || len(list) != 2 || list[0].State != Unreadable || list[0].Reason == "" || list[1].State != Live {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := b.book.Rotate(t.Context(), By{"r", "k1"}, "bad", time.Hour); fault.CodeOf(err) != fault.Machine {
		t.Errorf("%v, want MACHINE", err)
	}
	if h, err := b.book.End(t.Context(), "bad"); err != nil || h.State != Ended {
		t.Errorf("%+v, %v", h, err)
	}
}

// TestEndedOnesAreForgotten: those that ended longest ago are forgotten, whoever ended them, and none as it ends.
func TestEndedOnesAreForgotten(t *testing.T) {
	b := newBench(t, 1)
	b.add("oldest", newEndpoint(t, yes))
	gone := newEndpoint(t, func(_ int, w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusGone)
		return false
	})
	for i := range mostEnded {
		id := fmt.Sprint("w", i)
		b.clock.goOn(time.Second)
		b.add(id, gone)
		if i > 0 {
			b.clock.goOn(time.Second)
			if _, err := b.book.End(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.clock.goOn(time.Second)
	if h, err := b.book.End(t.Context(), "oldest"); err != nil || h.State != Ended {
		t.Fatalf("%+v, %v", h, err)
	}
	b.clock.goOn(time.Second)
	stop := b.run("one")
	b.until("w0", func(h Webhook) bool { return h.State == Ended }) // it answered 410
	stop()
	if _, err := b.book.Find(t.Context(), "w1"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("what ended first: %v, want NOT_FOUND", err)
	}
	list, err := b.book.List(t.Context())
	if err != nil || len(list) != mostEnded {
		t.Errorf("%d are kept, %v; want %d", len(list), err, mostEnded)
	}
}

// TestLongAnswers: an answer that is longer than anybody reads acknowledges, by its status; one that breaks off before
// doesn't.
func TestLongAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   bool
	}{
		"longer": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, strings.Repeat("x", 2*maxAnswer))
		}, true},
		"as long, then broken off": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(2*maxAnswer))
			_, _ = io.WriteString(w, strings.Repeat("x", maxAnswer))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, true},
		"broken off": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 0)
			b.add("erp", newEndpoint(t, func(_ int, w http.ResponseWriter) bool { c.answer(w); return true }))
			try, err := b.book.Ping(t.Context(), policy(t, "127.0.0.1"), "erp")
			if err != nil || (try.Outcome == Acknowledged) != c.want || try.Status != http.StatusOK {
				t.Errorf("%+v, %v; want acknowledged: %v", try, err, c.want)
			}
		})
	}
}
