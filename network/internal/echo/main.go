// Echo is a chaincode for testing networks: it stores what it is told. It
// honours the environment that tallynet gives every chaincode server, and is a
// program of its own because it links Fabric's newer protocol messages.
package main

import (
	"fmt"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func serve() error {
	tls, err := tlsFromEnv()
	if err != nil {
		return err
	}
	server := &shim.ChaincodeServer{
		CCID:     os.Getenv("CHAINCODE_ID"),
		Address:  os.Getenv("CHAINCODE_SERVER_ADDRESS"),
		CC:       echo{},
		TLSProps: tls,
	}
	return server.Start()
}

func tlsFromEnv() (shim.TLSProperties, error) {
	var tls shim.TLSProperties
	for _, f := range []struct {
		into *[]byte
		env  string
	}{
		{&tls.Key, "CHAINCODE_TLS_KEY_FILE"},
		{&tls.Cert, "CHAINCODE_TLS_CERT_FILE"},
		{&tls.ClientCACerts, "CHAINCODE_TLS_CLIENT_CACERT_FILE"},
	} {
		text, err := os.ReadFile(os.Getenv(f.env))
		if err != nil {
			return tls, fmt.Errorf("%s: %w", f.env, err)
		}
		*f.into = text
	}
	return tls, nil
}

// echo answers four functions: put KEY VALUE, get KEY, args (how the program
// was started), and the contract API's metadata.
type echo struct{}

func (echo) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (echo) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	function, args := stub.GetFunctionAndParameters()
	switch {
	case function == "put" && len(args) == 2:
		if err := stub.PutState(args[0], []byte(args[1])); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success([]byte(args[1]))
	case function == "get" && len(args) == 1:
		value, err := stub.GetState(args[0])
		if err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(value)
	case function == "args":
		return shim.Success([]byte(fmt.Sprint(os.Args[1:])))
	case function == "org.hyperledger.fabric:GetMetadata":
		return shim.Success([]byte("{}"))
	}
	return shim.Error("no function " + function)
}
