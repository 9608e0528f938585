package ledgersim

import (
	"bytes"
	"encoding/hex"
	"maps"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Proposal is what a client asks peers to endorse. Set Transient and Timestamp
// before it is first used; afterwards it is as good as signed.
type Proposal struct {
	Chaincode string
	Args      [][]byte
	Creator   *Identity
	Timestamp time.Time // the client's own clock
	Transient map[string][]byte

	channel string
	nonce   []byte
	txID    string
	signed  *signedParts
}

// signedParts are the proposal's bytes.
type signedParts struct {
	header    []byte // common.Header
	sigHeader []byte // the signature header in it
	payload   []byte // ChaincodeProposalPayload, transient data removed
	proposal  *peer.SignedProposal
	binding   []byte
	hash      []byte // over header and payload: what endorsers sign with their result
}

// Propose prepares a call of a chaincode. The transaction id is the hash of a
// nonce from the network's seed and the creator.
func (n *Network) Propose(creator *Identity, chaincode string, args ...[]byte) *Proposal {
	nonce := make([]byte, 0, 24)
	for range 3 {
		v := n.rng.Uint64()
		for shift := 0; shift < 64; shift += 8 {
			nonce = append(nonce, byte(v>>shift))
		}
	}
	return &Proposal{
		Chaincode: chaincode,
		Args:      args,
		Creator:   creator,
		Timestamp: n.clock,
		channel:   n.cfg.Channel,
		nonce:     nonce,
		txID:      transactionID(nonce, creator.serialized),
	}
}

// Args turns strings to a call's arguments: the function's name first.
func Args(words ...string) [][]byte {
	out := make([][]byte, len(words))
	for i, w := range words {
		out[i] = []byte(w)
	}
	return out
}

// TxID is the transaction's id.
func (p *Proposal) TxID() string { return p.txID }

func transactionID(nonce, creator []byte) string {
	return hex.EncodeToString(hash(append(bytes.Clone(nonce), creator...)))
}

// parts marshals the proposal once. Its ChaincodeHeaderExtension and
// ChaincodeInvocationSpec name the chaincode that the client called, which is
// how a callee learns who is outermost.
func (p *Proposal) parts() *signedParts {
	if p.signed != nil {
		return p.signed
	}
	cc := &peer.ChaincodeID{Name: p.Chaincode}
	channelHeader := marshal(&common.ChannelHeader{
		Type: int32(common.HeaderType_ENDORSER_TRANSACTION), ChannelId: p.channel, TxId: p.txID,
		Timestamp: timestamppb.New(p.Timestamp), Extension: marshal(&peer.ChaincodeHeaderExtension{ChaincodeId: cc}),
	})
	sigHeader := marshal(&common.SignatureHeader{Creator: p.Creator.serialized, Nonce: p.nonce})
	header := marshal(&common.Header{ChannelHeader: channelHeader, SignatureHeader: sigHeader})
	input := marshal(&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{
		Type: peer.ChaincodeSpec_GOLANG, ChaincodeId: cc, Input: &peer.ChaincodeInput{Args: p.Args}}})
	public := marshal(&peer.ChaincodeProposalPayload{Input: input})
	full := public
	if len(p.Transient) > 0 {
		full = marshal(&peer.ChaincodeProposalPayload{Input: input, TransientMap: p.Transient})
	}
	proposal := marshal(&peer.Proposal{Header: header, Payload: full})
	epoch := make([]byte, 8)
	p.signed = &signedParts{
		header: header, sigHeader: sigHeader, payload: public,
		proposal: &peer.SignedProposal{ProposalBytes: proposal, Signature: sign(proposal, p.Creator.serialized)},
		binding:  hash(bytes.Join([][]byte{p.nonce, p.Creator.serialized, epoch}, nil)),
		hash:     hash(bytes.Join([][]byte{channelHeader, sigHeader, public}, nil)),
	}
	return p.signed
}

// sign stands for a signature: anyone could compute it, but nothing in a model
// does so for somebody else, and bytes changed afterwards no longer match.
func sign(message, identity []byte) []byte {
	return hash(append(hash(message), identity...))
}

func (p *Proposal) transient() map[string][]byte {
	out := maps.Clone(p.Transient)
	for k, v := range out {
		out[k] = bytes.Clone(v)
	}
	return out
}

func cloneArgs(args [][]byte) [][]byte {
	out := make([][]byte, len(args))
	for i, a := range args {
		out[i] = bytes.Clone(a)
	}
	return out
}
