// Package gatewaytest serves a simulated network as peers of Fabric serve a real one, so that tests open gateways and
// nodes as programs do.
//
//	node ─▶ gateway ─▶ fabric-gateway ══ gRPC, TLS ══▶ Server ─▶ ledgersim ─▶ the real chaincode
//
// A transaction is ordered when it is submitted, in a block of its own, and every peer has it then.
package gatewaytest

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/ledgersim"
)

// Server is all peers of a network, each at an address of its own.
type Server struct {
	papers    *papers
	addresses map[string]string // by party

	mu       sync.Mutex
	ahead    time.Duration
	net      *ledgersim.Network
	prepared map[string]*ledgersim.Envelope // by transaction id
	grown    chan struct{}                  // closed and replaced when there are more blocks
	calls    map[string]int                 // endorsements and questions, by the party whose peer took them
}

// peerOf is one party's peer.
type peerOf struct {
	gateway.UnimplementedGatewayServer
	peer.UnimplementedDeliverServer
	*Server
	party string
}

// Serve serves a network until the test ends.
func Serve(t testing.TB, n *ledgersim.Network) *Server {
	t.Helper()
	made, err := newPapers(t.TempDir(), n.Peers())
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{papers: made, addresses: map[string]string{}, net: n, prepared: map[string]*ledgersim.Envelope{},
		grown: make(chan struct{}), calls: map[string]int{}}
	for _, party := range n.Peers() {
		s.serve(t, party)
	}
	return s
}

// serve serves a party's peer.
func (s *Server) serve(t testing.TB, party string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addresses[party] = listener.Addr().String()
	one := &peerOf{Server: s, party: party}
	served := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&s.papers.tls)))
	gateway.RegisterGatewayServer(served, one)
	peer.RegisterDeliverServer(served, one)
	ended := make(chan error, 1)
	go func() { ended <- served.Serve(listener) }()
	t.Cleanup(func() {
		served.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Calls returns how many endorsements and questions a party's peer was asked for by clients.
func (s *Server) Calls(party string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[party]
}

// Later has the peers' clocks go on: of what is proposed from now on, the timestamps are so much later.
func (s *Server) Later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// proposed reads a proposal, and counts it. The network's time is its client's.
func (s *peerOf) proposed(signed *peer.SignedProposal) (*ledgersim.Proposal, error) {
	p, err := ledgersim.ParseProposal(signed.GetProposalBytes())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	p.Timestamp = p.Timestamp.Add(s.ahead)
	s.net.Advance(p.Timestamp.Sub(s.net.Now()))
	s.calls[s.party]++
	return p, nil
}

// tell tells the streams that there are more blocks.
func (s *Server) tell() {
	close(s.grown)
	s.grown = make(chan struct{})
}

// Endorse implements gateway.GatewayServer. Private data goes to all peers; what has none to a majority, this one
// first, or to those that are named.
func (s *peerOf) Endorse(_ context.Context, req *gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.proposed(req.GetProposedTransaction())
	if err != nil {
		return nil, err
	}
	named := req.GetEndorsingOrganizations()
	env, err := s.net.Endorse(p, s.endorsers(p, named)...)
	if err != nil {
		return nil, refused(err, "failed to endorse transaction, see attached details for more info")
	}
	var whole common.Envelope
	if err := proto.Unmarshal(env.Bytes(), &whole); err != nil {
		return nil, err
	}
	whole.Signature = nil
	if len(named) > 0 {
		if err := s.papers.sign(&whole); err != nil {
			return nil, err
		}
	} else {
		s.prepared[env.TxID] = env
	}
	return &gateway.EndorseResponse{PreparedTransaction: &whole}, nil
}

// endorsers chooses who endorses a proposal.
func (s *peerOf) endorsers(p *ledgersim.Proposal, named []string) []string {
	if len(named) > 0 {
		return named
	}
	list := s.net.Peers()
	own := slices.Index(list, s.party)
	list = slices.Insert(slices.Delete(list, own, own+1), 0, s.party)
	if len(p.Transient) > 0 {
		return list
	}
	return list[:len(list)/2+1]
}

// refused is a peer's refusal as a gateway's peer hands it on.
func refused(err error, message string) error {
	var refusal *ledgersim.Refusal
	if !errors.As(err, &refusal) {
		return status.Error(codes.Aborted, err.Error())
	}
	st, err := status.New(codes.Aborted, message).WithDetails(
		&gateway.ErrorDetail{Address: refusal.Peer, MspId: refusal.Peer, Message: refusal.Error()})
	if err != nil {
		return err
	}
	return st.Err()
}

// Submit implements gateway.GatewayServer.
func (s *peerOf) Submit(_ context.Context, req *gateway.SubmitRequest) (*gateway.SubmitResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	env := s.prepared[req.GetTransactionId()]
	if env == nil || len(req.GetPreparedTransaction().GetSignature()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "the transaction wasn't prepared here, or isn't signed")
	}
	s.net.Submit(env)
	if _, err := s.net.Cut(0); err != nil {
		return nil, err
	}
	s.net.DeliverAll()
	s.tell()
	return &gateway.SubmitResponse{}, nil
}

// Evaluate implements gateway.GatewayServer.
func (s *peerOf) Evaluate(_ context.Context, req *gateway.EvaluateRequest) (*gateway.EvaluateResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.proposed(req.GetProposedTransaction())
	if err != nil {
		return nil, err
	}
	if p.Chaincode == "qscc" {
		info, err := proto.Marshal(&common.BlockchainInfo{Height: s.net.PeerHeight(s.party)})
		return &gateway.EvaluateResponse{Result: &peer.Response{Status: 200, Payload: info}}, err
	}
	e, err := s.net.EndorseAt(p, s.party)
	if err != nil {
		return nil, refused(err, "evaluate call to endorser returned error")
	}
	return &gateway.EvaluateResponse{Result: e.Response}, nil
}

// Deliver implements peer.DeliverServer: blocks from a number on, those to come included.
func (s *peerOf) Deliver(stream grpc.BidiStreamingServer[common.Envelope, peer.DeliverResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	var payload common.Payload
	var seek orderer.SeekInfo
	if err := errors.Join(proto.Unmarshal(first.GetPayload(), &payload),
		proto.Unmarshal(payload.GetData(), &seek)); err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	for next := seek.GetStart().GetSpecified().GetNumber(); ; next++ {
		b, err := s.block(stream.Context(), next)
		if err != nil {
			return err
		}
		if err := stream.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Block{Block: b}}); err != nil {
			return err
		}
	}
}

// block waits for a block.
func (s *Server) block(ctx context.Context, number uint64) (*common.Block, error) {
	for {
		s.mu.Lock()
		grown := s.grown
		if number < s.net.Height() {
			b := s.net.Block(number).Proto()
			s.mu.Unlock()
			return b, nil
		}
		s.mu.Unlock()
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
