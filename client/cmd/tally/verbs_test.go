package main

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/keyfile"
)

var errHeard = errors.New("heard")

// meantBy is what a request id would stand for, of a command line that is run up to the
// point where it needs the network: the content where that says all, else the intent.
// It is "" for a line that gets nowhere near, and why.
func meantBy(t *testing.T, words []string) (string, error) {
	t.Helper()
	key := ""
	a := &cli.App{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}
	a.Heard = func(req command.Request) error {
		hash := command.New("", req).Hash()
		key = "content " + hex.EncodeToString(hash[:])
		return errHeard
	}
	cmd := root(a)
	cmd.SetArgs(append([]string{"--as", "D", "--network", "nowhere"}, words...))
	cmd.SetOut(a.Out)
	cmd.SetErr(a.Err)
	err := cmd.ExecuteContext(t.Context())
	switch {
	case errors.Is(err, errHeard):
		return key, nil
	case err != nil && strings.Contains(err.Error(), "make up"):
		intent := command.IntentOf(codec.Encode(a.Call.Meaning))
		return "intent " + hex.EncodeToString(intent[:]) + uploaded(t, a), nil
	}
	return "", err
}

// uploaded is the file that goes with a request: the node puts its hash in what the request stands for.
func uploaded(t *testing.T, a *cli.App) string {
	t.Helper()
	if a.Call.Upload.Open == nil {
		return ""
	}
	file, err := a.Call.Upload.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// examplesOf are the lines that show how a command is used, in words, without the
// party that they are for.
func examplesOf(t *testing.T, c *cobra.Command) (lines [][]string) {
	t.Helper()
	for _, line := range strings.Split(strings.ReplaceAll(c.Example, "\\\n", "")+"\n"+more[c.CommandPath()], "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.Contains(line, "…") {
			continue
		}
		words, err := shellquote(strings.TrimPrefix(line, "tally "))
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if len(words) > 1 && words[0] == "--as" {
			words = words[2:]
		}
		lines = append(lines, words)
	}
	if len(lines) == 0 {
		lines = append(lines, strings.Fields(c.CommandPath())[1:])
	}
	return lines
}

// noRequests are the commands that send none, so that no request id stands for
// anything; and those whose imports are known by their source.
var noRequests = map[string]string{
	"tally refusals": "a list", "tally version": "of the program", "tally verify-proof": "reads a file",
	"tally verify-statement": "reads a file",
	"tally verify-liability": "reads a file", "tally member sign": "the member signs alone",
	"tally statement diff": "reads a file",
	"tally books":          "questions", "tally points liability": "a question",
	"tally audit-log":    "questions",
	"tally audit":        "asks no node",
	"tally terms accept": "the vault keeps it, the ledger hears nothing",
	"tally import":       "known by its source", "tally good import": "known by its source",
}

// sendsNothing says whether a command, or the group that it is in, sends no request.
func sendsNothing(path string) bool {
	for group := range noRequests {
		if path == group || strings.HasPrefix(path, group+" ") {
			return true
		}
	}
	return false
}

// more are lines beside the examples, for flags that go together.
var more = map[string]string{
	"tally rate agree": "rate agree MP GP --terms " + strings.Repeat("ab", 32),
	"tally member unlink": "member unlink wang --party F --channel app --account " + strings.Repeat("ab",
		32) + " --reason left",
	"tally offer publish":    "offer publish winter --en W --zh W --from 2026-12-01 --until 2027-01-31 --programme DP --rule basket",
	"tally payment instruct": "payment instruct --cycle 2026-11 --accounts accounts.yaml --out pain001.xml",
}

// TestEveryVerbsIntent walks all commands. The same line stands for the same, whenever it is
// said; and a line in which one argument or one flag is another stands for something else.
// A verb or a flag that is forgotten fails here.
func TestEveryVerbsIntent(t *testing.T) {
	camt, err := filepath.Abs("../../iso20022/testdata/mixed.camt.054.xml")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	prepareFiles(t, camt)
	pool := map[string]map[string]bool{} // flag: values that examples give it
	var leaves []*cobra.Command
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.HasSubCommands() {
			return
		}
		leaves = append(leaves, c)
		for _, words := range examplesOf(t, c) {
			noteValues(pool, words)
		}
	}
	walk(root(&cli.App{}))
	seen := map[string]string{}
	for _, c := range leaves {
		if sendsNothing(c.CommandPath()) {
			continue
		}
		t.Run(strings.ReplaceAll(c.CommandPath()[len("tally "):], " ", "_"), func(t *testing.T) {
			verbsIntent(t, c, pool, seen)
		})
	}
	if len(leaves) < 150 {
		t.Errorf("only %d commands", len(leaves))
	}
}

// base is a line of a verb that gets as far as the network, and what it stands for.
type base struct {
	words []string
	key   string
}

func verbsIntent(t *testing.T, c *cobra.Command, pool map[string]map[string]bool, seen map[string]string) {
	t.Helper()
	var bases []base
	for _, words := range examplesOf(t, c) {
		key, err := meantBy(t, words)
		if err != nil || key == "" {
			t.Logf("%v: %v", words, err)
			continue
		}
		if again, _ := meantBy(t, words); again != key && strings.HasPrefix(key, "content") {
			t.Errorf("%v: its content is chosen, so it is no intent: send it by once", words)
		} else if again != key {
			t.Errorf("%v: stands for something else the second time", words)
		}
		if line := sentBy(words); seen[key] != "" && seen[key] != line {
			t.Errorf("%s stands for the same as %s", line, seen[key])
		} else if seen[key] == "" {
			seen[key], bases = line, append(bases, base{words, key})
		}
	}
	if len(bases) == 0 {
		t.Fatal("no example gets as far as the network")
	}
	varyArgs(t, c, bases)
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(how, f.Name) && !tells(bases, f.Name) && !varyFlag(t, bases, f, candidates(c, f, pool)) {
			t.Errorf("--%s %s: no line with it stands for something else", f.Name, f.Value.Type())
		}
	})
}

// how are flags that say how something is done, not what: a lane sends the same as another.
var how = []string{"help", "yes", "lane", "out"}

// sentBy is a line without how it is to be answered.
func sentBy(words []string) string {
	line := slices.Clone(words)
	if i := slices.Index(line, "-o"); i >= 0 {
		line = slices.Delete(line, i, i+2)
	}
	return strings.Join(line, " ")
}

// tells says whether lines that differ, as all do, differ by having a switch or not.
func tells(bases []base, flag string) bool {
	with, without := false, false
	for _, b := range bases {
		has := slices.ContainsFunc(b.words, func(w string) bool {
			return w == "--"+flag || strings.HasPrefix(w, "--"+flag+"=")
		})
		with, without = with || has, without || !has
	}
	return with && without
}

// varyFlag gives a flag another value, beside what a line has or instead of one of its flags.
func varyFlag(t *testing.T, bases []base, f *pflag.Flag, values []string) bool {
	t.Helper()
	for _, b := range bases {
		for _, value := range values {
			if varied(t, b, append(slices.Clone(b.words), "--"+f.Name+"="+value)) {
				return true
			}
		}
	}
	for _, b := range bases {
		for i, w := range b.words {
			if !strings.HasPrefix(w, "--") {
				continue
			}
			to := i + 1
			if to < len(b.words) && !strings.HasPrefix(b.words[to], "--") && !strings.Contains(w, "=") {
				to++
			}
			shorter := slices.Concat(b.words[:i], b.words[to:])
			for _, value := range values {
				if varied(t, b, append(shorter, "--"+f.Name+"="+value)) {
					return true
				}
			}
		}
	}
	return false
}

// varyArgs gives each argument another value.
func varyArgs(t *testing.T, c *cobra.Command, bases []base) {
	t.Helper()
	depth := len(strings.Fields(c.CommandPath())) - 1
	for _, b := range bases {
		for i := depth; i < len(b.words) && !strings.HasPrefix(b.words[i], "-"); i++ {
			if !slices.ContainsFunc(others(b.words[i]), func(value string) bool {
				line := slices.Clone(b.words)
				line[i] = value
				return varied(t, b, line)
			}) {
				t.Errorf("%v: no other %q stands for something else", b.words, b.words[i])
			}
		}
	}
}

// varied says whether a line gets as far as the network, and stands for something else.
func varied(t *testing.T, b base, line []string) bool {
	t.Helper()
	key, err := meantBy(t, line)
	return err == nil && key != "" && key != b.key
}

// noteValues collects what flags are given.
func noteValues(pool map[string]map[string]bool, words []string) {
	for i, w := range words {
		name, ok := strings.CutPrefix(w, "--")
		if !ok {
			continue
		}
		name, value, with := strings.Cut(name, "=")
		if !with && i+1 < len(words) && !strings.HasPrefix(words[i+1], "--") {
			value = words[i+1]
		}
		if pool[name] == nil {
			pool[name] = map[string]bool{}
		}
		pool[name][value] = true
	}
}

// candidates are values that a flag may take: of its type, of its completion, of examples.
func candidates(c *cobra.Command, f *pflag.Flag, pool map[string]map[string]bool) []string {
	list := slices.Clone(byType[f.Value.Type()])
	if complete, has := c.GetFlagCompletionFunc(f.Name); has {
		words, _ := complete(c, nil, "")
		for _, w := range words {
			list = append(list, string(w))
		}
	}
	list = append(list, slices.Sorted(maps.Keys(pool[f.Name]))...)
	list = append(list, "7", "D", "x", "GP:7", "li", "2027-02-03", "other.txt")
	return slices.DeleteFunc(list, func(v string) bool { return v == "" })
}

// byType are values of each kind of flag.
var byType = map[string][]string{
	"points": {"GP:7", "DP:8"}, "number": {"D.0.99.0", "D.0.99.0.0"},
	"digits": {strings.Repeat("ab", 32), strings.Repeat("cd", 16)},
	"hash":   {strings.Repeat("ef", 32)}, "rate": {"3/7", "2/9"}, "date": {"2027-03-04"}, "span": {"17m", "2d"},
	"list": {"issuer", "issuer,finance"},
	"code": {aCode}, "piece": {"D.1.2.0.0:9"}, "label": {"D:other"}, "bool": {"true", "false"},
	"file": {"other.txt", "wang.key", "code2.txt", "li.json", "accounts2.yaml", "calendar.yaml"},
	"word": {"bear", "debt"},
}

// aCode is a one-time code as people say it.
const (
	aCode       = "1ABCD-EFGH2-JKMN3-PQRS4-TVWXY8"
	anotherCode = "2ABCD-EFGH2-JKMN3-PQRS4-TVWXY8"
)

// others are values that an argument may have instead.
func others(arg string) []string {
	return []string{strings.Replace(arg, "camt.", "camt2.", 1), strings.Replace(arg, "camt054.", "camt2.", 1),
		strings.Replace(arg, "camt053.", "camt2.", 1), strings.Replace(arg, "账户明细.xlsx", "camt2.xml", 1),
		strings.Replace(arg, ".0", ".9", 1), strings.Replace(arg, "2026-1", "2027-1", 1), arg + "x", arg + "9", "li",
		"2", "D.0.99.0", "D.0.99.0.0", "liability", "debit", "2027-03-04"}
}

// prepareFiles makes the files that examples name.
func prepareFiles(t *testing.T, camt string) {
	t.Helper()
	files := map[string]string{
		"handover.pdf": "x", "letter.pdf": "x", "licence.pdf": "x", "other.txt": "12", "price.txt": "26800",
		"percent.txt": "15", "code.txt": anotherCode,
		"code2.txt":   strings.Replace(aCode, "A", "B", 1),
		"prices.yaml": "- {price: 298.00}\n", "accounts.yaml": someAccounts, "accounts2.yaml": someAccounts,
		"calendar.yaml": "2031-01-02 off\n",
		"icbc.yaml":     "bank: icbc\n", "ccb.yaml": "bank: ccb\n",
	}
	notice, err := os.ReadFile(camt)
	if err != nil {
		t.Fatal(err)
	}
	files["camt.xml"], files["camt2.xml"] = string(notice), string(notice)+"\n"
	files["camt054.xml"], files["camt053.xml"], files["账户明细.xlsx"] = string(notice), string(notice), string(notice)
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"wang.key", "wang.pub"} { // a private key file has the public half, too
		newKey(t, name)
	}
	for name, who := range map[string]string{"zhang.json": "zhang", "li.json": "li"} {
		text, errs, exit := run(t, "member", "sign", who, "D", "--key-file", "wang.key", "--ledger", "alliance",
			"--allow", "GP:5", "--scale-of", "GP:0")
		if exit != 0 {
			t.Fatal(errs)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// newKey makes a key file.
func newKey(t *testing.T, path string) {
	t.Helper()
	if _, file, err := keyfile.New(); err != nil {
		t.Fatal(err)
	} else if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCommandsAreSentInOnePlace: no verb goes past the intents.
func TestCommandsAreSentInOnePlace(t *testing.T) {
	source := sourceOf(t, ".")
	for _, door := range []string{"Single", "SinglePrivate", "Do", "DoLinked", "Once",
		"OnceLinked", "OncePrivate", "Run",
		"Source"} {
		if strings.Contains(source, ".Gateway()."+door+"(") {
			t.Errorf("%s: send by the node's Send, Once or Begin, so that a request id stands for what was meant", door)
		}
	}
}

// shellquote splits a line into words, of which some stand in double quotes.
func shellquote(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(strings.Join(strings.Fields(line), " ")))
	r.Comma = ' '
	words, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return words, err
}

const someAccounts = `parties:
  - {party: F, name: 某某财务有限公司, account: "00123", bic: ICBKCNBJ}
  - {party: G, name: 某某汽车集团有限公司, id: 91310000000000001X, account: 0077, bic: BKCHCNBJ}
  - {party: S1, name: 某某供应链有限公司, account: "0200000000000002", cnaps: "102290000002"}
  - {party: M, name: Mobility, iban: DE89370400440532013000, bic: COBADEFFXXX}
`
