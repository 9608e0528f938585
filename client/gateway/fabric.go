package gateway

import (
	"context"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/client/block"
	"tallystick/client/config"
)

// fabric is the ledgerNet that a party's own peer and its neighbours give.
type fabric struct {
	peers    *peers
	party    string
	channel  string
	timeouts config.Timeouts

	endpoints []config.Endpoint // of the peers, to look what is in the way of calls
}

func newFabric(cfg config.Config) (*fabric, error) {
	p, err := dialAll(cfg)
	if err != nil {
		return nil, err
	}
	return &fabric{peers: p, party: cfg.Party, channel: cfg.Channel, timeouts: cfg.Timeouts, endpoints: cfg.Peers}, nil
}

// Endorse implements ledgerNet. The peer plans by itself whose endorsements the
// policies ask for, those of the lane's head included.
func (f *fabric) Endorse(ctx context.Context, c call) (signed, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeouts.Endorse)
	defer cancel()
	at := f.peers.pick()
	if len(c.transient) > 0 {
		// Whatever peer is asked first sees the private data: no other party's. It
		// then asks only peers of the collection's parties.
		if at = f.peers.own(f.party); at == nil {
			return signed{}, &callError{stage: endorsing, kind: refused, refusal: fault.New(fault.Forbidden,
				"private data goes through the party's own peer, and %s has none", f.party)}
		}
	}
	proposal, err := f.propose(at, c)
	if err != nil {
		return signed{}, classify(endorsing, err)
	}
	tx, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return signed{}, f.fail(at, endorsing, err)
	}
	if err := checkPrepared(proposal, tx); err != nil {
		f.peers.failed(at)
		return signed{}, &callError{stage: endorsing, kind: unreachable, err: err} // another peer may be honest
	}
	// Signing happens here and not at the submission: the bytes that are
	// persisted are the bytes that are sent.
	envelope, err := f.sign(at, tx)
	if err != nil {
		return signed{}, classify(endorsing, err)
	}
	return signed{TxID: tx.TransactionID(), Envelope: envelope, Answer: tx.Result()}, nil
}

func (f *fabric) propose(at *peer, c call, more ...client.ProposalOption) (*client.Proposal, error) {
	contract := at.gw.GetNetwork(f.channel).GetContract(c.chaincode)
	options := append(more, client.WithBytesArguments(c.args...))
	if len(c.transient) > 0 {
		options = append(options, client.WithTransient(c.transient))
	}
	return contract.NewProposal(c.function, options...)
}

func (f *fabric) sign(at *peer, tx *client.Transaction) ([]byte, error) {
	raw, err := tx.Bytes()
	if err != nil {
		return nil, err
	}
	signature, err := at.sign(tx.Digest())
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	tx, err = at.gw.NewSignedTransaction(raw, signature)
	if err != nil {
		return nil, err
	}
	return tx.Bytes()
}

// Submit implements ledgerNet.
func (f *fabric) Submit(ctx context.Context, s signed) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeouts.Submit)
	defer cancel()
	at := f.peers.pick()
	tx, err := at.gw.NewTransaction(s.Envelope)
	if err != nil {
		return &callError{stage: submitting, kind: rejected, err: err}
	}
	if _, err = tx.SubmitWithContext(ctx); err != nil && !isOrdered(err) {
		return f.fail(at, submitting, err)
	}
	return nil
}

// Evaluate implements ledgerNet.
func (f *fabric) Evaluate(ctx context.Context, c call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeouts.Evaluate)
	defer cancel()
	var failed *callError
	for range f.peers.all { // a question can be put to each in turn
		at := f.peers.pick()
		proposal, err := f.propose(at, c)
		if err != nil {
			return nil, classify(asking, err)
		}
		answer, err := proposal.EvaluateWithContext(ctx)
		if err == nil {
			return answer, nil
		}
		if failed = f.fail(at, asking, err); failed.kind != unreachable || ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// Height implements ledgerNet.
func (f *fabric) Height(ctx context.Context) (uint64, error) {
	answer, err := f.Evaluate(ctx, call{chaincode: "qscc", function: "GetChainInfo", args: [][]byte{[]byte(f.channel)}})
	if err != nil {
		return 0, err
	}
	var info common.BlockchainInfo
	if err := proto.Unmarshal(answer, &info); err != nil {
		return 0, &callError{stage: asking, kind: broken, err: err}
	}
	return info.GetHeight(), nil
}

// errStalled ends a stream that brings nothing although it should.
var errStalled = errors.New("the block stream has stalled")

// Blocks implements ledgerNet.
func (f *fabric) Blocks(ctx context.Context, from uint64, visit func(*block.Block) error) error {
	at := f.peers.pick()
	ctx, cancel := context.WithCancel(ctx)
	stream, err := at.gw.GetNetwork(f.channel).BlockEvents(ctx, client.WithStartBlock(from))
	if err != nil {
		cancel()
		return f.fail(at, streaming, err)
	}
	defer func() { // the library's goroutine must not hang on its channel
		cancel()
		for range stream {
		}
	}()
	failed := func() { // unless the reader has had enough
		if cause := context.Cause(ctx); cause == nil || errors.Is(cause, errStalled) {
			f.peers.failed(at)
		}
	}
	for raw := range stream {
		b, err := block.Parse(raw)
		if err == nil {
			err = visit(b)
		}
		if err != nil {
			failed() // it shows what can't be: read on from another
			return &callError{stage: streaming, kind: broken, err: err}
		}
	}
	failed()
	return &callError{
		stage: streaming, kind: unreachable, err: errors.Join(errors.New("the block stream ended"), context.Cause(ctx)),
	}
}

// fail classifies an error, and passes a peer over that doesn't answer.
func (f *fabric) fail(at *peer, s stage, err error) *callError {
	failed := classify(s, err)
	failed.elsewhere = s == endorsing && refusedElsewhere(err, at.party)
	if code := status.Code(err); len(messagesOf(err)) == 1 &&
		(code == codes.Unavailable || code == codes.DeadlineExceeded) {
		f.peers.failed(at)
	}
	return failed
}

func (f *fabric) close() { f.peers.close() }
