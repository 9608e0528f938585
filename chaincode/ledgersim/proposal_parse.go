package ledgersim

import (
	"bytes"
	"errors"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// ParseProposal reads a peer.Proposal that a real client made. Its own signature isn't looked at.
func ParseProposal(b []byte) (*Proposal, error) {
	proposal, header, channel := &peer.Proposal{}, &common.Header{}, &common.ChannelHeader{}
	creator, payload := &common.SignatureHeader{}, &peer.ChaincodeProposalPayload{}
	spec := &peer.ChaincodeInvocationSpec{}
	err := proto.Unmarshal(b, proposal)
	err = errors.Join(err, proto.Unmarshal(proposal.GetHeader(), header),
		proto.Unmarshal(proposal.GetPayload(), payload))
	err = errors.Join(err, proto.Unmarshal(header.GetChannelHeader(), channel),
		proto.Unmarshal(header.GetSignatureHeader(), creator), proto.Unmarshal(payload.GetInput(), spec))
	if err != nil {
		return nil, err
	}
	id, err := ParseIdentity(creator.GetCreator())
	if err != nil {
		return nil, err
	}
	public := marshal(&peer.ChaincodeProposalPayload{Input: payload.GetInput()})
	call := spec.GetChaincodeSpec()
	return &Proposal{
		Chaincode: call.GetChaincodeId().GetName(), Args: call.GetInput().GetArgs(), Creator: id,
		Timestamp: channel.GetTimestamp().AsTime(), Transient: payload.GetTransientMap(),
		channel: channel.GetChannelId(), nonce: creator.GetNonce(), txID: channel.GetTxId(),
		signed: &signedParts{
			header: proposal.GetHeader(), sigHeader: header.GetSignatureHeader(), payload: public,
			proposal: &peer.SignedProposal{ProposalBytes: b, Signature: sign(b, id.serialized)},
			binding:  hash(bytes.Join([][]byte{creator.GetNonce(), id.serialized, make([]byte, 8)}, nil)),
			hash:     hash(bytes.Join([][]byte{header.GetChannelHeader(), header.GetSignatureHeader(), public}, nil)),
		},
	}, nil
}
