package ledgersim

import (
	"crypto/sha256"
	"iter"
	"math"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Replica is a peer without a network: it holds the latest version of every key,
// applies transactions that others decided on, and runs any proposal on what it
// holds. It is a member of no collection: it knows private values by their hashes.
type Replica struct {
	net  *Network
	node *peerNode

	number uint64   // of the block whose transactions are checked and applied now
	block  *updates // that they did so far; nil before the first
}

// NewReplica makes a replica without chaincodes whose state is empty.
func NewReplica() *Replica {
	n := New(Config{})
	n.state.latest = true
	return &Replica{net: n, node: &peerNode{height: math.MaxUint64}}
}

// Install has the replica run a chaincode, or another one than before under its name.
func (r *Replica) Install(name string, code shim.Chaincode, collections ...Collection) {
	def := &definition{name: name, sequence: 1, code: code, collections: map[string]Collection{}}
	for _, c := range collections {
		def.collections[c.Name] = c
	}
	r.net.defs[name] = []*definition{def}
}

// Installed says whether the replica runs a chaincode of this name.
func (r *Replica) Installed(name string) bool { return len(r.net.defs[name]) > 0 }

// Executed is what a proposal comes to.
type Executed struct {
	RWSet    *RWSet
	Response *peer.Response
	Event    *peer.ChaincodeEvent // nil when there is none
}

// Execute runs a proposal on the latest state, which stays as it is. It fails with
// a *Refusal, the chaincode's or the peer's, or a *Crash.
func (r *Replica) Execute(p *Proposal) (Executed, error) {
	res, _, err := r.net.run(r.node, p)
	if err == nil && res.response.Status >= shim.ERRORTHRESHOLD {
		err = &Refusal{Status: res.response.Status, Message: res.response.Message}
	}
	if err != nil {
		return Executed{}, err
	}
	return Executed{res.rwset, res.response, res.event}, nil
}

// Check decides whether what a transaction read is what it would read now, as peers do
// when they commit its block (see validate); if it isn't, it sets the transaction's code
// and reason.
func (r *Replica) Check(tx *Tx) { r.in(tx.Block).checkReads(tx) }

// Apply writes what a valid transaction of a block wrote.
func (r *Replica) Apply(tx *Tx) error {
	u := newUpdates(r.net.state, r.node.height)
	if err := u.add(tx, nil); err != nil {
		return err
	}
	block := r.in(tx.Block)
	for name, keys := range u.spaces {
		for key, e := range keys {
			r.net.state.put(name, key, e)
			block.set(name, key, e)
		}
	}
	return nil
}

// in is what the block's transactions that were applied so far did.
func (r *Replica) in(block uint64) *updates {
	if r.block == nil || r.number != block {
		r.block, r.number = newUpdates(r.net.state, r.node.height), block
	}
	return r.block
}

// Updates is what the block's transactions that were applied did, in the form over which
// peers chain their commit hashes.
func (r *Replica) Updates(block uint64) []byte { return r.in(block).bytes() }

// Get is a key's value, nil when it is absent.
func (r *Replica) Get(chaincode, key string) []byte {
	if e := r.net.state.get(chaincode, key, r.node.height); e != nil {
		return e.value
	}
	return nil
}

// Rows visits a chaincode's public state, sorted by key.
func (r *Replica) Rows(chaincode string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		cur := r.net.state.scan(chaincode, "", "", r.node.height)
		for key, e := cur.next(); e != nil; key, e = cur.next() {
			if !yield(key, e.value) {
				return
			}
		}
	}
}

// StateDigest is the hash that Network.StateDigest gives of an equal state.
func (r *Replica) StateDigest() [sha256.Size]byte { return r.net.state.digest(r.node.height) }
