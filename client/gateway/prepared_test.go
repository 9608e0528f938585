package gateway

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gw "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	"tallystick/client/config"
)

// liar is a peer's gateway service that makes transactions of proposals as it likes.
type liar struct {
	gw.UnimplementedGatewayServer
	lie func(*made)
}

// made is what a transaction is made of.
type made struct {
	proposal  []byte // the client's
	header    *common.Header
	performed *pb.ChaincodeProposalPayload
	actions   int
	envelope  *common.Envelope // sent instead, if there is one
	more      []byte           // at the payload's end
}

func encode(t proto.Message) []byte {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(t)
	if err != nil {
		panic(err)
	}
	return data
}

// Endorse makes the transaction as Fabric's peers do, and lies then.
func (l *liar) Endorse(_ context.Context, req *gw.EndorseRequest) (*gw.EndorseResponse, error) {
	var proposal pb.Proposal
	var header common.Header
	var called pb.ChaincodeProposalPayload
	err := errors.Join(proto.Unmarshal(req.GetProposedTransaction().GetProposalBytes(), &proposal),
		proto.Unmarshal(proposal.GetHeader(), &header),
		proto.Unmarshal(proposal.GetPayload(), &called))
	if err != nil {
		return nil, err
	}
	m := &made{
		proposal: req.GetProposedTransaction().GetProposalBytes(), header: &header,
		performed: &pb.ChaincodeProposalPayload{Input: called.GetInput()}, actions: 1,
	}
	l.lie(m)
	if m.envelope == nil {
		m.envelope = &common.Envelope{Payload: append(m.payload(), m.more...)}
	}
	return &gw.EndorseResponse{PreparedTransaction: m.envelope}, nil
}

func (m *made) payload() []byte {
	response := encode(&pb.ProposalResponsePayload{
		ProposalHash: []byte("hash"),
		Extension:    encode(&pb.ChaincodeAction{Response: &pb.Response{Status: 200, Payload: []byte("answer")}}),
	})
	action := &pb.ChaincodeActionPayload{ChaincodeProposalPayload: encode(m.performed),
		Action: &pb.ChaincodeEndorsedAction{
			ProposalResponsePayload: response,
			Endorsements:            []*pb.Endorsement{{Endorser: []byte("G"), Signature: []byte("s")}},
		}}
	var tx pb.Transaction
	for range m.actions {
		tx.Actions = append(tx.Actions,
			&pb.TransactionAction{Header: m.header.GetSignatureHeader(), Payload: encode(action)})
	}
	return encode(&common.Payload{Header: m.header, Data: encode(&tx)})
}

// throughPeer is a network whose one peer makes transactions by the liar.
func throughPeer(t *testing.T, lie func(*made)) *fabric {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	gw.RegisterGatewayServer(server, &liar{lie: lie})
	go server.Serve(listener) // it ends with the test
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///peer", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(
			func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	id, sign := somebody(t)
	gateway, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	if err != nil {
		t.Fatal(err)
	}
	f := &fabric{
		peers: &peers{all: []*peer{{name: "peer0", party: "G", conn: conn, gw: gateway, sign: sign}}}, party: "M",
		channel:  "alliance",
		timeouts: config.Timeouts{Endorse: 5 * time.Second},
	}
	t.Cleanup(f.close)
	return f
}

// somebody is an identity of party M.
func somebody(t *testing.T) (identity.Identity, identity.Sign) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identity.NewX509Identity("M", cert)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		t.Fatal(err)
	}
	return id, sign
}

// A party without a peer has its transactions made by somebody else's. It signs what it proposed, and nothing else: no
// other command, in no other name or channel, no second one beside it, no proposal, no configuration.
func TestOnlyWhatWasProposedIsSigned(t *testing.T) {
	other := encode(&pb.ChaincodeInvocationSpec{ChaincodeSpec: &pb.ChaincodeSpec{
		Input: &pb.ChaincodeInput{Args: [][]byte{[]byte("points:Issue"), []byte("a million")}},
	}})
	channel := func(m *made, change func(*common.ChannelHeader)) {
		var h common.ChannelHeader
		if err := proto.Unmarshal(m.header.GetChannelHeader(), &h); err != nil {
			t.Fatal(err)
		}
		change(&h)
		m.header.ChannelHeader = encode(&h)
	}
	for name, c := range map[string]struct {
		lie  func(*made)
		says string // "" if it is signed
	}{
		"as proposed":     {func(*made) {}, ""},
		"other arguments": {func(m *made) { m.performed.Input = other }, "arguments"},
		"private data": {func(m *made) { m.performed.TransientMap = map[string][]byte{"a": []byte("b")} },
			"arguments"},
		"another nonce": {func(m *made) {
			m.header.SignatureHeader = encode(&common.SignatureHeader{Creator: []byte("M"), Nonce: []byte("n")})
		}, "header"},
		"a configuration": {func(m *made) {
			channel(m, func(h *common.ChannelHeader) { h.Type = int32(common.HeaderType_CONFIG_UPDATE) })
		}, "header"},
		"another channel": {func(m *made) { channel(m, func(h *common.ChannelHeader) { h.ChannelId = "other" }) },
			"header"},
		"two actions":     {func(m *made) { m.actions = 2 }, "2 actions"},
		"no action":       {func(m *made) { m.actions = 0 }, ""},
		"more at the end": {func(m *made) { m.more = []byte{0x1a, 0x01, 'x'} }, "more in it"},
		"a proposal":      {func(m *made) { m.envelope = &common.Envelope{Payload: m.proposal} }, ""},
		"signed by another": {func(m *made) {
			m.envelope = &common.Envelope{Payload: m.payload(), Signature: []byte("s")}
		}, "signed"},
		"nothing": {func(m *made) { m.envelope = &common.Envelope{} }, ""},
	} {
		f := throughPeer(t, c.lie)
		tx, err := f.Endorse(t.Context(), call{
			chaincode: "tally", function: "batch:Run", args: [][]byte{[]byte("mine")},
		})
		if name == "as proposed" {
			if err != nil || string(tx.Answer) != "answer" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var failed *callError
		if err == nil || !errors.As(err, &failed) || failed.stage != endorsing ||
			!strings.Contains(err.Error(), c.says) || len(tx.Envelope) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
