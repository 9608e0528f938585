package contract

import (
	"flag"
	"fmt"
	"os"
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

// unseen are pairs that the rules allow and the tests of this package don't come to in a
// transaction of their own, each with the reason for which it can be.
var unseen = map[pair]string{}

// TestMain holds, after a run of all tests, that the rules of package row allow no
// command to write what none of its kind was ever seen to write. That they allow what
// is written, the guard of every run holds.
func TestMain(m *testing.M) {
	code := m.Run()
	if flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.bench").Value.String() == "" && !testing.Short() {
		row.Writers(func(prefix string, kind command.Kind) {
			if p := (pair{prefix, kind}); prefix != "q" && prefix != "s" && !written.pairs[p] && unseen[p] == "" {
				fmt.Printf("row: %s may write %s/…, which it never did\n", kind, prefix)
				code = 1
			}
		})
	}
	os.Exit(code)
}
