package api

import (
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"tallystick/client/node/events"
)

var aMetric = regexp.MustCompile(`\btally_[a-z_]+`)

// metricsOf are the metrics that the node has, by the names by which an expression asks for them.
func metricsOf(t *testing.T) map[string]bool {
	t.Helper()
	s := serverOf(t, io.Discard)
	tail := events.NewTail(s.node)
	hooks, err := events.Deliverer(t.Context(), s.node, tail, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Stream(tail)
	s.Webhooks(hooks)
	s.ask("reader", "POST", "/v1/books/periods", "") // so that requests have been counted
	have := map[string]bool{}
	for line := range strings.Lines(s.ask("reader", "GET", "/metrics", "").Body.String()) {
		have[aMetric.FindString(line)] = true
	}
	delete(have, "")
	have["tally_certificate_ends_seconds"] = true // this node has none
	return have
}

func holdTo(t *testing.T, have map[string]bool, where, expression string) {
	t.Helper()
	for _, name := range aMetric.FindAllString(expression, -1) {
		if !have[name] {
			t.Errorf("%s: there is no metric %s", where, name)
		}
	}
}

// TestAlerts: every alert is about metrics that there are, and the runbook says what to do about it and about nothing
// else.
func TestAlerts(t *testing.T) {
	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	file, err := os.Open("../cmd/tallyd/monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(&rules); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../cmd/tallyd/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	_, told, _ := strings.Cut(string(text), "\n## Alerts\n")
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^### (\w+)$`).FindAllStringSubmatch(told, -1) {
		headings[m[1]] = true
	}
	have := metricsOf(t)
	for _, rule := range rules.Groups[0].Rules {
		holdTo(t, have, rule.Alert, rule.Expr)
		a := rule.Annotations
		if rule.Labels["severity"] == "" || a["summary"] == "" || a["zh"] == "" ||
			a["runbook"] != "RUNBOOK.md#"+strings.ToLower(rule.Alert) {
			t.Errorf("%s lacks something: %+v", rule.Alert, rule)
		}
		if !headings[rule.Alert] {
			t.Errorf("the runbook says nothing of %s", rule.Alert)
		}
		delete(headings, rule.Alert)
	}
	for name := range headings {
		t.Errorf("there is no alert %s", name)
	}
}

// TestBoard: every picture of the board is of metrics that there are, and every metric is in one.
func TestBoard(t *testing.T) {
	text, err := os.ReadFile("../cmd/tallyd/monitoring/board.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	have := metricsOf(t)
	shown := ""
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			holdTo(t, have, p.Title, target.Expr)
			shown += target.Expr + "\n"
		}
	}
	for name := range have {
		if base, _, histogram := strings.Cut(name, "_seconds_"); histogram {
			name = base
		}
		if !strings.Contains(shown, name) {
			t.Errorf("no picture shows %s", name)
		}
	}
}
