package authority

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"tallystick/client/audit/wire"
)

// Channel is what the blocks so far say about who may write the next. It is for one goroutine.
type Channel struct {
	exists func(namespace, collection, key string) bool

	config      *config
	lastConfig  uint64 // block of it
	next        uint64
	lifecycle   map[string][]byte      // public state of chaincode definitions
	definitions map[string]*definition // read from it
	policies    map[place][]byte       // of keys that have one
	seen        map[idKey]bool         // transaction ids of all blocks

	judged  *wire.Block // the last one
	results [][]*namespaceSet
}

// idKey is the first half of a transaction id's SHA-256.
type idKey [sha256.Size / 2]byte

func keyOf(id string) (k idKey) {
	sum := sha256.Sum256([]byte(id))
	copy(k[:], sum[:])
	return k
}

// New makes a channel that waits for block 0. What exists says of a key as it stands before the transaction
// that is applied decides whether its policy is kept; without it, it is.
func New(exists func(namespace, collection, key string) bool) *Channel {
	return &Channel{
		exists: exists, lifecycle: map[string][]byte{}, definitions: map[string]*definition{},
		policies: map[place][]byte{}, seen: map[idKey]bool{},
	}
}

// Begin takes block 0's configuration for given: nobody signed it, and its hash is what an auditor has to trust
// and to compare with others'.
func (c *Channel) Begin(b *wire.Block) error {
	if c.config != nil || b.Number != 0 {
		return fmt.Errorf("a channel begins with block 0, not with block %d", b.Number)
	}
	if !isConfig(b) {
		return errors.New("block 0 is not a configuration")
	}
	var envelope common.ConfigEnvelope
	if err := proto.Unmarshal(b.Txs[0].Data, &envelope); err != nil {
		return fmt.Errorf("block 0: not a configuration: %w", err)
	}
	first, err := newConfig(b.Txs[0].Channel, envelope.GetConfig())
	if err != nil {
		return fmt.Errorf("block 0: %w", err)
	}
	c.config = first
	return c.Apply(b, func(int) bool { return false })
}

// Apply moves on behind a block: its transactions' ids are taken, and those that are valid change the
// configuration, chaincode definitions and keys' policies.
func (c *Channel) Apply(b *wire.Block, valid func(tx int) bool) error {
	if c.config == nil || b.Number != c.next {
		return fmt.Errorf("block %d, where block %d is next", b.Number, c.next)
	}
	for i, tx := range b.Txs {
		if id, ok := indexed(tx.Raw); ok {
			c.seen[keyOf(id)] = true
		}
		if !valid(i) {
			continue
		}
		if tx.Type == common.HeaderType_CONFIG {
			next, err := c.nextConfig(tx.Data)
			if err != nil {
				return fmt.Errorf("block %d: %w", b.Number, err)
			}
			c.config, c.lastConfig = next, b.Number
			continue
		}
		if c.judged == b {
			c.apply(c.results[i])
		} else {
			c.apply(resultsOf(tx.Raw))
		}
	}
	c.judged, c.results = nil, nil
	c.next++
	return nil
}

// indexed is the id under which peers find a transaction again, valid or not
// (protoutil/txutils.go, GetOrComputeTxIDFromEnvelope).
func indexed(raw []byte) (string, bool) {
	var (
		message common.Envelope
		payload common.Payload
		channel common.ChannelHeader
		creator common.SignatureHeader
	)
	if proto.Unmarshal(raw, &message) != nil || proto.Unmarshal(message.GetPayload(), &payload) != nil ||
		payload.GetHeader() == nil || proto.Unmarshal(payload.GetHeader().GetChannelHeader(), &channel) != nil {
		return "", false
	}
	if channel.GetTxId() != "" {
		return channel.GetTxId(), true
	}
	if proto.Unmarshal(payload.GetHeader().GetSignatureHeader(), &creator) != nil {
		return "", false
	}
	return txID(&creator), true
}
