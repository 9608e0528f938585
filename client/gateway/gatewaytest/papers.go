package gatewaytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/client/config"
)

// papers are the keys and certificates of a network. One key is everybody's.
type papers struct {
	dir      string
	key      *ecdsa.PrivateKey
	signs    identity.Sign
	tls      tls.Certificate
	peers    []string
	endorser map[string][]byte // serialized identity by peer
}

func newPapers(dir string, peers []string) (*papers, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	signs, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, err
	}
	p := &papers{dir: dir, key: key, signs: signs, peers: peers, endorser: map[string][]byte{}}
	der, err := p.certificate("localhost", "server", true)
	if err != nil {
		return nil, err
	}
	p.tls = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	err = errors.Join(p.keep("tls", "CERTIFICATE", der), p.keep("key", "PRIVATE KEY", secret))
	for _, party := range peers {
		der, failed := p.certificate(party, "peer", true)
		err = errors.Join(err, failed, p.keep("ca-"+party, "CERTIFICATE", der))
		p.endorser[party], failed = proto.Marshal(&msp.SerializedIdentity{Mspid: party,
			IdBytes: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})})
		err = errors.Join(err, failed)
	}
	return p, err
}

// certificate makes a certificate that signs itself.
func (p *papers) certificate(name, unit string, ca bool) ([]byte, error) {
	whole := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{unit}},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: ca,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	return x509.CreateCertificate(rand.Reader, whole, whole, p.key.Public(), p.key)
}

func (p *papers) path(name string) string { return filepath.Join(p.dir, name+".pem") }

func (p *papers) keep(name, kind string, der []byte) error {
	return os.WriteFile(p.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// sign has the endorsements of a transaction, which ledgersim only marks, signed by keys.
func (p *papers) sign(whole *common.Envelope) error {
	payload, tx, action := &common.Payload{}, &peer.Transaction{}, &peer.ChaincodeActionPayload{}
	if err := errors.Join(proto.Unmarshal(whole.GetPayload(), payload),
		proto.Unmarshal(payload.GetData(), tx)); err != nil {
		return err
	}
	if err := proto.Unmarshal(tx.GetActions()[0].GetPayload(), action); err != nil {
		return err
	}
	for _, e := range action.GetAction().GetEndorsements() {
		id := &msp.SerializedIdentity{}
		if err := proto.Unmarshal(e.GetEndorser(), id); err != nil {
			return err
		}
		e.Endorser = p.endorser[id.GetMspid()]
		sum := sha256.Sum256(slices.Concat(action.GetAction().GetProposalResponsePayload(), e.GetEndorser()))
		var err error
		if e.Signature, err = p.signs(sum[:]); err != nil {
			return err
		}
	}
	var err error
	if tx.Actions[0].Payload, err = proto.Marshal(action); err != nil {
		return err
	}
	if payload.Data, err = proto.Marshal(tx); err != nil {
		return err
	}
	whole.Payload, err = proto.Marshal(payload)
	return err
}

// Config is the configuration of a party's node on the network, with a directory of its own.
func (s *Server) Config(t testing.TB, party string) config.Config {
	t.Helper()
	der, err := s.papers.certificate("client", "client", false)
	if err == nil {
		err = s.papers.keep("client-"+party, "CERTIFICATE", der)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Party, c.Channel, c.State = party, "tally", t.TempDir()
	c.Identity = config.Identity{MSP: party, Cert: s.papers.path("client-" + party), Key: s.papers.path("key")}
	add := func(name string) {
		c.Peers = append(c.Peers, config.Endpoint{Name: "peer0." + name, Party: name, Address: s.addresses[name],
			TLSCA: s.papers.path("tls"), ServerName: "localhost"})
	}
	for _, name := range s.papers.peers {
		if name == party {
			add(name)
		}
	}
	for _, name := range s.papers.peers {
		if name != party {
			add(name)
		}
		c.Trust = append(c.Trust, config.Trust{Party: name, CA: s.papers.path("ca-" + name)})
	}
	return c
}
