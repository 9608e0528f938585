// Package audit proves or disproves, from a ledger's blocks alone, everything that anybody
// says about the ledger. It believes no peer, no orderer and no node.
//
//	Run       one pass over all blocks: layer by layer, see wire.Layers
//	Report    what each layer came to, every finding, and what can't be verified
//
// A block goes through the layers from the bytes up. The state behind it is that of the
// verdicts which the audit comes to itself, so that one lie is named once, where it is told.
//
//	source, err := blockfile.Open("ledger-of-D")
//	report, err := audit.Run(ctx, source.Blocks(), audit.Config{Place: shanghai, Authority: authority.New(nil)})
//	report.Honest()
//
// It knows the pure rules and runs the chaincode (chaincode/replay), but imports neither
// client/index nor client/block nor client/gateway: one mistake can't hide in both.
// See 0001-layers.md.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/encoding/protowire"

	"tallystick/chaincode/invariant"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/party"
	"tallystick/chaincode/replay"
	"tallystick/client/audit/blockfile"
	"tallystick/client/audit/wire"
)

// Config is what an audit is told.
type Config struct {
	Source   string         // what the blocks are named in the report
	Operator string         // party that founded the network; "" for the one that the ledger says did
	Place    *time.Location // calendar of business dates, which the ledger doesn't name; nil for UTC

	// Authority verifies layers 2 to 5; without it they aren't, and the peer's own verdicts on
	// signatures and policies are believed.
	Authority Authority
	// Progress, if there is one, is told after each block.
	Progress func(*wire.Block)
}

// Authority says who had the right to write what is in a block. See client/audit/authority.
type Authority interface {
	// Begin takes block 0 for given.
	Begin(*wire.Block) error
	// Signatures answers what is wrong with the orderers' signatures of a block.
	Signatures(*wire.Block) []wire.Finding
	// Rule decides on each transaction as peers do before they look at versions.
	Rule(*wire.Block) ([]Ruling, error)
	// Apply moves on behind a block, whose valid transactions change configuration, definitions and policies.
	Apply(*wire.Block, func(tx int) bool) error
}

// Ruling is what is decided on a transaction.
type Ruling struct {
	Code  peer.TxValidationCode
	Layer wire.Layer // that decided
	Why   string     // the transaction isn't valid, "" if it is
}

// ledgerLayers are those that need the state.
var ledgerLayers = []wire.Layer{wire.Configuration, wire.Creators, wire.Endorsements, wire.Versions, wire.Rules,
	wire.Lanes, wire.Invariants}

// auditor is an audit under way.
type auditor struct {
	Config
	report *Report
	state  *replay.Replay
	lanes  *lanes

	authority  Authority
	believed   bool   // there is no authority but the peer
	next       uint64 // block
	previous   []byte // hash of the block before; nil before the first
	commitHash []byte // behind the block before
	founded    bool
	stopped    bool // the state is known no more
}

// Run audits blocks, from the first one on. An error says that the audit itself failed; whatever
// is wrong with the blocks is a finding.
func Run(ctx context.Context, blocks blockfile.Blocks, cfg Config) (*Report, error) {
	began := time.Now()
	if cfg.Place == nil {
		cfg.Place = time.UTC
	}
	a := &auditor{Config: cfg, report: newReport(cfg), state: replay.Begin(), authority: cfg.Authority}
	a.lanes = &lanes{state: a.state, reached: map[string]uint64{}}
	if a.authority == nil {
		a.authority, a.believed = &belief{ids: map[string]bool{}}, true
	}
	for b, finding := range blocks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if finding != nil {
			a.report.add(*finding)
			a.stop(fmt.Sprintf("block %d can't be read", finding.Block))
			break
		}
		if err := a.block(b); err != nil {
			return nil, fmt.Errorf("audit: block %d: %w", b.Number, err)
		}
		if cfg.Progress != nil {
			cfg.Progress(b)
		}
	}
	a.finish()
	a.report.Took = time.Since(began)
	return a.report, nil
}

// stop ends what needs the state.
func (a *auditor) stop(why string) {
	a.stopped = true
	a.report.stop(why, ledgerLayers...)
}

// finish looks at what is there behind the last block.
func (a *auditor) finish() {
	if a.report.Blocks == 0 && a.report.Found == 0 {
		a.report.add(wire.Finding{Layer: wire.Framing, Tx: wire.NoTx, Why: "there is no block"})
	}
	if !a.stopped {
		a.invariants()
	}
	a.report.stop("nothing was given", wire.Outside)
	if !a.stopped {
		a.report.State = fmt.Sprintf("%x", a.state.StateDigest())
	}
	a.report.close()
}

// invariants is layer 9: what the rows behind the last block add up to.
func (a *auditor) invariants() {
	for _, breach := range invariant.Of(a.state.Rows(ledgerSpace)).Breaches() {
		a.report.add(wire.Finding{Layer: wire.Invariants, Block: a.next - 1, Tx: wire.NoTx, Key: breach.Subject,
			Why: fmt.Sprintf("the rows behind this block don't add up (%s): %.500s", breach.Rule, breach.Why)})
	}
	a.report.checked(wire.Invariants, len(invariant.Rules()))
}

// block takes the next block through the layers.
func (a *auditor) block(b *wire.Block) error {
	r := a.report
	if r.Blocks == 0 {
		r.From, a.next = b.Number, b.Number
		if b.Number > 0 {
			why := fmt.Sprintf("the blocks begin with %d: what was before them isn't known", b.Number)
			r.stop(why, wire.Orderers)
			a.stop(why)
		}
	}
	whole := a.framing(b)
	r.Blocks++
	r.Transactions += len(b.Txs)
	r.Height, r.Hash = b.Number+1, fmt.Sprintf("%x", b.Hash)
	a.next, a.previous = b.Number+1, b.Hash[:]
	if r.From > 0 {
		return nil
	}
	if b.Number == 0 {
		r.Genesis = r.Hash
		if len(b.Txs) > 0 {
			r.Channel = b.Txs[0].Channel
		}
	}
	if a.stopped {
		return nil
	}
	if b.Number == 0 && whole {
		a.begin(b)
	}
	a.signatures(b)
	if !whole {
		why := fmt.Sprintf("block %d isn't the one that the orderers made: what it wrote isn't known", b.Number)
		r.stop(why, wire.Orderers) // whose signatures they are depends on the configuration
		a.stop(why)
		return nil
	}
	if a.stopped {
		return nil
	}
	return a.ledger(b)
}

// begin takes block 0 for given.
func (a *auditor) begin(b *wire.Block) {
	if err := a.authority.Begin(b); err != nil {
		a.report.add(b.Finding(wire.Configuration, err.Error()))
		a.stop("the configuration of block 0 can't be read")
	}
}

// framing is layer 1. It answers whether the block holds what its header says.
func (a *auditor) framing(b *wire.Block) (whole bool) {
	r, whole := a.report, true
	differs := func(why string, expected, found any) {
		f := b.Finding(wire.Framing, why)
		f.Expected, f.Found = fmt.Sprint(expected), fmt.Sprint(found)
		r.add(f)
		whole = false
	}
	if b.Number != a.next {
		differs("it isn't the next block", a.next, b.Number)
	}
	if a.previous != nil && !bytes.Equal(b.Previous, a.previous) {
		differs("it doesn't follow on the block before", fmt.Sprintf("%x", a.previous), fmt.Sprintf("%x", b.Previous))
	}
	if b.Number == 0 {
		a.genesis(b, differs)
	}
	if !bytes.Equal(b.DataHash, b.Data[:]) {
		differs("its transactions aren't those that its header names", fmt.Sprintf("%x", b.DataHash),
			fmt.Sprintf("%x", b.Data))
	}
	if b.Number > 0 && len(b.Txs) == 0 {
		differs("it has no transaction", "one at least", "none")
	}
	for _, tx := range b.Txs {
		if tx.Unknown != "" {
			r.add(b.FindingIn(wire.Framing, tx, "its "+tx.Unknown+" has fields that this program doesn't know"))
		}
	}
	r.checked(wire.Framing, 1)
	return whole
}

// lastConfigZero is an OrdererBlockMetadata that names block 0.
var lastConfigZero = []byte{0x0a, 0x00}

// genesis verifies that block 0 has nothing beside it that nobody signed.
func (a *auditor) genesis(b *wire.Block, differs func(why string, expected, found any)) {
	if len(b.Previous) > 0 {
		differs("block 0 follows on no block", "nothing", fmt.Sprintf("%x", b.Previous))
	}
	if v := b.Metadata.Value; len(v) > 0 && !bytes.Equal(v, lastConfigZero) || len(b.Metadata.Signatures) > 0 {
		differs("block 0 has other metadata than that it is the configuration", fmt.Sprintf("%x", lastConfigZero),
			fmt.Sprintf("%x and %d signatures", v, len(b.Metadata.Signatures)))
	}
}

// signatures is layer 2.
func (a *auditor) signatures(b *wire.Block) {
	if a.believed {
		a.report.stop("this audit was given no authority", wire.Orderers, wire.Configuration, wire.Creators,
			wire.Endorsements)
		return
	}
	a.report.add(a.authority.Signatures(b)...)
	a.report.checked(wire.Orderers, 1)
}

// ledger is what needs the state: layers 3 to 8.
func (a *auditor) ledger(b *wire.Block) error {
	rulings, err := a.rule(b)
	if err != nil || a.stopped {
		return err
	}
	codes := make([]peer.TxValidationCode, len(b.Txs))
	for i, tx := range b.Txs {
		ruling := rulings[i]
		if tx.Endorsed() && ruling.Code == peer.TxValidationCode_VALID {
			if ruling, err = a.execute(b, tx); err != nil {
				return err
			}
		}
		codes[i] = ruling.Code
		a.compareFlag(b, tx, ruling)
		if a.stopped {
			return nil
		}
	}
	a.commit(b, codes)
	valid := func(tx int) bool { return codes[tx] == peer.TxValidationCode_VALID }
	if err := a.authority.Apply(b, valid); err != nil && b.Number > 0 {
		a.report.add(b.Finding(wire.Configuration, err.Error()))
		a.stop(fmt.Sprintf("what block %d changes of the channel can't be read", b.Number))
	}
	return nil
}

// rule is what the authority decides on a block's transactions.
func (a *auditor) rule(b *wire.Block) ([]Ruling, error) {
	if b.Number == 0 {
		return make([]Ruling, len(b.Txs)), nil // nobody decides on it: it is given
	}
	rulings, err := a.authority.Rule(b)
	if err != nil {
		return nil, err
	}
	for i, tx := range b.Txs {
		switch {
		case a.believed:
		case tx.Endorsed():
			a.report.checked(wire.Creators, 1)
			a.report.checked(wire.Endorsements, 1)
		default:
			a.report.checked(wire.Creators, 1)
			a.report.checked(wire.Configuration, 1)
		}
		if rulings[i].Code == peer.TxValidationCode_NOT_VALIDATED {
			a.report.add(b.FindingIn(rulings[i].Layer, tx, "peers stop at it: "+rulings[i].Why))
			a.stop(fmt.Sprintf("block %d has a transaction that no peer can decide on", b.Number))
		}
	}
	return rulings, nil
}

// compareFlag names a flag of the peer's that isn't the one that follows.
func (a *auditor) compareFlag(b *wire.Block, tx *wire.Tx, ruling Ruling) {
	a.report.checked(wire.Versions, 1)
	if tx.Flag == ruling.Code {
		return
	}
	layer := ruling.Layer
	if ruling.Code == peer.TxValidationCode_VALID || layer == 0 {
		layer = wire.Versions
	}
	why := "the peer's flag isn't what follows from the blocks"
	if ruling.Why != "" {
		why += ": " + ruling.Why
	}
	f := b.FindingIn(layer, tx, why)
	f.Expected, f.Found = ruling.Code.String(), tx.Flag.String()
	a.report.add(f)
}

// execute checks a transaction's versions, its rows' seal, runs it again, and applies what it wrote.
func (a *auditor) execute(b *wire.Block, tx *wire.Tx) (Ruling, error) {
	parsed, err := ledgersim.ParseEnvelope(tx.Raw)
	if err != nil {
		a.report.add(b.FindingIn(wire.Rules, tx, "it can't be run again: "+err.Error()))
		a.stop(fmt.Sprintf("transaction %d of block %d can't be run again", tx.Index, b.Number))
		return Ruling{}, nil
	}
	run := &ledgersim.Tx{Envelope: parsed, Block: b.Number, Index: tx.Index}
	if a.state.Check(run); !run.Valid() {
		return Ruling{run.Code, wire.Versions, run.Reason}, nil
	}
	if err := a.found(b, tx); err != nil {
		return Ruling{}, err
	}
	a.report.Commands += commands(tx)
	odds, count := a.lanes.check(tx)
	a.report.checked(wire.Lanes, count)
	for _, o := range odds {
		f := b.FindingIn(wire.Lanes, tx, o.why)
		f.Space, f.Key, f.Expected, f.Found = o.space, o.key, "no such row", "a row"
		a.report.add(f)
	}
	if err := a.rerun(b, tx, run); err != nil {
		return Ruling{}, err
	}
	if err := a.state.Apply(run); err != nil {
		a.report.add(b.FindingIn(wire.Versions, tx, "peers stop at it: "+err.Error()))
		a.stop(fmt.Sprintf("block %d has a transaction that no peer can commit", b.Number))
	}
	return Ruling{}, nil
}

// rerun is layer 7.
func (a *auditor) rerun(b *wire.Block, tx *wire.Tx, run *ledgersim.Tx) error {
	switch {
	case tx.Chaincode == "_lifecycle":
		a.report.unverified(lifecycle, tx.ID)
	case !replay.Governed(tx.Chaincode):
		a.report.unverified(foreign, tx.ID)
	}
	var v replay.Verdict
	if err := a.state.Run(run, &v); err != nil {
		return err
	}
	a.report.checked(wire.Rules, v.Run)
	for _, id := range v.Unverified {
		a.report.unverified(private, id)
		a.report.stop("what came of commands with private input isn't run again: layer 8 alone looks at it", wire.Rules)
	}
	for _, d := range v.Differences {
		why := "the rules, run again, give something else"
		if d.Refusal != "" {
			why = "the rules give none of it: " + d.Refusal
		}
		f := b.FindingIn(wire.Rules, tx, why)
		f.Space, f.Key = spaceOf(d.Namespace, d.Collection), d.Key
		if d.Collection != "" {
			f.Key = fmt.Sprintf("%x", d.Key)
		}
		if d.Kind != replay.Value {
			f.Key = strings.TrimSpace(f.Key + " (" + string(d.Kind) + ")")
		}
		f.Expected, f.Found = shown(d.Want), shown(d.Found)
		a.report.add(f)
	}
	return nil
}

// shown is an effect for people: what a row says is for its readers.
func shown(e *replay.Effect) string {
	if e == nil || e.Deleted {
		return e.String()
	}
	sum := sha256.Sum256(e.Data)
	return fmt.Sprintf("%s, SHA-256 %x…", e, sum[:8])
}

// found installs the rules once the network is founded.
func (a *auditor) found(b *wire.Block, tx *wire.Tx) error {
	if a.founded || !replay.Governed(tx.Chaincode) {
		return nil
	}
	a.founded = true
	rules := replay.Rules{Operator: a.Operator, Place: a.Place}
	if founds(tx) {
		var req party.FoundRequest
		if err := json.Unmarshal(tx.Args[1], &req); err == nil {
			rules.Test = req.Test
		}
		if rules.Operator == "" {
			rules.Operator = tx.Creator.MSP
		}
	} else {
		a.report.add(b.FindingIn(wire.Rules, tx, "the rules ran before the network was founded"))
	}
	a.report.Operator, a.report.Test = rules.Operator, rules.Test
	return a.state.Install(rules)
}

// commit compares the peer's commit hash, which chains the flags and updates of all blocks from 1 on
// (core/ledger/kvledger/kv_ledger.go, addBlockCommitHash).
func (a *auditor) commit(b *wire.Block, codes []peer.TxValidationCode) {
	if b.Number == 0 {
		if len(b.Metadata.CommitHash) > 0 {
			a.report.add(b.Finding(wire.Versions, "block 0 has no commit hash"))
		}
		return
	}
	data := protowire.AppendVarint(nil, uint64(len(codes)))
	for _, code := range codes {
		data = append(data, byte(code))
	}
	data = append(append(data, a.state.Updates(b.Number)...), a.commitHash...)
	sum := sha256.Sum256(data)
	a.commitHash = sum[:]
	if !bytes.Equal(b.Metadata.CommitHash, a.commitHash) {
		f := b.Finding(wire.Versions, "the peer's commit hash isn't what follows from the blocks")
		f.Expected, f.Found = fmt.Sprintf("%x", a.commitHash), fmt.Sprintf("%x", b.Metadata.CommitHash)
		a.report.add(f)
	}
}

// belief stands for an authority where there is none: it believes the peer's flag as far as
// signatures and policies go, and decides on repeated ids itself.
type belief struct{ ids map[string]bool }

func (*belief) Begin(*wire.Block) error               { return nil }
func (*belief) Signatures(*wire.Block) []wire.Finding { return nil }

func (k *belief) Rule(b *wire.Block) ([]Ruling, error) {
	list, now := make([]Ruling, len(b.Txs)), map[string]bool{}
	for i, tx := range b.Txs {
		switch code := tx.Flag; {
		case tx.Err != nil:
			list[i] = Ruling{tx.Bad, wire.Framing, tx.Err.Error()}
		case tx.Endorsed() && (k.ids[tx.ID] || now[tx.ID]):
			list[i] = Ruling{peer.TxValidationCode_DUPLICATE_TXID, wire.Versions, "its id was there before"}
		case code != peer.TxValidationCode_MVCC_READ_CONFLICT && code != peer.TxValidationCode_PHANTOM_READ_CONFLICT &&
			code != peer.TxValidationCode_DUPLICATE_TXID:
			list[i].Code = code
		}
		if list[i].Code == peer.TxValidationCode_VALID {
			now[tx.ID] = true
		}
	}
	return list, nil
}

func (k *belief) Apply(b *wire.Block, _ func(int) bool) error {
	for _, tx := range b.Txs {
		if tx.ID != "" {
			k.ids[tx.ID] = true
		}
	}
	return nil
}
