package contract

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/row"
)

// watched is the chaincode of the tests' worlds. It notes which commands write which
// kinds of rows, of transactions with one kind of command.
type watched struct{ shim.Chaincode }

// pair is a kind of row, by its prefix, and a kind of command.
type pair struct {
	prefix string
	kind   command.Kind
}

var written = struct {
	sync.Mutex
	pairs map[pair]bool
}{pairs: map[pair]bool{}}

func (w watched) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	if !*addWritten {
		return w.Chaincode.Invoke(stub)
	}
	watch := &watch{stub, map[string]bool{}}
	answer := w.Chaincode.Invoke(watch)
	kind, alone := onlyKind(stub.GetArgs())
	if answer.GetStatus() != shim.OK || !alone {
		return answer
	}
	written.Lock()
	defer written.Unlock()
	for prefix := range watch.prefixes {
		written.pairs[pair{prefix, kind}] = true
	}
	return answer
}

// onlyKind is the kind of all commands that were called for; false for several.
func onlyKind(args [][]byte) (kind command.Kind, alone bool) {
	if len(args) < 2 {
		return 0, false
	}
	if string(args[0]) != "batch:Run" {
		req, _ := command.Parse(string(args[0]), []byte("{}"))
		if req == nil {
			return 0, false
		}
		return command.KindOf(req), true
	}
	var b command.Batch
	if codec.Decode(args[1], &b) != nil || len(b.Commands) == 0 {
		return 0, false
	}
	for _, c := range b.Commands {
		if c.Kind != b.Commands[0].Kind {
			return 0, false
		}
	}
	return b.Commands[0].Kind, true
}

// watch notes the prefixes of what is written.
type watch struct {
	shim.ChaincodeStubInterface
	prefixes map[string]bool
}

func (w *watch) PutState(key string, value []byte) error {
	prefix, _, _ := strings.Cut(key, "/")
	w.prefixes[prefix] = true
	return w.ChaincodeStubInterface.PutState(key, value)
}

// writtenFile lists the pairs that the tests of this package were seen to come to, in
// transactions of their own: "l points:Issue". go test . -written adds to it.
const writtenFile = "testdata/written.txt"

var addWritten = flag.Bool("written", false, "add to "+writtenFile+" which commands write which rows")

func TestMain(m *testing.M) {
	code := m.Run()
	if *addWritten {
		if err := rememberWritten(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func rememberWritten() error {
	lines, err := writtenLines()
	if err != nil {
		return err
	}
	for p := range written.pairs {
		lines = append(lines, p.prefix+" "+p.kind.String())
	}
	slices.Sort(lines)
	return os.WriteFile(writtenFile, []byte(strings.Join(slices.Compact(lines), "\n")+"\n"), 0o644)
}

func writtenLines() ([]string, error) {
	data, err := os.ReadFile(writtenFile)
	return strings.Split(strings.TrimSpace(string(data)), "\n"), err
}

// The rules of package row allow no command to write what none of its kind was seen to
// write. That they allow what is written, the guard of every run holds.
func TestRulesAreNoWiderThanWhatIsWritten(t *testing.T) {
	lines, err := writtenLines()
	if err != nil {
		t.Fatal(err)
	}
	row.Writers(func(prefix string, kind command.Kind) {
		switch prefix {
		case "q", "s", "p": // every command can be a named one, of a source, or a party's first
			return
		case "gs", "bm": // what counts for a person, whoever it was merged from
			return
		case "u", "ul": // whatever makes parties owe each other may draw on their caps
			return
		}
		if !slices.Contains(lines, prefix+" "+kind.String()) {
			t.Errorf("%s may write %s/…, and was never seen to", kind, prefix)
		}
	})
}
