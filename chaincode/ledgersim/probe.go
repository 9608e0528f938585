package ledgersim

import (
	"strconv"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Probe is a chaincode that does what its argument says, one stub call a step,
// so that a few words ask Fabric, or its model, how it behaves. It serves in a
// real chaincode server as well.
//
// The first argument is a script: steps between semicolons, words between
// blanks, two single quotes for an empty word. The answer has a line for each step that says
// something. A step that fails refuses the transaction, unless "try" precedes
// it: then the error is its line.
//
//	put K V · get K · multi K… · del K         state
//	range S E [N] · page S E SIZE [BOOKMARK]   "k=v k=v", having read N rows at most; page adds "|bookmark"
//	cput V TYPE A… · partial TYPE A…           composite keys
//	policy K MSP… · policyof K · badpolicy K   key-level endorsement by all these organisations' peers
//	begin · finish                             write batch
//	pput C K V · pget C K · phash C K · pdel C K · prange C S E
//	event NAME PAYLOAD · history K · query Q
//	call CHAINCODE ( SCRIPT )                  "status payload-or-message" of a nested call
//	outer · args · txid · who · transient K    about the invocation
//	fail MESSAGE · status CODE MESSAGE         end the script so
type Probe struct{}

var _ shim.Chaincode = Probe{}

func (Probe) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke runs the script in the first argument.
func (Probe) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	args := stub.GetStringArgs()
	if len(args) == 0 {
		return shim.Error("no script")
	}
	var lines []string
	for _, step := range splitScript(args[0]) {
		try := step[0] == "try"
		if try {
			step = step[1:]
		}
		switch {
		case step[0] == "fail":
			return shim.Error(strings.Join(step[1:], " "))
		case step[0] == "status":
			code, _ := strconv.Atoi(word(step, 1))
			return &peer.Response{
				Status: int32(code), Message: word(step, 2), Payload: []byte(strings.Join(lines, "\n")),
			}
		}
		line, err := probeStep(stub, step)
		if err != nil && !try {
			return shim.Error(err.Error())
		}
		if err != nil {
			line = err.Error()
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return shim.Success([]byte(strings.Join(lines, "\n")))
}

// splitScript splits at semicolons outside parentheses; what is in parentheses
// becomes one word.
func splitScript(script string) (steps [][]string) {
	var step []string
	depth, nested := 0, []string{}
	for _, w := range strings.Fields(strings.NewReplacer(";", " ; ", "(", " ( ", ")", " ) ").Replace(script)) {
		switch {
		case w == "(":
			if depth++; depth > 1 {
				nested = append(nested, w)
			}
		case w == ")":
			if depth--; depth > 0 {
				nested = append(nested, w)
			} else {
				step, nested = append(step, strings.Join(nested, " ")), nil
			}
		case depth > 0:
			nested = append(nested, w)
		case w == ";":
			if len(step) > 0 {
				steps = append(steps, step)
			}
			step = nil
		case w == "''":
			step = append(step, "")
		default:
			step = append(step, w)
		}
	}
	if len(step) > 0 {
		steps = append(steps, step)
	}
	return steps
}

func word(step []string, i int) string {
	if i < len(step) {
		return step[i]
	}
	return ""
}
