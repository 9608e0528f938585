package lifecycle

import (
	"path/filepath"

	"tallystick/network/identity"
	"tallystick/network/process"
	"tallystick/network/topology"
)

// ServerSpec says how to run one party's server of a chaincode. The program is
// told everything by its environment:
//
//	CHAINCODE_ID                   the package id
//	CHAINCODE_SERVER_ADDRESS       host:port to listen on
//	CHAINCODE_TLS_CERT_FILE        its certificate …
//	CHAINCODE_TLS_KEY_FILE         … and key, PKCS #8
//	CHAINCODE_TLS_CLIENT_CACERT_FILE  whose certificates callers must show
//
// The topology's args and env follow.
func ServerSpec(server topology.Server, pkg Package, link identity.Link) process.Spec {
	env := []string{
		"CHAINCODE_ID=" + pkg.ID(),
		"CHAINCODE_SERVER_ADDRESS=" + server.Address,
		"CHAINCODE_TLS_CERT_FILE=" + link.ServerCert,
		"CHAINCODE_TLS_KEY_FILE=" + link.ServerKey,
		"CHAINCODE_TLS_CLIENT_CACERT_FILE=" + link.CA,
	}
	return process.Spec{
		Name:    server.Name,
		Party:   server.Party,
		Program: server.Chaincode.Program,
		Args:    server.Chaincode.Args,
		Env:     append(env, server.Chaincode.Env...),
		Dir:     filepath.Dir(link.CA),
		Listens: []string{server.Address},
	}
}
