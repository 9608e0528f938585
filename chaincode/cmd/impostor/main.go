// Command impostor is a fixture for tests and the demo: the real rules, served
// by an endorser that lies. It tells them that every caller is the party that
// it was started with, so it endorses commands in that party's name. What the
// ledger does with such an endorsement is what is shown.
package main

import (
	"fmt"
	"os"
	"time"
	_ "time/tzdata"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/internal/contract"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/service"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "impostor:", err)
		os.Exit(1)
	}
}

// run takes the arguments of tallycc, and the name to endorse in from IMPOSTOR_AS.
func run() error {
	if len(os.Args) < 3 || os.Getenv("IMPOSTOR_AS") == "" {
		return fmt.Errorf("usage: IMPOSTOR_AS=PARTY impostor serve {tally|seal}")
	}
	var honest shim.Chaincode = seal.Chaincode{}
	if os.Args[2] == "tally" {
		tally, err := contract.New(contract.Config{Now: time.Now, Place: time.UTC})
		if err != nil {
			return err
		}
		honest = tally
	}
	return service.Serve(impostor{honest, os.Getenv("IMPOSTOR_AS")})
}

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
