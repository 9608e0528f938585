package replay

import (
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/internal/contract"
)

// Rules say whose ledger it is, as its endorsers are told.
type Rules struct {
	Operator string         // party that founds it
	Test     bool           // whether it is a test network, whose date may run ahead of the calendar
	Place    *time.Location // calendar of business dates, nil for UTC
}

// compiled are the chaincodes by their rules: the contract API reflects for a second
// or two over the contracts.
var compiled = struct {
	sync.Mutex
	by map[string]shim.Chaincode
}{by: map[string]shim.Chaincode{}}

// compile makes the chaincode tally under the rules, once.
func (r Rules) compile() (shim.Chaincode, error) {
	if r.Place == nil {
		r.Place = time.UTC
	}
	compiled.Lock()
	defer compiled.Unlock()
	key := fmt.Sprintf("%q %t %s", r.Operator, r.Test, r.Place) // a place is loaded as often as one likes
	if code := compiled.by[key]; code != nil {
		return code, nil
	}
	code := &punctual{}
	var err error
	code.tally, err = contract.New(
		contract.Config{Operator: r.Operator, Test: r.Test, Now: func() time.Time { return code.now }, Place: r.Place})
	if err != nil {
		return nil, err
	}
	compiled.by[key] = code
	return code, nil
}

// ahead is how far an endorser's clock can have been ahead of a transaction's
// timestamp when it endorsed.
const ahead = time.Minute

// punctual is tally as an endorser runs it whose clock suits every transaction:
// clocks are no fact that a replay could find again.
type punctual struct {
	tally shim.Chaincode

	mu  sync.Mutex
	now time.Time
}

// Init does nothing.
func (*punctual) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke sets the clock and calls tally.
func (p *punctual) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	stamp, err := stub.GetTxTimestamp()
	if err != nil {
		return shim.Error(err.Error())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = stamp.AsTime().Add(ahead)
	return p.tally.Invoke(stub)
}
