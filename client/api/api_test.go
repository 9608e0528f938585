package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/fuzzed"
	"tallystick/client/access"
	"tallystick/client/bounds"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
	"tallystick/client/node/settle"
)

// tested is a server of a node of D's that isn't connected, and a key of each role.
type tested struct {
	*Server
	keys map[string]string // by role
}

func serverOf(t testing.TB, log io.Writer) tested {
	t.Helper()
	return serverOn(t, nodetest.Offline(t), log)
}

// serverOn is a server of a node, and a key of each role.
func serverOn(t testing.TB, n *node.Node, log io.Writer) tested {
	t.Helper()
	guard, err := access.NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	all := slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})
	s := tested{New(n, guard, slog.New(all)), map[string]string{}}
	for _, r := range access.Roles {
		what := access.NewKey{Name: "test", Role: r.Name, Person: r.Name}
		if s.keys[r.Name], _, err = guard.Keys.Add(t.Context(), what); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ask asks with the key of a role.
func (s tested) ask(role, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if s.keys[role] != "" {
		r.Header.Set("Authorization", "Bearer "+s.keys[role])
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// problemIn is the problem that was answered.
func problemIn(t testing.TB, w *httptest.ResponseRecorder) (p Problem) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if p.Status != w.Code || w.Header().Get("Content-Type") != contentType || p.Effect == "" || p.Zh == "" {
		t.Errorf("%d %s: %+v", w.Code, w.Header().Get("Content-Type"), p)
	}
	return p
}

// TestRefusals: what is refused before an operation begins, each with its status, its code and the field that is wrong.
func TestRefusals(t *testing.T) {
	s := serverOf(t, io.Discard)
	const profile = "/v1/members/wang/profile"
	key := []string{KeyHeader, "k1"}
	for _, c := range []struct {
		name, role, method, target, body string
		headers                          []string
		status                           int
		code                             fault.Code
		pointer                          string
	}{
		{"nobody", "", "GET", "/v1/parties", "", nil, 401, fault.Forbidden, ""},
		{"a key that isn't", "", "GET", "/v1/parties", "", []string{"Authorization", "Bearer tally_abc_def"},
			401, fault.Forbidden, ""},
		{"two keys", "admin", "GET", "/v1/parties", "", []string{"Authorization", "Bearer x"},
			401, fault.Forbidden, ""},
		{"another scheme", "", "GET", "/v1/parties", "", []string{"Authorization", "Basic YTpi"},
			401, fault.Forbidden, ""},
		{"another role", "counter", "GET", "/v1/parties", "", nil, 403, fault.Forbidden, ""},
		{"another party's node", "admin", "GET", "/v1/parties", "", []string{PartyHeader, "G"},
			400, fault.BadRequest, ""},
		{"nothing there", "admin", "GET", "/v1/nothing", "", nil, 404, fault.NotFound, ""},
		{"nothing there, for nobody", "", "GET", "/v2", "", nil, 404, fault.NotFound, ""},
		{"a path with tricks", "admin", "GET", "/v1/members/../parties", "", nil, 404, fault.NotFound, ""},
		{"two slashes", "admin", "GET", "/v1//parties", "", nil, 404, fault.NotFound, ""},
		{"another method", "admin", "DELETE", "/v1/parties", "", nil, 405, fault.BadRequest, ""},
		{"another method's path", "admin", "GET", "/v1/redemptions", "", nil, 405, fault.BadRequest, ""},
		{"no idempotency key", "admin", "POST", profile, `{"fields":[]}`, nil, 400, fault.BadRequest, ""},
		{"two idempotency keys", "admin", "POST", profile, `{}`, append(key, KeyHeader, "k2"),
			400, fault.BadRequest, ""},
		{"an idempotency key of quotes", "admin", "POST", profile, `{"fields":[{"name":"tier","value":"gold"}]}`,
			[]string{KeyHeader, `""`}, 400, fault.BadRequest, ""},
		{"an idempotency key of one quote", "admin", "POST", profile, `{"fields":[{"name":"tier","value":"gold"}]}`,
			[]string{KeyHeader, `"`}, 400, fault.BadRequest, ""},
		{"an idempotency key that is none", "admin", "POST", profile, `{"fields":[{"name":"tier","value":"gold"}]}`,
			[]string{KeyHeader, "k 1"}, 400, fault.BadRequest, ""},
		{"an unknown field", "admin", "POST", profile, `{"field":[]}`, key, 400, fault.BadRequest, "/field"},
		{"a field twice", "admin", "POST", profile, `{"fields":[],"fields":[]}`, key, 400, fault.BadRequest, "/fields"},
		{"a field of the path's", "admin", "POST", profile, `{"member":"wang","fields":[]}`, key,
			400, fault.BadRequest, "/member"},
		{"a wrong type", "admin", "POST", profile, `{"fields":{}}`, key, 400, fault.BadRequest, "/fields"},
		{"no object", "admin", "POST", profile, `[]`, key, 400, fault.BadRequest, ""},
		{"no JSON", "admin", "POST", profile, `{"fields":`, key, 400, fault.BadRequest, ""},
		{"more after it", "admin", "POST", profile, `{"fields":[]} {}`, key, 400, fault.BadRequest, ""},
		{"too deep", "admin", "POST", profile, `{"fields":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
			key, 400, fault.BadRequest, ""},
		{"too long", "admin", "POST", profile, `{"fields":"` + strings.Repeat("a", MaxBody) + `"}`, key,
			413, fault.Limit, ""},
		{"compressed", "admin", "POST", profile, `{}`, append(key, "Content-Encoding", "gzip"),
			415, fault.BadRequest, ""},
		{"a file that doesn't come with it", "admin", "POST", "/v1/statements/verify", `{}`, nil,
			415, fault.BadRequest, ""},
		{"a field of a list's entry", "admin", "POST", "/v1/lots",
			`{"programme":"DP","grants":[{"member":"a","amount":1},{"member":"b","amount":0}]}`, key,
			400, fault.BadRequest, "/grants/1/amount"},
		{"a wrong type in a list's entry", "admin", "POST", "/v1/lots",
			`{"programme":"DP","grants":[{"member":"a","amount":1},{"member":"b","amount":"x"}]}`, key,
			400, fault.BadRequest, "/grants/1/amount"},
		{"an unknown field in a list's entry", "admin", "POST", "/v1/holds",
			`{"member":"a","take":[{"programme":"DP","points":1,"of":2}],"for":900}`, key,
			400, fault.BadRequest, "/take/0/of"},
		{"too little in a list's entry", "admin", "POST", "/v1/holds",
			`{"member":"a","take":[{"programme":"DP","points":1},{"programme":"DP","points":0}],"for":900}`, key,
			400, fault.BadRequest, "/take/1/points"},
		{"a query", "admin", "POST", profile + "?member=li", `{}`, key, 400, fault.BadRequest, ""},
		{"a query's field twice", "admin", "GET", "/v1/lots/G.0.3.0.0/liability?sale=1&sale=2", "", nil,
			400, fault.BadRequest, "/sale"},
		{"a query's wrong type", "admin", "GET", "/v1/lots/G.0.3.0.0/liability?sale=much", "", nil,
			400, fault.BadRequest, "/sale"},
		{"a query's unknown field", "admin", "GET", "/v1/parties?x=1", "", nil, 400, fault.BadRequest, "/x"},
		{"a query that isn't one", "admin", "GET", "/v1/parties?%zz", "", nil, 400, fault.BadRequest, ""},
		{"a height that isn't", "admin", "GET", "/v1/parties", "", []string{MinHeightHeader, "-1"},
			400, fault.BadRequest, ""},
		{"a height that isn't there", "admin", "GET", "/v1/parties", "", []string{MinHeightHeader, "9"},
			503, fault.Unavailable, ""},
		{"no network", "admin", "GET", "/v1/parties", "", nil, 503, fault.Unavailable, ""},
	} {
		w := s.ask(c.role, c.method, c.target, c.body, c.headers...)
		p := problemIn(t, w)
		if w.Code != c.status || p.Code != c.code || p.Pointer != c.pointer || p.Effect != None {
			t.Errorf(
				"%s: %d %s %q %s: %s; want %d %s %q",
				c.name,
				w.Code,
				p.Code,
				p.Pointer,
				p.Effect,
				p.Detail,
				c.status,
				c.code,
				c.pointer,
			)
		}
	}
}

// TestMediaType: a body that doesn't say that it is JSON isn't read, so no form of a page can send one.
func TestMediaType(t *testing.T) {
	s := serverOf(t, io.Discard)
	for media, status := range map[string]int{
		"application/json": 200, "application/json; charset=UTF-8": 200, "application/json; charset=gbk": 415,
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "": 415,
	} {
		r := httptest.NewRequest("POST", "/v1/books/periods", strings.NewReader(" { } "))
		r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != status {
			t.Errorf("%q: %d %s; want %d", media, w.Code, w.Body, status)
		}
	}
}

// TestPerforms: what the vault alone answers is answered; the log has neither what was named nor a key.
func TestPerforms(t *testing.T) {
	var log strings.Builder
	s := serverOf(t, &log)
	w := s.ask("loyalty", "POST", "/v1/members/wang/profile",
		`{"fields":[{"name":"birthday","value":"1990-02-03"}]}`, KeyHeader, `"p-1"`)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = s.ask("loyalty", "POST", "/v1/members/wang/profile/show", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "1990-02-03") ||
		w.Header().Get("Cache-Control") != "no-store" || w.Header().Get(HeightHeader) != "0" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if said := log.String(); !strings.Contains(said, "member.profile.set") || !strings.Contains(said, "p-1") ||
		strings.Contains(said, "1990") || strings.Contains(said, s.keys["loyalty"]) {
		t.Errorf("log: %s", said)
	}
}

// TestWhatIsNoKeyIsntKept: what can't be an idempotency key is neither logged nor told again.
func TestWhatIsNoKeyIsntKept(t *testing.T) {
	var log strings.Builder
	s := serverOf(t, &log)
	for _, role := range []string{"", "counter"} {
		for key, kept := range map[string]bool{
			"till-7-1": true, `"till-7-2"`: true, "li@example.com": false, strings.Repeat("z", 65): false,
		} {
			log.Reset()
			p := problemIn(t, s.ask(role, "POST", "/v1/holds", "{}", KeyHeader, key))
			id := strings.Trim(key, `"`)
			if strings.Contains(log.String(), id) != kept || (p.Request == id) != kept || (p.Request == "") == kept {
				t.Errorf("%s: %q, %s", key, p.Request, log.String())
			}
		}
	}
}

// TestRoles: every operation is refused to every role that hasn't its permission, and to no other. What a counter may
// is written here: a change of it is meant.
func TestRoles(t *testing.T) {
	s := serverOf(t, io.Discard)
	var counter []string
	for _, op := range operations.All() {
		row := op.About()
		target := inPath.ReplaceAllString(row.Path, "1")
		for _, role := range access.Roles {
			w := s.ask(role.Name, row.Method, target, "")
			if refused := w.Code == http.StatusForbidden; refused == role.Has(row.Permission) {
				t.Errorf("%s as %s: %d %s", row.Name, role.Name, w.Code, w.Body)
			} else if role.Name == "counter" && !refused {
				counter = append(counter, row.Name)
			}
		}
	}
	slices.Sort(counter)
	want := strings.Fields(counterMay)
	slices.Sort(want)
	if !slices.Equal(counter, want) {
		t.Errorf("a counter may\n%s", strings.Join(counter, " "))
	}
}

const counterMay = `
benefit.buy benefit.entitlement benefit.entitlements benefit.list benefit.reserve benefit.reverse benefit.show
benefit.unreserve benefit.writeoff campaign.award campaign.simulate good.list good.show good.stock job.list
job.show member.authorisations member.authorise member.authorise.code member.authorise.signed member.label
member.labels member.offers member.recognise member.show order.cash.refunded order.codes order.deliver
order.place order.quote order.return.receive order.return.refund order.return.request order.show points.award
points.capture points.freezes points.hold points.holds points.lot points.redeem points.refund points.release
points.simulate points.timeout points.timeout.due points.wallet programme.list programme.show proof.verify
query.hold query.request rate.show storefront.browse storefront.listings storefront.outlets storefront.show`

// TestTheOwner: who comes by the socket needs no key, and may do all; a header that says so doesn't.
func TestTheOwner(t *testing.T) {
	s := serverOf(t, io.Discard)
	socket, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s, ConnContext: MarkOwner}
	go server.Serve(socket)
	defer server.Close()
	client := &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket.Addr().String())
		}},
	}
	answer, err := client.Post("http://node/v1/books/periods", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("by the socket: %d", answer.StatusCode)
	}
}

// TestGate: no more is under way than is taken, no caller has all of it, and what has left makes room.
func TestGate(t *testing.T) {
	g := newGate(mostUnderWay, mostOfOne)
	var leave []func()
	for range mostOfOne {
		out, ok := g.enter("one", 1)
		if !ok {
			t.Fatal("refused early")
		}
		leave = append(leave, out)
	}
	if _, ok := g.enter("one", 1); ok {
		t.Error("one caller has more than its share")
	}
	for i := range mostUnderWay - mostOfOne {
		if _, ok := g.enter(fmt.Sprint("other", i%2), 1); !ok {
			t.Fatalf("others are refused after %d", i)
		}
	}
	if _, ok := g.enter("new", 1); ok {
		t.Error("more is under way than is taken")
	}
	leave[0]()
	if _, ok := g.enter("new", 1); !ok {
		t.Error("what has left made no room")
	}
}

// TestAhead: those that wait for blocks keep no one out who wants none.
func TestAhead(t *testing.T) {
	s := serverOf(t, io.Discard)
	id := strings.Split(s.keys["admin"], "_")[1]
	for range mostAheadOfOne {
		if _, ok := s.ahead.enter(id, 1); !ok {
			t.Fatal("refused early")
		}
	}
	for role, status := range map[string]int{"admin": http.StatusTooManyRequests, "finance": 503} {
		if w := s.ask(role, "GET", "/v1/programmes", "", MinHeightHeader, "9"); w.Code != status {
			t.Errorf("%s, ahead: %d, want %d", role, w.Code, status)
		}
		if w := s.ask(role, "GET", "/v1/programmes", ""); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", role, w.Code)
		}
	}
	if n := s.gate.underWay(); n != 0 {
		t.Errorf("%d places are kept", n)
	}
}

// TestHealth: alive is the process; ready is what can serve.
func TestHealth(t *testing.T) {
	s := serverOf(t, io.Discard)
	if w := s.ask("", "GET", "/livez", ""); w.Code != http.StatusOK {
		t.Errorf("livez: %d", w.Code)
	}
	if w := s.ask("", "GET", "/readyz", ""); w.Code != http.StatusServiceUnavailable ||
		w.Header().Get("Retry-After") == "" {
		t.Errorf("readyz without a network: %d", w.Code)
	}
	s.Drain()
	if p := problemIn(t, s.ask("", "GET", "/readyz", "")); p.Detail != "it is stopping" {
		t.Errorf("readyz while it stops: %+v", p)
	}
}

// TestLanguages: a problem's title is in the language that was asked for, and both are beside it.
func TestLanguages(t *testing.T) {
	s := serverOf(t, io.Discard)
	for accept, zh := range map[string]bool{
		"": false, "en": false, "zh-CN": true, "fr, zh;q=0.8, en;q=0.7": true, "fr": false, ";;": false,
	} {
		p := problemIn(t, s.ask("admin", "GET", "/v1/nothing", "", "Accept-Language", accept))
		if (p.Title == p.Zh) != zh {
			t.Errorf("%q: %s", accept, p.Title)
		}
	}
}

// FuzzRequest: whatever is asked, a node answers with an answer or a problem, and never fails.
func FuzzRequest(tf *testing.F) {
	f := fuzzed.Target(tf, 2000)
	for _, op := range operations.All() {
		row := op.About()
		f.Add(row.Method, inPath.ReplaceAllString(row.Path, "1"), row.Example, "k")
	}
	f.Add("GET", "/v1/holds?states=OPEN&states=&member=%00", "", "")
	s := serverOf(f, io.Discard)
	forms := []string{"application/json", "application/problem+json", "text/html", "text/plain"}
	f.Fuzz(func(t *testing.T, method, target, body, key string) {
		r, err := http.NewRequest(method, "http://node"+target, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(target, "/") {
			return
		}
		r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(KeyHeader, key)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		form, _, _ := mime.ParseMediaType(w.Header().Get("Content-Type"))
		if w.Code != http.StatusOK && problemIn(t, w).Code == fault.Internal ||
			strings.HasSuffix(form, "json") && !json.Valid(w.Body.Bytes()) ||
			!slices.Contains(forms, form) {
			t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}

// TestFiles: a file comes as the last part of its request, and is hashed by the node; parts that are out of order, or
// none, are refused.
func TestFiles(t *testing.T) {
	s := serverOf(t, io.Discard)
	const one = "--x\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n"
	const two = "\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../s.json\"\r\n\r\n"
	for body, code := range map[string]fault.Code{
		one + `{"signers":2}` + two + "not a statement\r\n--x--":                           fault.BadRequest,
		one + `{"file":{"sha256":"` + strings.Repeat("0", 64) + `"}}` + two + "a\r\n--x--": fault.BadRequest,
		one + `{}` + "\r\n--x--": fault.BadRequest, two[2:] + "a" + one[2:] + "{}\r\n--x--": fault.BadRequest,
		one + `{"signers":2}` + two + "cut": fault.BadRequest, "": fault.BadRequest, one + `{"sig`: fault.BadRequest,
		one + `{"signers":` + strings.Repeat(" ", MaxBody) + "2}" + two + "a\r\n--x--": fault.Limit,
	} {
		r := httptest.NewRequest("POST", "/v1/statements/verify", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		p := problemIn(t, w)
		if p.Code != code || (code == fault.Limit) != (w.Code == http.StatusRequestEntityTooLarge) {
			t.Errorf("%q: %d %s %s", body, w.Code, p.Code, p.Detail)
		} else {
			t.Log(p.Detail)
		}
	}
}

// TestSlowBodies: bodies that don't come keep no one out but who sends them, and hold no place among what is under way.
func TestSlowBodies(t *testing.T) {
	s := serverOf(t, io.Discard)
	body, end := io.Pipe()
	var slow sync.WaitGroup
	for range mostReadOfOne {
		slow.Go(func() {
			r := httptest.NewRequest("POST", "/v1/books/periods", body)
			r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
			r.Header.Set("Content-Type", "application/json")
			s.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	for s.reading.underWay() < mostReadOfOne {
		runtime.Gosched()
	}
	for role, status := range map[string]int{"admin": http.StatusTooManyRequests, "finance": http.StatusOK} {
		if w := s.ask(role, "POST", "/v1/books/periods", "{}"); w.Code != status {
			t.Errorf("%s, beside slow bodies: %d, want %d", role, w.Code, status)
		}
	}
	if n := s.gate.underWay(); n != 0 {
		t.Errorf("slow bodies hold %d places", n)
	}
	end.Close()
	slow.Wait()
	if w := s.ask("admin", "POST", "/v1/books/periods", "{}"); w.Code != http.StatusOK {
		t.Errorf("after slow bodies: %d", w.Code)
	}
}

// TestRefusalsThatSay: a refusal that says more, such as which lines of an import were rejected, says it over HTTP.
func TestRefusalsThatSay(t *testing.T) {
	s := serverOf(t, io.Discard)
	const mapping = "{kind: labels, source: gold, columns: {member: id, label: tier}, channels: [app]}"
	const request = `{"mapping":"` + mapping + `","dryRun":true}`
	r := httptest.NewRequest("POST", "/v1/imports", strings.NewReader(
		"--x\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n"+request+
			"\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"gold.csv\"\r\n\r\n"+
			"id,tier\n12,gold\n13,\n\r\n--x--"))
	r.Header.Set("Authorization", "Bearer "+s.keys["loyalty"])
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	p := problemIn(t, w)
	said, is := p.Answer.(map[string]any)
	if p.Code != fault.Rejected || p.Effect != Unknown || !is || said["source"] != "gold" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestLargeFiles: a file that says that it is too large is refused before any of it is read; one that doesn't say is
// read no further than it may be.
func TestLargeFiles(t *testing.T) {
	s := serverOf(t, io.Discard)
	const head = "--x\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n{}\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.json\"\r\n\r\n"
	rt := routeOf(settle.StatementVerify)
	rt.most = 1 << 20
	for _, says := range []bool{true, false} {
		read := &bounds.Counter{From: io.MultiReader(strings.NewReader(head), zeros{})}
		r := httptest.NewRequest("POST", rt.row.Path, read)
		r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if says {
			r.ContentLength = 5 << 30
		}
		w := httptest.NewRecorder()
		s.serve(w, r, rt)
		p := problemIn(t, w)
		if p.Status != http.StatusRequestEntityTooLarge || p.Code != fault.Limit || p.Effect != None ||
			says && read.N > 0 || read.N > rt.most+1<<16 {
			t.Errorf("it says how large it is %t: %+v after %d of %d bytes", says, p, read.N, rt.most)
		}
	}
}

// zeros is endless.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
