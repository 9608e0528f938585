package describe

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"

	"tallystick/client/api/internal/written"
)

// schemas collects the schemas of types, by name.
type schemas struct {
	comments map[string]string
	named    map[string]json.RawMessage
}

// answer is the schema of a type of an answer, in which what isn't left out when empty is always there.
func (s *schemas) answer(t reflect.Type) (json.RawMessage, error) {
	either := eitherOf(t)
	if len(either) == 0 {
		return s.add(s.reflector(false), t, "")
	}
	var schemas []json.RawMessage
	for _, one := range either {
		schema, err := s.add(s.reflector(false), one, "")
		if err != nil {
			return nil, err
		}
		schemas = append(schemas, schema)
	}
	return json.Marshal(map[string]any{"anyOf": schemas})
}

// eitherOf returns the types of which a type that writes itself is one: its fields are pointers without names in JSON.
func eitherOf(t reflect.Type) (types []reflect.Type) {
	if t.Kind() != reflect.Struct || !written.Itself(t) {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.Type.Kind() != reflect.Pointer || f.Tag.Get("json") != "" {
			return nil
		}
		types = append(types, f.Type.Elem())
	}
	return types
}

// request is the schema of a type of a request, expanded; what is left out of a request is empty.
func (s *schemas) request(t reflect.Type) (object, error) {
	r := s.reflector(true)
	r.ExpandedStruct = true
	root, err := s.add(r, t, "In")
	if err != nil {
		return object{}, err
	}
	var o object
	return o, json.Unmarshal(root, &o)
}

// object is the schema of an object.
type object struct {
	Properties  map[string]json.RawMessage `json:"properties,omitempty"`
	Type        string                     `json:"type,omitempty"`
	Additional  *bool                      `json:"additionalProperties,omitempty"`
	Description string                     `json:"description,omitempty"`
}

func (s *schemas) reflector(request bool) *jsonschema.Reflector {
	return &jsonschema.Reflector{
		Anonymous: true, AllowAdditionalProperties: !request, RequiredFromJSONSchemaTags: request,
		Mapper: mapped, Namer: nameOf, CommentMap: s.comments,
	}
}

// add adds what a type's schema refers to, and returns the schema itself. A name that stands for another schema
// already, of an answer, gets a suffix.
func (s *schemas) add(r *jsonschema.Reflector, t reflect.Type, suffix string) (json.RawMessage, error) {
	text, err := json.Marshal(r.ReflectFromType(t))
	if err != nil {
		return nil, err
	}
	var schema map[string]json.RawMessage
	if err := json.Unmarshal(text, &schema); err != nil {
		return nil, err
	}
	var defs map[string]json.RawMessage
	if schema["$defs"] != nil {
		if err := json.Unmarshal(schema["$defs"], &defs); err != nil {
			return nil, err
		}
	}
	delete(schema, "$defs")
	delete(schema, "$schema")
	renamed := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		if there, ok := s.named[name]; ok && suffix != "" && !bytes.Equal(there, refer(defs[name], nil)) {
			renamed[name] = name + suffix
		}
	}
	for name, def := range defs {
		to := name
		if renamed[name] != "" {
			to = renamed[name]
		}
		s.named[to] = refer(def, renamed)
	}
	root, err := json.Marshal(schema)
	return refer(root, renamed), err
}

// refer has a schema refer to the document's components.
func refer(schema json.RawMessage, renamed map[string]string) json.RawMessage {
	for name, to := range renamed {
		schema = bytes.ReplaceAll(schema, []byte(`"#/$defs/`+name+`"`), []byte(`"#/components/schemas/`+to+`"`))
	}
	return bytes.ReplaceAll(schema, []byte(`"#/$defs/`), []byte(`"#/components/schemas/`))
}

// nameOf is what a type is called: its package and its name, with those of its parameters; "" for a type without one.
func nameOf(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	name := ""
	for _, word := range strings.FieldsFunc(t.String(), func(r rune) bool { return r == '[' || r == ']' || r == ',' }) {
		word = strings.TrimLeft(word, "*")
		word = word[strings.LastIndexByte(word, '/')+1:]
		for _, part := range strings.Split(strings.TrimPrefix(word, "node."), ".") {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// mapped is the schema of a type that writes itself, nil for others.
func mapped(t reflect.Type) *jsonschema.Schema {
	if t == reflect.TypeFor[json.RawMessage]() {
		return &jsonschema.Schema{Description: "any JSON"}
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && !written.Itself(t) &&
		!written.Itself(t.Elem()) {
		return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}
	}
	if !written.Itself(t) || t.Kind() == reflect.Struct && writesFields(t) {
		return nil
	}
	zero, err := json.Marshal(reflect.Zero(t).Interface())
	if err == nil && bytes.HasPrefix(zero, []byte("[")) {
		return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}
	}
	if t.Kind() != reflect.Uint8 {
		return &jsonschema.Schema{Type: "string"}
	}
	return &jsonschema.Schema{Type: "string", Enum: wordsOf(t)}
}

// writesFields says whether a type that writes itself writes an object of its fields.
func writesFields(t reflect.Type) bool {
	zero, err := json.Marshal(reflect.Zero(t).Interface())
	return err == nil && bytes.HasPrefix(zero, []byte("{"))
}

// wordsOf are the words that a type of few values writes of itself.
func wordsOf(t reflect.Type) (words []any) {
	for i := range 256 {
		v := reflect.New(t).Elem()
		v.SetUint(uint64(i))
		text, err := json.Marshal(v.Interface())
		var word string
		if err != nil || json.Unmarshal(text, &word) != nil || slices.Contains(words, any(word)) {
			continue
		}
		if back := reflect.New(t); json.Unmarshal(text, back.Interface()) == nil && back.Elem().Uint() == uint64(i) {
			words = append(words, word)
		}
	}
	return words
}
