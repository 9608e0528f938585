package authority

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"tallystick/client/audit/wire"
)

// Signatures answers what is wrong with the orderers' signatures of a block: that they aren't enough for the
// policy on blocks of the configuration before it, each one that isn't an orderer's over this block, and a
// configuration named that isn't the latest. Peers look at enough of them only (protoutil/blockutils.go);
// block 0 has none.
func (c *Channel) Signatures(b *wire.Block) (list []wire.Finding) {
	if c.config == nil || b.Number == 0 {
		return nil
	}
	note := func(format string, args ...any) {
		f := b.Finding(wire.Orderers, fmt.Sprintf(format, args...))
		f.Signers = c.ordererNames(b)
		list = append(list, f)
	}
	set, unread := c.blockSignatures(b)
	signers, faults := c.config.members.signers(set)
	for _, fault := range append(unread, faults...) {
		note("%v", fault)
	}
	needed, _ := c.config.root.policy("/Channel/Orderer/BlockValidation")
	if err := needed.check(signers); err != nil {
		note("the signatures of %v are not enough: %v", signers, err)
	}
	last := c.lastConfig
	if isConfig(b) {
		last = b.Number
	}
	if b.Metadata.LastConfig != last {
		f := b.Finding(wire.Orderers, "the orderers name another configuration than the latest")
		f.Expected, f.Found = fmt.Sprintf("block %d", last), fmt.Sprintf("block %d", b.Metadata.LastConfig)
		f.Signers = c.ordererNames(b)
		list = append(list, f)
	}
	return append(list, wellFormed(b)...)
}

// blockSignatures lists who is said to have signed what, and which signatures don't say who. The message is the
// metadata's value, the signature's header and the block's.
func (c *Channel) blockSignatures(b *wire.Block) (set []signed, unread []error) {
	for i, s := range b.Metadata.Signatures {
		header, creator, err := c.config.signerOf(s)
		if err != nil {
			unread = append(unread, fmt.Errorf("signature %d: %w", i, err))
			continue
		}
		set = append(set, signed{slices.Concat(b.Metadata.Value, header, b.Header), creator, s.Signature})
	}
	return set, unread
}

// signerOf is a signature's header and the identity that it names: with BFT by an orderer's number.
func (c *config) signerOf(s wire.Signature) (header, creator []byte, err error) {
	if c.bft && len(s.Header) == 0 && len(s.Identifier) > 0 {
		creator, err = c.consenter(s.Identifier)
		return s.Identifier, creator, err
	}
	var h common.SignatureHeader
	if err := proto.Unmarshal(s.Header, &h); err != nil {
		return nil, nil, fmt.Errorf("its header: %w", err)
	}
	return s.Header, h.GetCreator(), nil
}

// consenter is the identity of the orderer that an identifier header names.
func (c *config) consenter(raw []byte) ([]byte, error) {
	var header common.IdentifierHeader
	if err := proto.Unmarshal(raw, &header); err != nil {
		return nil, fmt.Errorf("its header: %w", err)
	}
	for _, consenter := range c.consenters {
		if consenter.GetId() == header.GetIdentifier() {
			return serialized(consenter)
		}
	}
	return nil, fmt.Errorf("no orderer has number %d", header.GetIdentifier())
}

// ordererNames are the orderers that a block's signatures name, for people.
func (c *Channel) ordererNames(b *wire.Block) (names []string) {
	set, _ := c.blockSignatures(b)
	for _, s := range set {
		if id, err := c.config.members.identity(s.identity); err == nil {
			names = append(names, id.String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wellFormed names the envelopes for which peers refuse a block: those without payload or signature, and those
// in another encoding than Go's.
func wellFormed(b *wire.Block) (list []wire.Finding) {
	if isConfig(b) {
		return nil
	}
	for _, tx := range b.Txs {
		var e common.Envelope
		err := proto.Unmarshal(tx.Raw, &e)
		if err == nil && len(e.GetPayload()) > 0 && len(e.GetSignature()) > 0 {
			if again, err := proto.Marshal(&e); err == nil && bytes.Equal(again, tx.Raw) {
				continue
			}
		}
		list = append(list, b.FindingIn(wire.Orderers, tx,
			"the envelope isn't one that peers take: it lacks its payload or signature, or is encoded in another way"))
	}
	return list
}

// isConfig says whether a block is one of configuration.
func isConfig(b *wire.Block) bool {
	return len(b.Txs) == 1 && b.Txs[0].Type == common.HeaderType_CONFIG
}
