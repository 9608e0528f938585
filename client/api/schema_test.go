package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tallystick/chaincode/settlement"
	"tallystick/client/node"
	"tallystick/client/node/operations"
	"tallystick/client/node/settle"
)

// described is the part of the description that the tests below look at.
type described struct {
	Paths map[string]map[string]struct {
		ID         string `json:"operationId"`
		Parameters []struct {
			Ref      string          `json:"$ref"`
			Name     string          `json:"name"`
			In       string          `json:"in"`
			Example  json.RawMessage `json:"example"`
			Required bool            `json:"required"`
			Content  map[string]struct {
				Example json.RawMessage `json:"example"`
			} `json:"content"`
		} `json:"parameters"`
		Body *struct {
			Content map[string]struct {
				Example json.RawMessage `json:"example"`
			} `json:"content"`
		} `json:"requestBody"`
	} `json:"paths"`
}

// schemaAt compiles the schema at a JSON pointer of the description.
func schemaAt(t *testing.T, c *jsonschema.Compiler, pointer string) *jsonschema.Schema {
	t.Helper()
	s, err := c.Compile("openapi.json#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compiler(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Description))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return c
}

// holds says whether JSON is what a schema describes.
func holds(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// TestExamplesAreAsDescribed: every operation is described once, its example is what its schemas describe, and its
// route is asked for with it without being refused as malformed.
func TestExamplesAreAsDescribed(t *testing.T) {
	var doc described
	if err := json.Unmarshal(Description, &doc); err != nil {
		t.Fatal(err)
	}
	c := compiler(t)
	escaped := func(path string) string {
		return string(
			bytes.ReplaceAll(bytes.ReplaceAll([]byte(path), []byte("~"), []byte("~0")), []byte("/"), []byte("~1")),
		)
	}
	methods := map[string]string{"GET": "get", "POST": "post"}
	for _, op := range operations.All() {
		row := op.About()
		at := doc.Paths[row.Path][methods[row.Method]]
		pointer := "/paths/" + escaped(row.Path) + "/" + methods[row.Method]
		if at.ID != row.Name {
			t.Errorf("%s isn't described at %s", row.Name, pointer)
			continue
		}
		schemaAt(t, c, pointer+"/responses/200/content/application~1json/schema")
		if at.Body != nil && !op.Carries() {
			s := schemaAt(t, c, pointer+"/requestBody/content/application~1json/schema")
			if err := holds(t, s, at.Body.Content["application/json"].Example); err != nil {
				t.Errorf("%s: its example: %v", row.Name, err)
			}
		}
		keyed := false
		for i, p := range at.Parameters {
			keyed = keyed || p.Ref == "#/components/parameters/Key"
			example := p.Example
			if example == nil {
				example = p.Content["application/json"].Example
			}
			if example == nil {
				continue
			}
			place := pointer + "/parameters/" + strconv.Itoa(i) + "/schema"
			if fieldsOf(requestType(op))[p.Name].form == asJSON {
				place = pointer + "/parameters/" + strconv.Itoa(i) + "/content/application~1json/schema"
			}
			if err := holds(t, schemaAt(t, c, place), example); err != nil {
				t.Errorf("%s: its example's %s: %v", row.Name, p.Name, err)
			}
		}
		if keyed == (row.Asks || op.BySource()) {
			t.Errorf("%s: it only asks: %t, and its description has a key: %t", row.Name, row.Asks, keyed)
		}
	}
}

func requestType(op node.Operation) reflect.Type {
	request, _ := op.Types()
	return request
}

// TestAnswersAreAsDescribed: an answer that can be null, or one of two, is described as such.
func TestAnswersAreAsDescribed(t *testing.T) {
	c := compiler(t)
	for _, w := range []struct {
		path   string
		answer any
	}{
		{"/v1/cycles", settle.Cycles{}},
		{"/v1/cycles", settle.Cycles{Open: &settlement.Cycle{}}},
		{"/v1/cycles/{cycle}", settle.ShownCycle{Open: &settlement.Cycle{}}},
		{"/v1/cycles/{cycle}", settle.ShownCycle{Closed: &settle.CycleOnLedger{Close: settlement.Close{State: 1}}}},
	} {
		answer, _ := tidied(w.answer, false)
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		place := strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(w.path)
		s := schemaAt(t, c, "/paths/"+place+"/get/responses/200/content/application~1json/schema")
		if err := holds(t, s, text); err != nil {
			t.Errorf("%s: %s: %v", w.path, text, err)
		}
	}
}

// TestNullIsDescribed: a field of an answer that is null when it has nothing says so to the description.
func TestNullIsDescribed(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var look func(t reflect.Type, at string)
	look = func(of reflect.Type, at string) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			look(of.Elem(), at)
			return
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for _, f := range reflect.VisibleFields(of) {
			tag := f.Tag.Get("json")
			if f.Type.Kind() == reflect.Pointer && tag != "" && tag != "-" && !strings.Contains(tag, ",omit") &&
				f.Tag.Get("jsonschema") != "nullable" {
				t.Errorf("%s: %s.%s can be null, and isn't described so", at, of, f.Name)
			}
			look(f.Type, at)
		}
	}
	for _, op := range operations.All() {
		_, answer := op.Types()
		look(answer, op.About().Name)
	}
}
