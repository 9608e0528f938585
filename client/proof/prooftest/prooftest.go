// Package prooftest makes proofs for tests: envelopes as Fabric's peers endorse them, by
// parties whose CAs are made up. What it makes passes proof.Check for who trusts these.
package prooftest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"tallystick/client/proof"
)

// Asked is when every proof's question was put.
var Asked = time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)

// Alliance is who signs.
type Alliance struct {
	t     testing.TB
	peers map[string]signer
	cas   map[string]*x509.Certificate
}

type signer struct {
	identity []byte // serialized
	key      *ecdsa.PrivateKey
}

// New makes an alliance of parties, each with a CA and a peer.
func New(t testing.TB, parties ...string) *Alliance {
	a := &Alliance{t: t, peers: map[string]signer{}, cas: map[string]*x509.Certificate{}}
	for i, party := range parties {
		caKey, key := must(a, newKey), must(a, newKey)
		ca := a.certificate(
			&x509.Certificate{SerialNumber: big.NewInt(int64(2*i + 1)), Subject: pkix.Name{CommonName: "ca." + party},
				IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, caKey, caKey)
		cert := a.certificate(&x509.Certificate{SerialNumber: big.NewInt(int64(2*i + 2)),
			Subject: pkix.Name{CommonName: "peer0." + party, OrganizationalUnit: []string{"peer"}}}, ca, key, caKey)
		a.cas[party] = ca
		a.peers[party] = signer{a.marshal(&msp.SerializedIdentity{Mspid: party, IdBytes: asPEM(cert)}), key}
	}
	return a
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func asPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// must ends the test if something that can't fail does.
func must[T any](a *Alliance, do func() (T, error)) T {
	a.t.Helper()
	v, err := do()
	if err != nil {
		a.t.Fatal(err)
	}
	return v
}

func (a *Alliance) certificate(c, by *x509.Certificate, key, byKey *ecdsa.PrivateKey) *x509.Certificate {
	c.NotBefore, c.NotAfter = Asked.AddDate(-1, 0, 0), Asked.AddDate(1, 0, 0)
	if by == nil {
		by = c
	}
	der := must(a, func() ([]byte, error) { return x509.CreateCertificate(rand.Reader, c, by, key.Public(), byKey) })
	return must(a, func() (*x509.Certificate, error) { return x509.ParseCertificate(der) })
}

func (a *Alliance) marshal(m proto.Message) []byte {
	return must(a, func() ([]byte, error) { return proto.MarshalOptions{Deterministic: true}.Marshal(m) })
}

// Trust is who trusts all of the alliance.
func (a *Alliance) Trust() proof.Trust {
	t := proof.Trust{}
	for party, ca := range a.cas {
		t[party] = x509.NewCertPool()
		t[party].AddCert(ca)
	}
	return t
}

// TrustDir is a directory with everybody's CA, as proof.TrustDir reads it.
func (a *Alliance) TrustDir() string {
	dir := a.t.TempDir()
	for party, ca := range a.cas {
		if err := os.WriteFile(filepath.Join(dir, party+".pem"), asPEM(ca), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return dir
}

// Proof is the file of an answer that some parties' peers signed.
func (a *Alliance) Proof(channel, function, answer string, signers ...string) []byte {
	nonce := []byte("a nonce")
	client := a.marshal(&msp.SerializedIdentity{Mspid: signers[0], IdBytes: []byte("the client's certificate")})
	id := sha256.Sum256(slices.Concat(nonce, client))
	header := &common.Header{
		ChannelHeader: a.marshal(
			&common.ChannelHeader{Type: int32(common.HeaderType_ENDORSER_TRANSACTION), ChannelId: channel,
				TxId: hex.EncodeToString(id[:]), Timestamp: timestamppb.New(Asked)}),
		SignatureHeader: a.marshal(&common.SignatureHeader{Creator: client, Nonce: nonce}),
	}
	input := a.marshal(
		&peer.ChaincodeProposalPayload{
			Input: a.marshal(&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{

				ChaincodeId: &peer.ChaincodeID{Name: "tally"},
				Input:       &peer.ChaincodeInput{Args: [][]byte{[]byte(function)}},
			}}),
		})
	read := a.marshal(&kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "y", Version: &kvrwset.Version{BlockNum: 61}}}})
	action := a.marshal(&peer.ChaincodeAction{
		ChaincodeId: &peer.ChaincodeID{Name: "tally"}, Response: &peer.Response{Status: 200, Payload: []byte(answer)},
		Results: a.marshal(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{{Namespace: "tally", Rwset: read}}}),
	})
	hash := sha256.Sum256(slices.Concat(header.ChannelHeader, header.SignatureHeader, input))
	response := a.marshal(&peer.ProposalResponsePayload{ProposalHash: hash[:], Extension: action})
	endorsed := &peer.ChaincodeEndorsedAction{ProposalResponsePayload: response}
	for _, party := range signers {
		s := a.peers[party]
		endorsed.Endorsements = append(endorsed.Endorsements,
			&peer.Endorsement{Endorser: s.identity, Signature: a.sign(s, slices.Concat(response, s.identity))})
	}
	tx := &peer.Transaction{Actions: []*peer.TransactionAction{{Header: header.SignatureHeader,
		Payload: a.marshal(&peer.ChaincodeActionPayload{ChaincodeProposalPayload: input, Action: endorsed})}}}
	envelope := a.marshal(&common.Envelope{Payload: a.marshal(&common.Payload{Header: header, Data: a.marshal(tx)})})
	return must(a, func() ([]byte, error) { return proof.Write(envelope) })
}

// sign signs as Fabric does: with the low S.
func (a *Alliance) sign(s signer, text []byte) []byte {
	digest := sha256.Sum256(text)
	text = must(a, func() ([]byte, error) { return ecdsa.SignASN1(rand.Reader, s.key, digest[:]) })
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(text, &rs); err != nil {
		a.t.Fatal(err)
	}
	if n := s.key.Params().N; rs.S.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		rs.S.Sub(n, rs.S)
	}
	return must(a, func() ([]byte, error) { return asn1.Marshal(rs) })
}
