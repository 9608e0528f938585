// Package reference lists all keys of files that people write, from the structs that they are read into and the
// comments
// on their fields, so that the page can't say anything else than the code.
package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"tallystick/network/settings"
)

// Comments reads what the Go files say of the fields of structs: "Type.Field" to its comment, and "Type" to the type's
// own.
func Comments(files ...string) (map[string]string, error) {
	found := map[string]string{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				note(found, spec)
			}
			return true
		})
	}
	return found, nil
}

// note takes the comments of a struct's fields in; several names on one line share theirs.
func note(found map[string]string, spec *ast.TypeSpec) {
	body, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range body.Fields.List {
		text := oneLine(field.Doc.Text() + " " + field.Comment.Text())
		for _, name := range field.Names {
			found[spec.Name.Name+"."+name.Name] = text
		}
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Page is a reference of one file's keys.
type Page struct {
	Title    string
	About    string       // what the file is, and an example
	Root     reflect.Type // that it is read into
	Comments map[string]string
	Defaults func(path string) string // what holds if a key isn't given, "" for none
}

// Text writes the page as Markdown. A key without a comment is an error: it would be no reference.
func (p Page) Text() (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n%s\n\n", p.Title, strings.TrimSpace(p.About))
	out.WriteString(
		"This page is made of the code; a test holds it to that. Keys are read without regard to case; one that means\nnothing is refused, with the nearest.\n")
	if err := p.write(&out, p.Root, "", map[reflect.Type]bool{}); err != nil {
		return "", err
	}
	return out.String(), nil
}

func (p Page) otherwise(path string) string {
	if p.Defaults == nil {
		return ""
	}
	return p.Defaults(path)
}

// write writes a table of a struct's keys, and then those of the structs in it, each once.
func (p Page) write(out *strings.Builder, of reflect.Type, path string, written map[reflect.Type]bool) error {
	heading := "Top level"
	if path != "" {
		heading = "`" + path + "`"
	}
	fmt.Fprintf(out, "\n## %s\n\n| key | form | default | meaning |\n|---|---|---|---|\n", heading)
	var inner []settings.Field
	for _, f := range settings.Fields(of) {
		at := strings.TrimPrefix(path+"."+f.Key, ".")
		comment := p.Comments[of.Name()+"."+f.Name]
		if comment == "" {
			return fmt.Errorf("%s.%s has no comment: it would say nothing of %s", of.Name(), f.Name, at)
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", f.Key, form(f.Type), code(p.otherwise(at)),
			escaped(strings.TrimPrefix(comment, f.Name+" is ")))
		if nested(f.Type) != nil {
			inner = append(inner, f)
		}
	}
	for _, f := range inner {
		if of := nested(f.Type); !written[of] {
			written[of] = true
			if err := p.write(out, of, strings.TrimPrefix(path+"."+f.Key, "."), written); err != nil {
				return err
			}
		}
	}
	return nil
}

// Assert holds the page in a file to the code, or writes it anew.
func Assert(t testing.TB, p Page, file string, rewrite bool) {
	t.Helper()
	want, err := p.Text()
	if err != nil {
		t.Fatal(err)
	}
	if rewrite {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s isn't what the code says (%v): go test -run TestKeysAreListed -rewrite-keys .", file, err)
	}
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func escaped(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// nested is the struct that a key has keys of its own in, nil if it has none.
func nested(of reflect.Type) reflect.Type {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if _, text := reflect.PointerTo(of).MethodByName("UnmarshalText"); text || of.Kind() != reflect.Struct {
		return nil
	}
	return of
}

// form says how a value is written.
func form(of reflect.Type) string {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return "time, such as 200ms or 5s"
	case of.Kind() == reflect.Slice && nested(of) != nil:
		return "list, see below"
	case of.Kind() == reflect.Slice:
		return "list of " + form(of.Elem())
	case of.Kind() == reflect.Map:
		return "name: " + form(of.Elem())
	case nested(of) != nil:
		return "see below"
	case of.Kind() == reflect.Bool:
		return "true or false"
	case of.Kind() == reflect.String:
		return "text"
	case of.Name() == "Size":
		return "size, such as 4 MB"
	}
	return "number"
}
