package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"tallystick/client/access"
)

//go:embed page.html
var pageText string

// page is the description of the API for people: one page, which needs neither scripts nor the internet.
var page = sync.OnceValues(func() ([]byte, error) {
	var d descriptionOf
	if err := json.Unmarshal(Description, &d); err != nil {
		return nil, err
	}
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, d.shown())
	return out.Bytes(), err
})

// descriptionOf is what the page shows of the description.
type descriptionOf struct {
	Paths      map[string]map[string]operationOf `json:"paths"`
	Components struct {
		Schemas map[string]schemaOf `json:"schemas"`
	} `json:"components"`
}

type operationOf struct {
	ID         string        `json:"operationId"`
	En         string        `json:"summary"`
	Zh         string        `json:"description"`
	Permission string        `json:"x-permission"`
	Parameters []parameterOf `json:"parameters"`
	Body       struct {
		Content map[string]struct {
			Example json.RawMessage `json:"example"`
			Schema  schemaOf        `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]struct {
			Schema schemaOf `json:"schema"`
		} `json:"content"`
	} `json:"responses"`
}

type parameterOf struct {
	Name        string   `json:"name"`
	In          string   `json:"in"`
	Description string   `json:"description"`
	Schema      schemaOf `json:"schema"`
}

type schemaOf struct {
	Ref         string              `json:"$ref"`
	Type        string              `json:"type"`
	Description string              `json:"description"`
	Enum        []string            `json:"enum"`
	Items       *schemaOf           `json:"items"`
	Properties  map[string]schemaOf `json:"properties"`
}

// Of is the name of the schema that it, or each in its list, is described by; "" for none.
func (s schemaOf) Of() string {
	if s.Items != nil {
		return s.Items.Of()
	}
	return strings.TrimPrefix(s.Ref, "#/components/schemas/")
}

// Kind says in words what it is.
func (s schemaOf) Kind() string {
	switch {
	case s.Items != nil:
		return strings.TrimSpace("list of " + s.Items.Kind())
	case s.Ref != "":
		return ""
	case len(s.Enum) > 0:
		return strings.Trim(strings.Join(s.Enum, " | "), " |")
	}
	return cmp.Or(s.Type, "any")
}

// shownField is a line of a table of fields.
type shownField struct {
	Name, In, Kind, Of, Text string
}

type shownOperation struct {
	ID, Method, Path, En, Zh, Permission, Media, Example string
	Fields                                               []shownField
	Answer                                               schemaOf
	AnswerFields                                         []shownField
}

type shownSubject struct {
	Name       string
	Operations []shownOperation
}

type shownSchema struct {
	Name, Text string
	Fields     []shownField
}

type shownPage struct {
	Subjects []shownSubject
	Schemas  []shownSchema
	Roles    []access.Role
}

// shown is the description in the order of the page.
func (d descriptionOf) shown() shownPage {
	subjects := map[string][]shownOperation{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			name, _, _ := strings.Cut(op.ID, ".")
			subjects[name] = append(subjects[name], op.shown(strings.ToUpper(method), path))
		}
	}
	p := shownPage{Roles: access.Roles}
	for _, name := range slices.Sorted(maps.Keys(subjects)) {
		slices.SortFunc(subjects[name], func(a, b shownOperation) int { return cmp.Compare(a.ID, b.ID) })
		p.Subjects = append(p.Subjects, shownSubject{name, subjects[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		s := d.Components.Schemas[name]
		p.Schemas = append(p.Schemas, shownSchema{name, s.Description, s.fields("")})
	}
	return p
}

func (op operationOf) shown(method, path string) shownOperation {
	s := shownOperation{ID: op.ID, Method: method, Path: path, En: op.En, Zh: op.Zh, Permission: op.Permission}
	for _, p := range op.Parameters {
		if p.Name != "" {
			s.Fields = append(s.Fields, shownField{p.Name, p.In, p.Schema.Kind(), p.Schema.Of(), p.Description})
		}
	}
	for media, body := range op.Body.Content {
		request := body.Schema
		s.Media, s.Example = media, indented(body.Example)
		if r, ok := request.Properties["request"]; ok && media != "application/json" {
			request = r
		}
		s.Fields = append(s.Fields, request.fields("body")...)
	}
	s.Answer = op.Responses["200"].Content["application/json"].Schema
	s.AnswerFields = s.Answer.fields("")
	return s
}

// fields are an object's fields, by their names.
func (s schemaOf) fields(in string) (fields []shownField) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		f := s.Properties[name]
		fields = append(fields, shownField{name, in, f.Kind(), f.Of(), f.Description})
	}
	return fields
}

func indented(text json.RawMessage) string {
	var out bytes.Buffer
	if len(text) == 0 || json.Indent(&out, text, "", "  ") != nil {
		return ""
	}
	return out.String()
}

// servePage answers the page.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	text, err := page()
	if err != nil {
		s.log.Error("the page can't be made", "err", err)
		writeProblem(w, r, refusalOf(err), 0, None, nil)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	write(w, http.StatusOK, "text/html; charset=utf-8", text)
}
