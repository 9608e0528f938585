// Command control serves the chaincode that our own is measured against: plain
// shim, no batches of commands, no rules. It is what the machine and Fabric can
// do, and what the usual account-balance contract does with that.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/service"
)

// maxKeys is the most keys of one transaction, and of one GetMultipleStates.
const maxKeys = 1000

func main() {
	if err := service.Serve(control{}); err != nil {
		fmt.Fprintf(os.Stderr, "control: %v\n", err)
		os.Exit(1)
	}
}

// control is the chaincode.
//
//	one(key)                 writes one key
//	fresh(prefix, n)         writes n keys that nobody has written, in one write batch
//	rewrite(prefix, n)       reads n keys in one call, adds one to each, writes them in one batch
//	open(from, to, balance)  makes accounts
//	pay(from, to, amount)    moves money between two accounts
type control struct{}

// Init does nothing.
func (control) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke calls the function that the first argument names.
func (control) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	function, args := stub.GetFunctionAndParameters()
	var err error
	switch {
	case function == "one" && len(args) == 1:
		err = stub.PutState(args[0], []byte("12345678"))
	case function == "fresh" && len(args) == 2:
		err = fresh(stub, args)
	case function == "rewrite" && len(args) == 2:
		err = rewrite(stub, args)
	case function == "open" && len(args) == 3:
		err = open(stub, args)
	case function == "pay" && len(args) == 3:
		err = pay(stub, args)
	default:
		err = fmt.Errorf("there is no function %.20q of %d arguments", function, len(args))
	}
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(nil)
}

// keys makes n keys of 64 bytes that begin with the first argument.
func keys(args []string) ([]string, error) {
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 1 || n > maxKeys || len(args[0]) > 60 {
		return nil, fmt.Errorf("want a prefix of at most 60 bytes and 1 to %d keys", maxKeys)
	}
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%0*d", args[0], 64-len(args[0]), i)
	}
	return list, nil
}

func fresh(stub shim.ChaincodeStubInterface, args []string) error {
	list, err := keys(args)
	if err != nil {
		return err
	}
	stub.StartWriteBatch()
	for _, key := range list {
		if err := stub.PutState(key, []byte("00000000")); err != nil {
			return err
		}
	}
	return stub.FinishWriteBatch()
}

func rewrite(stub shim.ChaincodeStubInterface, args []string) error {
	list, err := keys(args)
	if err != nil {
		return err
	}
	values, err := stub.GetMultipleStates(list...)
	if err != nil {
		return err
	}
	if len(values) != len(list) {
		return fmt.Errorf("asked for %d keys, got %d values", len(list), len(values))
	}
	stub.StartWriteBatch()
	for i, key := range list {
		n, err := strconv.Atoi(string(values[i]))
		if err != nil {
			return fmt.Errorf("key %s holds no number", key)
		}
		if err := stub.PutState(key, fmt.Appendf(nil, "%08d", n+1)); err != nil {
			return err
		}
	}
	return stub.FinishWriteBatch()
}

func open(stub shim.ChaincodeStubInterface, args []string) error {
	from, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	to, err := strconv.Atoi(args[1])
	if err != nil || to-from > maxKeys {
		return fmt.Errorf("want at most %d accounts", maxKeys)
	}
	stub.StartWriteBatch()
	for i := from; i < to; i++ {
		if err := stub.PutState("account"+strconv.Itoa(i), []byte(args[2])); err != nil {
			return err
		}
	}
	return stub.FinishWriteBatch()
}

// pay is the transfer of the usual token samples: both balances are read and
// written.
func pay(stub shim.ChaincodeStubInterface, args []string) error {
	amount, err := strconv.Atoi(args[2])
	if err != nil || amount < 1 || args[0] == args[1] {
		return fmt.Errorf("want two accounts and an amount")
	}
	from, err := balance(stub, args[0])
	if err != nil {
		return err
	}
	to, err := balance(stub, args[1])
	if err != nil {
		return err
	}
	if from < amount {
		return fmt.Errorf("account %s has %d", args[0], from)
	}
	if err := stub.PutState("account"+args[0], []byte(strconv.Itoa(from-amount))); err != nil {
		return err
	}
	return stub.PutState("account"+args[1], []byte(strconv.Itoa(to+amount)))
}

func balance(stub shim.ChaincodeStubInterface, account string) (int, error) {
	raw, err := stub.GetState("account" + account)
	if err != nil {
		return 0, err
	}
	if raw == nil {
		return 0, fmt.Errorf("there is no account %.20q", account)
	}
	return strconv.Atoi(string(raw))
}
