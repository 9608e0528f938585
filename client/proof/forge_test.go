package proof

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
	"slices"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// asked is when the test's question was put.
var asked = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// authority is a party's CA.
type authority struct {
	party string
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
}

// signer is somebody with a certificate.
type signer struct {
	identity []byte // serialized
	key      *ecdsa.PrivateKey
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func newAuthority(party string) authority {
	key := newKey()
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca." + party}, NotBefore: asked.AddDate(-1, 0, 0),
		NotAfter: asked.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key))
	return authority{party, must(x509.ParseCertificate(der)), key}
}

func (a authority) signer(party, role string, from, to time.Time) signer {
	key := newKey()
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "peer0." + a.party, OrganizationalUnit: []string{role}}, NotBefore: from,
		NotAfter: to,
	}
	der := must(x509.CreateCertificate(rand.Reader, cert, a.cert, key.Public(), a.key))
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return signer{marshal(&msp.SerializedIdentity{Mspid: party, IdBytes: text}), key}
}

// peer is a signer as most are: of his own party, for a year each way.
func (a authority) peer() signer {
	return a.signer(a.party, "peer", asked.AddDate(-1, 0, 0), asked.AddDate(1, 0, 0))
}

// sign signs as Fabric does: with the low S.
func (s signer) sign(text []byte, high bool) []byte {
	digest := sha256.Sum256(text)
	var rs struct{ R, S *big.Int }
	must(asn1.Unmarshal(must(ecdsa.SignASN1(rand.Reader, s.key, digest[:])), &rs))
	n := s.key.Params().N
	if isHigh := rs.S.Cmp(new(big.Int).Rsh(n, 1)) > 0; isHigh != high {
		rs.S.Sub(n, rs.S)
	}
	return must(asn1.Marshal(rs))
}

// forge has the parts of an envelope, which a case may spoil before they are
// signed and put together.
type forge struct {
	channel    *common.ChannelHeader
	creator    *common.SignatureHeader
	input      *peer.ChaincodeProposalPayload
	set        *kvrwset.KVRWSet
	hashed     *kvrwset.HashedRWSet // of a collection, if any
	action     *peer.ChaincodeAction
	signers    []signer
	high       bool                                   // sign with a high S
	foreign    bool                                   // the response is another proposal's
	signature  []byte                                 // the client's
	afterwards func(*peer.ChaincodeActionPayload)     // changes what is signed
	actions    func(*peer.Transaction)                // changes the actions
	header     func(*common.Header)                   // changes the header behind the signatures
	unknown    func(*common.Envelope, *common.Header) // adds what no reader knows
}

// alliance is who takes part in the tests; made once, as keys cost time.
var alliance = sync.OnceValue(func() map[string]authority {
	all := map[string]authority{}
	for _, party := range []string{"G", "D", "F", "X"} {
		all[party] = newAuthority(party)
	}
	return all
})

var peers = sync.OnceValue(func() map[string]signer {
	all := map[string]signer{}
	for party, a := range alliance() {
		all[party] = a.peer()
	}
	return all
})

func trusted() Trust {
	t := Trust{}
	for _, party := range []string{"G", "D", "F"} {
		t[party] = x509.NewCertPool()
		t[party].AddCert(alliance()[party].cert)
	}
	return t
}

const answer = `{"member":"ann","sums":[{"programme":"GP","available":80}]}`

func newForge() *forge {
	nonce := []byte("a nonce")
	client := marshal(&msp.SerializedIdentity{Mspid: "D", IdBytes: []byte("the client's certificate")})
	sum := sha256.Sum256(slices.Concat(nonce, client))
	spec := &peer.ChaincodeInvocationSpec{
		ChaincodeSpec: &peer.ChaincodeSpec{ChaincodeId: &peer.ChaincodeID{Name: "tally"},
			Input: &peer.ChaincodeInput{
				Args: [][]byte{[]byte("query:Balance"), []byte("ann"), []byte(`["G.1.1.1.0"]`)},
			},
		},
	}
	return &forge{
		channel: &common.ChannelHeader{
			Type: int32(common.HeaderType_ENDORSER_TRANSACTION), ChannelId: "alliance",
			TxId: hex.EncodeToString(sum[:]), Timestamp: timestamppb.New(asked),
		},
		creator: &common.SignatureHeader{Creator: client, Nonce: nonce},
		input:   &peer.ChaincodeProposalPayload{Input: marshal(spec)},
		set: &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "l/G", Version: &kvrwset.Version{BlockNum: 7, TxNum: 2}},
			{Key: "y", Version: &kvrwset.Version{BlockNum: 9}}, {Key: "f/00"}}},
		action: &peer.ChaincodeAction{
			ChaincodeId: &peer.ChaincodeID{Name: "tally"},
			Response:    &peer.Response{Status: 200, Payload: []byte(answer)},
		},
		signers: []signer{peers()["G"], peers()["D"]},
	}
}

// envelope puts it together as Fabric does.
func (f *forge) envelope() []byte {
	space := &rwset.NsReadWriteSet{Namespace: "tally", Rwset: marshal(f.set)}
	if f.hashed != nil {
		space.CollectionHashedRwset = []*rwset.CollectionHashedReadWriteSet{
			{CollectionName: "profiles-D-G", HashedRwset: marshal(f.hashed)},
		}
	}
	f.action.Results = marshal(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{space}})
	header := &common.Header{ChannelHeader: marshal(f.channel), SignatureHeader: marshal(f.creator)}
	input := marshal(f.input)
	hash := sha256.Sum256(slices.Concat(header.ChannelHeader, header.SignatureHeader, input))
	if f.foreign {
		hash[0]++
	}
	response := marshal(&peer.ProposalResponsePayload{ProposalHash: hash[:], Extension: marshal(f.action)})
	payload := &peer.ChaincodeActionPayload{
		ChaincodeProposalPayload: input, Action: &peer.ChaincodeEndorsedAction{ProposalResponsePayload: response},
	}
	for _, s := range f.signers {
		payload.Action.Endorsements = append(payload.Action.Endorsements,
			&peer.Endorsement{Endorser: s.identity, Signature: s.sign(slices.Concat(response, s.identity), f.high)})
	}
	if f.afterwards != nil {
		f.afterwards(payload)
	}
	tx := &peer.Transaction{
		Actions: []*peer.TransactionAction{{Header: header.SignatureHeader, Payload: marshal(payload)}},
	}
	if f.actions != nil {
		f.actions(tx)
	}
	if f.header != nil {
		f.header(header)
	}
	envelope := &common.Envelope{Signature: f.signature}
	if f.unknown != nil {
		f.unknown(envelope, header)
	}
	envelope.Payload = marshal(&common.Payload{Header: header, Data: marshal(tx)})
	return marshal(envelope)
}

// proof writes the file without asking whether it is a proof.
func (f *forge) proof() []byte { return must(file{format, []byte(answer), f.envelope()}.written()) }
