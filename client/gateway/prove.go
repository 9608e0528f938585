package gateway

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	gw "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
)

// Prove has peers of several parties endorse the answer to a question, and
// returns the transaction that this makes: the bytes of an envelope that nobody
// has signed for submission and that writes nothing. Package proof reads it.
//
// All parties with a peer are asked; if one doesn't answer, as many as the
// ledger's policy wants. Who reads the proof decides how many are enough.
//
// Errors are those of a query.
func (g *Gateway) Prove(ctx context.Context, function string, args ...string) ([]byte, error) {
	c := call{chaincode: g.cfg.Chaincode, function: function}
	for _, a := range args {
		c.args = append(c.args, []byte(a))
	}
	all := g.peerParties()
	deadline := time.Now().Add(g.cfg.Timeouts.Effort)
	for tries := 0; ; tries++ {
		from := all
		if tries%2 == 1 {
			from = nil // as many as the policy wants
		}
		envelope, err := g.net.Prove(ctx, c, from)
		var failed *callError
		if err == nil || !errors.As(err, &failed) || !failed.mayPass(tries) || ctx.Err() != nil ||
			time.Now().After(deadline) {
			return envelope, asFault(err)
		}
		stagger(ctx, tries)
	}
}

// peerParties lists the parties of the profile's peers, each once.
func (g *Gateway) peerParties() (parties []string) {
	for _, p := range g.cfg.Peers {
		if !slices.Contains(parties, p.Party) {
			parties = append(parties, p.Party)
		}
	}
	return parties
}

// Prove implements ledgerNet. The client signs the proposal, without which no
// peer would look at it, and not the transaction.
func (f *fabric) Prove(ctx context.Context, c call, parties []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeouts.Endorse)
	defer cancel()
	at := f.peers.pick()
	var from []client.ProposalOption
	if len(parties) > 0 {
		from = append(from, client.WithEndorsingOrganizations(parties...))
	}
	proposal, err := f.propose(at, c, from...)
	if err != nil {
		return nil, classify(endorsing, err)
	}
	tx, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return nil, f.fail(at, endorsing, err)
	}
	raw, err := tx.Bytes()
	if err != nil {
		return nil, classify(endorsing, err)
	}
	var prepared gw.PreparedTransaction
	if err := proto.Unmarshal(raw, &prepared); err != nil {
		return nil, classify(endorsing, err)
	}
	if prepared.GetEnvelope().GetSignature() != nil {
		return nil, &callError{
			stage: endorsing, kind: refused,
			refusal: fault.New(fault.Internal, "the transaction is signed: it could be submitted"),
		}
	}
	return proto.Marshal(prepared.GetEnvelope())
}
