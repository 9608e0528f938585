// Package direct connects with Fabric's own client: for tests and the demo, when
// they go around ours or choose their endorsers.
package direct

import (
	"crypto/x509"
	"os"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"tallystick/client/config"
)

// Dial opens a bare connection to a peer.
func Dial(at config.Endpoint) (*grpc.ClientConn, error) {
	ca, err := os.ReadFile(at.TLSCA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return grpc.NewClient(at.Address,
		grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, at.ServerName)))
}

// Connect opens a connection to the party's first peer, and answers how to end it.
func Connect(cfg config.Config) (*client.Gateway, func(), error) {
	id, sign, err := identityOf(cfg)
	if err != nil {
		return nil, nil, err
	}
	connection, err := Dial(cfg.Peers[0])
	if err != nil {
		return nil, nil, err
	}
	gateway, err := client.Connect(id, client.WithSign(sign), client.WithHash(hash.SHA256),
		client.WithClientConnection(connection), client.WithCommitStatusTimeout(time.Minute))
	if err != nil {
		return nil, nil, err
	}
	return gateway, func() { gateway.Close(); connection.Close() }, nil
}

// identityOf reads who a party's programs are, and how they sign.
func identityOf(cfg config.Config) (*identity.X509Identity, identity.Sign, error) {
	files := map[string][]byte{cfg.Identity.Cert: nil, cfg.Identity.Key: nil}
	for path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		files[path] = data
	}
	certificate, err := identity.CertificateFromPEM(files[cfg.Identity.Cert])
	if err != nil {
		return nil, nil, err
	}
	id, err := identity.NewX509Identity(cfg.Party, certificate)
	if err != nil {
		return nil, nil, err
	}
	key, err := identity.PrivateKeyFromPEM(files[cfg.Identity.Key])
	if err != nil {
		return nil, nil, err
	}
	sign, err := identity.NewPrivateKeySign(key)
	return id, sign, err
}
