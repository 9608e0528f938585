package authority

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"

	"tallystick/client/audit/wire"
)

// chains are blocks of throw-away networks, one with BFT orderers, one with Raft, as test-network/e2e records them:
//
//	go test -tags e2e ./test-network/e2e -run 'TestAuthority$' -record $PWD/client/audit/authority/testdata
var chains = []string{"bft", "raft"}

// recorded reads one of them.
func recorded(t testing.TB, name string) (list []*common.Block) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".blocks.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(packed)
	for {
		b := &common.Block{}
		err := protodelim.UnmarshalOptions{MaxSize: wire.MaxBlock}.UnmarshalFrom(r, b)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
}

// walk has the channel live through the blocks, and shows each before it is applied.
func walk(t testing.TB, blocks []*common.Block, show func(*Channel, *wire.Block)) {
	t.Helper()
	c := New(nil)
	for _, raw := range blocks {
		b := parse(t, raw)
		if b.Number == 0 {
			if err := c.Begin(b); err != nil {
				t.Fatal(err)
			}
			continue
		}
		show(c, b)
		if err := c.Apply(b, func(i int) bool { return b.Txs[i].Valid() }); err != nil {
			t.Fatal(err)
		}
	}
}

func parse(t testing.TB, raw *common.Block) *wire.Block {
	t.Helper()
	b, err := wire.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func judge(t testing.TB, c *Channel, b *wire.Block) []Verdict {
	t.Helper()
	verdicts, err := c.Judge(b)
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// TestRecorded holds that every verdict on the recorded blocks is the peer's, but for versions, that their orderers'
// signatures verify, and that the blocks have what they are kept for.
func TestRecorded(t *testing.T) {
	for _, name := range chains {
		t.Run(name, func(t *testing.T) {
			codes := map[peer.TxValidationCode]int{}
			changes := 0
			walk(t, recorded(t, name), func(c *Channel, b *wire.Block) {
				for _, f := range c.Signatures(b) {
					t.Error(f)
				}
				for i, v := range judge(t, c, b) {
					tx := b.Txs[i]
					codes[tx.Flag]++
					if !agree(v.Code, tx.Flag) {
						t.Errorf("block %d, transaction %d: %s (%s), the peer says %s",
							b.Number, i, v.Code, v.Why, tx.Flag)
					}
					if tx.Type == common.HeaderType_CONFIG {
						changes++
					}
				}
			})
			if changes != 2 || codes[peer.TxValidationCode_VALID] < 20 || len(codes) < 10 {
				t.Errorf("the recorded blocks have %d changes of the configuration and the codes %v", changes, codes)
			}
		})
	}
}

// TestAnyByte changes one byte after another, chosen from a seed, of what signatures cover: of a valid transaction,
// of a block's header, of the orderers' signatures and of what they signed. Each is found.
func TestAnyByte(t *testing.T) {
	for _, name := range chains {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(14, 1))
			walk(t, recorded(t, name), func(c *Channel, b *wire.Block) {
				for i, tx := range b.Txs {
					if tx.Valid() {
						for range 12 {
							changedTx(t, c, b, i, rng)
						}
					}
				}
				for range 12 {
					changedBlock(t, c, b, rng)
				}
			})
		})
	}
}

func changedTx(t *testing.T, c *Channel, b *wire.Block, i int, rng *rand.Rand) {
	t.Helper()
	changed := proto.CloneOf(b.Raw)
	at := flip(changed.Data.Data[i], rng)
	other, err := wire.Parse(changed)
	if err != nil {
		return
	}
	if v := judge(t, c, other)[i]; v.Code == peer.TxValidationCode_VALID {
		t.Errorf("block %d, transaction %d: byte %d was changed, and it is valid", b.Number, i, at)
	}
}

func changedBlock(t *testing.T, c *Channel, b *wire.Block, rng *rand.Rand) {
	t.Helper()
	changed := proto.CloneOf(b.Raw)
	parts := [][]byte{
		changed.Header.DataHash, changed.Header.PreviousHash,
		changed.Metadata.Metadata[common.BlockMetadataIndex_SIGNATURES],
	}
	part := rng.IntN(len(parts))
	at := flip(parts[part], rng)
	other, err := wire.Parse(changed)
	if err != nil {
		return
	}
	if len(c.Signatures(other)) == 0 {
		t.Errorf("block %d: byte %d of part %d was changed, and nothing is found", b.Number, at, part)
	}
}

// flip changes a byte, and says which.
func flip(data []byte, rng *rand.Rand) int {
	at := rng.IntN(len(data))
	data[at] ^= byte(1 + rng.IntN(255))
	return at
}

// TestForgedBlocks makes blocks that nobody should take, of blocks that orderers signed.
func TestForgedBlocks(t *testing.T) {
	for _, name := range chains {
		t.Run(name, func(t *testing.T) {
			walk(t, recorded(t, name), func(c *Channel, b *wire.Block) {
				for what, forge := range map[string]func(*common.Block){
					"no signature": func(b *common.Block) {
						setSignatures(t, b, func(list *[]*common.MetadataSignature) { *list = nil })
					},
					"one signature repeated": func(b *common.Block) { setSignatures(t, b, repeat) },
					"another number":         func(b *common.Block) { b.Header.Number++ },
				} {
					changed := proto.CloneOf(b.Raw)
					forge(changed)
					if len(c.Signatures(parse(t, changed))) == 0 {
						t.Errorf("block %d with %s is taken", b.Number, what)
					}
				}
				if c.lastConfig++; !isConfig(b) && len(c.Signatures(b)) == 0 {
					t.Errorf("block %d names another configuration than the latest, and is taken", b.Number)
				}
				c.lastConfig--
			})
		})
	}
}

func repeat(list *[]*common.MetadataSignature) {
	for i := range *list {
		(*list)[i] = (*list)[0]
	}
	*list = append(*list, (*list)[0])
}

func setSignatures(t *testing.T, b *common.Block, set func(*[]*common.MetadataSignature)) {
	t.Helper()
	var m common.Metadata
	entry := &b.Metadata.Metadata[common.BlockMetadataIndex_SIGNATURES]
	if err := proto.Unmarshal(*entry, &m); err != nil {
		t.Fatal(err)
	}
	set(&m.Signatures)
	*entry = encode(t, &m)
}

func encode(t testing.TB, m proto.Message) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestRepeated puts a valid transaction into its block twice, and again into the next block.
func TestRepeated(t *testing.T) {
	blocks := recorded(t, "bft")
	var before *wire.Block
	walk(t, blocks, func(c *Channel, b *wire.Block) {
		if before != nil {
			raw := proto.CloneOf(b.Raw)
			raw.Data.Data = slices.Clone(before.Raw.Data.Data)
			raw.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = make([]byte, len(raw.Data.Data))
			if v := judge(t, c, parse(t, raw))[0]; v.Code != peer.TxValidationCode_DUPLICATE_TXID {
				t.Errorf("block %d's transaction again in the next is %s", before.Number, v.Code)
			}
			before = nil
		}
		if len(b.Txs) != 1 || !b.Txs[0].Endorsed() || !b.Txs[0].Valid() {
			return
		}
		before = b
		raw := proto.CloneOf(b.Raw)
		raw.Data.Data = append(raw.Data.Data, raw.Data.Data[0])
		raw.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = make([]byte, 2)
		v := judge(t, c, parse(t, raw))
		if v[0].Code != peer.TxValidationCode_VALID || v[1].Code != peer.TxValidationCode_DUPLICATE_TXID {
			t.Errorf("block %d's transaction twice in it is %s, %s", b.Number, v[0].Code, v[1].Code)
		}
	})
}

// BenchmarkAuthority measures signatures, verdicts and what changes, over the recorded blocks.
func BenchmarkAuthority(b *testing.B) {
	blocks := recorded(b, "bft")
	txs := 0
	for b.Loop() {
		walk(b, blocks, func(c *Channel, block *wire.Block) {
			txs += len(block.Txs)
			if faults := c.Signatures(block); len(faults) > 0 {
				b.Fatal(faults)
			}
			judge(b, c, block)
		})
	}
	b.ReportMetric(float64(txs)/b.Elapsed().Seconds(), "tx/s")
}
