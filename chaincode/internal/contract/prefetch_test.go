package contract

import (
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
)

// counting is a chaincode that counts the rows which it reads one by one. Each is
// a round trip to the peer.
type counting struct {
	shim.Chaincode
	single *int
}

func (c counting) Invoke(s shim.ChaincodeStubInterface) *peer.Response {
	*c.single = 0
	return c.Chaincode.Invoke(countingStub{s, c.single})
}

type countingStub struct {
	shim.ChaincodeStubInterface
	single *int
}

func (s countingStub) GetState(key string) ([]byte, error) {
	*s.single++
	return s.ChaincodeStubInterface.GetState(key)
}

// However many commands a batch has, what they name comes in one call: only rows
// that all of them share are read one by one.
func TestBatchesReadInOneCall(t *testing.T) {
	const atMost = 4 // programme, totals, a funder's party, a supplier's party
	w := founded(t, 2)
	single := 0
	chaincode, err := tally()
	if err != nil {
		t.Fatal(err)
	}
	for _, arm := range benchArms(t, w) {
		w.net.Install("G", seal.Outer, counting{chaincode, &single})
		e, err := w.net.EndorseAt(arm.proposal(w), "G")
		if err != nil {
			t.Fatalf("%s: %v", arm.name, err)
		}
		var result command.Result
		if err := codec.Decode(e.Response.GetPayload(), &result); err != nil || len(result.Outcomes) > 0 {
			t.Fatalf("%s: %+v, %v", arm.name, result, err)
		}
		if single > atMost {
			t.Errorf("%s: %d rows were read one by one, want at most %d", arm.name, single, atMost)
		}
	}
}
