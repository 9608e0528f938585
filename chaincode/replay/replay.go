// Package replay runs the rules outside a peer: the very chaincodes that endorsers
// run, for whoever may not import them.
//
//	Rules    whose ledger it is; one of them is compiled once a process
//	Replay   runs a ledger's blocks again, and names what they have otherwise
//	Ledger   a simulated network under the rules, for tests that need true refusals and rows
//
// A Replay is fed blocks from the first on. Each valid transaction is run on the state that the
// transactions before it left, which is what its endorsers read: Fabric holds no transaction valid
// that read anything else. The replay compares its writes with the block's, key by key, and then
// applies the block's own, so that it names a forged row once, and not wherever it is read.
//
//	r, err := replay.New(replay.Rules{Operator: "G", Place: shanghai})
//	for each block {
//		verdict, err := r.Block(block)
//		for _, d := range verdict.Differences {
//			fmt.Println(d) // block 31, transaction 0 (…): tally "l/D/01…" is 40 bytes, the rules give nothing
//		}
//	}
//
// Commands that take transient data can't be run again, since no block holds it; they are counted
// (Verdict.Unverified). Nothing here checks signatures, hashes, policies or versions: feed it only
// blocks that were checked.
package replay

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/row"
)

// Replay is the state of a ledger after some blocks, with its rules. It is for one
// goroutine.
type Replay struct {
	replica     *ledgersim.Replica
	next        uint64
	tally       shim.Chaincode         // that is installed
	collections []ledgersim.Collection // of tally, that transactions named so far
}

// Verdict is what running one block again showed.
type Verdict struct {
	Block       uint64
	Run         int      // transactions that were run again
	Unverified  []string // ids of those that can't be: they took transient data
	Differences []Difference
}

// New makes a replay that waits for block 0.
func New(rules Rules) (*Replay, error) {
	r := &Replay{replica: ledgersim.NewReplica()}
	return r, r.Install(rules)
}

// Begin makes a replay that waits for block 0 and has no rules yet: Install them before
// the first transaction that is proposed to them.
func Begin() *Replay { return &Replay{replica: ledgersim.NewReplica()} }

// Install has transactions run under rules from now on.
func (r *Replay) Install(rules Rules) error {
	tally, err := rules.compile()
	if err != nil {
		return err
	}
	r.tally = tally
	r.replica.Install(seal.Outer, tally, r.collections...)
	r.replica.Install(row.SealOf("", false), seal.Chaincode{})
	return nil
}

// Height is the number of blocks that were replayed.
func (r *Replay) Height() uint64 { return r.next }

// StateDigest is a hash over all keys, values, versions and policies, equal to
// ledgersim's of an equal state.
func (r *Replay) StateDigest() [32]byte { return r.replica.StateDigest() }

// Block replays the next block. An error says that it can't be read; the state is
// then what its transactions before that one left.
func (r *Replay) Block(raw *common.Block) (Verdict, error) {
	b, err := ledgersim.ParseBlock(raw)
	if err != nil {
		return Verdict{}, fmt.Errorf("replay: %w", err)
	}
	if b.Number != r.next {
		return Verdict{}, fmt.Errorf("replay: block %d, where block %d is next", b.Number, r.next)
	}
	v := Verdict{Block: b.Number}
	for _, tx := range b.Txs {
		if err := r.Run(tx, &v); err != nil {
			return Verdict{}, fmt.Errorf("replay: block %d, transaction %d: %w", b.Number, tx.Index, err)
		}
		if err := r.Apply(tx); err != nil {
			return Verdict{}, fmt.Errorf("replay: block %d, transaction %d: %w", b.Number, tx.Index, err)
		}
	}
	r.next++
	return v, nil
}

// Check sets the transaction's code if what it read isn't current, as peers do. Who decides
// on each transaction himself calls it, then, if the code is still VALID, Run and Apply.
func (r *Replay) Check(tx *ledgersim.Tx) { r.replica.Check(tx) }

// Apply writes what the transaction wrote, whatever the rules give.
func (r *Replay) Apply(tx *ledgersim.Tx) error { return r.replica.Apply(tx) }

// Updates is what the block's transactions that were applied did, as peers hash it.
func (r *Replay) Updates(block uint64) []byte { return r.replica.Updates(block) }

// Get is a key's value in a namespace now, nil when it is absent.
func (r *Replay) Get(namespace, key string) []byte { return r.replica.Get(namespace, key) }

// Rows visits a namespace as it is now, sorted by key.
func (r *Replay) Rows(namespace string) iter.Seq2[string, []byte] { return r.replica.Rows(namespace) }

// Run runs one transaction again and adds what it shows to the verdict.
func (r *Replay) Run(tx *ledgersim.Tx, v *Verdict) error {
	r.installNamed(tx)
	if !Governed(tx.Chaincode) {
		found := writes(tx.RWSet(), Governed)
		v.Differences = append(v.Differences, compare(tx, found, nil, tx.Chaincode+" has no rows here")...)
		return nil
	}
	proposal, err := tx.Proposal()
	if err != nil {
		return err
	}
	done, err := r.replica.Execute(proposal)
	if err != nil && takesTransient(tx.Args) {
		v.Unverified = append(v.Unverified, tx.TxID)
		return nil
	}
	v.Run++
	found := effects(ledgersim.Executed{RWSet: tx.RWSet(), Response: tx.Response(), Event: tx.Event()})
	if err != nil {
		v.Differences = append(v.Differences, compare(tx, found, nil, err.Error())...)
		return nil
	}
	v.Differences = append(v.Differences, compare(tx, found, effects(done), "")...)
	return nil
}

// installNamed gives each party's namespace of lane heads its chaincode, which is the
// same in all of them, and tally each collection that a transaction names: whether there is
// one is for whoever checks policies, and what the rules don't write there is a difference.
func (r *Replay) installNamed(tx *ledgersim.Tx) {
	for _, ns := range tx.RWSet().Namespaces {
		if isSeal(ns.Namespace) && !r.replica.Installed(ns.Namespace) {
			r.replica.Install(ns.Namespace, seal.Chaincode{})
		}
		if ns.Namespace != seal.Outer || r.tally == nil {
			continue
		}
		for _, c := range ns.Collections {
			named := func(one ledgersim.Collection) bool { return one.Name == c.Collection }
			if !slices.ContainsFunc(r.collections, named) {
				r.collections = append(r.collections, ledgersim.Collection{Name: c.Collection})
				r.replica.Install(seal.Outer, r.tally, r.collections...)
			}
		}
	}
}

// Governed says whether the rules write a namespace.
func Governed(namespace string) bool { return namespace == seal.Outer || isSeal(namespace) }

func isSeal(namespace string) bool {
	shared := row.SealOf("", false)
	return namespace == shared || strings.HasPrefix(namespace, shared+"-")
}

// takesTransient says whether a call has a command that takes what no block holds.
func takesTransient(args [][]byte) bool {
	if len(args) == 0 {
		return false
	}
	takes := func(c command.Command) bool { return c.Kind == command.Share }
	if string(args[0]) != "batch:Run" {
		kind, _ := command.KindNamed(string(args[0]))
		return takes(command.Command{Kind: kind})
	}
	var b command.Batch
	return len(args) == 2 && codec.Decode(args[1], &b) == nil && slices.ContainsFunc(b.Commands, takes)
}
