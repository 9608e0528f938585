package duty

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
)

func operation(t *testing.T, name string) node.Operation {
	t.Helper()
	all := operations.All()
	i := slices.IndexFunc(all, func(op node.Operation) bool { return op.About().Name == name })
	if i < 0 {
		t.Fatalf("there is no operation %s", name)
	}
	return all[i]
}

// TestDutiesAreOperations: whatever goes over what is due is a duty, by its operation's name.
func TestDutiesAreOperations(t *testing.T) {
	for _, d := range Duties() {
		operation(t, d.Name)
	}
	for _, op := range operations.All() {
		name := op.About().Name
		done := slices.ContainsFunc(Duties(), func(d Duty) bool { return d.Name == name })
		if strings.HasSuffix(name, ".due") && !done {
			t.Errorf("%s isn't done by itself", name)
		}
	}
}

// TestWhatIsDueIsDone: points end when the alliance's date has passed their last day, by one of two processes of the
// node's, and by the other once the first has stopped.
func TestWhatIsDueIsDone(t *testing.T) {
	a := nodetest.NewAlliance(t, operations.All())
	d := a.Node("D")
	own, err := d.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a.Do("D", operation(t, "points.issue"),
		`{"programme":"DP","grants":[{"member":"zhang","amount":500,"expires":"2026-11-02"}]}`)
	var log locked
	ctx, stop := context.WithCancel(t.Context())
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := Do(ctx, d, own, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
				t.Error(err)
			}
		})
	}
	a.Do("G", operation(t, "cycle.advance"), `{"date":"2026-11-03"}`)
	holder := ""
	for holder == "" && t.Context().Err() == nil {
		if _, err := own.One(t.Context(), "SELECT holder FROM leases WHERE name = 'duties'", nil, &holder); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	both.Wait()
	if held, err := own.Hold(t.Context(), "duties", "another", time.Now(), lease); err != nil || !held {
		t.Errorf("who stopped keeps the duties: %v", err)
	}
	if held, err := own.Hold(t.Context(), "duties", "a third", time.Now(), lease); err != nil || held {
		t.Errorf("two have the duties: %v", err)
	}

	i := slices.IndexFunc(Duties(), func(d Duty) bool { return d.Name == "points.expire" })
	expiry := Duties()[i]
	first, err := expiry.do(t.Context(), d)
	if err != nil || first.Done != 1 && !strings.Contains(log.String(), "duty=points.expire done=1") {
		t.Errorf("%+v, %v\n%s", first, err, log.String())
	}
	if again, err := expiry.do(t.Context(), d); err != nil || again.Done != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// locked is a log that several write.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
