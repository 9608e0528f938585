package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/config"
)

// keyFor adds a key to those of the tests, by a name.
func (s tested) keyFor(t *testing.T, name string, what access.NewKey) {
	t.Helper()
	what.Name = name
	text, _, err := s.guard.Keys.Add(t.Context(), what)
	if err != nil {
		t.Fatal(err)
	}
	s.keys[name] = text
}

const (
	somePurchase = `{"programme":"DP","rule":"basket","member":"wang","lines":[{"fen":%}]}`
	someProfile  = `{"fields":[{"name":"birthday","value":"1990-02-03"}]}`
)

// TestLimitsOfKeys: a till's key is held to its outlet and its amounts before anything is sent, and what was refused is
// given back; a key with limits may not ask for what nobody says the amount of.
func TestLimitsOfKeys(t *testing.T) {
	s := serverOf(t, io.Discard)
	s.keyFor(t, "till", access.NewKey{Role: "counter", Outlet: "12",
		Limits: access.Limits{PerRequest: 50_000, PerDay: 60_000}})
	s.keyFor(t, "office", access.NewKey{Role: "loyalty", Limits: access.Limits{PerDay: 60_000}})
	award := func(fen string, more ...string) string {
		return strings.Replace(somePurchase, "%}]", fen+"}]"+strings.Join(more, ""), 1)
	}
	for _, c := range []struct {
		name, role, target, body, key string
		status                        int
		code                          fault.Code
		says                          string
	}{
		{"9×10¹¹ fen", "till", "/v1/awards", award("900000000000"), "r-1", 409, fault.Limit, "¥500.00"},
		{"another outlet", "till", "/v1/awards", award("1", `,"outlet":"13"`), "r-2", 403, fault.Forbidden,
			"outlet 12"},
		{"its own", "till", "/v1/awards", award("50000", `,"outlet":"12"`), "r-3", 503, fault.Unavailable, ""},
		{"none said", "till", "/v1/awards", award("50000"), "r-4", 503, fault.Unavailable, ""},
		{"a loyalty key's import of rules", "office", "/v1/rules", `{}`, "r-5", 400, fault.BadRequest, ""},
		{"what nobody says the amount of", "office", "/v1/members/wang/profile", someProfile, "r-6", 403,
			fault.Forbidden, "member.profile.set"},
		{"without limits", "counter", "/v1/awards", award("900000000000"), "r-7", 503, fault.Unavailable, ""},
	} {
		w := s.ask(c.role, "POST", c.target, c.body, KeyHeader, c.key)
		p := problemIn(t, w)
		if w.Code != c.status || p.Code != c.code || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	list := func() (lines []access.Line) {
		t.Helper()
		lines, err := s.guard.Log.Lines(t.Context(), access.Filter{Most: 100})
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	var said []string
	for _, l := range list() {
		said = append(said, string(l.Entry.What)+" "+l.Entry.Request+" "+string(l.Entry.Code)+l.Entry.Outlet)
	}
	if got := strings.Join(said, ", "); got != "asked r-3 12, answered r-3 UNAVAILABLE12, asked r-4 12, "+
		"answered r-4 UNAVAILABLE12, asked r-7 , answered r-7 UNAVAILABLE" {
		t.Errorf("the log: %s", got)
	}
	if err := s.guard.Flush(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	refused := map[string]uint64{}
	for _, l := range list()[len(said):] {
		refused[l.Entry.Operation+" "+string(l.Entry.Code)] += l.Entry.Count
	}
	if refused["points.award LIMIT"] != 1 || refused["points.award FORBIDDEN"] != 1 ||
		refused["member.profile.set FORBIDDEN"] != 1 || len(refused) != 3 {
		t.Errorf("who was refused: %v", refused)
	}
	for _, l := range list() {
		if strings.Contains(l.Line, "wang") || strings.Contains(l.Line, "basket") {
			t.Errorf("the log has what was asked for: %s", l.Line)
		}
	}
}

// TestFourEyes: what a rule names waits for a second person, is answered the same until then, and is sent once that has
// approved it, under its own id; who asked can't approve it, by whatever key.
func TestFourEyes(t *testing.T) {
	s := serverOf(t, io.Discard)
	if err := s.Configure(config.Serve{Approvals: []config.Approval{{Operation: "member.profile.set"}}}); err != nil {
		t.Fatal(err)
	}
	s.keyFor(t, "zhou", access.NewKey{Role: "loyalty", Person: "zhou@dealer.example"})
	s.keyFor(t, "zhou again", access.NewKey{Role: "approver", Person: "Zhou@Dealer.example"})
	s.keyFor(t, "li", access.NewKey{Role: "approver", Person: "li@dealer.example"})
	s.keyFor(t, "wu", access.NewKey{Role: "approver", Person: "wu@dealer.example"})
	const target = "/v1/members/wang/profile"
	asked := func(key string) (int, string) {
		w := s.ask("zhou", "POST", target, someProfile, KeyHeader, key)
		return w.Code, w.Body.String()
	}
	waiting := func(key string) (w Waiting) {
		t.Helper()
		status, body := asked(key)
		again, same := asked(key)
		if status != http.StatusAccepted || again != status || body != same ||
			json.Unmarshal([]byte(body), &w) != nil ||
			w.State != access.Waiting {
			t.Fatalf("%d %s, then %d %s", status, body, again, same)
		}
		return w
	}
	decide := func(who, approval, how, body string) int {
		t.Helper()
		return s.ask(who, "POST", "/v1/approvals/"+approval+"/"+how, body, KeyHeader, "d-"+approval[2:8]).Code
	}
	profile := func() string { return s.ask("loyalty", "POST", target+"/show", "").Body.String() }
	first := waiting("p-1")
	for _, c := range []struct {
		who    string
		status int
	}{{"zhou", 403}, {"zhou again", 403}, {"admin", 403}, {"counter", 403}} {
		if got := decide(c.who, first.Approval, "approve", "{}"); got != c.status {
			t.Errorf("%s approves: %d, want %d", c.who, got, c.status)
		}
	}
	shown := s.ask("li", "POST", "/v1/approvals/"+first.Approval+"/show", "")
	if shown.Code != 200 || !strings.Contains(shown.Body.String(), "1990-02-03") {
		t.Errorf("the approver sees %d %s", shown.Code, shown.Body)
	}
	if list := s.ask("reader", "GET", "/v1/approvals?state=WAITING", "").Body.String(); strings.Contains(list,
		"1990") ||
		!strings.Contains(list, first.Approval) {
		t.Errorf("a list of them: %s", list)
	}
	if err := s.sendAll(t.Context()); err != nil || strings.Contains(profile(), "1990") {
		t.Fatalf("it was sent before it was approved: %v", err)
	}
	if a, b := decide("li", first.Approval, "approve", "{}"), decide("li", first.Approval, "approve", "{}"); a != 200 ||
		b != 200 {
		t.Errorf("li approves: %d, and again: %d", a, b)
	}
	if got := decide("wu", first.Approval, "reject", `{"reason":"late"}`); got != http.StatusConflict {
		t.Errorf("what was approved is rejected: %d", got)
	}
	restarted := New(s.node, s.guard, s.log)
	if err := restarted.sendAll(t.Context()); err != nil || !strings.Contains(profile(), "1990-02-03") {
		t.Errorf("after a restart it isn't sent: %v, %s", err, profile())
	}
	if a, err := s.guard.Approvals.Show(t.Context(), first.Approval); err != nil || a.State != access.Sent {
		t.Errorf("%+v, %v", a, err)
	}
	if status, _ := asked("p-1"); status != http.StatusOK {
		t.Errorf("who asked asks again: %d", status)
	}
	second := waiting("p-2")
	if got := decide("li", second.Approval, "reject", `{"reason":"wrong_member"}`); got != 200 {
		t.Errorf("li rejects: %d", got)
	}
	if status, body := asked("p-2"); status != http.StatusForbidden || !strings.Contains(body, "wrong_member") {
		t.Errorf("what was rejected: %d %s", status, body)
	}
	third := waiting("p-3")
	if err := s.guard.Keys.End(t.Context(), strings.Split(s.keys["zhou"], "_")[1]); err != nil {
		t.Fatal(err)
	}
	if got := decide("li", third.Approval, "approve", "{}"); got != 200 {
		t.Errorf("li approves: %d", got)
	}
	if err := s.sendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, err := s.guard.Approvals.Show(t.Context(), third.Approval); err != nil || a.State != access.Failed {
		t.Errorf("of a key that has ended: %+v, %v", a, err)
	}
	v, err := s.guard.Log.Verify(t.Context(), access.Head{})
	if err != nil || len(v.Faults) > 0 {
		t.Errorf("%+v, %v", v, err)
	}
	lines, err := s.guard.Log.Lines(t.Context(), access.Filter{Request: "p-1", Most: 10})
	if err != nil || len(lines) != 5 || lines[0].Entry.What != access.Waits ||
		lines[1].Entry.Approval != first.Approval || lines[1].Entry.Person != "zhou@dealer.example" {
		t.Errorf("%+v, %v", lines, err)
	}
}

// TestApprovalsEnd: what nobody approves in time is refused, and can't be approved any more.
func TestApprovalsEnd(t *testing.T) {
	s := serverOf(t, io.Discard)
	if err := s.Configure(config.Serve{Approvals: []config.Approval{{Operation: "member.profile.set",
		For: time.Nanosecond}}}); err != nil {
		t.Fatal(err)
	}
	ask := func() (int, string) {
		w := s.ask("loyalty", "POST", "/v1/members/wang/profile", someProfile, KeyHeader, "p-1")
		return w.Code, w.Body.String()
	}
	_, body := ask()
	var w Waiting
	if err := json.Unmarshal([]byte(body), &w); err != nil || w.Approval == "" {
		t.Fatal(body)
	}
	if status, body := ask(); status != http.StatusConflict || !strings.Contains(body, "EXPIRED") {
		t.Errorf("%d %s", status, body)
	}
	if got := s.ask("approver", "POST", "/v1/approvals/"+w.Approval+"/approve", "{}", KeyHeader,
		"d-1"); got.Code != http.StatusConflict {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// TestRulesThatCantBe: a rule that nobody could hold to is refused, and what counted before goes on.
func TestRulesThatCantBe(t *testing.T) {
	for name, rule := range map[string]config.Approval{
		"no operation":         {Operation: "points.give"},
		"what only asks":       {Operation: "points.wallet"},
		"approving":            {Operation: "approval.approve"},
		"with a file":          {Operation: "good.import"},
		"an amount that isn't": {Operation: "party.set", From: 1},
		"known by its source":  {Operation: "import.undo"},
	} {
		if err := CheckConfig(config.Serve{Approvals: []config.Approval{rule}}); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckConfig(config.Serve{Approvals: []config.Approval{{Operation: "points.issue", From: 1_000_000},
		{Operation: "party.set"}}}); err != nil {
		t.Error(err)
	}
}

// TestImportsPassNoRule: what a second person has to approve isn't done by a file instead, but by who runs the node.
func TestImportsPassNoRule(t *testing.T) {
	s := serverOf(t, io.Discard)
	undo := func() Problem {
		return problemIn(t, s.ask("loyalty", "POST", "/v1/imports/spring/undo", `{"reason":"wrong_file"}`))
	}
	if p := undo(); p.Code == fault.Forbidden {
		t.Errorf("without a rule: %+v", p)
	}
	if err := s.Configure(config.Serve{Approvals: []config.Approval{{Operation: "points.issue"}}}); err != nil {
		t.Fatal(err)
	}
	if p := undo(); p.Code != fault.Forbidden || !strings.Contains(p.Detail, "points.issue") {
		t.Errorf("%+v", p)
	}
	if err := s.Configure(config.Serve{Approvals: []config.Approval{{Operation: "payment.instruct"}}}); err != nil {
		t.Fatal(err)
	}
	if p := undo(); p.Code == fault.Forbidden {
		t.Errorf("a rule of another permission: %+v", p)
	}
}
