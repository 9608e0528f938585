package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

// gift is an entry that gives a member points.
func gift(key, member string, amount int) string {
	return fmt.Sprintf(`{"operation":"points.issue","key":%q,"request":{"programme":"GP","grants":[{"member":%q,`+
		`"amount":%d,"expires":"2027-12-31"}]}}`, key, member, amount)
}

// rowsOf are the rows of a batch's answer, in JSON or in lines.
func rowsOf(t *testing.T, w *httptest.ResponseRecorder) (rows []BatchRow) {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w.Header().Get("Content-Type") == "application/json" {
		var all BatchAnswer
		if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
			t.Fatal(err)
		}
		return all.Rows
	}
	for line := range strings.Lines(w.Body.String()) {
		var row BatchRow
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// TestBatch: each entry is answered as its own route would, in their order, in JSON and in lines; what is wrong with
// one is nothing to the others.
func TestBatch(t *testing.T) {
	s := online(t)
	entries := []string{
		gift("b-1", s.members["zhang"], 100),
		`{"operation":"points.issue"`, // cut: in a JSON array it would spoil the array, so it is made whole there
		gift("b-2", s.members["wang"], 0),
		`{"operation":"points.issue","key":"b 3","request":{}}`,
		`{"operation":"points.nothing","key":"b-4","request":{}}`,
		`{"operation":"points.redeem","key":"b-5","request":{"member":"zhang","take":[{"programme":"GP","points":1}],` +
			`"for":900}}`,
		`{"operation":"party.begin-peer","key":"b-6","request":{}}`,
		`{"operation":"points.issue","key":"b-7","request":{"programme":"XP","grants":[{"member":"zhang","amount":1,` +
			`"expires":"2027-12-31"}]}}`,
		`{"operation":"points.issue","key":"b-8","request":{},"more":1}`,
		gift("b-1", s.members["zhang"], 100),
		gift("b-1", s.members["zhang"], 101),
		gift("b-9", s.members["li"], 7),
	}
	want := []struct {
		key     string
		status  int
		pointer string
	}{
		{"b-1", 200, ""}, {"", 400, ""}, {"b-2", 400, "/request/grants/0/amount"}, {"", 400, ""}, {"b-4", 400, ""},
		{"b-5", 400, ""},
		{"b-6", 400, ""}, {"b-7", 404, ""}, {"", 400, "/more"}, {"b-1", 200, ""}, {"b-1", 422, ""}, {"b-9", 200, ""},
	}
	for _, media := range []string{linesType, "application/json"} {
		body := strings.Join(entries, "\n")
		if media != linesType {
			entries[1] += "}"
			body = "[" + strings.Join(entries, ",") + "]"
		}
		r := httptest.NewRequest("POST", batchPath, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		rows := rowsOf(t, w)
		if len(rows) != len(want) {
			t.Fatalf("%s: %d rows", media, len(rows))
		}
		for i, c := range want {
			row := rows[i]
			refused := row.Status != http.StatusOK
			if row.Key != c.key || row.Status != c.status || (row.Problem != nil) != refused ||
				(row.Answer == nil) != refused ||
				refused && (row.Problem.Effect != None || row.Problem.Pointer != c.pointer ||
					row.Problem.Status != c.status) {
				t.Errorf("%s, entry %d: %+v %+v", media, i, row, row.Problem)
			}
			again := !refused && (media != linesType || i == 9)
			if row.Replayed != again {
				t.Errorf("%s, entry %d: replayed %t", media, i, row.Replayed)
			}
		}
	}
	if w := s.ask("admin", "POST", "/v1/lots", `{"programme":"GP","grants":[{"member":"`+
		s.members["li"]+`","amount":7,"expires":"2027-12-31"}]}`, KeyHeader, "b-9"); w.Code != 200 ||
		w.Header().Get(AgainHeader) != "true" {
		t.Errorf("by its own route: %d %s", w.Code, w.Body)
	}
}

// TestBatchKeepsOrder: what touches the same takes effect in the entries' order.
func TestBatchKeepsOrder(t *testing.T) {
	s := online(t)
	var entries []string
	for i := range 8 {
		state := []string{"SUSPENDED", "OPEN"}[i%2]
		entries = append(entries, fmt.Sprintf(`{"operation":"programme.set","key":"o-%d","request":{"programme":"GP",`+
			`"state":%q,"reason":"tried"}}`, i, state))
	}
	w := s.ask("admin", "POST", batchPath, "["+strings.Join(entries, ",")+"]")
	for i, row := range rowsOf(t, w) {
		if row.Status != http.StatusOK {
			t.Errorf("%d: %+v %+v", i, row, row.Problem)
		}
	}
}

// TestBatchSmugglesNothing: an entry needs the caller's own permission.
func TestBatchSmugglesNothing(t *testing.T) {
	s := serverOf(t, io.Discard)
	body := "[" + gift("s-1", "zhang", 1) + `,{"operation":"points.release","key":"s-2","request":{"hold":"D.0.7.0",` +
		`"reason":"customer_cancelled"}}]`
	rows := rowsOf(t, s.ask("counter", "POST", batchPath, body))
	if rows[0].Status != http.StatusForbidden || rows[1].Status != http.StatusServiceUnavailable {
		t.Errorf("%+v %+v", rows[0].Problem, rows[1].Problem)
	}
}

// TestBatchesAreBounded: what is refused before any of a batch is begun.
func TestBatchesAreBounded(t *testing.T) {
	s := serverOf(t, io.Discard)
	many := func(n int) string { return "[" + strings.Repeat("{},", n-1) + "{}]" }
	for _, c := range []struct {
		name, role, target, body string
		headers                  []string
		status                   int
		code                     fault.Code
	}{
		{"nobody", "", batchPath, many(1), nil, 401, fault.Forbidden},
		{"none", "admin", batchPath, "[]", nil, 400, fault.BadRequest},
		{"no array", "admin", batchPath, "{}", nil, 400, fault.BadRequest},
		{"too many", "admin", batchPath, many(MaxBatch + 1), nil, 413, fault.Limit},
		{"too long", "admin", batchPath, `["` + strings.Repeat("a", MaxBody) + `"]`, nil, 413, fault.Limit},
		{"a query", "admin", batchPath + "?a=1", many(1), nil, 400, fault.BadRequest},
		{"a key", "admin", batchPath, many(1), []string{KeyHeader, "k"}, 400, fault.BadRequest},
		{"dry", "admin", batchPath, many(1), []string{DryHeader, "true"}, 400, fault.BadRequest},
		{"compressed", "admin", batchPath, many(1), []string{"Content-Encoding", "gzip"}, 415, fault.BadRequest},
	} {
		w := s.ask(c.role, "POST", c.target, c.body, c.headers...)
		if p := problemIn(t, w); w.Code != c.status || p.Code != c.code || p.Effect != None {
			t.Errorf("%s: %d %+v", c.name, w.Code, p)
		}
	}
	if rows := rowsOf(t, s.ask("admin", "POST", batchPath, many(MaxBatch))); len(rows) != MaxBatch {
		t.Errorf("%d rows", len(rows))
	}
	id := strings.Split(s.keys["admin"], "_")[1]
	if _, ok := s.gate.enter(id, mostOfOne-2); !ok {
		t.Fatal("refused early")
	}
	for n, status := range map[int]int{2: http.StatusOK, 3: http.StatusTooManyRequests} {
		if w := s.ask("admin", "POST", batchPath, many(n)); w.Code != status {
			t.Errorf("with two places left, %d entries: %d", n, w.Code)
		}
	}
}
