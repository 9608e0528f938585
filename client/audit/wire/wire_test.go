package wire_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/ledgersim"
	"tallystick/client/audit/wire"
)

// chain is three blocks: a definition, a block with a valid and a conflicting transaction, a repetition.
func chain(t testing.TB) (list []*common.Block) {
	t.Helper()
	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}}})
	n.Deploy("probe", ledgersim.Probe{}, ledgersim.OutOf(2, "G", "D"))
	client := n.Identity("D", "till")
	var sent []*ledgersim.Envelope
	for _, steps := range []string{"get a; put a 1; put b 2", "get a; put a 3"} {
		env, err := n.Endorse(n.Propose(client, "probe", ledgersim.Args(steps)...), "G", "D")
		if err != nil {
			t.Fatal(err)
		}
		n.Submit(env)
		sent = append(sent, env)
	}
	for range 2 {
		if _, err := n.Cut(0); err != nil {
			t.Fatal(err)
		}
		n.Submit(sent[1])
	}
	for b := range n.Blocks() {
		list = append(list, b.Proto())
	}
	return list
}

func encode(t testing.TB, m proto.Message) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDecode(t *testing.T) {
	list := chain(t)
	var before *wire.Block
	for _, raw := range list {
		b, err := wire.Decode(encode(t, raw))
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && !bytes.Equal(b.Previous, before.Hash[:]) {
			t.Errorf("block %d doesn't follow", b.Number)
		}
		if !bytes.Equal(b.DataHash, b.Data[:]) {
			t.Errorf("block %d holds other transactions", b.Number)
		}
		before = b
	}
	b, err := wire.Parse(list[len(list)-2])
	if err != nil || len(b.Txs) != 2 {
		t.Fatal(b, err)
	}
	first, second := b.Txs[0], b.Txs[1]
	if !first.Valid() || second.Flag != peer.TxValidationCode_MVCC_READ_CONFLICT || second.Index != 1 {
		t.Errorf("%v, %v", first.Flag, second.Flag)
	}
	if first.Err != nil || first.Creator.MSP != "D" || first.Chaincode != "probe" || !first.Endorsed() ||
		!slices.Equal(first.Endorsers(), []string{"D", "G"}) || len(first.Args) != 1 {
		t.Errorf("%+v", first)
	}
	if w := first.RWSet.Namespace("probe").Writes; len(w) != 2 || w[1].Key != "b" || string(w[1].Value) != "2" {
		t.Errorf("%+v", w)
	}
}

func harmHeader(b *common.Block) { b.Header.ProtoReflect().SetUnknown([]byte{120, 1}) }

// TestRefuses: what isn't the one encoding of a block is none.
func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(*common.Block)
		want string
	}{
		"no header":   {func(b *common.Block) { b.Header = nil }, "without a header"},
		"a long hash": {func(b *common.Block) { b.Header.DataHash = make([]byte, 65) }, "bytes of hashes"},
		"a flag too many": {func(b *common.Block) { b.Metadata.Metadata[2] = make([]byte, 3) },
			"3 validation flags"},
		"metadata nobody reads": {func(b *common.Block) { b.Metadata.Metadata[3] = []byte{1} }, "nothing reads"},
		"metadata without end":  {func(b *common.Block) { b.Metadata.Metadata = make([][]byte, 17) }, "17 entries"},
		"signatures of no form": {func(b *common.Block) { b.Metadata.Metadata[0] = []byte{1} }, "no Metadata"},
		"an unknown field": {func(b *common.Block) { b.ProtoReflect().SetUnknown([]byte{0x78, 1}) },
			"doesn't know"},
		"an unknown field in it": {harmHeader, "BlockHeader"},
	} {
		raw := chain(t)[2]
		c.harm(raw)
		if _, err := wire.Decode(encode(t, raw)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	good := encode(t, chain(t)[2])
	if _, err := wire.Decode(append(good, good...)); err == nil {
		t.Error("two encodings behind each other pass")
	}
	if _, err := wire.Decode(make([]byte, wire.MaxBlock+1)); err == nil || !strings.Contains(err.Error(), "above") {
		t.Errorf("a huge block: %v", err)
	}
}

// TestUnreadable: a transaction that can't be read is no error of its block, and says what peers call it.
func TestUnreadable(t *testing.T) {
	payload := func(h *common.Header, data []byte) []byte {
		return encode(t, &common.Envelope{Payload: encode(t, &common.Payload{Header: h, Data: data})})
	}
	header := func(c *common.ChannelHeader, s *common.SignatureHeader) *common.Header {
		return &common.Header{ChannelHeader: encode(t, c), SignatureHeader: encode(t, s)}
	}
	endorser := int32(common.HeaderType_ENDORSER_TRANSACTION)
	creator := &common.SignatureHeader{Nonce: []byte{1},
		Creator: ledgersim.NewIdentity("D", "x", ledgersim.RoleClient, nil).Serialized()}
	two := encode(t, &peer.Transaction{Actions: []*peer.TransactionAction{{}, {}}})
	for name, c := range map[string]struct {
		envelope []byte
		want     peer.TxValidationCode
	}{
		"no envelope": {[]byte{1, 2}, peer.TxValidationCode_INVALID_OTHER_REASON},
		"no payload":  {encode(t, &common.Envelope{Payload: []byte{1}}), peer.TxValidationCode_BAD_PAYLOAD},
		"no header":   {payload(nil, nil), peer.TxValidationCode_BAD_COMMON_HEADER},
		"a type that is none": {payload(header(&common.ChannelHeader{Type: 99}, creator), nil),
			peer.TxValidationCode_BAD_COMMON_HEADER},
		"an epoch": {payload(header(&common.ChannelHeader{Type: endorser, Epoch: 1}, creator), nil),
			peer.TxValidationCode_BAD_COMMON_HEADER},
		"two actions": {payload(header(&common.ChannelHeader{Type: endorser}, creator), two),
			peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION},
	} {
		raw := &common.Block{Header: &common.BlockHeader{}, Data: &common.BlockData{Data: [][]byte{c.envelope}},
			Metadata: &common.BlockMetadata{Metadata: [][]byte{{}, {}, {1}, {}, {}}}}
		b, err := wire.Parse(raw)
		if err != nil || b.Txs[0].Err == nil || b.Txs[0].Bad != c.want {
			t.Errorf("%s: %v, %+v", name, err, b)
		}
	}
}

func TestLayers(t *testing.T) {
	for i, m := range wire.Layers {
		if int(m.Layer) != i+1 || m.Name == "" || m.Zh == "" || m.Proves == "" || m.DoesNotZh == "" {
			t.Errorf("%d: %+v", i, m)
		}
	}
	if s := wire.Layer(99).String(); s != "layer 99" {
		t.Error(s)
	}
	f := wire.Finding{Layer: wire.Rules, Block: 3, Tx: 1, TxID: "ab", Party: "D", Space: "tally", Key: "l/1",
		Expected: "nothing", Found: "40 bytes", Why: "no command gives it", Signers: []string{"D", "G"}}
	const want = `rules: block 3, transaction 1 (ab of D), tally "l/1": no command gives it: ` +
		`found 40 bytes, expected nothing; signed by D, G`
	if fmt.Sprint(f) != want {
		t.Errorf("%s", f)
	}
}

func FuzzDecode(f *testing.F) {
	for _, raw := range chain(f) {
		f.Add(encode(f, raw))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		if b, err := wire.Decode(data); err == nil {
			for _, tx := range b.Txs {
				_ = b.FindingIn(wire.Framing, tx, "").String()
			}
		}
	})
}
