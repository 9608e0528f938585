package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tallystick/client/config"
)

// TestTidy: what ended long ago is forgotten, however much it is; what was approved and isn't sent stays, and the log.
func TestTidy(t *testing.T) {
	g := guardOf(t, "")
	old := g.at.Add(-91 * 24 * time.Hour)
	rows := strings.Repeat("(''),", mostForgotten) + "('')"
	g.exec(t, `INSERT INTO moved (caller, request, body, at, day, fen, counts, done)
		SELECT 'k', row_number() OVER (), '', ?, '2026-08-31', 1, 1, 1 FROM (VALUES `+rows+`)`, old.UnixMilli())
	g.exec(t, `INSERT INTO moved_days (caller, day, fen) VALUES ('k', '2026-08-31', 9)`)
	for state, at := range map[string]time.Time{Rejected: old, Sent: old, Failed: old, Approved: old, Waiting: old,
		"new " + Sent: g.at, "new " + Waiting: g.at} {
		kept := state
		if len(state) > 4 && state[:4] == "new " {
			kept = state[4:]
		}
		g.exec(t, `INSERT INTO approvals (id, operation, request, body, fen, who, person, sealed, state, asked,
			until, decided, by_who, by_person, reason, outcome) VALUES (?, '', ?, '', 0, '', '', ?, ?, ?, ?, ?, '', '', '', '')`,
			state, state, []byte{}, kept, at.Unix(), at.Unix(), at.Unix())
	}
	a := asks(Limits{PerDay: 10}, "r-1", 7)
	g.begun(t, a, "")
	count := func(table string) (n int) {
		if _, err := g.own.One(t.Context(), "SELECT COUNT(*) FROM "+table, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	holds := func(when string, want map[string]int) {
		t.Helper()
		if err := g.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for table, n := range want {
			if got := count(table); got != n {
				t.Errorf("%s: %d rows of %s, want %d", when, got, table, n)
			}
		}
	}
	if err := g.Configure(config.Serve{Place: "", Kept: config.Kept{Requests: 92 * 24 * time.Hour}}); err != nil {
		t.Fatal(err)
	}
	holds("kept for longer", map[string]int{"moved": mostForgotten + 2, "moved_days": 2, "approvals": 7})
	if err := g.Configure(config.Serve{}); err != nil {
		t.Fatal(err)
	}
	holds("kept for as long as nobody says otherwise", map[string]int{"moved": 1, "moved_days": 1, "approvals": 3,
		"audit_log": 1})
	g.begun(t, asks(Limits{PerDay: 10}, "r-2", 7), "LIMIT") // the first still counts
}

// TestGrowthOfTheLog: what the runbook says of how fast the log grows, which stays, is so.
func TestGrowthOfTheLog(t *testing.T) {
	const requests = 4000
	g := guardOf(t, "")
	size := func() (bytes int) {
		var pages, page int
		for pragma, into := range map[string]*int{"PRAGMA page_count": &pages, "PRAGMA page_size": &page} {
			if _, err := g.own.One(t.Context(), pragma, nil, into); err != nil {
				t.Fatal(err)
			}
		}
		return pages * page
	}
	before := size()
	if err := g.desk.write(t.Context(), func(ctx context.Context, p *page) (error, error) {
		a := asks(Limits{}, "", 12_345)
		a.Who.Outlet, a.Body = "outlet-12", fmt.Sprintf("%064x", 7)
		for i := range requests {
			a.Request = fmt.Sprintf("till-7-20261130-%06d", i)
			if err := errors.Join(p.add(ctx, a.entry(Asked)), p.add(ctx, a.entry(Answered))); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	if each := (size() - before) / requests; each < 1000 || each > 1400 {
		t.Errorf("%d bytes a request that writes; the runbook says 1.2 KB", each)
	}
}
