package operations_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/replay"
	"tallystick/client/api"
	"tallystick/client/bounds"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
)

// TestEveryExampleIsPlayed: testdata/story.txt performs each operation's example on the nodes of one small alliance.
// What takes effect answers what is the same after a round trip through JSON, and is the same command when it is asked
// for again under its id; what is refused, is so with the code that the story states, and says why.
func TestEveryExampleIsPlayed(t *testing.T) {
	s := newStage(t)
	file, err := os.Open("testdata/story.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		if err := s.play(t, text); err != nil {
			t.Errorf("story.txt:%d: %s: %v", number, text, err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for _, op := range operations.All() {
		if name := op.About().Name; !s.played[name] {
			t.Errorf("%s: the story doesn't perform its example", name)
		}
	}
}

// stage is an alliance's network and nodes.
type stage struct {
	server     *gatewaytest.Server
	nodes      map[string]*node.Node
	operations map[string]node.Operation
	played     map[string]bool            // operations by name
	answers    map[string]json.RawMessage // by what the story calls them
	height     uint64                     // blocks that some node has seen
	steps      int
}

func newStage(t *testing.T) *stage {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true},
		{MSP: "D", Peer: true}, {MSP: "F", Peer: true}, {MSP: "M"}, {MSP: "S1"}, {MSP: "S2"}, {MSP: "B"}}},
		replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{server: gatewaytest.Serve(t, l.Network), nodes: map[string]*node.Node{},
		operations: map[string]node.Operation{}, played: map[string]bool{}, answers: map[string]json.RawMessage{}}
	for _, op := range operations.All() {
		s.operations[op.About().Name] = op
	}
	return s
}

// node is a party's node, opened when it is first needed.
func (s *stage) node(t *testing.T, party string) *node.Node {
	t.Helper()
	if n := s.nodes[party]; n != nil {
		return n
	}
	n := nodetest.Open(t, s.server, party)
	s.nodes[party] = n
	return n
}

// step is a line of a story:
//
//	D points.hold {"member":"wang"} as h     D's node performs the example, but for wang; its answer is called h
//	D points.capture {"hold":"$h"}           its number; $h:code is another field of the answer
//	G points.hold ! FORBIDDEN why            refused with the code
//	D import.run < gold.csv                  with a file of testdata beside it
//	later 24h                                in which the peers' clocks go on
var step = regexp.MustCompile(`^(\w+) ([\w.-]+)(?: (\{.*\}))?(?: < (\S+))?(?: as (\w+))?(?: ! (\w+) (.+))?$`)

func (s *stage) play(t *testing.T, text string) error {
	t.Helper()
	if span, is := strings.CutPrefix(text, "later "); is {
		d, err := time.ParseDuration(span)
		s.server.Later(d)
		return err
	}
	m := step.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("want a step, such as: D points.hold {} as h ! CODE why")
	}
	op := s.operations[m[2]]
	if op == nil {
		return fmt.Errorf("there is no operation %s", m[2])
	}
	request, err := s.request(op.About().Example, m[3])
	if err != nil {
		return err
	}
	n := s.node(t, m[1])
	n.AtLeast(s.height)
	s.steps++
	call := &node.Call{ID: fmt.Sprint("step-", s.steps)}
	if op.BySource() || m[2] == "consortium.found" {
		call.ID = "" // an import is known by its source, and there is one founding
	}
	if m[4] != "" {
		call.Upload = node.Upload{Name: m[4], Open: bounds.At("testdata/" + m[4])}
	}
	answer, err := op.Run(t.Context(), n, call, request)
	s.height = max(s.height, n.Height())
	s.played[m[2]] = true
	switch code := fault.CodeOf(err); {
	case string(code) != m[6]:
		return fmt.Errorf("%s: %w", request, err)
	case code == fault.Internal:
		return errors.New("INTERNAL is no refusal")
	case err != nil:
		return nil
	}
	whole, err := roundTrip(op, answer)
	err = errors.Join(err, asDescribed(op, answer))
	if s.answers[m[5]] = whole; err != nil || op.About().Method == "GET" || op.Carries() || call.ID == "" {
		return err
	}
	again, err := op.Run(t.Context(), n, &node.Call{ID: call.ID}, request)
	if err != nil {
		return fmt.Errorf("asked again: %w", err)
	}
	return sameCommand(whole, again)
}

// sameCommand holds that what was asked for again under one id is the command that it was, if it is one.
func sameCommand(first json.RawMessage, again any) error {
	second, err := json.Marshal(again)
	if err != nil {
		return err
	}
	var a, b struct{ Number any }
	if json.Unmarshal(first, &a) != nil || a.Number == nil {
		return nil
	}
	if err := json.Unmarshal(second, &b); err != nil || a.Number != b.Number {
		return fmt.Errorf("asked again, it is another command: %s, %s", first, second)
	}
	return nil
}

// request is an operation's example with some of its fields changed; null leaves one out.
func (s *stage) request(example, changes string) (json.RawMessage, error) {
	if changes == "" {
		return json.RawMessage(example), nil
	}
	filled, err := s.fill(changes)
	if err != nil {
		return nil, err
	}
	var fields, changed map[string]json.RawMessage
	if err := json.Unmarshal([]byte(example), &fields); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(filled), &changed); err != nil {
		return nil, fmt.Errorf("%s: %w", filled, err)
	}
	for name, value := range changed {
		if fields[name] = value; string(value) == "null" {
			delete(fields, name)
		}
	}
	return json.Marshal(fields)
}

var named = regexp.MustCompile(`"\$(\w+)(?::([\w.]+))?"|\$(\w+)(?::(\w+))?`)

// fill replaces what a story calls answers by what they have in them.
func (s *stage) fill(text string) (filled string, err error) {
	filled = named.ReplaceAllStringFunc(text, func(found string) string {
		m := named.FindStringSubmatch(found)
		value, failed := s.value(m[1]+m[3], m[2]+m[4])
		if err == nil {
			err = failed
		}
		if m[3] != "" {
			return strings.Trim(string(value), `"`)
		}
		return string(value)
	})
	return filled, err
}

// value is a field of an answer, its number if none is named.
func (s *stage) value(name, path string) (json.RawMessage, error) {
	value, known := s.answers[name]
	if !known {
		return nil, fmt.Errorf("nothing is called %s", name)
	}
	switch path {
	case "":
		path = "number"
	case ".":
		return value, nil
	}
	for field := range strings.SplitSeq(path, ".") {
		if i, err := strconv.Atoi(field); err == nil {
			var list []json.RawMessage
			if err := json.Unmarshal(value, &list); err != nil || i >= len(list) {
				return nil, fmt.Errorf("%s:%s: %s", name, path, value)
			}
			value = list[i]
			continue
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(value, &fields); err != nil || fields[field] == nil {
			return nil, fmt.Errorf("%s:%s: %s", name, path, value)
		}
		value = fields[field]
	}
	return value, nil
}

// roundTrip encodes an answer, decodes it into the type that its operation names, and encodes that: to the same bytes.
func roundTrip(op node.Operation, answer any) ([]byte, error) {
	_, typ := op.Types()
	if got := reflect.TypeOf(answer); got != typ {
		return nil, fmt.Errorf("it answers a %s, its type is %s", got, typ)
	}
	first, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	again := reflect.New(typ)
	if err := json.Unmarshal(first, again.Interface()); err != nil {
		return first, fmt.Errorf("its answer can't be read: %w: %s", err, first)
	}
	second, err := json.Marshal(again.Elem().Interface())
	if err == nil && !bytes.Equal(first, second) {
		err = fmt.Errorf("its answer, read and written again, is another:\n%s\n%s", first, second)
	}
	return first, err
}

// description is the API's, with its schemas.
var description = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(api.Description))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	return c, c.AddResource("openapi.json", doc)
})

// asDescribed holds an answer, as the API writes it, to what the API's description says of it.
func asDescribed(op node.Operation, answer any) error {
	c, err := description()
	if err != nil {
		return err
	}
	row := op.About()
	path := strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(row.Path)
	schema, err := c.Compile("openapi.json#/paths/" + path + "/" + strings.ToLower(row.Method) +
		"/responses/200/content/application~1json/schema")
	if err != nil {
		return err
	}
	text, err := api.Encode(answer)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("its answer isn't as openapi.json says: %w", err)
	}
	return nil
}
