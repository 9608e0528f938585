package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/cmd/tally/internal/settle"
	"tallystick/client/node"
	"tallystick/client/node/operations"
	"tallystick/client/payments"
)

// textsOf are the texts in the sources of client's packages, without those of commands and of tests, by where they
// stand.
func textsOf(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "cmd" || strings.HasSuffix(entry.Name(), "test")):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(source, func(n ast.Node) bool {
			if field, is := n.(*ast.Field); is && field.Tag != nil {
				return false
			}
			if lit, is := n.(*ast.BasicLit); is && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Errorf("%s: %v", files.Position(lit.Pos()), err)
				}
				texts[files.Position(lit.Pos()).String()] = text
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 1000 {
		t.Fatalf("only %d texts", len(texts))
	}
	return texts
}

var aVerb = regexp.MustCompile(`(?:^|[^/\w])tally [a-z]`)

// performed says whether an operation has a command whose words are its name's.
func performed(t *testing.T, operation string) bool {
	t.Helper()
	if !slices.ContainsFunc(operations.All(), func(op node.Operation) bool { return op.About().Name == operation }) {
		return false
	}
	words := strings.Split(operation, ".")
	cmd, rest, err := root(&cli.App{}).Find(words)
	return err == nil && len(rest) == 0 && cmd.Runnable()
}

var aFlag = regexp.MustCompile(`(?:^|[^-\w])--([a-z][a-z-]*)`)

// TestRefusalsNameFields: no package but the command line knows of flags. What refusals name in backquotes is a flag
// here.
func TestRefusalsNameFields(t *testing.T) {
	used := map[string]bool{"file": true, "notice": true} // see node.Carrier
	for where, text := range textsOf(t) {
		if m := aFlag.FindStringSubmatch(text); m != nil {
			t.Errorf("%s: names the flag --%s: name the request's field, as `%s`", where, m[1], m[1])
		}
		if aVerb.MatchString(text) && !strings.Contains(where, "statement/pdf.go") { // which is for whom it is sent to
			t.Errorf("%s: names a verb of the command line: name the operation, as `cycle.close`", where)
		}
		for _, m := range cli.FieldName.FindAllStringSubmatch(text, -1) {
			if used[m[1]] = true; cli.FieldNames[m[1]] == "" && !performed(t, m[1]) {
				t.Errorf("%s: the command line has no name for `%s`: see fieldNames", where, m[1])
			}
		}
	}
	for field, says := range cli.FieldNames {
		if !used[field] {
			t.Errorf("%s: no refusal names it", field)
		}
		for _, m := range aFlag.FindAllStringSubmatch(says, -1) {
			if _, known := cli.FlagMeanings[m[1]]; !known {
				t.Errorf("%s: no command has a flag --%s", field, m[1])
			}
		}
	}
}

// TestRefusalsAreToldInFlags, whichever way they go to people.
func TestRefusalsAreToldInFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"model", "select", "--issuer", "D"}, "say --issuer and --acceptor, two parties, or choose a --view"},
		{[]string{"benefit", "amend", "ride"}, "say what changes: --quota, --grantor or --open or --closed"},
		{[]string{"member", "recognise", "--channel", "a b", "--customer", "1"}, "--channel: want letters"},
	} {
		for _, form := range []string{"table", "json"} {
			args := append([]string{"--as", "D", "--network", "nowhere", "-o", form}, c.args...)
			if _, errs, exit := run(t, args...); exit != 2 || !strings.Contains(errs, c.want) {
				t.Errorf("%v: exit %d: %s, want %s", args, exit, errs, c.want)
			}
		}
	}
	for text, want := range map[string]string{
		"it isn't computed: `cycle.compute`": "it isn't computed: tally cycle compute",
		"ask again with `request` till-7":    "ask again with --request till-7",
		"the reason `no_such_name` of D":     "the reason `no_such_name` of D",
		"it stays":                           "it stays",
	} {
		if got := cli.InFlags(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestWhatAPersonMayDo is an operation with what a bank's line says, and a line to type here.
func TestWhatAPersonMayDo(t *testing.T) {
	names := map[string]bool{}
	for _, op := range operations.All() {
		names[op.About().Name] = true
	}
	for _, c := range []struct {
		next payments.Next
		want string
	}{
		{payments.Next{Operation: "payment.bounce", Payment: "2026-11-3", Reason: "AC04"},
			"tally payment bounce 2026-11-3 --reason AC04"},
		{payments.Next{Operation: "payment.receive", Payment: "2026-11-3", Fen: 1_234_00,
			Booked:    clitest.November + 29 + 3,
			Reference: "N7", Charges: 50},
			"tally payment receive 2026-11-3 --amount 1234.00 --booked 2026-12-03 --reference N7 [--charges 0.50]"},
		{payments.Next{Operation: "payment.take-back", Payment: "2026-11-3", Fen: 100,
			Booked:  clitest.November + 29 + 3,
			Receipt: "N7", Reference: "B"},
			"tally payment take-back 2026-11-3 --amount 1.00 --booked 2026-12-03 --receipt N7 --reference B --evidence FILE"},
		{payments.Next{Operation: "payment.take-back", Payment: "2026-11-3", Fen: 100,
			Booked: clitest.November + 29 + 3, Reference: "B"},
			"tally payment take-back 2026-11-3 --amount 1.00 --booked 2026-12-03 --receipt REFERENCE --reference B --evidence FILE"},
	} {
		if got := settle.NextText(c.next); got != c.want || !names[c.next.Operation] {
			t.Errorf("%+v: %q, want %q", c.next, got, c.want)
		}
		words := strings.Fields(strings.NewReplacer("[", "", "]", "", "FILE", "fieldnames_test.go").Replace(c.want))
		if _, err := hearWords(t, words[1:]); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
	}
}
