package api

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tallystick/client/node/operations"
)

// TestPage: the page has every operation, loads nothing, runs nothing, and each of its links leads somewhere in it.
func TestPage(t *testing.T) {
	w := serverOf(t, io.Discard).ask("", "GET", "/", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	text := w.Body.String()
	if _, err := html.Parse(strings.NewReader(text)); err != nil {
		t.Error(err)
	}
	ids, links := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if ids[m[1]] {
			t.Errorf("%s is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` (href|src)="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		links[m[2]] = true
	}
	for _, op := range operations.All() {
		row := op.About()
		if !ids[row.Name] || !strings.Contains(text, "<code>"+row.Path+"</code>") || !strings.Contains(text, row.Zh) {
			t.Errorf("%s isn't on the page", row.Name)
		}
	}
	for link := range links {
		if to, inside := strings.CutPrefix(link, "#"); link != "/v1/openapi.json" && (!inside || !ids[to]) {
			t.Errorf("the link %s leads nowhere", link)
		}
	}
	if strings.Contains(text, "<script") || strings.Contains(text, "//") && strings.Contains(text, "http://") {
		t.Error("the page runs or loads something")
	}
}
