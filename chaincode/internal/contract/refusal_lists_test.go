package contract

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// maxInProse is how many refusals a request type may document in a sentence; more stand in a numbered list, one a line.
const maxInProse = 6

// refusals are what a request type documents: the codes in their order. Where a number stands again, what
// follows is another way on from the one before it: such a list reads in several ways.
type refusals struct {
	readings [][]fault.Code
	numbered bool
}

var (
	listItem = regexp.MustCompile(`^\s+([0-9]+)\. (.*)$`)
	itemText = regexp.MustCompile(`^([A-Z_]+): .*\.$`)
	aside    = regexp.MustCompile(`\([^()]*\)`)
	codeWord = regexp.MustCompile(`[A-Z]+(_[A-Z]+)*`)
)

// readRefusals reads a doc comment, or says what is wrong with its list.
func readRefusals(doc string) (r refusals, wrong string) {
	_, list, found := strings.Cut(doc, "Refused, first that applies:")
	if !found {
		return r, ""
	}
	for line := range strings.Lines(list) {
		item := listItem.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if item == nil {
			continue
		}
		r.numbered = true
		n, err := strconv.Atoi(item[1])
		text := itemText.FindStringSubmatch(item[2])
		if err != nil || text == nil || !isCode(text[1]) {
			return r, "want \"N. CODE: when.\" in " + line
		}
		if wrong := r.add(n, fault.Code(text[1])); wrong != "" {
			return r, wrong
		}
	}
	if r.numbered {
		return r, ""
	}
	prose, _, _ := strings.Cut(aside.ReplaceAllString(list, ""), ".")
	var codes []fault.Code
	for _, word := range codeWord.FindAllString(prose, -1) {
		if isCode(word) {
			codes = append(codes, fault.Code(word))
		}
	}
	r.readings = [][]fault.Code{codes}
	return r, ""
}

// add puts item n behind the one before it.
func (r *refusals) add(n int, code fault.Code) (wrong string) {
	if len(r.readings) == 0 {
		r.readings = [][]fault.Code{nil}
	}
	last := r.readings[len(r.readings)-1]
	switch {
	case n == len(last)+1:
		r.readings[len(r.readings)-1] = append(last, code)
	case n > 1 && n <= len(last):
		r.readings = append(r.readings, append(slices.Clone(last[:n-1]), code))
	default:
		return "item " + strconv.Itoa(n) + " stands behind item " + strconv.Itoa(len(last))
	}
	return ""
}

func isCode(word string) bool {
	return slices.ContainsFunc(fault.Table, func(m fault.Meaning) bool { return string(m.Code) == word })
}

// documented reads the refusals of all request types, by package and type ("points.HoldRequest").
func documented(t *testing.T) map[string]refusals {
	all := map[string]refusals{}
	files, err := filepath.Glob("../../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE || len(gen.Specs) != 1 {
				continue
			}
			spec, ok := gen.Specs[0].(*ast.TypeSpec)
			if !ok || !strings.HasSuffix(spec.Name.Name, "Request") {
				continue
			}
			name := file.Name.Name + "." + spec.Name.Name
			list, wrong := readRefusals(gen.Doc.Text())
			if wrong != "" {
				t.Errorf("%s: %s", name, wrong)
			}
			if len(list.readings) > 0 {
				all[name] = list
			}
		}
	}
	return all
}

// played are the codes that a subject of the precedence test tries, in their order.
func (p precedence) played() (codes []fault.Code) {
	for _, g := range slices.Concat(p.grounds...) {
		codes = append(codes, g.code)
	}
	return codes
}

// requestOf names the type of a subject's request.
func (p precedence) requestOf(t fataler) string {
	_, _, req := p.on(t, causes{})
	return reflect.TypeOf(req).String()
}

// sameOrder compares codes, of which each may stand for several reasons in a row. What Check refuses comes first and
// isn't played, but by subjects that begin with it.
func sameOrder(documented, played []fault.Code) bool {
	for _, code := range []fault.Code{fault.BadRequest, fault.Limit} {
		if len(documented) > 0 && documented[0] == code && len(played) > 0 && played[0] != code {
			documented = documented[1:]
		}
	}
	return slices.Equal(slices.Compact(slices.Clone(documented)), slices.Compact(slices.Clone(played)))
}

// TestRefusalsAreDocumentedAsPlayed compares the refusals that each request type documents with the codes that the
// precedence test tries in this order. Of a list that reads in several ways each is tried.
func TestRefusalsAreDocumentedAsPlayed(t *testing.T) {
	docs := documented(t)
	tried := map[string][]bool{}
	for subject, p := range precedences() {
		name, played := p.requestOf(t), p.played()
		if tried[name] == nil {
			tried[name] = make([]bool, len(docs[name].readings))
		}
		at := slices.IndexFunc(docs[name].readings, func(reading []fault.Code) bool {
			return sameOrder(reading, played)
		})
		if at < 0 {
			t.Errorf("%s: %s documents %v, the precedence test plays %v", subject, name, docs[name].readings, played)
			continue
		}
		tried[name][at] = true
	}
	for name, readings := range tried {
		if slices.Contains(readings, true) && slices.Contains(readings, false) {
			t.Errorf("%s: not every way to read its list is played: %v of %v", name, readings, docs[name].readings)
		}
	}
}

// TestLongRefusalListsAreNumbered holds that nobody has to count refusals in a sentence, and names the long lists that
// nothing plays.
func TestLongRefusalListsAreNumbered(t *testing.T) {
	docs := documented(t)
	kinds := 0
	command.Kinds(func(command.Kind, string) { kinds++ })
	if len(docs) < kinds {
		t.Errorf("%d request types document their refusals, %d kinds of command", len(docs), kinds)
	}
	left := map[string]bool{}
	for name, list := range docs {
		left[name] = list.numbered
		if n := len(list.readings[0]); list.numbered != (n > maxInProse) && len(list.readings) == 1 {
			t.Errorf("%s documents %d refusals; want more than %d numbered, one a line, and fewer in a sentence", name,
				n, maxInProse)
		}
	}
	for _, p := range precedences() {
		left[p.requestOf(t)] = false
	}
	maps.DeleteFunc(left, func(_ string, unplayed bool) bool { return !unplayed })
	if len(left) > 0 {
		t.Errorf("no precedence is played of %v", slices.Sorted(maps.Keys(left)))
	}
}
