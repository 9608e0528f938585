package ledgersim

import (
	"crypto/sha256"
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
}

// NewReplica makes a replica without chaincodes whose state is empty.
func NewReplica() *Replica {
	n := New(Config{})
	n.state.latest = true
	return &Replica{n, &peerNode{height: math.MaxUint64}}
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

// Apply writes what a valid transaction of a block wrote.
func (r *Replica) Apply(tx *Tx) error {
	u := newUpdates(r.net.state, r.node.height)
	if err := u.add(tx, nil); err != nil {
		return err
	}
	for name, keys := range u.spaces {
		for key, e := range keys {
			r.net.state.put(name, key, e)
		}
	}
	return nil
}

// StateDigest is the hash that Network.StateDigest gives of an equal state.
func (r *Replica) StateDigest() [sha256.Size]byte { return r.net.state.digest(r.node.height) }
