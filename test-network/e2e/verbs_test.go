//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/test-network/bank"
)

// asks are the verbs that send nothing, so that no request id stands for anything. A verb that is neither here nor
// played in testdata/verbs.txt fails the test.
var asks = strings.Split(
	`approval list, approval show, audit compare, audit cosign, audit key, audit replay, audit-log list, audit-log verify, audit-log verify-file, benefit codes, benefit entitlement, benefit entitlements, benefit list, benefit show, benefit writeoffs, books ageing, books balance,
books journal, books ledger, books liability, books periods, books prove-liabilities, books prove-member, campaign awards, campaign list, campaign results, campaign show,
campaign simulate, cycle list, cycle show, dispute list, dispute show, event follow, event list, event types, good export, good list, good show, good stock, job list, job show, key list, member authorisations, member labels, member list,
member offers, member profile read, member profile show, member recognise, member show, member sign, model list, model select, model show, node status, offer list, order cash list, order codes,
order list, order purchase, order quote, order return list, order show, party list, payment show, points freezes, points holds, points liability, points lot, points pledges, points prove,
points rule list, points simulate, points wallet, programme list, programme show, query breakage, query digest, query hold, query index, query lane, query owes, query request,
query totals, query unsealed, quota show, rate list, refusals, report caps, report flows, report outstanding, report rates, statement check, statement diff, statement export,
statement list, statement show, storefront browse, storefront listings, storefront outlets, storefront show, supplier list, supplier show, terms show, trade list, trade show,
verify-liability, verify-proof, verify-statement, version, webhook deliveries, webhook list, webhook show`, ",")

// own are the verbs that change what a node has of its own, and send the ledger nothing: client/node's packages test
// that they are asked again.
var own = strings.Split("approval approve, approval reject, key add, key end, webhook add, webhook end, webhook ping, "+
	"webhook replay, webhook rotate", ", ")

// bySource are the verbs that take no request id: what they do is known by its source.
var bySource = map[string][]string{

	"import": {"a.txt", "--mapping", "a.txt"}, "good import": {"a.txt"},
	"undo-import": {"october", "--reason", "wrong"},
}

// life plays a file of command lines.
type life struct {
	*testing.T
	dir    string
	verbs  []string
	answer map[string]map[string]any // by a line's name
	played map[string]bool           // verbs
	n      int
}

// Every verb of tally takes effect in a life on a network of its own. Each is asked again under its request id, and
// answers what it answered; and for something else under the same id, which is a CONFLICT. Nothing is done twice. In a
// soak every line of the life is asked again, else the first of each verb, and those that say how.
func TestEveryVerbAskedAgain(t *testing.T) {
	t.Parallel() // on a network of its own
	script := must(filepath.Abs("testdata/verbs.txt"))
	shared := net
	defer func() { net = shared }()
	net = emptyNetwork(t) // for the desks: others that run beside this know their own
	l := &life{T: t, dir: t.TempDir(), answer: map[string]map[string]any{}, played: map[string]bool{}}
	net.folder = l.dir
	for name, text := range map[string]string{"a.txt": "x", "price.txt": "6.00", "accounts.yaml": `parties:
  - {party: D, name: Dealer, account: "00123", bic: ICBKCNBJ}
  - {party: G, name: Group, account: "0077", bic: BKCHCNBJ}
  - {party: S1, name: Care, account: "0200000000000002", cnaps: "102290000002"}
  - {party: M, name: Mobility, iban: DE89370400440532013000, bic: COBADEFFXXX}
`} {
		if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.learn()
	for i, line := range strings.Split(string(must(os.ReadFile(script))), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			l.play(i+1, line)
		}
	}
	l.nowhere("kunde-7731", "profil-7731")
	for _, verb := range l.verbs {
		if words := bySource[verb]; words != nil {
			if err := desk("D").try(nil, slices.Concat(strings.Fields(verb), words, []string{"--request",
				"r"})...); fault.CodeOf(err) != fault.BadRequest {
				t.Errorf("%s takes a request id: %v", verb, err)
			}
		} else if known := slices.ContainsFunc(slices.Concat(asks, own),
			func(a string) bool { return strings.TrimSpace(a) == verb }); known == l.played[verb] {
			t.Errorf("%s is played: %t; it sends the ledger nothing: %t", verb, l.played[verb], known)
		}
	}
}

// nowhere finds no customer's id and nothing of a profile in what peers, orderers and chaincodes keep and log: blocks,
// states, logs. What two parties share is in their own peers' private stores.
func (l *life) nowhere(marks ...string) {
	l.Helper()
	files := 0
	err := filepath.WalkDir(net.dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // what runs throws its files away
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		for _, private := range []string{"pvtdataStore", "stateLeveldb", "transientStore", "transientstore"} {
			if strings.Contains(path, private) {
				return nil
			}
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		files++
		for _, mark := range marks {
			if bytes.Contains(text, []byte(mark)) {
				l.Errorf("%s holds %s", path, mark)
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		l.Errorf("%d files were read: %v", files, err)
	}
}

// emptyNetwork is a network on which nothing is founded.
func emptyNetwork(t *testing.T) *network {
	n, err := makeNetwork(t.TempDir(), 23000, briefly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.tallynet("reset", "--yes"); err != nil {
			t.Error(err)
		}
	})
	if err := n.tallynet("up"); err != nil {
		t.Fatal(err)
	}
	return n
}

// learn reads the program's own help for its verbs, under a group of them.
func (l *life) learn(group ...string) {
	l.Helper()
	tally := filepath.Join(root, "bin", "tally")
	if help := must(exec.Command(tally, slices.Concat(group, []string{"--help"})...).Output()); !bytes.Contains(help,
		[]byte("[command]")) {
		l.verbs = append(l.verbs, strings.Join(group, " "))
		return
	}
	for line := range strings.Lines(
		string(must(exec.Command(tally, slices.Concat([]string{"__complete"}, group, []string{""})...).Output()))) {
		if name, _, is := strings.Cut(line, "\t"); is && name != "help" && name != "completion" {
			l.learn(slices.Concat(group, []string{name})...)
		}
	}
}

var (
	lineShape = regexp.MustCompile(`^(?:(\w+) = )?(~ )?(\+ )?(\w+) (.*)$`)
	reference = regexp.MustCompile(`\{(\w+)(?::(\w+))?\}`)
)

// play plays one line, again, and something else under its id.
func (l *life) play(at int, line string) {
	l.Helper()
	if words, is := strings.CutPrefix(line, "! bank "); is {
		from, to, _ := strings.Cut(words, " ")
		order := must(os.ReadFile(filepath.Join(l.dir, from)))
		if err := os.WriteFile(filepath.Join(l.dir, to), must(bank.Answer(order, bank.Plan{At: time.Now()})),
			0o600); err != nil {
			l.Fatal(err)
		}
		return
	}
	shape := lineShape.FindStringSubmatch(line)
	said, other, _ := strings.Cut(reference.ReplaceAllStringFunc(shape[5], l.refer), " | ")
	who, words := desk(shape[4]), strings.Fields(said)
	l.n++
	id := fmt.Sprint("ask-", l.n)
	first, err := l.try(who, id, words)
	for until := time.Now().Add(20 * time.Second); err != nil && shape[2] != "" && time.Now().Before(until); {
		first, err = l.try(who, id, words)
	}
	if err != nil {
		l.Fatalf("line %d, %s: %v", at, line, err)
	}
	if shape[1] != "" {
		l.answer[shape[1]] = first
	}
	verb := l.verbOf(words)
	before := l.played[verb]
	if l.played[verb] = true; before && !soaking && shape[3] == "" && other == "" {
		return
	}
	if err := who.try(nil, "query", "request", string(who), id); err != nil {
		return // it sent nothing, such as what the vault alone is told
	}
	second, err := l.try(who, id, words)
	if err != nil || !sameAnswer(first, second, shape[3] != "") {
		l.Errorf("line %d, %s: first %v, then %v, %v", at, line, first, second, err)
	}
	if err := l.conflicts(who, id, verb, words, strings.Fields(other), first); err != nil {
		l.Errorf("line %d, %s: %v", at, line, err)
	}
}

// try runs a line under a request id.
func (l *life) try(who desk, id string, words []string) (answer map[string]any, err error) {
	err = who.try(&answer, append(slices.Clone(words), "--request", id)...)
	return answer, err
}

// refer is what a line means by {NAME} or {NAME:field}.
func (l *life) refer(text string) string {
	part := reference.FindStringSubmatch(text)
	if part[2] != "" {
		return fmt.Sprint(l.answer[part[1]][part[2]])
	}
	numbers := numbersIn(l.answer[part[1]])
	if len(numbers) == 0 {
		l.Fatalf("%s has no number: %v", text, l.answer[part[1]])
	}
	return numbers[0]
}

func (l *life) verbOf(words []string) string {
	for n := min(3, len(words)); n > 0; n-- {
		if verb := strings.Join(words[:n], " "); slices.Contains(l.verbs, verb) {
			return verb
		}
	}
	l.Fatalf("%v is no verb", words)
	return ""
}

// conflicts asks for something else under an id: for what the line names, or for one word of it that is another, until
// the program understands it.
func (l *life) conflicts(who desk, id, verb string, words, other []string, first map[string]any) error {
	if len(other) > 0 {
		_, err := l.try(who, id, other)
		if fault.CodeOf(err) == fault.Conflict {
			return nil
		}
		return fmt.Errorf("%v: %w", other, err)
	}
	var heard []string
	for i := len(words) - 1; i >= len(strings.Fields(verb)); i-- {
		if strings.HasPrefix(words[i], "--") ||
			i > 0 && words[i-1] == "--out" { // where an answer is written is no part of what is asked
			continue
		}
		changed := slices.Clone(words)
		changed[i] = another(words[i])
		answer, err := l.try(who, id, changed)
		switch {
		case err == nil:
			return fmt.Errorf("%s was done as well: %v", changed[i], answer)
		case fault.CodeOf(err) == fault.Conflict:
			return nil
		}
		heard = append(heard, changed[i]+": "+err.Error())
	}
	return fmt.Errorf("nothing else is a CONFLICT: %v", heard)
}

// another is a word like it: with another last digit, or a letter more.
func another(word string) string {
	i := strings.LastIndexAny(word, "0123456789")
	if i < 0 {
		return word + "x"
	}
	next := []byte(word)
	if next[i]++; word[i] == '9' {
		next[i] = '8'
	}
	return string(next)
}

// sameAnswer says whether an answer is the first one told again. What goes on has nothing more to do: no number that it
// had not had.
func sameAnswer(first, second map[string]any, goesOn bool) bool {
	before, after := numbersIn(first), numbersIn(second)
	if goesOn && !slices.ContainsFunc(after, func(n string) bool { return !slices.Contains(before, n) }) {
		return true
	}
	text, err := json.Marshal(second)
	return err == nil && slices.Equal(before, after) && !bytes.Contains(text, []byte(`"duplicate":false`))
}

// numbersIn are the numbers of commands in an answer, in their order.
func numbersIn(answer any) (list []string) {
	switch v := answer.(type) {
	case []any:
		for _, one := range v {
			list = append(list, numbersIn(one)...)
		}
	case map[string]any:
		if n, is := v["number"].(string); is {
			list = append(list, n)
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, numbersIn(v[name])...)
		}
	}
	return list
}

// D's till is killed between the hold and the capture of what it redeems. Run again under its id it takes the points
// once.
func TestARedeemKilledHalfwayCountsOnce(t *testing.T) {
	d, who := desk("D"), fresh("half-way")
	d.do(t, nil, "member", "enrol", who)
	d.do(t, nil, "points", "issue", "--programme", "DP", "--grant", who+":500:2027-12-31")
	taken := 0
	for i := 0; ; i++ {
		if i == 40 {
			t.Fatal("the till always ended before it could be killed")
		}
		id := fmt.Sprint(who, "-", i)
		till := []string{"points", "redeem", "--member", who, "--take", "DP:5", "--request", id}
		cmd := d.command(till...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		g := net.open(t, "D", "")
		for deadline := time.Now().Add(30 * time.Second); ; {
			if _, err := g.Query().Request(t.Context(), "D", id); err == nil {
				break
			} else if fault.CodeOf(err) != fault.NotFound || time.Now().After(deadline) {
				t.Fatal(err)
			}
		}
		_ = cmd.Process.Kill() // it may have ended
		killed := cmd.Wait() != nil
		_, err := g.Query().Request(t.Context(), "D", id+"~capture")
		halfway := killed && fault.CodeOf(err) == fault.NotFound
		taken += 5
		for range 2 {
			d.do(t, nil, till...)
		}
		if err := d.try(nil, "points", "redeem", "--member", who, "--take", "DP:6", "--request",
			id); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("for 6 points: %v", err)
		}
		if halfway {
			t.Logf("killed between hold and capture at try %d", i+1)
			break
		}
	}
	var wallet struct {
		Lots []struct{ Issued, Placed int }
	}
	d.do(t, &wallet, "points", "wallet", who)
	if len(wallet.Lots) != 1 || wallet.Lots[0].Placed != taken {
		t.Errorf("%d points were to be taken: %+v", taken, wallet)
	}
}
