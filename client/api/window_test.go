package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/node"
)

// part asks for a part of the list of members.
func (s network) part(t *testing.T, target string) (ids []string, next string) {
	t.Helper()
	w := s.ask("admin", "GET", target, "")
	var found node.Found[member.Member]
	if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	for _, row := range found.Rows {
		ids = append(ids, row.ID)
	}
	return ids, found.Next
}

// TestParts: parts of a list come to the whole of it; a cursor is of its list, its fields and its node alone.
func TestParts(t *testing.T) {
	s := online(t)
	whole, next := s.part(t, "/v1/members")
	if len(whole) != 3 || next != "" {
		t.Fatalf("%v %q", whole, next)
	}
	for limit := 1; limit <= 4; limit++ {
		var parts []string
		cursor := ""
		for range 5 {
			target := fmt.Sprintf("/v1/members?limit=%d", limit)
			if cursor != "" {
				target += "&cursor=" + cursor
			}
			ids, next := s.part(t, target)
			if len(ids) > limit {
				t.Errorf("%d rows of %d", len(ids), limit)
			}
			parts = append(parts, ids...)
			if cursor = next; cursor == "" {
				break
			}
		}
		if !slices.Equal(parts, whole) {
			t.Errorf("in parts of %d: %v, want %v", limit, parts, whole)
		}
	}
	_, cursor := s.part(t, "/v1/members?limit=1")
	_, others := online(t).part(t, "/v1/members?limit=1")
	altered := []byte(cursor)
	altered[len(altered)-2] ^= 1
	for name, target := range map[string]string{
		"altered":                    "/v1/members?cursor=" + string(altered),
		"cut":                        "/v1/members?cursor=" + cursor[:10],
		"no base64":                  "/v1/members?cursor=" + url.QueryEscape("<>"),
		"empty":                      "/v1/members?cursor=",
		"two":                        "/v1/members?cursor=" + cursor + "&cursor=" + cursor,
		"another network's":          "/v1/members?cursor=" + others,
		"another list's":             "/v1/offers?cursor=" + cursor,
		"of other fields":            "/v1/members?states=ACTIVE&cursor=" + cursor,
		"no rows":                    "/v1/members?limit=0",
		"too many rows":              "/v1/members?limit=501",
		"no number":                  "/v1/members?limit=x",
		"what has no parts":          "/v1/parties?limit=1",
		"parts of what isn't a list": "/v1/members/" + s.members["li"] + "?limit=1",
	} {
		if p := problemIn(t, s.ask("admin", "GET", target, "")); p.Code != fault.BadRequest || p.Effect != None {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestWholeLists: a list comes whole in lines, at one height.
func TestWholeLists(t *testing.T) {
	s := online(t)
	ask := func(target string) *httptest.ResponseRecorder {
		return s.ask("admin", "GET", target, "", "Accept", "application/json;q=0.5, application/x-ndjson")
	}
	w := ask("/v1/members")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != linesType || w.Header().Get(HeightHeader) == "" ||
		strings.Count(w.Body.String(), "\n") != 3 {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	for line := range strings.Lines(w.Body.String()) {
		var row struct{ ID string }
		if err := json.Unmarshal([]byte(line), &row); err != nil || !strings.HasPrefix(row.ID, "m-") {
			t.Errorf("%s: %v", line, err)
		}
	}
	if w := ask("/v1/offers"); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get(HeightHeader) == "" {
		t.Errorf("of none: %d %v %s", w.Code, w.Header(), w.Body)
	}
	for target, code := range map[string]fault.Code{
		"/v1/members?limit=1": fault.BadRequest, "/v1/holds?member=m-none": fault.NotFound,
	} {
		if p := problemIn(t, ask(target)); p.Code != code {
			t.Errorf("%s: %+v", target, p)
		}
	}
}
