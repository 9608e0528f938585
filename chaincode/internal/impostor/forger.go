package impostor

import (
	"encoding/json"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Row is a row that a forger writes. No value: it is deleted.
type Row struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// Forge is the function that does nothing but what a forger is told.
const Forge = "forge"

// Forging serves a chaincode that writes, beside what every call writes honestly, the
// rows that a file lists as JSON. Called by the name Forge, it writes nothing else.
func Forging(file string, honest shim.Chaincode) shim.Chaincode { return forger{honest, file} }

type forger struct {
	shim.Chaincode
	file string
}

// Invoke runs the real rules, then writes what it is told. A question that isn't to
// be answered by a write is answered honestly.
func (f forger) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	answer := shim.Success(nil)
	function, _ := stub.GetFunctionAndParameters()
	if function != Forge {
		if answer = f.Chaincode.Invoke(stub); answer.GetStatus() != shim.OK {
			return answer
		}
	}
	data, err := os.ReadFile(f.file)
	var rows []Row
	if err == nil {
		err = json.Unmarshal(data, &rows)
	}
	for _, r := range rows {
		switch {
		case err != nil:
		case len(r.Value) == 0:
			err = stub.DelState(r.Key)
		default:
			err = stub.PutState(r.Key, r.Value)
		}
	}
	if err != nil {
		return shim.Error(err.Error())
	}
	return answer
}
