//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	stdnet "net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/api"
	"tallystick/client/node/jobs"
)

// daemon is a party's node as a process of its own, that is killed and started again.
type daemon struct {
	profile, state, address, lanes string
	key                            string // of the role admin
	client                         *http.Client
	env                            []string // settings besides those
	process                        *exec.Cmd
	log                            *os.File
}

// startDaemon makes what a party's node needs, and starts it.
func startDaemon(t *testing.T, party, lanes string) *daemon {
	t.Helper()
	return startDaemonBy(t, filepath.Join(net.dir, "parties", party, "profile.yaml"), lanes)
}

// startDaemonBy does so by a profile of its own.
func startDaemonBy(t *testing.T, profile, lanes string, env ...string) *daemon {
	t.Helper()
	free := must(stdnet.Listen("tcp", "127.0.0.1:0"))
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	d := &daemon{profile: profile, state: t.TempDir(), address: address, lanes: lanes, env: env}
	d.log = must(os.Create(filepath.Join(t.TempDir(), "tallyd.log")))
	for _, word := range strings.Fields(string(must(d.tallyd("init").Output()))) {
		if strings.HasPrefix(word, "tally_") {
			d.key = word
		}
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(must(os.ReadFile(filepath.Join(d.state, "tls.crt"))))
	d.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted},
		MaxIdleConnsPerHost: 64}}
	d.start(t)
	t.Cleanup(func() { d.stop(t) })
	return d
}

// tallyd is a run of the program for this node.
func (d *daemon) tallyd(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(root, "bin", "tallyd"), append(args, "--profile", d.profile)...)
	cmd.Env = append(os.Environ(), "TALLY_STATE="+d.state, "TALLY_SERVE_LISTEN="+d.address, "TALLY_LANES="+d.lanes)
	cmd.Env = append(cmd.Env, d.env...)
	return cmd
}

// start starts it and waits until it can serve.
func (d *daemon) start(t *testing.T) {
	t.Helper()
	d.process = d.tallyd("serve")
	d.process.Stderr = d.log
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; {
		answer, err := d.client.Get("https://" + d.address + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Since(begun) > patience {
			t.Fatalf("it isn't ready: %v\n%s", err, must(os.ReadFile(d.log.Name())))
		}
		breathe(t.Context())
	}
}

// kill kills it as a power failure would.
func (d *daemon) kill(t *testing.T) {
	if err := d.process.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := d.process.Wait(); err == nil {
		t.Error("a killed process ended well")
	}
}

// stop has it stop, and waits for its end.
func (d *daemon) stop(t *testing.T) {
	if err := errors.Join(d.process.Process.Signal(os.Interrupt), d.process.Wait()); err != nil {
		t.Errorf("it doesn't stop well: %v\n%s", err, must(os.ReadFile(d.log.Name())))
	}
}

// answered is what a request was answered with.
type answered struct {
	status int
	body   []byte
	again  bool
}

// post asks once.
func (d *daemon) post(ctx context.Context, path, key string, request any) (a answered, err error) {
	body, err := json.Marshal(request)
	if err != nil {
		return a, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+d.address+path, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	r.Header.Set("Authorization", "Bearer "+d.key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	answer, err := d.client.Do(r)
	if err != nil {
		return a, err
	}
	defer answer.Body.Close()
	a.body, err = io.ReadAll(answer.Body)
	a.status, a.again = answer.StatusCode, answer.Header.Get("Idempotency-Replayed") == "true"
	return a, err
}

// insist asks under one key until there is an answer that asking again wouldn't change.
func (d *daemon) insist(ctx context.Context, path, key string, request any) (a answered, err error) {
	for ; ctx.Err() == nil; breathe(ctx) {
		a, err = d.post(ctx, path, key, request)
		if err != nil {
			continue // it was killed
		}
		var p api.Problem
		if a.status == http.StatusOK || json.Unmarshal(a.body, &p) != nil || !p.Code.Passing() {
			return a, nil
		}
	}
	return a, errors.Join(ctx.Err(), err)
}

// redemption is one redemption, as a till makes it: held, then captured.
type redemption struct {
	hold, capture answered
	path          string
	points        int
}

// TestANodeIsKilled: a till's redemptions through HTTP, while the node is killed again and again, take effect once
// each; asked again, each is answered in the same bytes, and with another body refused.
func TestANodeIsKilled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience)
	defer cancel()
	g := net.open(t, "D", "30")
	ann := fresh("till-ann")
	enrol(t, g, ann)
	issue(t, g, "DP", ann, 100_000)
	before := balance(t, g, "DP")
	d := startDaemon(t, "D", "27-29")

	const tills = 8
	each := 6
	if soaking {
		each = 125
	}
	redeemed := make([]redemption, tills*each)
	var left atomic.Int64
	left.Store(tills)
	var work sync.WaitGroup
	for till := range tills {
		work.Go(func() {
			defer left.Add(-1)
			for i := range each {
				n := till*each + i
				redeemed[n] = redeem(ctx, t, d, ann, fmt.Sprintf("%s-%d", ann, n), n%7+1)
			}
		})
	}
	kills := 0
	for ; left.Load() > 0; kills++ {
		d.after(ctx, time.Duration(rand.IntN(900))*time.Millisecond, &left)
		d.kill(t)
		d.start(t)
	}
	work.Wait()
	t.Logf("%d redemptions, %d kills", len(redeemed), kills)

	captured := 0
	for n, e := range redeemed {
		captured += e.points
		id := fmt.Sprintf("%s-%d", ann, n)
		for _, c := range []struct {
			path, key string
			first     answered
			request   any
		}{
			{"/v1/holds", id, e.hold, holdOf(ann, e.points)},
			{e.path, id + "-c", e.capture, map[string]int{"points": e.points}},
		} {
			again, err := d.insist(ctx, c.path, c.key, c.request)
			if err != nil || c.first.status != http.StatusOK || !again.again || !bytes.Equal(again.body, c.first.body) {
				t.Errorf("%s: %d %s; asked again: %v, %t, %s", c.key, c.first.status, c.first.body, err, again.again,
					again.body)
			}
		}
		other, err := d.insist(ctx, "/v1/holds", id, holdOf(ann, e.points+1))
		if err != nil || other.status != http.StatusUnprocessableEntity {
			t.Errorf("%s with another body: %v, %d %s", id, err, other.status, other.body)
		}
	}
	after := balance(t, g, "DP")
	if got := int(after.Captured - before.Captured); got != captured || after.Held() != before.Held() {
		t.Errorf("%d points were captured, %d are held; the tills captured %d, and left none held", got,
			after.Held()-before.Held(), captured)
	}
}

func holdOf(member string, n int) map[string]any {
	return map[string]any{"member": member, "take": []map[string]any{{"programme": "DP", "points": n}}, "for": 900}
}

// process is who is asked until there is an answer: a node's process, or one of several.
type process interface {
	insist(ctx context.Context, path, key string, request any) (answered, error)
}

// redeem holds points and captures them.
func redeem(ctx context.Context, t *testing.T, d process, member, id string, n int) (e redemption) {
	var err error
	e.points = n
	if e.hold, err = d.insist(ctx, "/v1/holds", id, holdOf(member, n)); err != nil {
		t.Errorf("%s: %v", id, err)
		return e
	}
	var held struct {
		Number string `json:"number"`
	}
	if err := json.Unmarshal(e.hold.body, &held); err != nil || held.Number == "" {
		t.Errorf("%s: %d %s", id, e.hold.status, e.hold.body)
		return e
	}
	e.path = "/v1/holds/" + held.Number + "/captures"
	if e.capture, err = d.insist(ctx, e.path, id+"-c", map[string]int{"points": n}); err != nil {
		t.Errorf("%s: %v", id, err)
	}
	return e
}

// after waits for a moment to kill it in, or for the work's end.
func (d *daemon) after(ctx context.Context, wait time.Duration, left *atomic.Int64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(wait); time.Now().Before(end) && left.Load() > 0; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// TestANodeKnowsItsPlace: a second node on one state directory is refused; so is a key that was ended while the node
// runs, and a request of more blocks than there will be ends in time without hindering others.
func TestANodeKnowsItsPlace(t *testing.T) {
	d := startDaemon(t, "D", "31")
	out, err := d.tallyd("serve").CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("another tallyd serves")) {
		t.Errorf("a second node: %v, %s", err, out)
	}
	get := func(key string, headers ...string) int {
		r := must(http.NewRequest(http.MethodGet, "https://"+d.address+"/v1/parties", nil))
		r.Header.Set("Authorization", "Bearer "+key)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		answer, err := d.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	key := strings.TrimSpace(string(must(d.tallyd("key", "add", "--role", "reader", "erp").Output())))
	if status := get(key); status != http.StatusOK {
		t.Errorf("a new key: %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	r := must(http.NewRequestWithContext(ctx, http.MethodGet, "https://"+d.address+"/v1/parties", nil))
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Tally-Min-Height", "9007199254740991")
	if _, err := d.client.Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("more blocks than there are: %v", err)
	}
	if status := get(key); status != http.StatusOK {
		t.Errorf("after somebody waits for more blocks than there are: %d", status)
	}
	if err := d.tallyd("key", "end", strings.Split(key, "_")[1]).Run(); err != nil {
		t.Fatal(err)
	}
	if status := get(key); status != http.StatusUnauthorized {
		t.Errorf("a key that was ended: %d", status)
	}
	if out, err := d.tallyd("check").CombinedOutput(); err != nil {
		t.Errorf("check: %v, %s", err, out)
	}
	wrong := d.tallyd("check")
	wrong.Env = append(wrong.Env, "TALLY_SERVE_CERT=/nowhere.crt", "TALLY_SERVE_KEY=/nowhere.key")
	if out, err := wrong.CombinedOutput(); exitOf(err) != fault.Of(fault.Unavailable).Exit ||
		!bytes.Contains(out, []byte("/nowhere.key isn't there")) {
		t.Errorf("check of what isn't there: %v, %s", err, out)
	}
}

// exitOf is the exit code of a program that failed.
func exitOf(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// TestAJobGoesOn: an import that was asked for as a job takes effect whole and once, although the node is killed while
// it works on it; asked for again, it is the same job.
func TestAJobGoesOn(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience)
	defer cancel()
	g := net.open(t, "D", "30")
	path, prefix, lines := filepath.Join(t.TempDir(), "sample.csv"), fresh("job"), 4000
	if soaking {
		lines = 8000
	}
	if err := os.WriteFile(path, sample(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	enrolHouseholds(t, g, path, prefix)
	want, before := expected(t, path), balance(t, g, "DP")
	d := startDaemon(t, "D", "27-29")
	request := map[string]any{"mapping": fmt.Sprintf(mapping, prefix, prefix, fresh("b")), "file": struct{}{},
		"maxRejected": "100%"}

	first := d.postJob(ctx, t, "/v1/imports", request, path)
	for kill := range 2 {
		awaitIssued(t, g, before, want*amount.Units(kill+1)/4)
		d.kill(t)
		d.start(t)
	}
	job := first
	for ; job.Ended.IsZero() && ctx.Err() == nil; breathe(ctx) {
		d.get(ctx, t, "/v1/jobs/"+first.ID, &job)
	}
	t.Logf("%d tries, %s", job.Tries, job.Ended.Sub(job.Made))
	if job.State != jobs.Done || job.Tries < 2 {
		t.Errorf("it is %s after %d tries: %s", job.State, job.Tries, job.Problem)
	}
	if after := balance(t, g, "DP"); after.Issued-before.Issued != want {
		t.Errorf("the ledger has %d more points, the file says %d", after.Issued-before.Issued, want)
	}
	var all struct{ Rows []jobs.Job }
	if d.get(ctx, t, "/v1/jobs?open=true", &all); len(all.Rows) != 0 {
		t.Errorf("still open: %+v", all.Rows)
	}
}

// postJob asks for a job with a file.
func (d *daemon) postJob(ctx context.Context, t *testing.T, path string, request any, file string) (job jobs.Job) {
	t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	if err := json.NewEncoder(must(parts.CreateFormField("request"))).Encode(request); err != nil {
		t.Fatal(err)
	}
	must(must(parts.CreateFormFile("file", filepath.Base(file))).Write(must(os.ReadFile(file))))
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	r := must(http.NewRequestWithContext(ctx, http.MethodPost, "https://"+d.address+path, &body))
	r.Header.Set("Content-Type", parts.FormDataContentType())
	r.Header.Set("Prefer", "respond-async")
	d.ask(t, r, http.StatusAccepted, &job)
	return job
}

// get asks for what changes nothing.
func (d *daemon) get(ctx context.Context, t *testing.T, path string, answer any) {
	t.Helper()
	d.ask(t, must(http.NewRequestWithContext(ctx, http.MethodGet, "https://"+d.address+path, nil)), http.StatusOK,
		answer)
}

// ask asks with the key of the role admin, and wants a status.
func (d *daemon) ask(t *testing.T, r *http.Request, status int, answer any) {
	t.Helper()
	r.Header.Set("Authorization", "Bearer "+d.key)
	w, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body := must(io.ReadAll(w.Body))
	if w.StatusCode != status {
		t.Fatalf("%s %s: %d %s", r.Method, r.URL.Path, w.StatusCode, body)
	}
	if err := json.Unmarshal(body, answer); err != nil {
		t.Fatal(err)
	}
}
