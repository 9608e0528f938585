// Command impostor serves what tallycc does, with a lie: a copy of it called
// impostor-D takes every caller for D; a copy called forger writes, beside whatever is
// asked of it, the rows of the file forged.json in its folder. It is for the demo and
// for tests.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"tallystick/chaincode/internal/contract"
	"tallystick/chaincode/internal/impostor"
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
	folder, name := filepath.Split(os.Args[0])
	_, as, ok := strings.Cut(name, "-")
	forges := name == "forger"
	if !ok && !forges || len(os.Args) < 3 {
		return fmt.Errorf("usage: {impostor-PARTY|forger} serve {tally|seal}")
	}
	var honest shim.Chaincode = seal.Chaincode{}
	if os.Args[2] == "tally" {
		tally, err := contract.New(contract.Config{Now: time.Now, Place: time.UTC})
		if err != nil {
			return err
		}
		honest = tally
	}
	switch {
	case !forges:
		honest = impostor.As(as, honest)
	case os.Args[2] == "tally":
		honest = impostor.Forging(filepath.Join(folder, "forged.json"), honest)
	}
	return service.Serve(honest)
}
