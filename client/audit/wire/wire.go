// Package wire reads a block's bytes for the auditor, who trusts nobody: whatever the
// bytes are, it answers a block or an error, with bounded work.
//
//	Block     header, transactions, metadata
//	Tx        one transaction, down to what its endorsers signed and what it writes
//	Layer     one of the ten things that the auditor verifies
//	Finding   one difference that a layer found
//
// A transaction that can't be read is no error of its block: anybody who may write can send
// one, and peers put it in a block and mark it. It says so itself (Tx.Err).
package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Bounds of what is read: far above what orderers cut, far below what takes a reader down.
const (
	MaxBlock      = 128 << 20 // bytes of a block
	MaxTxs        = 1 << 16   // transactions of a block
	maxEntries    = 16        // entries of a block's metadata
	maxSignatures = 1 << 10   // of orderers on a block, or of endorsers on a transaction
	maxDepth      = 64        // messages in messages
)

// Block is a block as it was read. Nothing of it was verified.
type Block struct {
	Number   uint64
	Previous []byte            // hash of the block before, as the header says; empty in block 0
	DataHash []byte            // as the header says
	Header   []byte            // ASN.1 of the header: what orderers sign, after the metadata
	Hash     [sha256.Size]byte // SHA-256 of Header
	Data     [sha256.Size]byte // SHA-256 of the transactions: what DataHash must be
	Txs      []*Tx
	Metadata Metadata
	Raw      *common.Block // that was read

	File   string // that it was read from, "" if from a peer
	Offset int64  // of its first byte in the file
	Size   int64  // of its bytes in the file
}

// Metadata is what orderers and the peer put beside a block. The header doesn't cover it.
type Metadata struct {
	Value      []byte // OrdererBlockMetadata, as signed
	LastConfig uint64 // block of the latest configuration, as Value says
	Signatures []Signature
	Flags      []peer.TxValidationCode // one for each transaction, as the peer decided
	CommitHash []byte                  // chained over the flags and the updates of state; empty in block 0
}

// Signature is an orderer's, over Metadata.Value, its Header and the block's Header.
type Signature struct {
	Header     []byte // common.SignatureHeader, empty if the signer is told by Identifier
	Identifier []byte // common.IdentifierHeader of a BFT consenter
	Signature  []byte
}

// Decode reads a block from the bytes of a common.Block, as `peer channel fetch` writes
// them. What isn't the one encoding of a block is refused.
func Decode(data []byte) (*Block, error) {
	raw := &common.Block{}
	if len(data) > MaxBlock {
		return nil, fmt.Errorf("a block of %d bytes, above %d", len(data), MaxBlock)
	}
	if err := exactly(data, raw); err != nil {
		return nil, fmt.Errorf("no block: %w", err)
	}
	return Parse(raw)
}

// Parse reads a block from its parts.
func Parse(raw *common.Block) (*Block, error) {
	header := raw.GetHeader()
	if header == nil {
		return nil, errors.New("a block without a header")
	}
	b := &Block{
		Number: header.GetNumber(), Previous: header.GetPreviousHash(), DataHash: header.GetDataHash(), Raw: raw,
	}
	fail := func(err error) (*Block, error) { return nil, fmt.Errorf("block %d: %w", b.Number, err) }
	data := raw.GetData().GetData()
	if n := len(data); n > MaxTxs {
		return fail(fmt.Errorf("%d transactions, above %d", n, MaxTxs))
	}
	if n := len(b.Previous) + len(b.DataHash); n > 2*sha256.Size {
		return fail(fmt.Errorf("a header with %d bytes of hashes", n))
	}
	var err error
	if b.Header, err = headerBytes(header); err != nil {
		return fail(err)
	}
	b.Hash = sha256.Sum256(b.Header)
	sum := sha256.New()
	for _, envelope := range data {
		sum.Write(envelope)
	}
	sum.Sum(b.Data[:0])
	if err := b.Metadata.read(raw.GetMetadata().GetMetadata(), len(data)); err != nil {
		return fail(err)
	}
	for i, envelope := range data {
		tx := readTx(envelope)
		tx.Block, tx.Index, tx.Flag = b.Number, i, b.Metadata.Flags[i]
		b.Txs = append(b.Txs, tx)
	}
	return b, nil
}

// headerBytes is protoutil.BlockHeaderBytes.
func headerBytes(h *common.BlockHeader) ([]byte, error) {
	return asn1.Marshal(struct {
		Number                 *big.Int
		PreviousHash, DataHash []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
}

// lastConfig is where some orderers repeat which block has the configuration. Fabric calls its name for it deprecated.
const lastConfig = common.BlockMetadataIndex(1)

// read reads a block's metadata. An entry that this program doesn't know must be empty.
func (m *Metadata) read(entries [][]byte, txs int) error {
	if n := len(entries); n > maxEntries {
		return fmt.Errorf("%d entries of metadata, above %d", n, maxEntries)
	}
	for i, entry := range entries {
		var err error
		switch common.BlockMetadataIndex(i) {
		case lastConfig:
			err = m.checkLastConfig(entry)
		case common.BlockMetadataIndex_SIGNATURES:
			err = m.readSignatures(entry)
		case common.BlockMetadataIndex_TRANSACTIONS_FILTER:
			for _, code := range entry {
				m.Flags = append(m.Flags, peer.TxValidationCode(code))
			}
		case common.BlockMetadataIndex_COMMIT_HASH:
			hash := &common.Metadata{}
			err = exactly(entry, hash)
			m.CommitHash = hash.GetValue()
		default:
			if len(entry) > 0 {
				err = fmt.Errorf("%d bytes that nothing reads", len(entry))
			}
		}
		if err != nil {
			return fmt.Errorf("metadata %d: %w", i, err)
		}
	}
	if len(m.Flags) != txs {
		return fmt.Errorf("%d validation flags for %d transactions", len(m.Flags), txs)
	}
	return nil
}

// checkLastConfig reads the block of the latest configuration where Fabric before 1.4.1 has it, which nobody
// signs: it must be the one that orderers signed. The entry of the signatures is before it.
func (m *Metadata) checkLastConfig(entry []byte) error {
	outer, last := &common.Metadata{}, &common.LastConfig{}
	if err := exactly(entry, outer); err != nil {
		return err
	}
	if err := exactly(outer.GetValue(), last); err != nil {
		return err
	}
	if last.GetIndex() != m.LastConfig || len(outer.GetSignatures()) > 0 {
		return fmt.Errorf("the latest configuration is block %d, where orderers signed %d", last.GetIndex(), m.LastConfig)
	}
	return nil
}

func (m *Metadata) readSignatures(entry []byte) error {
	signed, orderer := &common.Metadata{}, &common.OrdererBlockMetadata{}
	if err := exactly(entry, signed); err != nil {
		return err
	}
	if n := len(signed.GetSignatures()); n > maxSignatures {
		return fmt.Errorf("%d signatures, above %d", n, maxSignatures)
	}
	m.Value = signed.GetValue()
	if err := unmarshal(m.Value, orderer); err != nil {
		return err
	}
	m.LastConfig = orderer.GetLastConfig().GetIndex()
	for _, s := range signed.GetSignatures() {
		m.Signatures = append(m.Signatures,
			Signature{Header: s.GetSignatureHeader(), Identifier: s.GetIdentifierHeader(), Signature: s.GetSignature()})
	}
	return nil
}

// unmarshal reads a message with bounded depth.
func unmarshal(data []byte, into proto.Message) error {
	if err := (proto.UnmarshalOptions{RecursionLimit: maxDepth}).Unmarshal(data, into); err != nil {
		return fmt.Errorf("no %s: %w", into.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}

// exactly reads a message that is encoded in the one way in which Go encodes it, without
// fields that this program doesn't know.
func exactly(data []byte, into proto.Message) error {
	if err := unmarshal(data, into); err != nil {
		return err
	}
	again, err := proto.MarshalOptions{Deterministic: true}.Marshal(into)
	if err != nil {
		return err
	}
	if field := unknown(into.ProtoReflect(), maxDepth); field != "" {
		return fmt.Errorf("%s has a field that this program doesn't know", field)
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("a %s in another encoding than its own", into.ProtoReflect().Descriptor().Name())
	}
	return nil
}

// unknown names the first message in a message that has fields that this program doesn't know, "" for none.
func unknown(m protoreflect.Message, depth int) (name string) {
	if len(m.GetUnknown()) > 0 || depth == 0 {
		return string(m.Descriptor().FullName())
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Message() == nil || field.IsMap():
		case field.IsList():
			for i := 0; i < value.List().Len() && name == ""; i++ {
				name = unknown(value.List().Get(i).Message(), depth-1)
			}
		default:
			name = unknown(value.Message(), depth-1)
		}
		return name == ""
	})
	return name
}
