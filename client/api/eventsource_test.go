package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/client/node/loyalty"
)

// sourcePage follows the stream as a browser does, and says which events came once there are as many as are wanted.
const sourcePage = `<!doctype html><script>
const ids = [];
const source = new EventSource("` + StreamPath + `");
source.onmessage = (m) => {
  ids.push(m.lastEventId);
  if (JSON.parse(m.data).id !== m.lastEventId) ids.push("another id");
  if (ids.length === %d) fetch("/came", {method: "POST", body: ids.join(" ")});
};
</script>`

// TestEventSource has Chromium's EventSource follow the stream, whose connection is cut in the middle: it asks on by
// itself, and gets each event once. A proxy stands before the node, since an EventSource can't say an API key.
func TestEventSource(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("TALLY_REQUIRE_CHROMIUM") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no chromium")
	}
	s := newStreaming(t, streamBeat)
	before := s.page(`{}`).Rows
	node, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan string, 1)
	var asked atomic.Int32
	cut := make(chan struct{})
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(node)
		r.Out.Header.Set("Authorization", "Bearer "+s.key)
	}}
	// A browser asks on where a stream breaks off, and not where none has begun.
	begun := make(chan struct{}, 16)
	proxy.ModifyResponse = func(*http.Response) error {
		begun <- struct{}{}
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, sourcePage, len(before)+1)
	})
	mux.HandleFunc("POST /came", func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		came <- string(text)
	})
	mux.HandleFunc("GET "+StreamPath, func(w http.ResponseWriter, r *http.Request) {
		ctx, end := context.WithCancel(r.Context())
		defer end()
		if asked.Add(1) == 1 {
			go func() { <-cut; end() }()
		}
		defer func() { _ = recover() }() // the proxy says so that it broke off
		proxy.ServeHTTP(w, r.WithContext(ctx))
	})
	front := httptest.NewServer(mux)
	defer front.Close()
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	run := exec.CommandContext(ctx, browser, "--headless=new", "--no-sandbox", "--disable-gpu",
		"--disable-dev-shm-usage",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", front.URL)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stop(); _ = run.Wait() }()
	select {
	case <-ctx.Done():
		t.Fatal("the browser doesn't ask")
	case <-begun:
	}
	close(cut)
	s.Do("D", loyalty.PointsIssue, `{"programme":"DP","grants":[{"member":"zhang","amount":30,"expires":"2027-12-31"}]}`)
	var want []string
	for _, e := range s.page(`{}`).Rows {
		want = append(want, e.ID)
	}
	select {
	case got := <-came:
		if got != strings.Join(want, " ") {
			t.Errorf("%s, want %s", got, want)
		}
	case <-ctx.Done():
		t.Fatal("not all came")
	}
	if asked.Load() < 2 {
		t.Error("it didn't ask on")
	}
}
