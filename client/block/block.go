// Package block reads Fabric's blocks: which transactions they hold, what the
// network decided about each, and what the valid ones wrote.
//
// A block is read in two steps, because most readers need only the first: Parse
// reads its headers and verdicts, Tx.Writes the write set of one transaction.
package block

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Block is one block of the channel.
type Block struct {
	Number   uint64
	Hash     []byte // SHA-256 of its header
	Previous []byte // hash of the block before; empty for block 0
	Txs      []Tx   // in order
}

// Tx is one transaction of a block.
type Tx struct {
	ID        string // "" for a configuration update
	Time      int64  // UTC seconds, as whoever signed it said; endorsers let it be minutes off
	Party     string // MSP of whoever signed it
	Chaincode string // that it was proposed to, "" for a configuration update
	Code      peer.TxValidationCode
	Endorsed  bool   // an endorser transaction: it has a write set
	data      []byte // common.Payload.Data
}

// Valid says whether the transaction took effect.
func (t Tx) Valid() bool { return t.Code == peer.TxValidationCode_VALID }

// Decides says whether this is the transaction's verdict. Fabric decides about
// a transaction id once, where it first stands; each repetition is marked as a
// duplicate and says nothing about the first.
func (t Tx) Decides() bool { return t.Code != peer.TxValidationCode_DUPLICATE_TXID }

// Parse reads a block and checks that its header's data hash is that of its
// transactions. Whether it follows on the block before is for the reader to
// check, who knows that one: Previous must be its Hash.
func Parse(raw *common.Block) (*Block, error) {
	header := raw.GetHeader()
	b := &Block{Number: header.GetNumber(), Hash: HashHeader(header), Previous: header.GetPreviousHash()}
	data := raw.GetData().GetData()
	if sum := sha256.Sum256(bytes.Join(data, nil)); !bytes.Equal(sum[:], header.GetDataHash()) {
		return nil, fmt.Errorf("block %d: its data is not what its header says", b.Number)
	}
	verdicts := raw.GetMetadata().GetMetadata()
	if len(verdicts) <= int(common.BlockMetadataIndex_TRANSACTIONS_FILTER) {
		return nil, fmt.Errorf("block %d has no verdicts", b.Number)
	}
	codes := verdicts[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
	if len(codes) != len(data) {
		return nil, fmt.Errorf("block %d: %d verdicts on %d transactions", b.Number, len(codes), len(data))
	}
	b.Txs = make([]Tx, len(data))
	for i, envelope := range data {
		tx, err := parseTx(envelope)
		if code := peer.TxValidationCode(codes[i]); err != nil && code == peer.TxValidationCode_VALID {
			return nil, fmt.Errorf("block %d, transaction %d: %w", b.Number, i, err)
		}
		tx.Code = peer.TxValidationCode(codes[i]) // a malformed one stays, by its verdict
		b.Txs[i] = tx
	}
	return b, nil
}

func parseTx(raw []byte) (Tx, error) {
	var (
		envelope  common.Envelope
		payload   common.Payload
		channel   common.ChannelHeader
		signature common.SignatureHeader
		creator   msp.SerializedIdentity
		extension peer.ChaincodeHeaderExtension
	)
	if err := unmarshalEach(
		step{func() []byte { return raw }, &envelope},
		step{envelope.GetPayload, &payload},
		step{func() []byte { return payload.GetHeader().GetChannelHeader() }, &channel},
		step{func() []byte { return payload.GetHeader().GetSignatureHeader() }, &signature},
		step{signature.GetCreator, &creator},
	); err != nil {
		return Tx{}, err
	}
	tx := Tx{
		ID:       channel.GetTxId(),
		Time:     channel.GetTimestamp().GetSeconds(),
		Party:    creator.GetMspid(),
		Endorsed: channel.GetType() == int32(common.HeaderType_ENDORSER_TRANSACTION),
		data:     payload.GetData(),
	}
	if tx.Endorsed {
		if err := unmarshalEach(step{channel.GetExtension, &extension}); err != nil {
			return Tx{}, err
		}
		tx.Chaincode = extension.GetChaincodeId().GetName()
	}
	return tx, nil
}

// step is one layer of protobuf in protobuf.
type step struct {
	data func() []byte
	into proto.Message
}

func unmarshalEach(steps ...step) error {
	for _, s := range steps {
		if err := proto.Unmarshal(s.data(), s.into); err != nil {
			return fmt.Errorf("not a %s: %w", s.into.ProtoReflect().Descriptor().Name(), err)
		}
	}
	return nil
}

// HashHeader is the SHA-256 of a header's ASN.1, as Fabric chains blocks
// (protoutil/blockutils.go).
func HashHeader(h *common.BlockHeader) []byte {
	data, err := asn1.Marshal(struct {
		Number       *big.Int
		PreviousHash []byte
		DataHash     []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
	if err != nil {
		panic(err) // a number and two byte strings
	}
	sum := sha256.Sum256(data)
	return sum[:]
}
