package ledgersim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Envelope is an endorsed transaction, signed by its client. It never changes:
// it can be submitted now, later, again, or never, as itself or as its bytes.
type Envelope struct {
	TxID      string
	Chaincode string // the outermost
	Args      [][]byte
	Creator   *Identity
	Timestamp time.Time

	header       []byte
	sigHeader    []byte
	input        []byte // ChaincodeProposalPayload
	payload      []byte // ProposalResponsePayload
	endorsements []signature
	signature    []byte // the client's, nil until there are bytes to sign
	result       result
	defect       peer.TxValidationCode // found while parsing, VALID when there was none
}

// signature is an endorser's over the payload.
type signature struct{ endorser, signature []byte }

// RWSet is what the transaction read and would write. It must not be changed.
func (e *Envelope) RWSet() *RWSet { return e.result.rwset }

// Event is the outermost chaincode's event, nil when there is none. A block
// carries it whether or not the transaction is valid.
func (e *Envelope) Event() *peer.ChaincodeEvent { return e.result.event }

// Response is the chaincode's answer.
func (e *Envelope) Response() *peer.Response { return e.result.response }

// Endorsers are the identities that signed the result.
func (e *Envelope) Endorsers() []*Identity {
	var out []*Identity
	for _, s := range e.endorsements {
		if id, err := ParseIdentity(s.endorser); err == nil && bytes.Equal(s.signature, sign(e.payload, s.endorser)) {
			out = append(out, id)
		}
	}
	return out
}

// Signers are the organisations that the endorsements name, sorted, whether or not
// they signed.
func (e *Envelope) Signers() []string {
	var list []string
	for _, s := range e.endorsements {
		if id, err := ParseIdentity(s.endorser); err == nil {
			list = append(list, id.MSP)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Proposal returns what the client proposed, without the transient data, which no
// envelope holds.
func (e *Envelope) Proposal() (*Proposal, error) {
	header, channel, creator := &common.Header{}, &common.ChannelHeader{}, &common.SignatureHeader{}
	if err := errors.Join(
		proto.Unmarshal(e.header, header),
		proto.Unmarshal(header.GetChannelHeader(), channel),
		proto.Unmarshal(header.GetSignatureHeader(), creator),
	); err != nil {
		return nil, err
	}
	return &Proposal{Chaincode: e.Chaincode, Args: e.Args, Creator: e.Creator, Timestamp: e.Timestamp,
		channel: channel.GetChannelId(), nonce: creator.GetNonce(), txID: e.TxID}, nil
}

// Assemble makes a transaction of endorsements of one proposal (protoutil/txutils.go).
func (n *Network) Assemble(p *Proposal, endorsements ...*Endorsement) (*Envelope, error) {
	if len(endorsements) == 0 {
		return nil, errors.New("at least one proposal response is required")
	}
	parts, first := p.parts(), endorsements[0]
	env := &Envelope{
		TxID: p.txID, Chaincode: p.Chaincode, Args: cloneArgs(p.Args), Creator: p.Creator, Timestamp: p.Timestamp,
		header: parts.header, sigHeader: parts.sigHeader, input: parts.payload, payload: first.payload,
		result: first.result,
	}
	for _, e := range endorsements {
		if e.Response.Status < 200 || e.Response.Status >= 400 {
			return nil, fmt.Errorf("proposal response was not successful, error code %d, msg %s",
				e.Response.Status, e.Response.Message)
		}
		if !bytes.Equal(e.payload, first.payload) {
			return nil, ErrMismatch
		}
		env.endorsements = append(env.endorsements, signature{e.endorser, e.signature})
	}
	if len(first.private) > 0 {
		n.private[string(hash(first.payload))] = first.private // gossip takes it to the members
	}
	return env, nil
}

// signedBytes is the common.Payload: all but the client's signature.
func (e *Envelope) signedBytes() []byte {
	action := &peer.ChaincodeEndorsedAction{ProposalResponsePayload: e.payload}
	for _, s := range e.endorsements {
		action.Endorsements = append(action.Endorsements,
			&peer.Endorsement{Endorser: s.endorser, Signature: s.signature})
	}
	tx := &peer.Transaction{Actions: []*peer.TransactionAction{{Header: e.sigHeader,
		Payload: marshal(&peer.ChaincodeActionPayload{ChaincodeProposalPayload: e.input, Action: action})}}}
	header := &common.Header{}
	if err := proto.Unmarshal(e.header, header); err != nil {
		panic("ledgersim: own header: " + err.Error())
	}
	return marshal(&common.Payload{Header: header, Data: marshal(tx)})
}

// Bytes is the marshalled common.Envelope.
func (e *Envelope) Bytes() []byte {
	payload, signature := e.signedBytes(), e.signature
	if signature == nil {
		signature = sign(payload, e.Creator.serialized)
	}
	return marshal(&common.Envelope{Payload: payload, Signature: signature})
}

// ParseEnvelope reads an envelope back. Bytes that were tampered with give an
// envelope that no peer holds valid; bytes that are no envelope give an error.
func ParseEnvelope(b []byte) (*Envelope, error) {
	outer, payload, tx := &common.Envelope{}, &common.Payload{}, &peer.Transaction{}
	channel, creator := &common.ChannelHeader{}, &common.SignatureHeader{}
	action, spec := &peer.ChaincodeActionPayload{}, &peer.ChaincodeInvocationSpec{}
	input := &peer.ChaincodeProposalPayload{}
	if err := errors.Join(
		proto.Unmarshal(b, outer),
		proto.Unmarshal(outer.Payload, payload),
		proto.Unmarshal(payload.GetHeader().GetChannelHeader(), channel),
		proto.Unmarshal(payload.GetHeader().GetSignatureHeader(), creator),
		proto.Unmarshal(payload.Data, tx),
	); err != nil {
		return nil, err
	}
	if len(tx.Actions) != 1 {
		return nil, fmt.Errorf("envelope has %d actions, not 1", len(tx.Actions))
	}
	if err := errors.Join(proto.Unmarshal(tx.Actions[0].Payload, action),
		proto.Unmarshal(action.ChaincodeProposalPayload, input)); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(input.Input, spec); err != nil {
		return nil, err
	}
	id, err := ParseIdentity(creator.Creator)
	if err != nil {
		return nil, err
	}
	e := &Envelope{
		TxID: channel.TxId, Chaincode: spec.GetChaincodeSpec().GetChaincodeId().GetName(),
		Args:    spec.GetChaincodeSpec().GetInput().GetArgs(),
		Creator: id, Timestamp: channel.GetTimestamp().AsTime(), header: marshal(
			payload.Header), sigHeader: tx.Actions[0].Header,
		input: action.ChaincodeProposalPayload, payload: action.GetAction().GetProposalResponsePayload(),
		signature: outer.Signature,
	}
	for _, s := range action.GetAction().GetEndorsements() {
		e.endorsements = append(e.endorsements, signature{s.Endorser, s.Signature})
	}
	if e.result, err = parseResult(e.payload); err != nil {
		return nil, err
	}
	switch {
	case !bytes.Equal(outer.Signature, sign(outer.Payload, creator.Creator)):
		e.defect = peer.TxValidationCode_BAD_CREATOR_SIGNATURE
	case e.TxID != transactionID(creator.Nonce, creator.Creator):
		e.defect = peer.TxValidationCode_BAD_PROPOSAL_TXID
	}
	return e, nil
}

func parseResult(payload []byte) (result, error) {
	prp, action, res := &peer.ProposalResponsePayload{}, &peer.ChaincodeAction{}, result{}
	if err := proto.Unmarshal(payload, prp); err != nil {
		return res, err
	}
	if err := proto.Unmarshal(prp.Extension, action); err != nil {
		return res, err
	}
	rw, err := ParseRWSet(action.Results)
	if err != nil {
		return res, err
	}
	res = result{rwset: rw, response: action.Response, version: action.GetChaincodeId().GetVersion()}
	if len(action.Events) > 0 {
		res.event = &peer.ChaincodeEvent{}
		err = proto.Unmarshal(action.Events, res.event)
	}
	return res, err
}
