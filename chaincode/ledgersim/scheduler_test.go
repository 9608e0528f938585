package ledgersim

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// counter adds one to each key it is given.
type counter struct{}

func (counter) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (counter) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	for _, key := range stub.GetStringArgs() {
		v, err := stub.GetState(key)
		if err != nil {
			return shim.Error(err.Error())
		}
		n, _ := strconv.Atoi(string(v))
		if err := stub.PutState(key, []byte(strconv.Itoa(n+1))); err != nil {
			return shim.Error(err.Error())
		}
	}
	return shim.Success(nil)
}

// adder is a client without memory that must survive.
type adder struct {
	net      *Network
	id       *Identity
	mismatch int
}

func (a *adder) Act(rng *rand.Rand) *Envelope {
	key := string(rune('a' + rng.IntN(6)))
	peers := a.net.Peers()
	rng.Shuffle(len(peers), func(i, j int) { peers[i], peers[j] = peers[j], peers[i] })
	env, err := a.net.Endorse(a.net.Propose(a.id, "counter", Args(key)...), peers[:2]...)
	if errors.Is(err, ErrMismatch) {
		a.mismatch++
		return nil
	}
	if err != nil {
		panic(err)
	}
	return env
}

func (a *adder) Sent(*Envelope, error) {}
func (a *adder) Crash()                {}

func runCounters(seed uint64, steps int) (*Network, *Scheduler, error) {
	n := New(Config{Seed: seed, Orgs: []Org{{"AMSP", true}, {"BMSP", true}, {"CMSP", true}}})
	n.Deploy("counter", counter{}, OutOf(2, n.Peers()...))
	var clients []Client
	for i := range 4 {
		clients = append(clients, &adder{net: n, id: n.Identity("AMSP", "adder"+strconv.Itoa(i))})
	}
	s := NewScheduler(n, seed, DefaultWeights, clients...)
	err := s.Run(steps)
	return n, s, errors.Join(err, s.Drain())
}

// No update is lost, whatever is repeated, held, dropped or reordered: a counter
// is the number of valid transactions that counted it.
func TestNoLostUpdates(t *testing.T) {
	codes := map[peer.TxValidationCode]int{}
	for seed := range uint64(200) {
		n, s, err := runCounters(seed, 300)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want := map[string]int{}
		for b := range n.Blocks() {
			for _, tx := range b.Txs {
				codes[tx.Code]++
				if tx.Valid() && tx.Chaincode == "counter" {
					want[string(tx.Args[0])]++
				}
			}
		}
		for key, count := range want {
			if got := string(n.Get("BMSP", "counter", key)); got != strconv.Itoa(count) {
				t.Fatalf("seed %d: %s is %s after %d valid transactions\n%q", seed, key, got, count, s.Trace)
			}
		}
		if err := n.CheckAgreement(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	t.Log(codes)
	for _, code := range []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT,
		peer.TxValidationCode_DUPLICATE_TXID} {
		if codes[code] == 0 {
			t.Errorf("no seed met %s", code)
		}
	}
}

func TestSeedReproduces(t *testing.T) {
	a, sa, err := runCounters(7, 500)
	if err != nil {
		t.Fatal(err)
	}
	b, sb, err := runCounters(7, 500)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(sa.Trace, sb.Trace) || a.blocks[len(a.blocks)-1].Digest != b.blocks[len(b.blocks)-1].Digest {
		t.Error("one seed, two lives")
	}
	c, _, err := runCounters(8, 500)
	if err != nil {
		t.Fatal(err)
	}
	if a.blocks[len(a.blocks)-1].Digest == c.blocks[len(c.blocks)-1].Digest {
		t.Error("two seeds, one life")
	}
}

// BenchmarkTransaction is one increment endorsed by two peers, ordered and
// committed; BenchmarkRows the same with 500 rows read and written.
func BenchmarkTransaction(b *testing.B) { benchmark(b, Args("a")) }

func BenchmarkRows(b *testing.B) {
	var keys []string
	for i := range 500 {
		keys = append(keys, "key"+strconv.Itoa(i))
	}
	benchmark(b, Args(keys...))
}

func benchmark(b *testing.B, args [][]byte) {
	n := New(Config{Seed: 1, Orgs: []Org{{"AMSP", true}, {"BMSP", true}, {"CMSP", true}}})
	n.Deploy("counter", counter{}, OutOf(2, n.Peers()...))
	id := n.Identity("AMSP", "adder")
	b.ReportAllocs()
	for b.Loop() {
		env, err := n.Endorse(n.Propose(id, "counter", args...), "AMSP", "BMSP")
		if err != nil {
			b.Fatal(err)
		}
		n.Submit(env)
		if blk, err := n.Cut(0); err != nil || !blk.Txs[0].Valid() {
			b.Fatal(err)
		}
		n.DeliverAll()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
