package ledgersim

import (
	"bytes"
	"encoding/asn1"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

// Proto is the block as a peer delivers it: envelopes, hash chain and the codes
// in its metadata; orderers' signatures are left out. For tests of what reads
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
	return out
}

func (b *Block) header() *common.BlockHeader {
	if b.head != nil {
		return b.head
	}
	var data [][]byte
	for _, tx := range b.Txs {
		data = append(data, tx.Bytes())
	}
	h := &common.BlockHeader{Number: b.Number, DataHash: hash(bytes.Join(data, nil))}
	if b.previous != nil {
		h.PreviousHash = headerHash(b.previous.header())
	}
	b.head = h
	return h
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
