// Package rowwriter is a chaincode for tests that writes the rows that it is told, whoever may make them.
package rowwriter

import (
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
)

// Entry is one key to write.
type Entry struct {
	_     struct{} `cbor:",toarray"`
	Space string   // chaincode; "" for the one that is called
	Key   string
	Value []byte // nil to delete it
	Read  bool   // it is read as well
}

// Chaincode is a chaincode that writes what it is told, other namespaces by way of
// their chaincodes: the index must make sense of rows, whoever made them.
type Chaincode struct{}

// Init does nothing.
func (Chaincode) Init(shim.ChaincodeStubInterface) *pb.Response { return shim.Success(nil) }

// Invoke writes the entries in its second argument, or, called by another name than write, those of the proposal.
func (Chaincode) Invoke(stub shim.ChaincodeStubInterface) *pb.Response {
	var entries []Entry
	told := stub.GetArgs()[1]
	if string(stub.GetArgs()[0]) != "write" { // the arguments are what is pretended, the truth is with the proposal
		transient, err := stub.GetTransient()
		if err != nil {
			return shim.Error(err.Error())
		}
		told = transient["rows"]
	}
	if err := codec.Decode(told, &entries); err != nil {
		return shim.Error(err.Error())
	}
	for _, e := range entries {
		if _, err := stub.GetState(e.Key); e.Read && err != nil {
			return shim.Error(err.Error())
		}
	}
	for _, e := range entries {
		if e.Space != "" {
			one := codec.Encode([]Entry{{Key: e.Key, Value: e.Value}})
			if answer := stub.InvokeChaincode(e.Space, [][]byte{[]byte("write"), one}, ""); answer.GetStatus() != 200 {
				return answer
			}
			continue
		}
		var err error
		if e.Value == nil {
			err = stub.DelState(e.Key)
		} else {
			err = stub.PutState(e.Key, e.Value)
		}
		if err != nil {
			return shim.Error(err.Error())
		}
	}
	return shim.Success(nil)
}
