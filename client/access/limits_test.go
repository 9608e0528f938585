package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/store"
)

// guarded is a node's guard, with a clock of the test's.
type guarded struct {
	*Guard
	node *node.Node
	at   time.Time
}

func guardOf(t *testing.T, place string) *guarded {
	t.Helper()
	n := nodetest.Offline(t)
	g, err := NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	made := &guarded{Guard: g, node: n, at: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	g.clock = func() time.Time { return made.at }
	if err := g.Configure(config.Serve{Place: place}); err != nil {
		t.Fatal(err)
	}
	return made
}

func till(l Limits) Caller {
	role, _ := RoleNamed("counter")
	return Caller{ID: "abcdefgh", Grant: Grant{Role: role, Limits: l}}
}

func asks(l Limits, request string, fen int64) Ask {
	return Ask{Who: till(l), Operation: "points.award", Request: request, Body: "b", Fen: fen, Weighed: true}
}

var took, refusedNone, unknown = Outcome{}, Outcome{fault.Insufficient, "none"},
	Outcome{fault.UnknownOutcome, "unknown"}

// begun holds that a request is let in, or isn't for its code.
func (g *guarded) begun(t *testing.T, a Ask, want fault.Code) {
	t.Helper()
	if err := g.Begin(t.Context(), a); fault.CodeOf(err) != want {
		t.Errorf("%s of %d: %v, want %q", a.Request, a.Fen, err, want)
	}
}

func (g *guarded) ended(t *testing.T, a Ask, o Outcome) {
	t.Helper()
	if err := g.End(t.Context(), a, o); err != nil {
		t.Fatal(err)
	}
}

// TestDays: what a day's requests move is counted once each, given back if it did nothing, and kept if that isn't
// known.
func TestDays(t *testing.T) {
	g := guardOf(t, "")
	l := Limits{PerDay: 100}
	one := asks(l, "r-1", 60)
	g.begun(t, one, "")
	g.begun(t, one, "") // asked for again meanwhile
	g.begun(t, asks(l, "r-2", 41), fault.Limit)
	g.ended(t, one, took)
	g.begun(t, one, "") // and afterwards
	g.ended(t, one, took)
	g.begun(t, asks(l, "r-2", 41), fault.Limit)
	g.ended(t, one, Outcome{fault.Conflict, "none"}) // what took effect isn't given back, whatever is said later
	two := asks(l, "r-3", 40)
	g.begun(t, two, "")
	g.ended(t, two, unknown)
	g.begun(t, asks(l, "r-4", 1), fault.Limit)
	g.ended(t, two, refusedNone)
	g.begun(t, asks(l, "r-4", 40), "")
	g.ended(t, two, took) // it was sent twice, and one of them took effect: so much was moved
	g.begun(t, asks(l, "r-5", 1), fault.Limit)
	other := one
	other.Body = "c" // the same id for something else is counted for itself
	g.begun(t, other, fault.Limit)
	free := asks(l, "r-6", 0)
	g.begun(t, free, "")
	counted := asks(l, "r-7", 500)
	counted.Counted = true
	g.begun(t, counted, "")
	if known, err := g.Known(t.Context(), one); err != nil || !known {
		t.Errorf("known: %t, %v", known, err)
	}
}

// TestOneRequest: one request may not move more, also if that was counted before; and what no limit is said for is
// free.
func TestOneRequest(t *testing.T) {
	g := guardOf(t, "")
	l := Limits{PerRequest: 100}
	g.begun(t, asks(l, "r-1", 900_000_000_000), fault.Limit)
	g.begun(t, asks(l, "r-1", 100), "")
	counted := asks(l, "r-2", 101)
	counted.Counted = true
	g.begun(t, counted, fault.Limit)
	g.begun(t, asks(Limits{}, "r-3", 900_000_000_000), "")
}

// TestMinutes: no more requests begin within a minute; one that is refused keeps its place, and one that is repeated
// has no second.
func TestMinutes(t *testing.T) {
	g := guardOf(t, "")
	l := Limits{PerMinute: 3}
	one, two := asks(l, "r-1", 0), asks(l, "r-2", 0)
	g.begun(t, one, "")
	g.ended(t, one, took)
	g.begun(t, one, "")
	g.begun(t, two, "")
	g.ended(t, two, refusedNone)
	g.begun(t, asks(l, "r-3", 0), fault.Overloaded)
	g.begun(t, one, fault.Overloaded)
	g.at = g.at.Add(time.Minute)
	g.begun(t, asks(l, "r-3", 0), "")
}

// TestGivenBackMeanwhile: a request that was known when somebody looked, and was given back before it begins, isn't
// counted as if it moved nothing.
func TestGivenBackMeanwhile(t *testing.T) {
	g := guardOf(t, "")
	first := asks(Limits{PerDay: 100}, "r-1", 90)
	g.begun(t, first, "")
	again := first
	again.Fen, again.Weighed = 0, false
	if known, err := g.Known(t.Context(), again); !known || err != nil {
		t.Fatalf("%v, %v", known, err)
	}
	g.begun(t, again, "")
	g.ended(t, first, refusedNone)
	g.begun(t, again, fault.Overloaded)
	g.begun(t, first, "")
	g.begun(t, asks(Limits{PerDay: 100}, "r-2", 11), fault.Limit)
}

// TestApprovalsInParts: approvals are listed in parts, by state, however many there are of other states.
func TestApprovalsInParts(t *testing.T) {
	g := guardOf(t, "")
	now := time.Now().Unix()
	for i := range 24 {
		state := []string{Waiting, Sent, Rejected, Waiting}[i%4]
		until := now + 3600
		if i%4 == 3 {
			until = now - 1 // it has expired
		}
		g.exec(t, `INSERT INTO approvals (id, operation, request, body, fen, who, person, sealed, state, asked,
			until, decided, by_who, by_person, reason, outcome) VALUES (?, '', ?, '', 0, '', '', ?, ?, ?, ?, 0, '', '', '', '')`,
			fmt.Sprintf("a-%02d", i), fmt.Sprint(i), []byte{}, state, now-int64(i/8), until)
	}
	for state, want := range map[string]int{"": 24, Waiting: 6, Expired: 6, Sent: 6, Rejected: 6, Approved: 0} {
		var all []Approval
		for after, parts := "", 0; ; parts++ {
			list, next, err := g.Approvals.List(t.Context(), state, after, 4)
			if err != nil || len(list) > 4 || parts > 7 {
				t.Fatalf("%s: %d, %v", state, len(list), err)
			}
			all = append(all, list...)
			if after = next; after == "" {
				break
			}
		}
		ids := map[string]bool{}
		for i, a := range all {
			ids[a.ID] = true
			if state != "" && a.State != state || i > 0 && a.Asked.After(all[i-1].Asked) {
				t.Errorf("%s: %+v", state, a)
			}
		}
		if len(all) != want || len(ids) != want {
			t.Errorf("%s: %d, %d different ones; want %d", state, len(all), len(ids), want)
		}
	}
	if _, _, err := g.Approvals.List(t.Context(), "", "x", 4); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("%v, want BAD_REQUEST", err)
	}
}

// TestDaysChange: a day is the alliance's, wherever the node is.
func TestDaysChange(t *testing.T) {
	g := guardOf(t, "Asia/Shanghai")
	l := Limits{PerDay: 100}
	g.at = time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC) // a second before midnight there
	g.begun(t, asks(l, "r-1", 100), "")
	g.begun(t, asks(l, "r-2", 100), fault.Limit)
	g.at = g.at.Add(time.Second)
	g.begun(t, asks(l, "r-2", 100), "")
	g.begun(t, asks(l, "r-3", 1), fault.Limit)
	g.ended(t, asks(l, "r-1", 100), refusedNone) // what is given back is of its own day
	g.begun(t, asks(l, "r-3", 1), fault.Limit)
	g.at = g.at.Add(8 * time.Hour) // UTC's midnight is none
	g.begun(t, asks(l, "r-4", 1), fault.Limit)
}

// TestTwoProcesses: two processes, and a restart, share one daily limit: however they race, no more is let in.
func TestTwoProcesses(t *testing.T) {
	n := nodetest.Offline(t)
	var guards []*Guard
	for range 2 {
		own, err := store.Open(t.Context(), n.Config().StoreAt())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { own.Close() })
		g := &Guard{own: own, desk: &desk{own: own}, clock: time.Now}
		if err := g.Configure(config.Serve{}); err != nil {
			t.Fatal(err)
		}
		guards = append(guards, g)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	in := 0
	for i := range 60 {
		all.Go(func() {
			err := guards[i%2].Begin(t.Context(), asks(Limits{PerDay: 100}, fmt.Sprint("r-", i), 10))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				in++
			} else if fault.CodeOf(err) != fault.Limit {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if in != 10 {
		t.Errorf("%d requests of 10 were let in; the day has 100", in)
	}
	v, err := NewLog(guards[0].own).Verify(t.Context(), Head{})
	if err != nil || v.Entries != 10 || len(v.Faults) > 0 {
		t.Errorf("the log of both: %+v, %v", v, err)
	}
}

// logged is a log of some entries.
func logged(t *testing.T) *guarded {
	t.Helper()
	g := guardOf(t, "")
	for i := range 4 {
		a := asks(Limits{}, fmt.Sprint("r-", i), 7)
		g.begun(t, a, "")
		g.ended(t, a, took)
	}
	return g
}

func (g *guarded) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if err := g.own.Write(t.Context(), func(w store.Writer) error {
		_, err := w.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestLogThatWasChanged: an entry that is changed, taken out, put in or moved is found, and named; so is an end that
// was cut off, or written anew, by whoever has noted a head.
func TestLogThatWasChanged(t *testing.T) {
	const n = 8
	noted, err := logged(t).Log.Verify(t.Context(), Head{})
	if err != nil || noted.Entries != n || len(noted.Faults) > 0 || noted.Head.N != n {
		t.Fatalf("%+v, %v", noted, err)
	}
	rewrite := func(g *guarded, from uint64) { // as whoever has the database can: every hash anew
		lines, err := g.Log.Lines(t.Context(), Filter{Most: 100})
		if err != nil {
			t.Fatal(err)
		}
		prev := first
		for _, l := range lines {
			if l.Entry.N >= from {
				l.Entry.Prev, l.Entry.Person = prev, "somebody else"
				text, err := json.Marshal(l.Entry)
				if err != nil {
					t.Fatal(err)
				}
				l.Line, l.Hash = string(text), hashOfLine(string(text))
				g.exec(t, "UPDATE audit_log SET line = ?, hash = ? WHERE n = ?", l.Line, l.Hash, l.Entry.N)
			}
			prev = l.Hash
		}
	}
	for _, c := range []struct {
		name   string
		change func(*guarded)
		at     uint64 // where it is found
		noted  bool   // with a head alone
	}{
		{"nothing", func(*guarded) {}, 0, false},
		{"changed", func(g *guarded) {
			g.exec(t, `UPDATE audit_log SET line = REPLACE(line, '"fen":7', '"fen":8') WHERE n = 3`)
		}, 3, false},
		{"changed, with its hash", func(g *guarded) {
			var line string
			if _, err := g.own.One(t.Context(), "SELECT line FROM audit_log WHERE n = 3", nil, &line); err != nil {
				t.Fatal(err)
			}
			line = strings.Replace(line, `"fen":7`, `"fen":8`, 1)
			g.exec(t, "UPDATE audit_log SET line = ?, hash = ? WHERE n = 3", line, hashOfLine(line))
		}, 4, false},
		{"by what it is found", func(g *guarded) { g.exec(t, "UPDATE audit_log SET who = 'li' WHERE n = 3") }, 3,
			false},
		{"taken out", func(g *guarded) { g.exec(t, "DELETE FROM audit_log WHERE n = 3") }, 3, false},
		{"the first taken out", func(g *guarded) { g.exec(t, "DELETE FROM audit_log WHERE n = 1") }, 1, false},
		{"put in", func(g *guarded) {
			g.exec(t, "UPDATE audit_log SET n = n + 100 WHERE n > 3")
			g.exec(t, "INSERT INTO audit_log SELECT 4, line, hash, who, operation, request FROM audit_log WHERE n = 3")
			g.exec(t, "UPDATE audit_log SET n = n - 99 WHERE n > 100")
		}, 4, false},
		{"two exchanged", func(g *guarded) {
			g.exec(t, "UPDATE audit_log SET n = 100 WHERE n = 3")
			g.exec(t, "UPDATE audit_log SET n = 3 WHERE n = 4")
			g.exec(t, "UPDATE audit_log SET n = 4 WHERE n = 100")
		}, 3, false},
		{"no entry", func(g *guarded) { g.exec(t, "UPDATE audit_log SET line = 'x' WHERE n = 3") }, 3, false},
		{"cut off", func(g *guarded) { g.exec(t, "DELETE FROM audit_log WHERE n > 6") }, n, true},
		{"all gone", func(g *guarded) { g.exec(t, "DELETE FROM audit_log") }, n, true},
		{"written anew", func(g *guarded) { rewrite(g, 5) }, n, true},
	} {
		g := logged(t)
		noted, err := g.Log.Verify(t.Context(), Head{})
		if err != nil {
			t.Fatal(err)
		}
		c.change(g)
		alone, err := g.Log.Verify(t.Context(), Head{})
		if err != nil {
			t.Fatal(err)
		}
		with, err := g.Log.Verify(t.Context(), noted.Head)
		if err != nil {
			t.Fatal(err)
		}
		if found := len(alone.Faults) > 0; found == (c.noted || c.at == 0) {
			t.Errorf("%s: %+v", c.name, alone.Faults)
		}
		if c.at == 0 != (len(with.Faults) == 0) || c.at > 0 && with.Faults[0].N != c.at {
			t.Errorf("%s: %+v, want entry %d", c.name, with.Faults, c.at)
		}
	}
}

// TestExportedLog: whoever has the lines verifies them, from the first or a later one on.
func TestExportedLog(t *testing.T) {
	g := logged(t)
	lines, err := g.Log.Lines(t.Context(), Filter{Most: 100})
	if err != nil || len(lines) != 8 {
		t.Fatal(lines, err)
	}
	var texts []string
	for _, l := range lines {
		texts = append(texts, l.Line)
	}
	read := func(lines []string, known Head) []Found {
		t.Helper()
		v, err := VerifyLines(strings.NewReader(strings.Join(lines, "\n")+"\n"), known)
		if err != nil {
			t.Fatal(err)
		}
		return v.Faults
	}
	head := Head{8, lines[7].Hash}
	if f := append(read(texts, head), read(texts[3:], head)...); len(f) > 0 {
		t.Errorf("as it is: %+v", f)
	}
	for name, c := range map[string]struct {
		lines []string
		at    uint64
	}{
		"one out":  {append(append([]string{}, texts[:3]...), texts[4:]...), 4},
		"cut off":  {texts[:7], 8},
		"in twice": {append(append([]string{}, texts[:4]...), texts[3:]...), 5},
	} {
		if f := read(c.lines, head); len(f) == 0 || f[0].N != c.at {
			t.Errorf("%s: %+v, want entry %d", name, f, c.at)
		}
	}
	if _, err := VerifyLines(strings.NewReader(strings.Repeat("x", maxLine+1)),
		Head{}); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("a line that is too long: %v", err)
	}
}

// TestRefusalsAreCounted: however often somebody is refused, the log has a line for all that are alike.
func TestRefusalsAreCounted(t *testing.T) {
	g := guardOf(t, "")
	for i := range 3000 {
		g.Refused(Caller{}, "points.award", fault.Forbidden)
		g.Refused(till(Limits{}), fmt.Sprint("o", i), fault.Forbidden)
	}
	if err := g.Flush(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if lines, _ := g.Log.Lines(t.Context(), Filter{Most: 9}); len(lines) > 0 {
		t.Error("they are written at once")
	}
	if err := g.Flush(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	lines, err := g.Log.Lines(context.Background(), Filter{Most: 5000})
	if err != nil || len(lines) > mostAlike+1 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	var sum uint64
	for _, l := range lines {
		if sum += l.Entry.Count; l.Entry.Operation == "points.award" && (l.Entry.Count != 3000 || l.Entry.Who != "") {
			t.Errorf("%+v", l.Entry)
		}
	}
	if sum != 6000 {
		t.Errorf("%d of 6000", sum)
	}
}
