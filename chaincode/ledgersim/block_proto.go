package ledgersim

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Proto is the block as a peer delivers it: envelopes, hash chain, and the codes
// and commit hash in its metadata; orderers' signatures are left out. For tests of what reads
// blocks. The genesis block here has no configuration in it.
func (b *Block) Proto() *common.Block {
	out := &common.Block{Header: b.header(), Data: &common.BlockData{}, Metadata: &common.BlockMetadata{}}
	codes := make([]byte, len(b.Txs))
	for i, tx := range b.Txs {
		out.Data.Data = append(out.Data.Data, tx.Bytes())
		codes[i] = byte(tx.Code)
	}
	out.Metadata.Metadata = make([][]byte, len(common.BlockMetadataIndex_name))
	out.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = codes
	if b.commitHash != nil {
		out.Metadata.Metadata[common.BlockMetadataIndex_COMMIT_HASH] = marshal(&common.Metadata{Value: b.commitHash})
	}
	return out
}

// ParseBlock reads a block as a peer delivers it, and returns its valid transactions
// of chaincodes, each with its place: channel configurations and invalid ones are left
// out. It checks no hash and no signature.
func ParseBlock(raw *common.Block) (*Block, error) {
	b := &Block{Number: raw.GetHeader().GetNumber()}
	metadata, data := raw.GetMetadata().GetMetadata(), raw.GetData().GetData()
	var codes []byte
	if at := int(common.BlockMetadataIndex_TRANSACTIONS_FILTER); len(metadata) > at {
		codes = metadata[at]
	}
	if len(codes) != len(data) {
		return nil, fmt.Errorf("block %d has %d validation codes for %d transactions", b.Number, len(codes), len(data))
	}
	for i, envelope := range data {
		if peer.TxValidationCode(codes[i]) != peer.TxValidationCode_VALID {
			continue
		}
		endorsed, err := isEndorsed(envelope)
		if err == nil && endorsed {
			var parsed *Envelope
			parsed, err = ParseEnvelope(envelope)
			b.Txs = append(b.Txs, &Tx{Envelope: parsed, Block: b.Number, Index: i})
		}
		if err != nil {
			return nil, fmt.Errorf("block %d, transaction %d: %w", b.Number, i, err)
		}
	}
	return b, nil
}

// isEndorsed says whether an envelope is of a chaincode, and no channel configuration.
func isEndorsed(raw []byte) (bool, error) {
	envelope, payload, channel := &common.Envelope{}, &common.Payload{}, &common.ChannelHeader{}
	err := errors.Join(
		proto.Unmarshal(raw, envelope),
		proto.Unmarshal(envelope.GetPayload(), payload),
		proto.Unmarshal(payload.GetHeader().GetChannelHeader(), channel),
	)
	return channel.GetType() == int32(common.HeaderType_ENDORSER_TRANSACTION), err
}

func (b *Block) header() *common.BlockHeader {
	b.heading.Do(func() {
		var data [][]byte
		for _, tx := range b.Txs {
			data = append(data, tx.Bytes())
		}
		b.head = &common.BlockHeader{Number: b.Number, DataHash: hash(bytes.Join(data, nil))}
		if b.previous != nil {
			b.head.PreviousHash = headerHash(b.previous.header())
		}
	})
	return b.head
}

// headerHash is protoutil.BlockHeaderHash.
func headerHash(h *common.BlockHeader) []byte {
	b, err := asn1.Marshal(struct {
		Number                 *big.Int
		PreviousHash, DataHash []byte
	}{new(big.Int).SetUint64(h.Number), h.PreviousHash, h.DataHash})
	if err != nil {
		panic("ledgersim: block header: " + err.Error())
	}
	return hash(b)
}
