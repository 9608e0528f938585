package ledgersim

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Block is an ordered block with the codes that every peer comes to.
type Block struct {
	Number uint64
	Txs    []*Tx
	// Digest chains what the blocks so far did to the public state: equal digests
	// mean equal histories of every key.
	Digest [sha256.Size]byte

	previous   *Block
	commitHash []byte              // as Fabric's peers chain it; none in block 0
	heading    sync.Once           // readers of several nodes may ask at once
	head       *common.BlockHeader // once it was asked for
}

// Tx is a transaction in its block.
type Tx struct {
	*Envelope
	Block  uint64
	Index  int
	Code   peer.TxValidationCode
	Reason string // why it isn't valid, for people
}

// Valid says whether the transaction's writes were applied.
func (tx *Tx) Valid() bool { return tx.Code == peer.TxValidationCode_VALID }

func (tx *Tx) invalid(code peer.TxValidationCode, format string, args ...any) {
	tx.Code, tx.Reason = code, fmt.Sprintf(format, args...)
}

// Submit hands a transaction to the orderer, which takes anything, twice too.
func (n *Network) Submit(env *Envelope) { n.queue = append(n.queue, env) }

// Queue is what the orderer holds, in the order in which it would cut it.
func (n *Network) Queue() []*Envelope { return slices.Clone(n.queue) }

// Shuffle reorders the queue from the seed: concurrent submissions have no order.
func (n *Network) Shuffle() {
	n.rng.Shuffle(len(n.queue), func(i, j int) { n.queue[i], n.queue[j] = n.queue[j], n.queue[i] })
}

// Drop takes the i-th transaction out of the queue: an orderer that lost it.
func (n *Network) Drop(i int) *Envelope {
	env := n.queue[i]
	n.queue = slices.Delete(n.queue, i, i+1)
	return env
}

// Cut makes a block of the first count transactions of the queue (of all, if
// count is 0 or more than there are) and decides their codes; no peer has it yet.
// With an empty queue there is no block. It fails when a block would stop the
// peers of a real network, see Halt.
func (n *Network) Cut(count int) (*Block, error) {
	if count <= 0 || count > len(n.queue) {
		count = len(n.queue)
	}
	if n.halted != nil || count == 0 {
		return nil, n.halted
	}
	b := &Block{Number: n.Height()}
	for i, env := range n.queue[:count] {
		b.Txs = append(b.Txs, &Tx{Envelope: env, Block: b.Number, Index: i})
	}
	n.queue = slices.Delete(n.queue, 0, count)
	updates, err := n.validate(b)
	if err != nil {
		n.halted = err
		return nil, err
	}
	n.commit(b, updates)
	return b, nil
}

// Deliver lets a peer commit blocks until its height is upTo, or the chain's.
func (n *Network) Deliver(peerName string, upTo uint64) {
	node := n.mustPeer(peerName)
	for node.height < min(upTo, n.Height()) {
		b := n.blocks[node.height]
		node.height++
		for _, fn := range n.onDeliver {
			fn(peerName, b)
		}
	}
}

// DeliverAll brings all peers level with the chain.
func (n *Network) DeliverAll() {
	for _, p := range n.peerNames {
		n.Deliver(p, n.Height())
	}
}

// OnBlock calls fn with each block from now on as soon as its codes are known,
// and OnDeliver as each peer commits it.
func (n *Network) OnBlock(fn func(*Block)) { n.onBlock = append(n.onBlock, fn) }

func (n *Network) OnDeliver(fn func(peer string, b *Block)) { n.onDeliver = append(n.onDeliver, fn) }

// Blocks are the blocks from genesis on.
func (n *Network) Blocks() iter.Seq[*Block] { return slices.Values(n.blocks) }

// Block is the block of a number, which must be below the height.
func (n *Network) Block(number uint64) *Block { return n.blocks[number] }

// Lookup finds a transaction by id among the blocks that a peer has committed:
// what a client learns from that peer. A repeated id is its first occurrence.
func (n *Network) Lookup(peerName, txID string) *Tx {
	if tx := n.txids[txID]; tx != nil && tx.Block < n.mustPeer(peerName).height {
		return tx
	}
	return nil
}

// Invoke endorses at all peers, orders everything that is queued and delivers to
// all: for tests to which the interleaving doesn't matter. Peers that lag are
// brought level first. A transaction that isn't valid is no error.
func (n *Network) Invoke(creator *Identity, chaincode string, args ...[]byte) (*Tx, error) {
	return n.InvokeProposal(n.Propose(creator, chaincode, args...), n.peerNames...)
}

// InvokeProposal is Invoke for a proposal with transient data, or for some peers
// to endorse.
func (n *Network) InvokeProposal(p *Proposal, peers ...string) (*Tx, error) {
	n.DeliverAll()
	env, err := n.Endorse(p, peers...)
	if err != nil {
		return nil, err
	}
	n.Submit(env)
	if _, err := n.Cut(0); err != nil {
		return nil, err
	}
	n.DeliverAll()
	tx := n.txids[env.TxID]
	if tx == nil {
		return nil, errors.New("ledgersim: transaction vanished")
	}
	return tx, nil
}

// commit makes a validated block part of the chain.
func (n *Network) commit(b *Block, u *updates) {
	b.previous = n.blocks[b.Number-1]
	n.apply(b, u)
	n.blocks = append(n.blocks, b)
	for _, tx := range b.Txs {
		if n.txids[tx.TxID] == nil {
			n.txids[tx.TxID] = tx
		}
	}
	for _, fn := range n.onBlock {
		fn(b)
	}
}

// commitDefinition commits a chaincode definition as a lifecycle transaction. Its
// approvals aren't modelled, so nothing validates it.
func (n *Network) commitDefinition(def *definition) {
	if len(n.peerNames) == 0 {
		panic("ledgersim: Deploy needs a peer")
	}
	admin := NewIdentity(n.peerNames[0], "admin", RoleAdmin, nil)
	p := n.Propose(admin, "_lifecycle", Args("CommitChaincodeDefinition", def.name, fmt.Sprint(def.sequence))...)
	rw := &RWSet{Namespaces: []NamespaceRWSet{{Namespace: "_lifecycle",
		Writes: []Write{{Key: sequenceKey(def.name), Value: fmt.Append(nil, def.sequence)}}}}}
	res := result{rwset: rw, response: shim.Success(nil), version: "syscc"}
	var endorsements []*Endorsement
	for _, name := range n.peerNames {
		e := &Endorsement{Peer: name, Response: res.response}
		e.seal(p, n.peers[name], res)
		endorsements = append(endorsements, e)
	}
	env, err := n.Assemble(p, endorsements...)
	if err != nil {
		panic("ledgersim: " + err.Error())
	}
	b := &Block{Number: n.Height(), Txs: []*Tx{{Envelope: env, Block: n.Height()}}}
	u := newUpdates(n.state, b.Number)
	if err := u.add(b.Txs[0], n.private); err != nil {
		panic("ledgersim: " + err.Error())
	}
	n.commit(b, u)
}
