package ledgersim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// Org is an organisation of the channel. One that owns a peer endorses and
// commits; any organisation may have clients.
type Org struct {
	MSP  string
	Peer bool // the peer is named by the MSP id
}

// Config describes a network. Zero values mean what a stock Fabric 3.1.1 does.
type Config struct {
	Seed             uint64        // of nonces and of Shuffle; two networks with one seed live the same life
	Orgs             []Org         // in the order in which peers are listed
	Channel          string        // default "tally"
	TotalQueryLimit  int           // rows after which a range ends silently; default 100,000
	TimeWindow       time.Duration // how far a proposal's clock may be off; default 15 min, negative: unchecked
	CheckDeterminism bool          // run every invocation twice and compare
}

// Network is one channel: organisations, their peers, one orderer, the blocks.
// It is not safe for concurrent use: one test, one goroutine, one network.
type Network struct {
	cfg   Config
	rng   *rand.Rand
	clock time.Time

	orgs      map[string]bool // MSP id: owns a peer
	peers     map[string]*peerNode
	peerNames []string // in Config's order

	defs      map[string][]*definition // by chaincode, oldest first
	state     *store
	blocks    []*Block
	txids     map[string]*Tx // the first transaction with this id, valid or not
	queue     []*Envelope
	private   map[string][]PrivateWrite // plaintext of private writes by endorsed payload hash
	onBlock   []func(*Block)
	onDeliver []func(peer string, b *Block)
	halted    error
}

// peerNode is an organisation's peer: an identity, a height, its own chaincode.
type peerNode struct {
	msp       string
	identity  *Identity
	height    uint64 // blocks committed here; its state is that of block height-1
	installed map[string]shim.Chaincode
}

// definition is a committed chaincode definition, in force from the block after
// the one that carries it.
type definition struct {
	name        string
	sequence    int
	block       uint64
	policy      Policy
	collections map[string]Collection
	code        shim.Chaincode
}

// Epoch is the time at which a new network's clock stands.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	defaultChannel         = "tally"
	defaultTotalQueryLimit = 100_000
	defaultTimeWindow      = 15 * time.Minute
)

// New makes a network that holds its genesis block only.
func New(cfg Config) *Network {
	if cfg.Channel == "" {
		cfg.Channel = defaultChannel
	}
	if cfg.TotalQueryLimit == 0 {
		cfg.TotalQueryLimit = defaultTotalQueryLimit
	}
	if cfg.TimeWindow == 0 {
		cfg.TimeWindow = defaultTimeWindow
	}
	n := &Network{
		cfg:     cfg,
		rng:     rand.New(rand.NewPCG(cfg.Seed, 0x74616c6c79)),
		clock:   Epoch,
		orgs:    map[string]bool{},
		peers:   map[string]*peerNode{},
		defs:    map[string][]*definition{},
		state:   newStore(),
		blocks:  []*Block{{Number: 0}},
		txids:   map[string]*Tx{},
		private: map[string][]PrivateWrite{},
	}
	for _, org := range cfg.Orgs {
		n.orgs[org.MSP] = org.Peer
		if org.Peer {
			id := NewIdentity(org.MSP, "peer0", RolePeer, nil)
			n.peers[org.MSP] = &peerNode{msp: org.MSP, identity: id, height: 1, installed: map[string]shim.Chaincode{}}
			n.peerNames = append(n.peerNames, org.MSP)
		}
	}
	return n
}

// Deploy commits a chaincode definition in a block of its own; the same name
// again is an upgrade. Peers that were level with the chain get the block at
// once. As in Fabric every invocation reads its definition's sequence, so what
// was endorsed before an upgrade dies of MVCC_READ_CONFLICT after it.
func (n *Network) Deploy(name string, code shim.Chaincode, policy Policy, collections ...Collection) {
	def := &definition{name: name, policy: policy, code: code, collections: map[string]Collection{}}
	def.sequence = len(n.defs[name]) + 1
	def.block = uint64(len(n.blocks))
	for _, c := range collections {
		def.collections[c.Name] = c
	}
	level := n.Height()
	n.commitDefinition(def)
	n.defs[name] = append(n.defs[name], def)
	for _, p := range n.peerNames {
		if n.peers[p].height == level {
			n.Deliver(p, n.Height())
		}
	}
}

// Install gives one peer other code for a chaincode than Deploy gave to all: a
// party that runs another version, or lies.
func (n *Network) Install(peer, name string, code shim.Chaincode) {
	n.mustPeer(peer).installed[name] = code
}

// definitionAt is the definition in force for an invocation at this height, nil
// when there is none.
func (n *Network) definitionAt(name string, height uint64) *definition {
	for _, def := range slices.Backward(n.defs[name]) {
		if def.block < height {
			return def
		}
	}
	return nil
}

// codeAt is what the peer runs for a definition.
func (p *peerNode) codeFor(def *definition) shim.Chaincode {
	if code := p.installed[def.name]; code != nil {
		return code
	}
	return def.code
}

func (d *definition) version() string { return strconv.Itoa(d.sequence) + ".0" }

// sequenceKey is the row of _lifecycle that every invocation reads.
func sequenceKey(chaincode string) string { return "namespaces/fields/" + chaincode + "/Sequence" }

// Now is the network's clock: the default timestamp of proposals, and what
// peers compare timestamps with. It moves only by Advance.
func (n *Network) Now() time.Time { return n.clock }

// Advance moves the clock.
func (n *Network) Advance(d time.Duration) { n.clock = n.clock.Add(d) }

// Peers lists the peers, each named by its organisation's MSP id.
func (n *Network) Peers() []string { return slices.Clone(n.peerNames) }

// Height is the number of blocks ordered so far, genesis included.
func (n *Network) Height() uint64 { return uint64(len(n.blocks)) }

// PeerHeight is the number of blocks that a peer has committed.
func (n *Network) PeerHeight(peer string) uint64 { return n.mustPeer(peer).height }

// Halted says why no block can be committed any more, nil while all is well.
func (n *Network) Halted() error { return n.halted }

func (n *Network) mustPeer(name string) *peerNode {
	p := n.peers[name]
	if p == nil {
		panic(fmt.Sprintf("ledgersim: %q owns no peer", name))
	}
	return p
}
