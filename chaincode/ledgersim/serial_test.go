package ledgersim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"pgregory.net/rapid"
)

// serial is the dumb second model: whole maps, copied at every block, values with
// the id of the transaction that wrote them, scripts interpreted by hand. It
// shares no code with the network.
type serial struct {
	now     map[string]written
	touched map[string]bool // by valid transactions of the block so far
	past    []map[string]written
	seen    map[string]map[string]string // by transaction: what it saw when it was endorsed
}

type written struct{ value, by string }

// views is what a script reads of a state: each key with its writer, each range
// as one text.
func views(script string, state map[string]written) (reads, ranges map[string]string) {
	reads, ranges = map[string]string{}, map[string]string{}
	for _, step := range strings.Split(script, "; ") {
		w := strings.Fields(step)
		switch w[0] {
		case "get", "multi":
			for _, k := range w[1:] {
				reads[k] = state[k].by
			}
		case "range":
			var rows []string
			for _, k := range slices.Sorted(maps.Keys(state)) {
				if k >= w[1] && k < w[2] {
					rows = append(rows, k+" by "+state[k].by)
				}
			}
			ranges[step] = strings.Join(rows, ",")
		}
	}
	return reads, ranges
}

func (m *serial) endorse(txID, script string, height uint64) {
	reads, ranges := views(script, m.past[height])
	maps.Copy(reads, ranges)
	m.seen[txID] = reads
}

// commit says what the code must be, and applies the script if it is valid.
func (m *serial) commit(txID, script string) peer.TxValidationCode {
	reads, ranges := views(script, m.now)
	for k, by := range reads {
		if m.touched[k] || by != m.seen[txID][k] {
			return peer.TxValidationCode_MVCC_READ_CONFLICT
		}
	}
	for r, rows := range ranges {
		if rows != m.seen[txID][r] {
			return peer.TxValidationCode_PHANTOM_READ_CONFLICT
		}
	}
	for _, step := range strings.Split(script, "; ") {
		w := strings.Fields(step)
		switch w[0] {
		case "put":
			m.now[w[1]] = written{w[2], txID}
			m.touched[w[1]] = true
		case "del":
			delete(m.now, w[1])
			m.touched[w[1]] = true
		}
	}
	return peer.TxValidationCode_VALID
}

func (m *serial) endBlock() {
	m.past = append(m.past, maps.Clone(m.now))
	m.touched = map[string]bool{}
}

func drawScript(t *rapid.T) string {
	key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
	step := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 5).Draw(t, "op") {
		case 0, 1:
			return fmt.Sprintf("put %s %d", key.Draw(t, "key"), rapid.IntRange(0, 9).Draw(t, "value"))
		case 2:
			return "del " + key.Draw(t, "key")
		case 3:
			return "multi " + key.Draw(t, "key") + " " + key.Draw(t, "key")
		case 4:
			return "range " + key.Draw(t, "from") + " " + key.Draw(t, "to")
		}
		return "get " + key.Draw(t, "key")
	})
	return strings.Join(rapid.SliceOfN(step, 1, 6).Draw(t, "script"), "; ")
}

// A committed state is the valid transactions applied one by one, and a
// transaction is valid exactly if the dumb model says so.
func TestValidTransactionsAreSerial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := probeNetwork(Config{Seed: 1})
		m := &serial{now: map[string]written{}, touched: map[string]bool{}, seen: map[string]map[string]string{}}
		for range n.Height() + 1 {
			m.endBlock() // past[h] is the state of height h
		}
		n.OnBlock(func(b *Block) {
			for _, tx := range b.Txs {
				if want := m.commit(tx.TxID, string(tx.Args[0])); tx.Code != want {
					t.Fatalf("block %d: %s: %s (%s), want %s", b.Number, tx.Args[0], tx.Code, tx.Reason, want)
				}
			}
			m.endBlock()
		})
		id := n.Identity("AMSP", "client")
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			node := rapid.SampledFrom(n.Peers()).Draw(t, "peer")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			default:
				script := drawScript(t)
				p := n.Propose(id, ChaincodeA, Args(script)...)
				env, err := n.Endorse(p, node)
				if err != nil {
					t.Fatalf("%s: %v", script, err)
				}
				m.endorse(p.TxID(), script, n.PeerHeight(node))
				n.Submit(env)
			case 0:
				if _, err := n.Cut(rapid.IntRange(1, 4).Draw(t, "count")); err != nil {
					t.Fatal(err)
				}
			case 1:
				n.Deliver(node, n.PeerHeight(node)+1)
			}
		}
		n.DeliverAll()
		got := map[string]string{}
		for k, v := range n.State("CMSP", ChaincodeA) {
			got[k] = string(v)
		}
		want := map[string]string{}
		for k, w := range m.now {
			want[k] = w.value
		}
		if !maps.Equal(got, want) {
			t.Fatalf("state %v, want %v", got, want)
		}
		if err := n.CheckAgreement(); err != nil {
			t.Fatal(err)
		}
	})
}

// probeNetwork has three organisations with peers, any of which suffices, and a
// fourth without.
func probeNetwork(cfg Config) *Network {
	cfg.Orgs = []Org{{"AMSP", true}, {"BMSP", true}, {"CMSP", true}, {"DMSP", false}}
	n := New(cfg)
	any1 := OutOf(1, n.Peers()...)
	n.Deploy(ChaincodeA, Probe{}, any1)
	n.Deploy(ChaincodeB, Probe{}, any1)
	return n
}
