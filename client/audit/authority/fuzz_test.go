package authority

import (
	"crypto/x509"
	"maps"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fuzzed"
	"tallystick/client/audit/wire"
)

// FuzzJudge holds that no bytes end the program, neither a transaction's nor a whole block's, first or later.
func FuzzJudge(tf *testing.F) {
	f := fuzzed.Target(tf, 300)
	blocks := recorded(f, "bft")
	for _, b := range blocks {
		f.Add(b.Data.Data[0], encode(f, b))
	}
	f.Fuzz(func(t *testing.T, envelope, block []byte) {
		c := New(nil)
		if err := c.Begin(parse(t, blocks[0])); err != nil {
			t.Fatal(err)
		}
		raw := proto.CloneOf(blocks[1])
		raw.Data.Data = [][]byte{envelope}
		raw.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = make([]byte, 1)
		if b, err := wire.Parse(raw); err == nil {
			c.Signatures(b)
			judge(t, c, b)
			_ = c.Apply(b, func(int) bool { return true })
		}
		if b, err := wire.Decode(block); err == nil {
			c.Signatures(b)
			judge(t, c, b)
			_ = New(nil).Begin(b)
		}
	})
}

// FuzzParts holds that no bytes end the program where a signature would have to be right first: configurations,
// organisations, policies, principals, identities, definitions, what endorsers answered.
func FuzzParts(tf *testing.F) {
	f := fuzzed.Target(tf, 2000)
	blocks := recorded(f, "bft")
	c := New(nil)
	if err := c.Begin(parse(f, blocks[0])); err != nil {
		f.Fatal(err)
	}
	for _, seed := range partsOf(f, c, blocks) {
		f.Add(seed)
	}
	m := newTrio(f)
	signers := m.signers("G.peer", "D.peer")
	f.Fuzz(func(_ *testing.T, data []byte) {
		var (
			config common.Config
			change common.ConfigEnvelope
		)
		_, _ = newOrganisation(&msp.MSPConfig{Config: data}, true)
		if proto.Unmarshal(data, &config) == nil {
			_, _ = newConfig("alliance", &config)
		}
		if proto.Unmarshal(data, &change) == nil {
			_, _ = c.config.change(&change)
		}
		if p, err := c.config.applicationPolicy(data); err == nil {
			_ = p.check(signers)
		}
		if p, err := keyPolicy(data); err == nil {
			_ = p.check(signers)
		}
		for class := range msp.MSPPrincipal_Classification_name {
			_ = signers[0].satisfies(&msp.MSPPrincipal{
				PrincipalClassification: msp.MSPPrincipal_Classification(class), Principal: data,
			}, 0)
		}
		_, _ = m.members.identity(data)
		_ = signers[0].verify(data, data)
		if cert, err := x509.ParseCertificate(data); err == nil {
			_, _ = m.members["G"].identity(cert)
		}
		c.lifecycle["namespaces/metadata/cc"], c.lifecycle[fieldKey("cc", "ValidationInfo")] = data, data
		clear(c.definitions)
		_, _ = c.definition("cc")
		c.apply(resultsOf(data))
		_ = readEndorsed(&envelope{channel: &common.ChannelHeader{}, action: &peer.ChaincodeActionPayload{
			Action: &peer.ChaincodeEndorsedAction{ProposalResponsePayload: data},
		}})
	})
}

// partsOf are one of each part in the recorded blocks.
func partsOf(f testing.TB, c *Channel, blocks []*common.Block) (list [][]byte) {
	first := configEnvelope(f, parse(f, blocks[0]))
	list = append(list, encode(f, first.GetConfig()))
	for _, path := range slices.Sorted(maps.Keys(c.config.elements)) {
		switch e := c.config.elements[path]; {
		case e.value != nil:
			list = append(list, e.value.GetValue())
		case e.policy != nil:
			list = append(list, e.policy.GetPolicy().GetValue())
		}
	}
	walk(f, blocks, func(c *Channel, b *wire.Block) {
		for _, tx := range b.Txs {
			list = append(list, tx.Creator.Raw, tx.Response, tx.Results, tx.Raw)
			if isConfig(b) {
				list = append(list, tx.Data)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(c.lifecycle)) {
			if b.Number == 20 {
				list = append(list, c.lifecycle[key])
			}
		}
	})
	return list
}
