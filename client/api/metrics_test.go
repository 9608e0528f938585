package api

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestMetrics: what is asked is counted by operation and code, for those who may read; the names are as Prometheus's
// own linter wants them, and nothing that was named is in them.
func TestMetrics(t *testing.T) {
	s := serverOf(t, io.Discard)
	s.ask("admin", "POST", "/v1/books/periods", "")
	s.ask("admin", "POST", "/v1/members/kunde-7731/profile/show", "")
	s.ask("counter", "POST", "/v1/books/periods", "")
	for role, status := range map[string]int{"": 401, "counter": 403, "reader": 200} {
		if w := s.ask(role, "GET", "/metrics", ""); w.Code != status {
			t.Errorf("as %q: %d, want %d", role, w.Code, status)
		}
	}
	said := s.ask("reader", "GET", "/metrics", "").Body.String()
	for _, line := range []string{
		`tally_requests_total{code="OK",operation="books.periods"} 1`,
		`tally_requests_total{code="FORBIDDEN",operation="books.periods"} 1`,
		`tally_requests_total{code="NOT_FOUND",operation="member.profile.show"} 1`,
		`tally_request_duration_seconds_count{operation="books.periods"} 2`, "tally_requests_under_way 0",
		"tally_ledger_blocks 0", "tally_lane_commands_waiting 0",
	} {
		if !strings.Contains(said, line+"\n") {
			t.Errorf("there is no %s in\n%s", line, said)
		}
	}
	if strings.Contains(said, "7731") {
		t.Error("a metric names who was asked for")
	}
	if found, err := testutil.GatherAndLint(s.metrics.registry); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
	if w := s.ask("reader", "POST", "/metrics", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a POST: %d", w.Code)
	}
}
