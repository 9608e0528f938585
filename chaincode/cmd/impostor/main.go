// Command impostor is a fixture for tests and the demo: the real rules, served
// by an endorser that lies. It tells them that every caller is one party, so it
// endorses commands in that party's name; a copy of the program called
// impostor-D does so for D. What the ledger makes of such endorsements is what
// is shown.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// run takes the arguments of tallycc.
func run() error {
	_, as, ok := strings.Cut(filepath.Base(os.Args[0]), "-")
	if !ok || len(os.Args) < 3 {
		return fmt.Errorf("usage: impostor-PARTY serve {tally|seal}")
	}
	var honest shim.Chaincode = seal.Chaincode{}
	if os.Args[2] == "tally" {
		tally, err := contract.New(contract.Config{Now: time.Now, Place: time.UTC})
		if err != nil {
			return err
		}
		honest = tally
	}
	return service.Serve(impostor{honest, as})
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
