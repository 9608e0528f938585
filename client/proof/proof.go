// Package proof reads what [gateway.Gateway.Prove] makes: an answer of the ledger
// that peers of several parties have signed, and that anybody can check without a
// network, by the parties' CAs alone.
//
//	envelope ─ header: channel, time, who asked
//	         ├ proposal: chaincode, function, arguments
//	         ├ response: hash of header and proposal ‖ answer, what was read
//	         └ endorsements: each peer's signature over the response
//
// What it proves: these peers, at their own block AsOf or later and within a minute of Time, found
// this answer to this question. It doesn't prove that the answer still holds, nor that the peers
// didn't collude: parties that do can sign what isn't on the ledger, so ask for the signatures of
// as many parties as you mistrust, and one more. Certificates are checked as of Time; nobody looks
// whether a peer's was revoked since.
//
// An envelope that writes anything, or that its client has signed, is no proof.
package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// What a proof may be at most.
const (
	maxFile         = 4 << 20 // bytes
	maxEndorsements = 64
)

// Checked is what a proof says, after all of it was checked.
type Checked struct {
	Answer    []byte    `json:"-"` // as the chaincode gave it
	Function  string    `json:"function"`
	Args      []string  `json:"args"`
	Channel   string    `json:"channel"`
	Chaincode string    `json:"chaincode"`
	TxID      string    `json:"txId"`
	Time      time.Time `json:"time"`    // the asking client's clock, which each endorser compared with its own
	AskedBy   string    `json:"askedBy"` // party
	Signers   []string  `json:"signers"` // parties, sorted
	AsOf      uint64    `json:"asOf"`    // the newest block in which something that was read had been written
	Reads     []Read    `json:"reads"`
}

// Read is a row that the answer was found from, at its version.
type Read struct {
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	Block     uint64 `json:"block"` // of the transaction that wrote it
	Tx        uint64 `json:"tx"`    // that transaction's place in the block
	Absent    bool   `json:"absent,omitempty"`
}

// Check checks a proof's file against the parties' CAs: at least need parties
// must have signed, and every signature in it must be good. What it says otherwise
// names what is wrong.
//
// In this order: the file's form; the envelope's form; a client's signature; the
// transaction id; each endorsement (its party, certificate, role, signature); the
// number of parties; the proposal's hash; the chaincode's verdict; writes; the
// answer beside the envelope; bytes that mean nothing.
func Check(data []byte, trust Trust, need int) (Checked, error) {
	if need < 1 {
		return Checked{}, fmt.Errorf("proof: %d signers wanted; want 1 at least", need)
	}
	f, err := readFile(data)
	if err != nil {
		return Checked{}, fmt.Errorf("proof: %w", err)
	}
	c, err := checkEnvelope(f.Envelope, trust, need)
	if err != nil {
		return Checked{}, fmt.Errorf("proof: %w", err)
	}
	if err := f.matches(data, c.Answer); err != nil {
		return Checked{}, fmt.Errorf("proof: %w", err)
	}
	return c, nil
}

func checkEnvelope(raw []byte, trust Trust, need int) (Checked, error) {
	p, err := parse(raw)
	if err != nil {
		return Checked{}, err
	}
	c, err := p.question()
	if err != nil {
		return Checked{}, err
	}
	if c.Signers, err = p.signers(trust, c.Time); err != nil {
		return Checked{}, err
	}
	if len(c.Signers) < need {
		return Checked{}, fmt.Errorf("%d parties signed, %v; %d are wanted", len(c.Signers), c.Signers, need)
	}
	return c, p.answer(&c)
}

// parts are the layers of an envelope.
type parts struct {
	header   *common.Header
	channel  common.ChannelHeader
	creator  common.SignatureHeader
	action   peer.ChaincodeActionPayload
	response []byte // ProposalResponsePayload, which is signed
}

// parse takes an envelope apart. What isn't written as Fabric writes it has bytes
// that no signature covers, and is refused.
func parse(raw []byte) (*parts, error) {
	var (
		envelope common.Envelope
		payload  common.Payload
		tx       peer.Transaction
		p        parts
	)
	if err := unmarshal(raw, &envelope); err != nil {
		return nil, err
	}
	if len(envelope.GetSignature()) > 0 {
		return nil, errors.New("the envelope is signed by its client: it is a transaction, not a proof")
	}
	if err := unmarshal(envelope.GetPayload(), &payload); err != nil {
		return nil, err
	}
	p.header = payload.GetHeader()
	if err := errors.Join(
		unmarshal(p.header.GetChannelHeader(), &p.channel),
		unmarshal(p.header.GetSignatureHeader(), &p.creator),
		unmarshal(payload.GetData(), &tx),
	); err != nil {
		return nil, err
	}
	if len(tx.GetActions()) != 1 {
		return nil, fmt.Errorf("the envelope has %d actions, want 1", len(tx.GetActions()))
	}
	if err := unmarshal(tx.GetActions()[0].GetPayload(), &p.action); err != nil {
		return nil, err
	}
	p.response = p.action.GetAction().GetProposalResponsePayload()
	if !bytes.Equal(p.written(), raw) {
		return nil, errors.New("the envelope has bytes that no signature covers")
	}
	return &p, nil
}

func unmarshal(data []byte, to proto.Message) error {
	if err := proto.Unmarshal(data, to); err != nil {
		return fmt.Errorf("the envelope holds no %s", to.ProtoReflect().Descriptor().Name())
	}
	return nil
}

// written puts the layers together again, as the peer's gateway does
// (internal/pkg/gateway/submit.go, prepareTransaction), with nothing else in them.
func (p *parts) written() []byte {
	action := &peer.ChaincodeEndorsedAction{ProposalResponsePayload: p.response}
	for _, e := range p.action.GetAction().GetEndorsements() {
		action.Endorsements = append(action.Endorsements,
			&peer.Endorsement{Endorser: e.GetEndorser(), Signature: e.GetSignature()})
	}
	header := &common.Header{ChannelHeader: p.header.GetChannelHeader(), SignatureHeader: p.header.GetSignatureHeader()}
	tx := &peer.Transaction{Actions: []*peer.TransactionAction{{
		Header: header.SignatureHeader,
		Payload: marshal(&peer.ChaincodeActionPayload{
			ChaincodeProposalPayload: p.action.GetChaincodeProposalPayload(), Action: action,
		}),
	}}}
	return marshal(&common.Envelope{Payload: marshal(&common.Payload{Header: header, Data: marshal(tx)})})
}

func marshal(m proto.Message) []byte {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(err) // bytes only
	}
	return data
}

// question reads what was asked, when, and by whom.
func (p *parts) question() (Checked, error) {
	var (
		input peer.ChaincodeProposalPayload
		spec  peer.ChaincodeInvocationSpec
		asker msp.SerializedIdentity
	)
	if err := errors.Join(
		unmarshal(p.action.GetChaincodeProposalPayload(), &input),
		unmarshal(input.GetInput(), &spec),
		unmarshal(p.creator.GetCreator(), &asker),
	); err != nil {
		return Checked{}, err
	}
	if p.channel.GetType() != int32(common.HeaderType_ENDORSER_TRANSACTION) {
		return Checked{}, errors.New("the envelope is no endorser transaction")
	}
	if sum := sha256.Sum256(slices.Concat(p.creator.GetNonce(), p.creator.GetCreator())); hex.EncodeToString(
		sum[:]) != p.channel.GetTxId() {
		return Checked{}, errors.New("the transaction id is not that of the nonce and of who asked")
	}
	args := spec.GetChaincodeSpec().GetInput().GetArgs()
	if len(args) == 0 || len(input.GetTransientMap()) > 0 {
		return Checked{}, errors.New("the proposal names no function, or has private data with it")
	}
	c := Checked{
		Function: string(args[0]), Args: []string{}, Channel: p.channel.GetChannelId(), TxID: p.channel.GetTxId(),
		Chaincode: spec.GetChaincodeSpec().GetChaincodeId().GetName(), Time: p.channel.GetTimestamp().AsTime(),
		AskedBy: asker.GetMspid(),
	}
	for _, a := range args[1:] {
		c.Args = append(c.Args, string(a))
	}
	return c, nil
}

// answer reads the signed response: it must be the question's, a success, of this
// chaincode, and write nothing.
func (p *parts) answer(c *Checked) error {
	var (
		response peer.ProposalResponsePayload
		action   peer.ChaincodeAction
	)
	if err := errors.Join(unmarshal(p.response, &response), unmarshal(response.GetExtension(), &action)); err != nil {
		return err
	}
	// Over the very bytes, as the peers' validation does (protoutil, GetProposalHash2).
	sum := sha256.Sum256(slices.Concat(p.header.GetChannelHeader(), p.header.GetSignatureHeader(),
		p.action.GetChaincodeProposalPayload()))
	if !bytes.Equal(sum[:], response.GetProposalHash()) {
		return errors.New("what the peers signed answers another question")
	}
	if name := action.GetChaincodeId().GetName(); name != c.Chaincode {
		return fmt.Errorf("chaincode %q was asked, %q answers", c.Chaincode, name)
	}
	if status := action.GetResponse().GetStatus(); status != 200 {
		return fmt.Errorf("the chaincode refused, with status %d", status)
	}
	reads, err := readSet(action.GetResults())
	if err != nil {
		return err
	}
	c.Answer, c.Reads = action.GetResponse().GetPayload(), reads
	for _, r := range reads {
		c.AsOf = max(c.AsOf, r.Block)
	}
	return nil
}
