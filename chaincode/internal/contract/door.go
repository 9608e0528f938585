package contract

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/fault"
)

// What a call may bring, whoever makes it. Anyone that the channel knows reaches
// every endorser, an auditor who may only read included, and a peer lets 16 MB
// pass: what is larger is refused before any of it is parsed. A full batch takes
// about half of maxInput.
const (
	maxFunction  = 64        // bytes of the function's name
	maxArguments = 8         // beside it
	maxInput     = 2 << 20   // bytes of all arguments
	maxTransient = 128 << 10 // bytes of all transient data, keys included
	maxSecrets   = 16        // values of transient data
)

// checkInput refuses with BAD_REQUEST a call that brings more than any does.
func checkInput(stub shim.ChaincodeStubInterface) error {
	args := stub.GetArgs()
	if len(args) == 0 || len(args[0]) > maxFunction {
		return noSuchFunction()
	}
	if n := len(args) - 1; n > maxArguments {
		return fault.New(fault.BadRequest, "%d arguments, no function takes more than %d", n, maxArguments)
	}
	size := 0
	for _, a := range args {
		size += len(a)
	}
	if size > maxInput {
		return fault.New(fault.BadRequest, "arguments of %d bytes, want at most %d", size, maxInput)
	}
	transient, err := stub.GetTransient()
	if err != nil {
		return fmt.Errorf("contract: transient data: %w", err)
	}
	size = 0
	for key, value := range transient {
		size += len(key) + len(value)
	}
	if size > maxTransient || len(transient) > maxSecrets {
		return fault.New(fault.BadRequest, "%d values of transient data with %d bytes, want at most %d with %d",
			len(transient), size, maxSecrets, maxTransient)
	}
	return nil
}

// surviving answers with INTERNAL when the work panics: a broken invariant of
// ours fails its own transaction, not everybody's endorser.
func surviving(work func() *peer.Response) (answer *peer.Response) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = shim.Error(broken(cause).Error())
		}
	}()
	return work()
}

// broken tells the endorser's own log where it was; the caller learns only that.
func broken(cause any) *fault.Error {
	fmt.Fprintf(os.Stderr, "tally: panic: %.200s\n%s", fmt.Sprint(cause), debug.Stack())
	return fault.New(fault.Internal, "a broken invariant; the endorser's log says which")
}
