//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/ledgersim"
	"tallystick/client/block"
	"tallystick/client/config"
	"tallystick/test-network/direct"
)

// TestAssumptions puts every assumption of the model that our simulations run on
// to a real network. Each has keys of its own, so they may run side by side. Those of
// keys with policies hold on stock orderers only: ours keep such transactions out. Then what
// would stop every peer for good is put to it.
func TestAssumptions(t *testing.T) {
	p := probed(t, 18000)
	t.Run("hold", func(t *testing.T) {
		for i, a := range ledgersim.Assumptions() {
			t.Run(a.Name, func(t *testing.T) {
				t.Parallel()
				err := checkUnsplit(a, p, fmt.Sprintf("p%03d", i))
				switch kept := err != nil && strings.Contains(err.Error(), saysKeptOut); {
				case setsPolicies(a) && !kept:
					t.Errorf("got %v; an orderer should have refused the policy of a key\n%s", err, a)
				case !setsPolicies(a) && err != nil:
					t.Errorf("%v\n%s", err, a)
				}
			})
		}
	})
	t.Run("policies of keys do not stop peers", p.withstands)
}

// withstands holds that orderers refuse the policy of a key, and that the next command takes effect.
func (p *probe) withstands(t *testing.T) {
	for i, hazard := range ledgersim.Hazards() {
		err := checkUnsplit(hazard, p, fmt.Sprint("h", i))
		if err == nil || !strings.Contains(err.Error(), saysKeptOut) {
			t.Errorf("got %v; an orderer should have refused the policy of a key\n%s", err, hazard)
		}
		other, err := p.Endorse(ledgersim.ChaincodeA, fmt.Sprintf("put other%d 1", i), []int{0, 1})
		if err != nil {
			t.Fatal(err)
		}
		if receipts, err := p.Commit(other); err != nil || receipts[0].Code != "VALID" {
			t.Fatalf("after %s: %v, %v", hazard.Name, receipts, err)
		}
	}
}

// saysKeptOut is an orderer's refusal of what sets the policy of a key.
const saysKeptOut = "status=BAD_REQUEST, info=not an endorsed transaction"

// setsPolicies says whether an assumption's script sets the policy of a key.
func setsPolicies(a ledgersim.Assumption) bool {
	return slices.ContainsFunc(a.Steps, func(s ledgersim.Step) bool { return strings.Contains(s.Script, "policy $") })
}

// checkUnsplit runs a script until its envelopes came into the blocks that it
// asks for: an orderer's clock decides that, and on a slow machine often otherwise.
func checkUnsplit(a ledgersim.Assumption, s ledgersim.Subject, prefix string) (err error) {
	began := time.Now()
	for attempt := 0; time.Since(began) < patience; attempt++ {
		if err = a.Check(s, fmt.Sprintf("%sx%d", prefix, attempt)); !errors.Is(err, ledgersim.ErrSplit) {
			return err
		}
	}
	return err
}

// probe is a real network as a ledgersim.Subject.
type probe struct {
	*network
	parties  []string          // that run a peer
	gateways []*client.Gateway // G's client at each of their peers
	ledgers  []*ledger         // what these peers have
}

// probed makes a network that assumptions can be put to. One Raft orderer keeps
// what it is sent in order, and lets a block hold a transaction twice.
func probed(t *testing.T, basePort int) *probe {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "probe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program,
		"./probe").CombinedOutput(); err != nil {
		t.Fatalf("build probe: %v\n%s", err, out)
	}
	n, err := makeNetwork(dir, basePort, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	parties := []string{"G", "D", "F"}
	chaincode := func(name string, collections ...any) any {
		return map[string]any{"name": name, "version": "1", "program": program,
			"policy": "OutOf(2,'G.peer','D.peer','F.peer')", "collections": collections}
	}
	err = n.edit(func(sections map[string]any) {
		sections["orderers"] = map[string]any{
			"consensus": "raft", "count": 1, "batch": map[string]any{"interval": "200ms"},
		}
		sections["chaincodes"] = []any{
			chaincode(ledgersim.ChaincodeA, map[string]any{"name": ledgersim.CollectionName, "parties": parties[:2]}),
			chaincode(ledgersim.ChaincodeB),
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.tallynet("reset", "--yes"); err != nil {
			t.Error(err)
		}
	})
	if err := n.tallynet("up"); err != nil {
		t.Fatal(err)
	}
	p := &probe{network: n, parties: parties}
	for _, party := range parties {
		p.follow(t, party)
	}
	return p
}

// follow connects G's client with a party's peer and reads its blocks.
func (p *probe) follow(t *testing.T, party string) {
	t.Helper()
	cfg, err := p.config("G", t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(cfg.Peers, func(at config.Endpoint) bool { return at.Party == party })
	cfg.Peers = cfg.Peers[i : i+1]
	g, hangUp, err := direct.Connect(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hangUp)
	l := &ledger{grew: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := g.GetNetwork(cfg.Channel).BlockEvents(ctx, client.WithStartBlock(0))
	if err != nil {
		t.Fatal(err)
	}
	var reader sync.WaitGroup
	t.Cleanup(func() { cancel(); reader.Wait() })
	reader.Go(func() {
		for raw := range stream {
			l.add(readBlock(raw))
		}
	})
	p.gateways, p.ledgers = append(p.gateways, g), append(p.ledgers, l)
}

// MSP implements ledgersim.Subject.
func (p *probe) MSP(org int) string { return p.parties[org] }

func (p *probe) propose(at int, chaincode, script string, orgs ...string) (*client.Proposal, error) {
	contract := p.gateways[at].GetNetwork("alliance").GetContract(chaincode)
	return contract.NewProposal(script, client.WithEndorsingOrganizations(orgs...))
}

// Endorse implements ledgersim.Subject.
func (p *probe) Endorse(chaincode, script string, orgs []int) (any, error) {
	var parties []string
	for _, o := range orgs {
		parties = append(parties, p.MSP(o))
	}
	proposal, err := p.propose(0, chaincode, script, parties...)
	if err != nil {
		return nil, err
	}
	tx, err := proposal.Endorse()
	if err != nil {
		return nil, detailed(err)
	}
	return tx, nil
}

// Query implements ledgersim.Subject.
func (p *probe) Query(chaincode, script string, org int) (string, error) {
	proposal, err := p.propose(org, chaincode, script, p.MSP(org))
	if err != nil {
		return "", err
	}
	answer, err := proposal.Evaluate()
	if err != nil {
		return "", detailed(err)
	}
	return string(answer), nil
}

// Commit implements ledgersim.Subject. It waits for every peer, and holds that
// they came to the same verdicts.
func (p *probe) Commit(handles ...any) ([]ledgersim.Receipt, error) {
	from := p.ledgers[0].height()
	var ids []string
	for _, h := range handles {
		tx := h.(*client.Transaction)
		if _, err := tx.Submit(); err != nil {
			return nil, detailed(err)
		}
		ids = append(ids, tx.TransactionID())
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errStopped)
	defer cancel()
	var verdicts [][]ledgersim.Receipt
	for i, l := range p.ledgers {
		v, err := l.await(ctx, from, ids)
		if err != nil {
			return nil, fmt.Errorf("%s's peer: %w", p.MSP(i), err)
		}
		verdicts = append(verdicts, v)
	}
	for i, v := range verdicts {
		if !slices.Equal(v, verdicts[0]) {
			return nil, fmt.Errorf("%s's peer says %v, %s's %v", p.MSP(i), v, p.MSP(0), verdicts[0])
		}
	}
	return verdicts[0], nil
}

// errStopped says that a peer got no block although it should.
var errStopped = errors.New("no verdict came")

// detailed adds what each peer said.
func detailed(err error) error {
	said := []string{err.Error()}
	for _, d := range status.Convert(err).Details() {
		if d, ok := d.(*gateway.ErrorDetail); ok {
			said = append(said, d.GetMspId()+": "+d.GetMessage())
		}
	}
	return errors.New(strings.Join(said, "\n"))
}

// ledger is what one peer has delivered.
type ledger struct {
	mu     sync.Mutex
	blocks []placed
	broken error         // a block that could not be read
	grew   chan struct{} // closed by the next block
}

// placed is a block's transactions in order.
type placed []struct {
	id      string
	receipt ledgersim.Receipt
}

func (l *ledger) add(txs placed, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.blocks, l.broken = append(l.blocks, txs), errors.Join(l.broken, err)
	close(l.grew)
	l.grew = make(chan struct{})
}

func readBlock(raw *common.Block) (placed, error) {
	parsed, err := block.Parse(raw)
	if err != nil {
		return nil, err
	}
	txs := make(placed, len(parsed.Txs))
	for i, tx := range parsed.Txs {
		txs[i].id, txs[i].receipt.Code = tx.ID, tx.Code.String()
		if tx.Endorsed {
			if txs[i].receipt.Event, err = eventOf(raw.GetData().GetData()[i]); err != nil {
				return nil, fmt.Errorf("block %d, transaction %d: %w", parsed.Number, i, err)
			}
		}
	}
	return txs, nil
}

// eventOf words an envelope's event, "" for none.
func eventOf(envelope []byte) (string, error) {
	var (
		outer   common.Envelope
		payload common.Payload
		tx      peer.Transaction
		action  peer.ChaincodeActionPayload
		answer  peer.ProposalResponsePayload
		result  peer.ChaincodeAction
		event   peer.ChaincodeEvent
	)
	if err := errors.Join(
		proto.Unmarshal(envelope, &outer),
		proto.Unmarshal(outer.GetPayload(), &payload),
		proto.Unmarshal(payload.GetData(), &tx),
		proto.Unmarshal(tx.GetActions()[0].GetPayload(), &action),
		proto.Unmarshal(action.GetAction().GetProposalResponsePayload(), &answer),
		proto.Unmarshal(answer.GetExtension(), &result),
		proto.Unmarshal(result.GetEvents(), &event),
	); err != nil || len(result.GetEvents()) == 0 {
		return "", err
	}
	return event.GetEventName() + " " + string(event.GetPayload()), nil
}

func (l *ledger) height() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.blocks)
}

// await waits for transactions in blocks from a height on. If they are in
// several, or in another order, that is ErrSplit.
func (l *ledger) await(ctx context.Context, from int, ids []string) ([]ledgersim.Receipt, error) {
	for {
		l.mu.Lock()
		receipts, came := l.find(from, ids)
		grew, broken := l.grew, l.broken
		l.mu.Unlock()
		switch {
		case broken != nil:
			return nil, broken
		case receipts != nil:
			return receipts, nil
		case came >= len(ids):
			return nil, ledgersim.ErrSplit
		}
		select {
		case <-grew:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// find answers the receipts if one block has them all in order, and how many of
// the transactions came at all.
func (l *ledger) find(from int, ids []string) (receipts []ledgersim.Receipt, came int) {
	for _, b := range l.blocks[min(from, len(l.blocks)):] {
		var inBlock []string
		var said []ledgersim.Receipt
		for _, tx := range b {
			if slices.Contains(ids, tx.id) {
				inBlock, said = append(inBlock, tx.id), append(said, tx.receipt)
			}
		}
		came += len(inBlock)
		if slices.Equal(inBlock, ids) {
			receipts = said
		}
	}
	return receipts, came
}
