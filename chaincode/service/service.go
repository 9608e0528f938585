// Package service serves a chaincode to a peer: chaincode as a service over
// mutual TLS, configured by the environment.
//
//	CHAINCODE_ID                      package id that the peer knows it by
//	CHAINCODE_SERVER_ADDRESS          host:port to listen on
//	CHAINCODE_TLS_KEY_FILE            PEM files
//	CHAINCODE_TLS_CERT_FILE
//	CHAINCODE_TLS_CLIENT_CACERT_FILE  the peer's client certificate must be signed by it
package service

import (
	"errors"
	"fmt"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/spf13/viper"
)

// Serve answers the peer until the process ends. It refuses to start without
// TLS: whoever reaches the port of a chaincode decides what it endorses.
func Serve(chaincode shim.Chaincode) error {
	env := viper.New()
	env.SetEnvPrefix("chaincode")
	env.AutomaticEnv()
	server := &shim.ChaincodeServer{CCID: env.GetString("id"), Address: env.GetString("server_address"), CC: chaincode}
	if server.CCID == "" || server.Address == "" {
		return errors.New("set CHAINCODE_ID and CHAINCODE_SERVER_ADDRESS; tallynet up does it")
	}
	for _, file := range []struct {
		key string
		to  *[]byte
	}{
		{"tls_key_file", &server.TLSProps.Key},
		{"tls_cert_file", &server.TLSProps.Cert},
		{"tls_client_cacert_file", &server.TLSProps.ClientCACerts},
	} {
		data, err := os.ReadFile(env.GetString(file.key))
		if err != nil {
			return fmt.Errorf("CHAINCODE_%s: %w", file.key, err)
		}
		*file.to = data
	}
	return server.Start()
}
