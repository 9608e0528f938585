package authority

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/ledgersim"
	"tallystick/client/audit/wire"
)

// TestAgainstModel plays random transactions that write keys, set keys' policies and write to a collection, endorsed
// by anybody, and compares what is decided on endorsements here with ledgersim, which was compared with Fabric's own
// validator. Its signatures are hashes, so the endorsers' identities are made here.
func TestAgainstModel(t *testing.T) {
	m := newTrio(t)
	codes := map[peer.TxValidationCode]int{}
	for seed := range uint64(40) {
		r := &modelRun{t: t, m: m, rng: rand.New(rand.NewPCG(seed, 14)), codes: codes, there: map[place]bool{}}
		r.play()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if codes[valid] < 50 || codes[failed] < 50 || codes[Stopped] == 0 {
		t.Errorf("the codes are few: %v", codes)
	}
}

type modelRun struct {
	t     *testing.T
	m     *trio
	rng   *rand.Rand
	codes map[peer.TxValidationCode]int
	there map[place]bool
}

var modelPeers = []string{"G", "D", "F"}

func (r *modelRun) play() {
	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{
		{MSP: "G", Peer: true}, {MSP: "D", Peer: true}, {MSP: "F", Peer: true},
	}})
	own := ledgersim.OutOf(1, "D")
	n.Deploy("cc", ledgersim.Probe{}, ledgersim.OutOf(2, modelPeers...),
		ledgersim.Collection{Name: "plain", Members: modelPeers},
		ledgersim.Collection{Name: "own", Members: modelPeers, Policy: &own})
	n.DeliverAll()
	c, _ := definedChannel(r.t)
	c.config.members = r.m.members
	c.exists = func(namespace, collection, key string) bool { return r.there[place{namespace, collection, key}] }
	var queue []*ledgersim.Envelope
	for range 12 {
		for range 1 + r.rng.IntN(4) {
			if len(queue) > 0 && r.rng.IntN(8) == 0 {
				n.Submit(queue[r.rng.IntN(len(queue))])
				continue
			}
			p := n.Propose(n.Identity("G", "till"), "cc", ledgersim.Args(r.script())...)
			if env, err := n.Endorse(p, r.some()...); err == nil {
				n.Submit(env)
				queue = append(queue, env)
			}
		}
		b, err := n.Cut(0)
		var halt *ledgersim.Halt
		switch {
		case errors.As(err, &halt):
			r.codes[Stopped]++ // it isn't known which transactions the block has
			return
		case err != nil:
			r.t.Fatal(err)
		case b == nil:
			continue
		}
		n.DeliverAll()
		r.compare(c, parse(r.t, b.Proto()))
	}
}

// script is one to three steps over few keys.
func (r *modelRun) script() string {
	var steps []string
	for range 1 + r.rng.IntN(3) {
		key := string(rune('a' + r.rng.IntN(3)))
		steps = append(steps, []string{
			"put " + key + " 1", "put " + key + " 2", "del " + key,
			"policy " + key + " " + strings.Join(r.some(), " "), "pput plain " + key + " 1",
			"pput own " + key + " 1",
		}[r.rng.IntN(6)])
	}
	return strings.Join(steps, "; ")
}

func (r *modelRun) some() (list []string) {
	for _, i := range r.rng.Perm(3)[:1+r.rng.IntN(3)] {
		list = append(list, modelPeers[i])
	}
	return list
}

// compare judges a block's endorsements, and applies what is valid.
func (r *modelRun) compare(c *Channel, b *wire.Block) {
	policies := newKeyPolicies(c)
	for i, tx := range b.Txs {
		results := resultsOf(tx.Raw)
		repeated := c.seen[keyOf(tx.ID)]
		got, why := valid, ""
		if !repeated {
			var names []string
			for _, e := range tx.Endorsements {
				names = append(names, e.MSP+".peer")
			}
			refused := c.checkNamespace(&envelope{results: results}, "cc", r.m.signers(names...), policies)
			policies.decided("cc", refused == nil)
			if refused != nil {
				got, why = refused.code, fmt.Sprint(refused.why)
			}
		}
		policies.done(&envelope{}, tx.Raw)
		r.codes[tx.Flag]++
		switch tx.Flag {
		case peer.TxValidationCode_DUPLICATE_TXID:
			if !repeated && got == valid && !r.before(b, i) {
				r.t.Errorf("block %d, transaction %d is no repetition", b.Number, i)
			}
		case valid, peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_PHANTOM_READ_CONFLICT:
			if got != valid {
				r.t.Errorf("block %d, transaction %d: %s (%s), the model says %s", b.Number, i, got, why, tx.Flag)
			}
		default:
			if got != tx.Flag {
				r.t.Errorf("block %d, transaction %d: %s (%s), the model says %s", b.Number, i, got, why, tx.Flag)
			}
		}
	}
	for _, tx := range b.Txs {
		c.seen[keyOf(tx.ID)] = true
		if tx.Valid() {
			r.apply(c, resultsOf(tx.Raw))
		}
	}
}

// before says whether a transaction's id is that of one before it in the block.
func (r *modelRun) before(b *wire.Block, i int) bool {
	for _, tx := range b.Txs[:i] {
		if tx.ID == b.Txs[i].ID {
			return true
		}
	}
	return false
}

func (r *modelRun) apply(c *Channel, set []*namespaceSet) {
	c.apply(set)
	for _, n := range set {
		for _, w := range n.public.GetWrites() {
			r.there[place{n.name, "", w.GetKey()}] = !w.GetIsDelete()
		}
		for _, coll := range n.collections {
			for _, w := range coll.hashed.GetHashedWrites() {
				r.there[place{n.name, coll.name, string(w.GetKeyHash())}] = !w.GetIsDelete()
			}
		}
	}
}
