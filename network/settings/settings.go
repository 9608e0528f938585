// Package settings holds files that people write, such as a topology, a profile or a mapping, to the struct that they
// are read into: a key that means nothing is refused with the file, the line and the nearest key, and every key there
// is
// can be listed with what its field's comment says ([tallystick/network/settings/reference]).
//
// It is pure, and knows neither networks nor points: clients read their files with it, too.
package settings

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Check refuses keys of a YAML file that nothing of a struct's type is named by, all of them at once, and keys that
// stand twice. Case doesn't count. What isn't YAML is left to whoever reads it.
func Check(file string, data []byte, into reflect.Type) error {
	var faults []error
	for documents := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var document yaml.Node
		err := documents.Decode(&document)
		if errors.Is(err, io.EOF) {
			return errors.Join(faults...)
		}
		if err != nil {
			return nil // the reader says it better
		}
		for _, n := range document.Content {
			faults = append(faults, check(file, n, into, maxDepth)...)
		}
	}
}

// Decode reads a file's one document into a pointer to a struct, as Check has it, and refuses what is no YAML for it.
// Nothing
// is written for a file of nothing.
func Decode(file string, data []byte, into any) error {
	if err := Check(file, data, reflect.TypeOf(into)); err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", cmp.Or(file, "the file"), err)
	}
	return nil
}

// DecodeNode is Decode for a part of a document.
func DecodeNode(n *yaml.Node, into any) error {
	if err := errors.Join(check("", n, reflect.TypeOf(into), maxDepth)...); err != nil {
		return err
	}
	return n.Decode(into)
}

// maxDepth is how deep settings nest: what lies deeper is the reader's to refuse.
const maxDepth = 16

func check(file string, n *yaml.Node, into reflect.Type, depth int) (faults []error) {
	for into.Kind() == reflect.Pointer {
		into = into.Elem()
	}
	switch {
	case depth == 0 || isText(into) || readsItself(into):
	case n.Kind == yaml.SequenceNode && into.Kind() == reflect.Slice:
		for _, one := range n.Content {
			faults = append(faults, check(file, one, into.Elem(), depth-1)...)
		}
	case n.Kind == yaml.MappingNode && into.Kind() == reflect.Struct:
		return checkKeys(file, n, into, depth)
	}
	return faults
}

func checkKeys(file string, n *yaml.Node, into reflect.Type, depth int) (faults []error) {
	fields := Fields(into)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := strings.ToLower(key.Value)
		at := slices.IndexFunc(fields, func(f Field) bool { return strings.EqualFold(f.Key, key.Value) })
		switch {
		case seen[name]:
			faults = append(faults, fmt.Errorf("%s: %s stands twice", place(file, key), key.Value))
		case at < 0:
			faults = append(faults, fmt.Errorf("%s: %w", place(file, key), Unknown(key.Value, Keys(into))))
		default:
			faults = append(faults, check(file, value, fields[at].Type, depth-1)...)
		}
		seen[name] = true
	}
	return faults
}

// Field is a key of a struct's.
type Field struct {
	Name string // in Go
	Key  string // in the file
	Type reflect.Type
}

// Fields lists the keys of a struct type: by a mapstructure, yaml or json tag, or else the field's own name with a
// small letter
// at its beginning. Fields that no file can have, with the tag "-" or not exported, are left out.
func Fields(of reflect.Type) (list []Field) {
	for i := range of.NumField() {
		f := of.Field(i)
		key := tagOf(f)
		if !f.IsExported() || key == "-" {
			continue
		}
		if key == "" {
			key = lowered(f.Name)
		}
		list = append(list, Field{f.Name, key, f.Type})
	}
	return list
}

func tagOf(f reflect.StructField) string {
	for _, of := range []string{"mapstructure", "yaml", "json"} {
		if tag, _, _ := strings.Cut(f.Tag.Get(of), ","); tag != "" {
			return tag
		}
	}
	return ""
}

// lowered is a field's name as a key: basePort, id, en.
func lowered(name string) string {
	if strings.ToUpper(name) == name {
		return strings.ToLower(name)
	}
	letters := []rune(name)
	letters[0] = unicode.ToLower(letters[0])
	return string(letters)
}

// isText says whether a struct is written as one text.
func isText(of reflect.Type) bool {
	_, unmarshals := reflect.PointerTo(of).MethodByName("UnmarshalText")
	return unmarshals || of == reflect.TypeFor[time.Time]()
}

// readsItself says whether a type takes its part of a document apart by itself.
func readsItself(of reflect.Type) bool {
	_, unmarshals := reflect.PointerTo(of).MethodByName("UnmarshalYAML")
	return unmarshals
}

// place is where a key stands, in a file that may have no name.
func place(file string, key *yaml.Node) string {
	if file == "" {
		return fmt.Sprintf("line %d", key.Line)
	}
	return fmt.Sprintf("%s:%d", file, key.Line)
}

// Keys are the names of a struct type's keys.
func Keys(of reflect.Type) (names []string) {
	for _, f := range Fields(of) {
		names = append(names, f.Key)
	}
	return names
}

// Unknown refuses a key that is none of some names, with the one that somebody may have meant, or all that there are.
func Unknown(key string, names []string) error {
	if near := Nearest(key, names); near != "" {
		return fmt.Errorf("unknown key %.60q; did you mean %s?", key, near)
	}
	return fmt.Errorf("unknown key %.60q; there are %s", key, strings.Join(slices.Sorted(slices.Values(names)), ", "))
}

// Nearest is the name that is so near to a text that it may have been meant, "" if none is: one letter in three may be
// another, and more are near if one begins with the other.
func Nearest(text string, names []string) string {
	best, least := "", len([]rune(text))/3+2
	for _, name := range names {
		a, b := strings.ToLower(text), strings.ToLower(name)
		d := distance(a, b)
		if len(a) > 2 && (strings.HasPrefix(b, a) || strings.HasPrefix(a, b) && len(b) > 2) {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters to add, leave out, exchange or swap with the next that make one text the other.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range now {
		now[j] = j
	}
	for i := range x {
		before, last, now = last, now, before
		now[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			now[j+1] = min(last[j]+cost, last[j+1]+1, now[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				now[j+1] = min(now[j+1], before[j-1]+1)
			}
		}
	}
	return now[len(y)]
}
