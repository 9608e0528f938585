package api

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/fault"
)

// schemaOfValue is the part of a schema by which a value is made.
type schemaOfValue struct {
	Ref        string                   `json:"$ref"`
	Type       any                      `json:"type"`
	Enum       []any                    `json:"enum"`
	Items      *schemaOfValue           `json:"items"`
	Properties map[string]schemaOfValue `json:"properties"`
}

// value makes a value by a schema, and now and then another.
func (s schemaOfValue) value(t *rapid.T, named map[string]schemaOfValue, depth int) any {
	if to, is := named[strings.TrimPrefix(s.Ref, "#/components/schemas/")]; is && depth > 0 {
		return to.value(t, named, depth-1)
	}
	kind, _ := s.Type.(string)
	if depth == 0 || rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
		kind = rapid.SampledFrom([]string{"string", "integer", "boolean", "null", "object", "array", "huge"}).Draw(t,
			"kind")
	} else if len(s.Enum) > 0 {
		return rapid.SampledFrom(s.Enum).Draw(t, "word")
	}
	switch kind {
	case "integer", "number":
		return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1, 3)).Draw(t, "number")
	case "boolean":
		return rapid.Bool().Draw(t, "truth")
	case "null":
		return nil
	case "huge":
		return json.Number("1e400")
	case "array":
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			if s.Items != nil && depth > 0 {
				list = append(list, s.Items.value(t, named, depth-1))
			}
		}
		return list
	case "object":
		return s.object(t, named, depth)
	}
	return rapid.OneOf(rapid.SampledFrom([]string{"", "D", "DP", "wang", "D.0.7.0", "2026-11-01", "gold", "\x00",
		"../x"}),
		rapid.String()).Draw(t, "text")
}

func (s schemaOfValue) object(t *rapid.T, named map[string]schemaOfValue, depth int) map[string]any {
	fields := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if depth > 0 && rapid.IntRange(0, 4).Draw(t, "left out") > 0 {
			fields[name] = s.Properties[name].value(t, named, depth-1)
		}
	}
	if rapid.IntRange(0, 19).Draw(t, "more") == 0 {
		fields[rapid.String().Draw(t, "unknown")] = 1
	}
	return fields
}

// TestRequestsFromTheDescription: whatever is made of the description, well-formed and not, is answered with an answer
// or a problem with a code, and never as the node's own fault. In a soak RAPID_CHECKS says how many.
func TestRequestsFromTheDescription(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name   string        `json:"name"`
				In     string        `json:"in"`
				Schema schemaOfValue `json:"schema"`
			} `json:"parameters"`
			Body struct {
				Content map[string]struct {
					Schema schemaOfValue `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]schemaOfValue `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(Description, &doc); err != nil {
		t.Fatal(err)
	}
	s := serverOf(t, io.Discard)
	named := doc.Components.Schemas
	paths := slices.Sorted(maps.Keys(doc.Paths))
	paths = slices.DeleteFunc(paths, func(p string) bool { return strings.HasSuffix(p, "/stream") })
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(paths).Draw(t, "path")
		methods := doc.Paths[path]
		method := rapid.SampledFrom(slices.Sorted(maps.Keys(methods))).Draw(t, "method")
		op := methods[method]
		query := url.Values{}
		for _, p := range op.Parameters {
			text, err := json.Marshal(p.Schema.value(t, named, 3))
			if err != nil {
				text = []byte(`"x"`)
			}
			plain, err := strconv.Unquote(string(text))
			if err != nil {
				plain = string(text)
			}
			switch p.In {
			case "path":
				path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(plain))
			case "query":
				query.Add(p.Name, plain)
			}
		}
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		var body []byte
		if content, is := op.Body.Content["application/json"]; is {
			body, _ = json.Marshal(content.Schema.value(t, named, 5)) // what can't be written is sent as nothing
		}
		r, err := http.NewRequest(strings.ToUpper(method), "http://node"+path, strings.NewReader(string(body)))
		if err != nil {
			return
		}
		r.Header.Set("Authorization", "Bearer "+s.keys["admin"])
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(KeyHeader, "k-"+strconv.Itoa(rapid.IntRange(0, 99).Draw(t, "key")))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code < 400 {
			return
		}
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code == "" || p.Code == fault.Internal ||
			w.Code == http.StatusInternalServerError {
			t.Fatalf("%s %s %s: %d %s", method, path, body, w.Code, w.Body)
		}
	})
}
