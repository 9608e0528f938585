package codec

import (
	"bytes"
	std "encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
)

// maxDepth is how deep JSON may nest. Nothing of ours comes near.
const maxDepth = 32

// DecodeJSON reads one JSON value strictly into a pointer. LIMIT above MaxBytes;
// BAD_REQUEST for what nests deeper than 32, for unknown, repeated or trailing
// parts, field names that aren't letter for letter the type's, and wrong types.
// What it says names the field, never the value.
func DecodeJSON(data []byte, to any) error {
	if len(data) > MaxBytes {
		return tooLarge(len(data))
	}
	if err := checkDepth(data); err != nil {
		return err
	}
	if err := checkFields(json.NewDecoder(bytes.NewReader(data)), reflect.TypeOf(to)); err != nil {
		return fault.New(fault.BadRequest, "JSON: %v", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	var refusal *fault.Error
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &wrongType):
		return fault.New(fault.BadRequest, "JSON: field %s: want %s, got a %s",
			fieldAt(data, wrongType.Offset), wanted(wrongType.Type), wrongType.Value)
	case err != nil:
		return fault.New(fault.BadRequest, "JSON: %.120s", err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.BadRequest, "JSON: something follows the value")
	}
	return nil
}

// fieldAt is the field of a JSON text whose value ends or begins at an offset, with the places of lists in between:
// take.0.points.
func fieldAt(data []byte, offset int64) string {
	d := json.NewDecoder(bytes.NewReader(data))
	path := ""
	var walk func(at string) bool
	walk = func(at string) (found bool) {
		token, err := d.Token()
		if path = at; err != nil || d.InputOffset() >= offset {
			return true
		}
		open, ok := token.(json.Delim)
		for i := 0; ok && d.More(); i++ {
			part := any(i)
			if open == '{' {
				if part, err = d.Token(); err != nil {
					return true
				}
			}
			if walk(within(at, part)) {
				return true
			}
		}
		if ok {
			_, err = d.Token()
		}
		path = at
		return err != nil
	}
	walk("")
	return path
}

// within is the path of a field or a place inside of another.
func within(path string, part any) string {
	text := fmt.Sprint(part)
	if path == "" {
		return text[:min(len(text), 40)]
	}
	return path + "." + text[:min(len(text), 40)]
}

// wanted says what JSON a type is written as.
func wanted(t reflect.Type) string {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return "a text in base64"
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map, reflect.Pointer, reflect.Interface:
		return "an object"
	}
	return "a whole number in its bounds"
}

// checkDepth counts brackets outside of strings. It keeps no stack: whatever
// reads the value after it may recurse.
func checkDepth(data []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > maxDepth {
				return fault.New(fault.BadRequest, "JSON: nests deeper than %d", maxDepth)
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return nil
}

var errNoValue = errors.New("not a value")

// misnamed is a field that an object may not have.
type misnamed struct{ path, what string }

func (m *misnamed) Error() string { return fmt.Sprintf("field %q %s", m.path, m.what) }

// inside says of an error in a part of a value where that part stands.
func inside(part any, err error) error {
	var m *misnamed
	if errors.As(err, &m) {
		m.path = fmt.Sprint(part) + "." + m.path
	}
	return err
}

// checkFields walks one value beside its type. It refuses an object that names a
// field twice, and a name that encoding/json would take for another one: it
// folds case, and letters of other alphabets with it, such as ſ for s.
func checkFields(d *json.Decoder, t reflect.Type) error {
	token, err := d.Token()
	if err != nil {
		return errNoValue
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	t = shapeOf(t)
	seen := map[string]bool{}
	for i := 0; d.More(); i++ {
		inner, part := elementOf(t), any(i)
		if open == '{' {
			if part, err = d.Token(); err != nil {
				return errNoValue
			}
			field := fmt.Sprint(part)
			if seen[field] {
				return &misnamed{fmt.Sprintf("%.40s", field), "stands twice"}
			}
			seen[field] = true
			if inner, ok = fieldOf(t, field); !ok {
				return &misnamed{fmt.Sprintf("%.40s", field), "is unknown"}
			}
		}
		if err := checkFields(d, inner); err != nil {
			return inside(part, err)
		}
	}
	if _, err = d.Token(); err != nil {
		return errNoValue
	}
	return nil
}

// shapeOf is the struct, list or map that a value of the type is read into; nil
// if the type reads itself.
func shapeOf(t reflect.Type) reflect.Type {
	for t != nil {
		to := reflect.PointerTo(t)
		switch {
		case to.Implements(reflect.TypeFor[json.Unmarshaler]()), to.Implements(reflect.TypeFor[std.TextUnmarshaler]()):
			return nil
		case t.Kind() != reflect.Pointer:
			return t
		}
		t = t.Elem()
	}
	return nil
}

// elementOf is the type of what a list or a map holds.
func elementOf(t reflect.Type) reflect.Type {
	if t != nil && slices.Contains([]reflect.Kind{reflect.Slice, reflect.Array, reflect.Map}, t.Kind()) {
		return t.Elem()
	}
	return nil
}

// fieldOf is the type of what stands under a name in an object of the type. Only
// a struct knows its names.
func fieldOf(t reflect.Type, name string) (reflect.Type, bool) {
	if t == nil || t.Kind() != reflect.Struct {
		return elementOf(t), true
	}
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && (tag == name && tag != "-" || tag == "" && f.Name == name) {
			return f.Type, true
		}
	}
	return nil, false
}
