package gateway

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gw "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// checkPrepared refuses to sign a transaction that isn't the one that was proposed. The peer that has a proposal
// endorsed makes the transaction's bytes, and Fabric's library signs whatever comes back. A party without a peer asks
// somebody else's: that one could have another transaction signed in the party's name, or a proposal, which looks like
// one.
func checkPrepared(proposal *client.Proposal, tx *client.Transaction) error {
	asked, err := proposal.Bytes()
	if err != nil {
		return err
	}
	prepared, err := tx.Bytes()
	if err != nil {
		return err
	}
	if err := samePrepared(asked, prepared); err != nil {
		return fmt.Errorf("the peer has another transaction signed than was proposed: %w", err)
	}
	return nil
}

// samePrepared compares a gateway.ProposedTransaction with the gateway.PreparedTransaction that became of it: one
// action, of the proposed function with the proposed arguments, under the proposal's own header, and nothing else.
func samePrepared(asked, prepared []byte) error {
	var (
		proposed  gw.ProposedTransaction
		answered  gw.PreparedTransaction
		proposal  pb.Proposal
		header    common.Header
		called    pb.ChaincodeProposalPayload
		payload   common.Payload
		tx        pb.Transaction
		action    pb.ChaincodeActionPayload
		performed pb.ChaincodeProposalPayload
	)
	err := errors.Join(proto.Unmarshal(asked, &proposed), proto.Unmarshal(prepared, &answered))
	err = errors.Join(err, proto.Unmarshal(proposed.GetProposal().GetProposalBytes(), &proposal),
		exactly(answered.GetEnvelope().GetPayload(), &payload))
	err = errors.Join(err, proto.Unmarshal(proposal.GetHeader(), &header),
		proto.Unmarshal(proposal.GetPayload(), &called), exactly(payload.GetData(), &tx))
	if err != nil {
		return err
	}
	if len(answered.GetEnvelope().GetSignature()) > 0 {
		return errors.New("it is signed")
	}
	if !bytes.Equal(payload.GetHeader().GetChannelHeader(), header.GetChannelHeader()) ||
		!bytes.Equal(payload.GetHeader().GetSignatureHeader(), header.GetSignatureHeader()) {
		return errors.New("its header is another")
	}
	if n := len(tx.GetActions()); n != 1 {
		return fmt.Errorf("it has %d actions", n)
	}
	if !bytes.Equal(tx.GetActions()[0].GetHeader(), header.GetSignatureHeader()) {
		return errors.New("its action is another party's")
	}
	if err := exactly(tx.GetActions()[0].GetPayload(), &action); err != nil {
		return err
	}
	if err := exactly(action.GetChaincodeProposalPayload(), &performed); err != nil {
		return err
	}
	if !bytes.Equal(performed.GetInput(), called.GetInput()) || len(performed.GetTransientMap()) > 0 {
		return errors.New("its arguments are others")
	}
	return nil
}

// exactly reads a message that has its fields in their one form, and nothing beside them.
func exactly(data []byte, into proto.Message) error {
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(data, into); err != nil {
		return err
	}
	again, err := proto.MarshalOptions{Deterministic: true}.Marshal(into)
	if err == nil && !bytes.Equal(again, data) {
		err = fmt.Errorf("a %s has more in it than its fields", into.ProtoReflect().Descriptor().Name())
	}
	return err
}
