// Package impostor is a lie, for tests and the demo: the real rules at an
// endorser that takes every caller for one party, and so endorses commands in
// that party's name. What the ledger makes of such endorsements is what is shown.
package impostor

import (
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// As serves a chaincode for which every caller is the party.
func As(party string, honest shim.Chaincode) shim.Chaincode { return impostor{honest, party} }

type impostor struct {
	shim.Chaincode
	as string
}

// Invoke runs the real rules with another caller.
func (i impostor) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	return i.Chaincode.Invoke(disguised{stub, i.as})
}

type disguised struct {
	shim.ChaincodeStubInterface
	as string
}

// GetCreator answers the real certificate under another party's name.
func (d disguised) GetCreator() ([]byte, error) {
	data, err := d.ChaincodeStubInterface.GetCreator()
	if err != nil {
		return nil, err
	}
	var id msp.SerializedIdentity
	if err := proto.Unmarshal(data, &id); err != nil {
		return nil, err
	}
	id.Mspid = d.as
	return proto.Marshal(&id)
}
