package authority

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/client/audit/wire"
)

// Stopped is the code of a transaction at which peers stop: they don't decide about it, and take no further
// block. No block that a peer committed has one.
const Stopped = peer.TxValidationCode_NOT_VALIDATED

// Verdict is what a peer finds of a transaction before it looks at versions.
type Verdict struct {
	Code      peer.TxValidationCode
	Layer     wire.Layer // that decided: Configuration, Creators or Endorsements
	Why       string     // the transaction isn't valid, "" if it is
	Creator   string     // who signed it, "" if nobody of the channel did
	Endorsers []string   // whose endorsements verify, if they were looked at
}

// refusal is why a transaction gets another code than VALID.
type refusal struct {
	code peer.TxValidationCode
	why  error
}

func refuse(code peer.TxValidationCode, why error) *refusal { return &refusal{code, why} }

// envelope is a transaction as far as it was read.
type envelope struct {
	payload *common.Payload
	channel *common.ChannelHeader
	creator *common.SignatureHeader
	signer  *identity

	action  *peer.ChaincodeActionPayload // of an endorsed transaction
	results []*namespaceSet
	names   []string // of the namespaces that it writes to, and of its chaincode, sorted
}

// Judge answers a verdict on each transaction of the block, in the order of Fabric's checks
// (core/committer/txvalidator/v20/validator.go). What the channel says doesn't change.
func (c *Channel) Judge(b *wire.Block) ([]Verdict, error) {
	if c.config == nil {
		return nil, errors.New("no configuration is known yet: begin with block 0")
	}
	verdicts := make([]Verdict, len(b.Txs))
	txs := make([]*envelope, len(b.Txs))
	policies := newKeyPolicies(c)
	c.judged, c.results = b, make([][]*namespaceSet, len(b.Txs))
	for i, tx := range b.Txs {
		txs[i] = &envelope{}
		layer, r := c.judge(txs[i], tx.Raw, len(b.Txs), policies, &verdicts[i])
		verdicts[i].Layer = layer
		if r != nil {
			verdicts[i].Code, verdicts[i].Why = r.code, r.why.Error()
		}
		c.results[i] = policies.done(txs[i], tx.Raw)
	}
	markRepeated(txs, verdicts)
	return verdicts, nil
}

// markRepeated refuses what has the id of a valid transaction before it in the same block.
func markRepeated(txs []*envelope, verdicts []Verdict) {
	seen := map[string]bool{}
	for i, tx := range txs {
		if verdicts[i].Code != peer.TxValidationCode_VALID || tx.action == nil {
			continue
		}
		id := tx.channel.GetTxId()
		if seen[id] {
			verdicts[i].Code, verdicts[i].Layer = peer.TxValidationCode_DUPLICATE_TXID, wire.Creators
			verdicts[i].Why = "the id is that of a transaction before it in the block"
		}
		seen[id] = true
	}
}

func (c *Channel) judge(
	tx *envelope, raw []byte, inBlock int, policies *keyPolicies, v *Verdict,
) (wire.Layer, *refusal) {
	if r := c.checkCreator(tx, raw); r != nil {
		return wire.Creators, r
	}
	v.Creator = tx.signer.String()
	if common.HeaderType(tx.channel.GetType()) == common.HeaderType_CONFIG {
		return wire.Configuration, c.checkConfig(tx, inBlock)
	}
	if r := checkAction(tx); r != nil {
		return wire.Creators, r
	}
	if c.seen[keyOf(tx.channel.GetTxId())] {
		return wire.Creators, refuse(peer.TxValidationCode_DUPLICATE_TXID, errors.New("the id is in a block before"))
	}
	return wire.Endorsements, c.checkEndorsed(tx, policies, v)
}

// checkCreator reads the envelope and checks who signed it (core/common/validation/msgvalidation.go).
func (c *Channel) checkCreator(tx *envelope, raw []byte) *refusal {
	const badHeader = peer.TxValidationCode_BAD_COMMON_HEADER
	var message common.Envelope
	if err := proto.Unmarshal(raw, &message); err != nil {
		return refuse(peer.TxValidationCode_INVALID_OTHER_REASON, err)
	}
	tx.payload = &common.Payload{}
	if err := proto.Unmarshal(message.GetPayload(), tx.payload); err != nil {
		return refuse(peer.TxValidationCode_BAD_PAYLOAD, err)
	}
	header := tx.payload.GetHeader()
	if header == nil {
		return refuse(badHeader, errors.New("no header"))
	}
	tx.channel, tx.creator = &common.ChannelHeader{}, &common.SignatureHeader{}
	if err := proto.Unmarshal(header.GetChannelHeader(), tx.channel); err != nil {
		return refuse(badHeader, err)
	}
	if err := proto.Unmarshal(header.GetSignatureHeader(), tx.creator); err != nil {
		return refuse(badHeader, err)
	}
	if err := checkHeaders(tx.channel, tx.creator); err != nil {
		return refuse(badHeader, err)
	}
	if err := c.checkSigner(tx, &message); err != nil {
		return refuse(peer.TxValidationCode_BAD_CREATOR_SIGNATURE, err)
	}
	if common.HeaderType(tx.channel.GetType()) == common.HeaderType_CONFIG_UPDATE {
		return refuse(peer.TxValidationCode_UNSUPPORTED_TX_PAYLOAD, errors.New("an update stands in a block by itself"))
	}
	return nil
}

func checkHeaders(channel *common.ChannelHeader, creator *common.SignatureHeader) error {
	switch common.HeaderType(channel.GetType()) {
	case common.HeaderType_ENDORSER_TRANSACTION, common.HeaderType_CONFIG, common.HeaderType_CONFIG_UPDATE:
	default:
		return fmt.Errorf("no transaction has type %d", channel.GetType())
	}
	if channel.GetEpoch() != 0 {
		return fmt.Errorf("epoch %d", channel.GetEpoch())
	}
	return checkSignatureHeader(creator)
}

func checkSignatureHeader(h *common.SignatureHeader) error {
	if len(h.GetNonce()) == 0 || len(h.GetCreator()) == 0 {
		return errors.New("no nonce, or no creator")
	}
	return nil
}

// checkSigner checks that a member of the channel's signed the payload. With the name of another channel, peers
// find no members; with none, they ask their own organisation's, so that the code is then another on each
// organisation's peers.
func (c *Channel) checkSigner(tx *envelope, message *common.Envelope) error {
	if tx.channel.GetChannelId() != c.config.channel {
		return fmt.Errorf("it is for channel %q", tx.channel.GetChannelId())
	}
	if message.GetSignature() == nil {
		return errors.New("no signature")
	}
	id, err := c.config.members.identity(tx.creator.GetCreator())
	if err != nil {
		return err
	}
	if id.invalid != nil {
		return fmt.Errorf("%s: %w", id, id.invalid)
	}
	if err := id.verify(message.GetPayload(), message.GetSignature()); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	tx.signer = id
	return nil
}

// checkAction checks an endorsed transaction's id, and that its endorsers answered the very proposal that its
// creator signed.
func checkAction(tx *envelope) *refusal {
	if id := txID(tx.creator); tx.channel.GetTxId() != id {
		return refuse(peer.TxValidationCode_BAD_PROPOSAL_TXID, fmt.Errorf("the id is %q", tx.channel.GetTxId()))
	}
	action, err := readAction(tx)
	if err != nil {
		return refuse(peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION, err)
	}
	if action.GetAction() == nil {
		return refuse(Stopped, errors.New("a peer crashes of an action without endorsed action"))
	}
	tx.action = action
	return nil
}

// txID is the id that a transaction with this header has to have.
func txID(h *common.SignatureHeader) string {
	sum := sha256.Sum256(slices.Concat(h.GetNonce(), h.GetCreator()))
	return hex.EncodeToString(sum[:])
}

func readAction(tx *envelope) (*peer.ChaincodeActionPayload, error) {
	var (
		body     peer.Transaction
		header   common.SignatureHeader
		action   peer.ChaincodeActionPayload
		response peer.ProposalResponsePayload
	)
	if tx.payload.GetData() == nil {
		return nil, errors.New("no data")
	}
	if err := proto.Unmarshal(tx.payload.GetData(), &body); err != nil {
		return nil, err
	}
	if n := len(body.GetActions()); n != 1 {
		return nil, fmt.Errorf("%d actions", n)
	}
	one := body.GetActions()[0]
	if err := proto.Unmarshal(one.GetHeader(), &header); err != nil {
		return nil, err
	}
	if err := checkSignatureHeader(&header); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(one.GetPayload(), &action); err != nil {
		return nil, err
	}
	if action.GetAction() == nil {
		return &action, nil
	}
	if err := proto.Unmarshal(action.GetAction().GetProposalResponsePayload(), &response); err != nil {
		return nil, err
	}
	if one.GetHeader() == nil || action.GetChaincodeProposalPayload() == nil {
		return nil, errors.New("no proposal")
	}
	sum := sha256.Sum256(slices.Concat(tx.payload.GetHeader().GetChannelHeader(), one.GetHeader(),
		action.GetChaincodeProposalPayload()))
	if !bytes.Equal(sum[:], response.GetProposalHash()) {
		return nil, errors.New("the endorsers answered another proposal")
	}
	return &action, nil
}

// checkConfig checks a configuration transaction. Peers stop at one that they can't apply: orderers have
// checked it before.
func (c *Channel) checkConfig(tx *envelope, inBlock int) *refusal {
	if tx.payload.GetData() == nil {
		return refuse(peer.TxValidationCode_INVALID_CONFIG_TRANSACTION, errors.New("no data"))
	}
	if inBlock != 1 {
		return refuse(Stopped, errors.New("a configuration stands in a block with other transactions"))
	}
	if _, err := c.nextConfig(tx.payload.GetData()); err != nil {
		return refuse(Stopped, err)
	}
	return nil
}

// nextConfig is the configuration that a configuration transaction's data makes of the current one.
func (c *Channel) nextConfig(data []byte) (*config, error) {
	if len(data) > mostConfig {
		return nil, fmt.Errorf("a configuration of %d bytes; up to %d are read", len(data), mostConfig)
	}
	var envelope common.ConfigEnvelope
	if err := proto.Unmarshal(data, &envelope); err != nil {
		return nil, fmt.Errorf("not a configuration: %w", err)
	}
	return c.config.change(&envelope)
}
