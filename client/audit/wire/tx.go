package wire

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/ledgersim"
)

// Tx is a transaction as it was read. Nothing of it was verified.
type Tx struct {
	Block uint64
	Index int                   // in its block, from 0
	Flag  peer.TxValidationCode // as the peer decided

	Raw       []byte // common.Envelope
	Payload   []byte // common.Payload: what the creator signed
	Signature []byte // the creator's

	Type      common.HeaderType
	Channel   string
	ID        string
	Epoch     uint64
	Time      time.Time // as the creator said
	Nonce     []byte
	Creator   Identity
	Chaincode string // that it was proposed to, "" in a configuration

	ChannelHeader   []byte // as the creator signed it
	SignatureHeader []byte // as the creator signed it

	Data []byte // common.Payload.Data: of a configuration the common.ConfigEnvelope

	// Of a chaincode's transaction.
	Args            [][]byte
	ActionHeader    []byte // signature header of the action
	Proposal        []byte // peer.ChaincodeProposalPayload
	ProposalHash    []byte // of the proposal, as the endorsers signed it
	ProposalSum     [sha256.Size]byte
	Response        []byte // peer.ProposalResponsePayload: what the endorsers signed, each with its identity behind it
	Endorsements    []Endorsement
	Results         []byte // rwset.TxReadWriteSet
	RWSet           *ledgersim.RWSet
	EndorsedBy      string // chaincode that the endorsers say they ran
	EndorsedVersion string // and its version

	// Unknown names a message of the transaction that has fields that this program doesn't
	// know, "" for none: peers ignore them.
	Unknown string

	Err error                 // why it can't be read, nil if it can
	Bad peer.TxValidationCode // what peers call that, VALID if it can be read
}

// Identity is a member of an organisation, as it says.
type Identity struct {
	Raw  []byte // msp.SerializedIdentity
	MSP  string
	Cert []byte // PEM
}

// Endorsement is an endorser's signature over Tx.Response and its own Raw.
type Endorsement struct {
	Identity
	Signature []byte
}

// Valid says whether the peer held the transaction valid.
func (tx *Tx) Valid() bool { return tx.Flag == peer.TxValidationCode_VALID }

// Endorsed says whether it is a transaction of a chaincode, and no configuration.
func (tx *Tx) Endorsed() bool { return tx.Type == common.HeaderType_ENDORSER_TRANSACTION }

// Endorsers are the organisations that the endorsements name, sorted, each once.
func (tx *Tx) Endorsers() (list []string) {
	for _, e := range tx.Endorsements {
		list = append(list, e.MSP)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// reader reads one message after the other, until one can't be read.
type reader struct {
	tx *Tx
}

// into reads a message; if it can't, the transaction is what peers call it then.
func (r reader) into(data []byte, m proto.Message, otherwise peer.TxValidationCode) bool {
	if r.tx.Err != nil {
		return false
	}
	if err := unmarshal(data, m); err != nil {
		r.fail(otherwise, err)
		return false
	}
	if r.tx.Unknown == "" {
		r.tx.Unknown = unknown(m.ProtoReflect(), maxDepth)
	}
	return true
}

func (r reader) fail(code peer.TxValidationCode, err error) {
	if r.tx.Err == nil {
		r.tx.Err, r.tx.Bad = err, code
	}
}

// readTx reads an envelope, as far as it can be read.
func readTx(raw []byte) *Tx {
	tx := &Tx{Raw: raw}
	r := reader{tx}
	envelope, payload := &common.Envelope{}, &common.Payload{}
	if !r.into(raw, envelope, peer.TxValidationCode_INVALID_OTHER_REASON) {
		return tx
	}
	tx.Payload, tx.Signature = envelope.GetPayload(), envelope.GetSignature()
	if !r.into(tx.Payload, payload, peer.TxValidationCode_BAD_PAYLOAD) {
		return tx
	}
	tx.Data = payload.GetData()
	if payload.GetHeader() == nil {
		r.fail(peer.TxValidationCode_BAD_COMMON_HEADER, fmt.Errorf("a payload without a header"))
		return tx
	}
	r.header(payload.GetHeader())
	if tx.Err == nil && tx.Endorsed() {
		r.action()
	}
	return tx
}

// header reads what the creator says of the transaction.
func (r reader) header(header *common.Header) {
	const bad = peer.TxValidationCode_BAD_COMMON_HEADER
	channel, creator := &common.ChannelHeader{}, &common.SignatureHeader{}
	tx := r.tx
	tx.ChannelHeader, tx.SignatureHeader = header.GetChannelHeader(), header.GetSignatureHeader()
	if !r.into(tx.ChannelHeader, channel, bad) || !r.into(tx.SignatureHeader, creator, bad) {
		return
	}
	tx.Type, tx.Channel, tx.ID = common.HeaderType(channel.GetType()), channel.GetChannelId(), channel.GetTxId()
	tx.Epoch, tx.Time, tx.Nonce = channel.GetEpoch(), channel.GetTimestamp().AsTime(), creator.GetNonce()
	if tx.Creator = identity(creator.GetCreator()); tx.Creator.MSP == "" && tx.Endorsed() {
		r.fail(peer.TxValidationCode_BAD_CREATOR_SIGNATURE, fmt.Errorf("a creator of no organisation"))
	}
	switch {
	case tx.Type != common.HeaderType_ENDORSER_TRANSACTION && tx.Type != common.HeaderType_CONFIG:
		r.fail(bad, fmt.Errorf("a transaction of type %d", tx.Type))
	case tx.Epoch != 0:
		r.fail(bad, fmt.Errorf("a transaction of epoch %d", tx.Epoch))
	case tx.Endorsed() && (len(tx.Nonce) == 0 || len(tx.Creator.Raw) == 0):
		r.fail(bad, fmt.Errorf("a transaction without nonce or creator"))
	}
}

// action reads what was proposed, what came of it, and who signed that.
func (r reader) action() {
	const bad = peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION
	body, action, proposal := &peer.Transaction{}, &peer.ChaincodeActionPayload{}, &peer.ChaincodeProposalPayload{}
	spec, response, done := &peer.ChaincodeInvocationSpec{}, &peer.ProposalResponsePayload{}, &peer.ChaincodeAction{}
	tx := r.tx
	if !r.into(tx.Data, body, bad) {
		return
	}
	if n := len(body.GetActions()); n != 1 {
		r.fail(bad, fmt.Errorf("%d actions, not 1", n))
		return
	}
	tx.ActionHeader = body.GetActions()[0].GetHeader()
	if !r.into(body.GetActions()[0].GetPayload(), action, bad) {
		return
	}
	tx.Proposal, tx.Response = action.GetChaincodeProposalPayload(), action.GetAction().GetProposalResponsePayload()
	if n := len(action.GetAction().GetEndorsements()); n > maxSignatures {
		r.fail(bad, fmt.Errorf("%d endorsements, above %d", n, maxSignatures))
		return
	}
	for _, e := range action.GetAction().GetEndorsements() {
		tx.Endorsements = append(tx.Endorsements, Endorsement{identity(e.GetEndorser()), e.GetSignature()})
	}
	sum := sha256.New()
	for _, part := range [][]byte{tx.ChannelHeader, tx.ActionHeader, tx.Proposal} {
		sum.Write(part)
	}
	sum.Sum(tx.ProposalSum[:0])
	if r.into(tx.Proposal, proposal, bad) && r.into(proposal.GetInput(), spec, bad) {
		tx.Args = spec.GetChaincodeSpec().GetInput().GetArgs()
		tx.Chaincode = spec.GetChaincodeSpec().GetChaincodeId().GetName()
	}
	if r.into(tx.Response, response, bad) && r.into(response.GetExtension(), done, bad) {
		tx.ProposalHash, tx.Results = response.GetProposalHash(), done.GetResults()
		tx.EndorsedBy, tx.EndorsedVersion = done.GetChaincodeId().GetName(), done.GetChaincodeId().GetVersion()
	}
	if tx.Err != nil {
		return
	}
	var err error
	if tx.RWSet, err = ledgersim.ParseRWSet(tx.Results); err != nil {
		r.fail(peer.TxValidationCode_BAD_RWSET, err)
	}
}

// identity reads who somebody says that they are; of bytes that say nothing only Raw is there.
func identity(raw []byte) Identity {
	id := &msp.SerializedIdentity{}
	if err := unmarshal(raw, id); err != nil {
		return Identity{Raw: raw}
	}
	return Identity{raw, id.GetMspid(), id.GetIdBytes()}
}
