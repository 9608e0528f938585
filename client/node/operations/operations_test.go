package operations

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"tallystick/chaincode/code"
	"tallystick/chaincode/pedersen"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
	"tallystick/client/node/members"
	"tallystick/client/vault"
	"tallystick/client/webhook"
)

// TestOperationsAreWhole: each is declared and listed once, is named as its variable is, says who may and what it does
// in both languages, and has an example that is a request.
func TestOperationsAreWhole(t *testing.T) {
	declared := declaredOperations(t)
	routes := map[string]string{}
	for _, op := range All() {
		row := op.About()
		name := row.Variable()
		i := slices.Index(declared, name)
		if i < 0 {
			t.Errorf("%s: want it to be the variable %s, declared once and listed once", row.Name, name)
			continue
		}
		declared = slices.Delete(declared, i, i+1)
		if row.En == "" || !hasHan(row.Zh) || row.Permission == "" {
			t.Errorf("%s: what it does in English %q and Chinese %q, and who may: %q", row.Name, row.En,
				row.Zh, row.Permission)
		}
		if (row.Method == "GET") != (row.Permission.Asks() && !op.Carries()) || row.Method != "GET" &&
			row.Method != "POST" {
			t.Errorf("%s: method %s for who may %s", row.Name, row.Method, row.Permission)
		}
		route := row.Method + " " + braces.ReplaceAllString(row.Path, "{}")
		if other := routes[route]; other != "" || !strings.HasPrefix(row.Path, "/v1/") {
			t.Errorf("%s: its route %s is that of %q", row.Name, route, other)
		}
		routes[route] = row.Name
		if err := op.CheckJSON(json.RawMessage(row.Example)); err != nil {
			t.Errorf("%s: its example %s: %v", row.Name, row.Example, err)
		}
		checkPath(t, op)
	}
	if len(declared) > 0 {
		t.Errorf("declared, and not in Operations: %v", declared)
	}
}

var braces = regexp.MustCompile(`\{(\w+)\}`)

// checkPath holds that what a path names is in the example of the request.
func checkPath(t *testing.T, op node.Operation) {
	t.Helper()
	row := op.About()
	var fields map[string]any
	if err := json.Unmarshal([]byte(row.Example), &fields); err != nil {
		t.Errorf("%s: %v", row.Name, err)
	}
	for _, m := range braces.FindAllStringSubmatch(row.Path, -1) {
		if fields[m[1]] == nil {
			t.Errorf("%s: path %s names %s, which its example hasn't", row.Name, row.Path, m[1])
		}
	}
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// declaredOperations are the variables of client/node and what is below it that are made by Sends, Does, Tries, Alone
// or Lists.
func declaredOperations(t *testing.T) (names []string) {
	t.Helper()
	kit, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(kit, subjects...) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			vars, ok := d.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			for _, spec := range vars.Specs {
				if v := spec.(*ast.ValueSpec); len(v.Values) == 1 && makesOperation(v.Values[0]) {
					names = append(names, v.Names[0].Name)
				}
			}
		}
	}
	return names
}

func makesOperation(value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	made := call.Fun
	switch f := made.(type) {
	case *ast.IndexExpr:
		made = f.X
	case *ast.IndexListExpr:
		made = f.X
	}
	if of, ok := made.(*ast.SelectorExpr); ok {
		made = of.Sel
	}
	name, ok := made.(*ast.Ident)
	return ok && slices.Contains([]string{"Sends", "Does", "Tries", "Alone", "Lists", "Paged", "PagedAlone"}, name.Name)
}

// private are the fields of requests that aren't for the ledger, not even as a hash that could be guessed.
var private = []string{"customer", "fields", "value"}

// TestPrivateRequestsHide: a request that names something private says so, whichever struct the field comes from.
func TestPrivateRequestsHide(t *testing.T) {
	found := 0
	for _, op := range All() {
		typ, _ := op.Types()
		request := reflect.New(typ).Elem()
		for _, f := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || !slices.Contains(private, name) {
				continue
			}
			found++
			switch at := request.FieldByIndex(f.Index); at.Kind() {
			case reflect.String:
				at.SetString("13800000000")
			case reflect.Slice:
				at.Set(reflect.MakeSlice(at.Type(), 1, 1))
			}
			if h, says := request.Interface().(node.Hider); !says || !h.Hides() {
				t.Errorf("%s: %s is private, and the request doesn't say so (Hides)", op.About().Name, name)
			}
			if op.About().Method != "POST" {
				t.Errorf("%s: %s is private, and would stand in an address", op.About().Name, name)
			}
		}
	}
	if found < 6 {
		t.Errorf("only %d private fields", found)
	}
}

// secrets are the types of what isn't for all who may ask, and the JSON names of what has no type of its own.
var (
	secrets = []reflect.Type{reflect.TypeFor[code.Code](), reflect.TypeFor[catalogue.PrivatePrice](),
		reflect.TypeFor[pedersen.Opening](),
		reflect.TypeFor[vault.Account](), reflect.TypeFor[members.Customer](), reflect.TypeFor[webhook.Secrets]()}
	secretFields = []string{"fields", "salt", "seed"}
)

// TestSecretsArentForAll: an answer with a secret needs another permission than to ask, and is a POST.
func TestSecretsArentForAll(t *testing.T) {
	found := 0
	for _, op := range All() {
		_, answer := op.Types()
		secret := secretIn(answer, map[reflect.Type]bool{})
		if secret == "" {
			continue
		}
		found++
		if row := op.About(); row.Permission.Asks() || row.Method != "POST" {
			t.Errorf("%s: its answer tells a secret, %s: want another permission than %s, and POST", row.Name,
				secret, row.Permission)
		}
	}
	if found < 14 {
		t.Errorf("only %d answers with secrets", found)
	}
}

// secretIn finds a secret in what a type is made of, "" if there is none.
func secretIn(typ reflect.Type, seen map[reflect.Type]bool) string {
	switch {
	case seen[typ]:
		return ""
	case slices.Contains(secrets, typ):
		return typ.String()
	}
	seen[typ] = true
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return secretIn(typ.Elem(), seen)
	case reflect.Struct:
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || !f.IsExported() && !f.Anonymous {
				continue
			}
			if slices.Contains(secretFields, name) {
				return name
			}
			if secret := secretIn(f.Type, seen); secret != "" {
				return secret
			}
		}
	}
	return ""
}
