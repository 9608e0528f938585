package block_test

import (
	"bytes"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/ledgersim"
	"tallystick/client/block"
)

// chain is three blocks of real protobuf: one with a valid and a conflicting
// transaction, one with a repetition.
func chain(t *testing.T) []*common.Block {
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
	if _, err := n.Cut(0); err != nil {
		t.Fatal(err)
	}
	n.Submit(sent[1])
	if _, err := n.Cut(0); err != nil {
		t.Fatal(err)
	}
	var list []*common.Block
	for b := range n.Blocks() {
		list = append(list, b.Proto())
	}
	return list
}

func parse(t *testing.T, raw *common.Block) *block.Block {
	t.Helper()
	b, err := block.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse(t *testing.T) {
	list := chain(t)
	for i := 1; i < len(list); i++ {
		if before, b := parse(t, list[i-1]), parse(t, list[i]); !bytes.Equal(before.Hash, b.Previous) ||
			b.Number != uint64(i) {
			t.Errorf("block %d does not follow", i)
		}
	}
	b := parse(t, list[len(list)-2])
	if len(b.Txs) != 2 || !b.Txs[0].Valid() || b.Txs[1].Code != peer.TxValidationCode_MVCC_READ_CONFLICT ||
		b.Txs[0].Party != "D" {
		t.Fatalf("%+v", b.Txs)
	}
	writes, err := b.Txs[0].Writes("probe")
	if err != nil || len(writes) != 2 || writes[0].Key != "a" || string(writes[1].Value) != "2" {
		t.Errorf("writes %+v, %v", writes, err)
	}
	if other, err := b.Txs[0].Writes("other"); err != nil || len(other) != 0 {
		t.Errorf("another namespace: %+v, %v", other, err)
	}
	again := parse(t, list[len(list)-1])
	if again.Txs[0].ID != b.Txs[1].ID || again.Txs[0].Decides() || !b.Txs[1].Decides() {
		t.Errorf("a repetition decides nothing: %+v", again.Txs)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, harm := range map[string]func(*common.Block){
		"a changed transaction":  func(b *common.Block) { b.Data.Data[0][20] ^= 1 },
		"a transaction too many": func(b *common.Block) { b.Data.Data = append(b.Data.Data, b.Data.Data[0]) },
		"no verdicts":            func(b *common.Block) { b.Metadata = nil },
		"a verdict too few":      func(b *common.Block) { b.Metadata.Metadata[2] = nil },
	} {
		list := chain(t)
		harm(list[len(list)-2])
		if _, err := block.Parse(list[len(list)-2]); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
