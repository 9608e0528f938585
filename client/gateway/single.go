package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"

	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
)

// Single carries out one command without a lane, as a person at a command line
// does. It is slower than Do and needs no outbox, so it must have a request id
// if it is to be exactly once: the ledger then knows it.
//
// Errors are those of Do. UNKNOWN_OUTCOME has the transaction id.
func (g *Gateway) Single(ctx context.Context, request string, req command.Request) (command.Receipt, error) {
	return g.single(ctx, Asked{ID: request}, req, nil)
}

// What private data may be at most.
const (
	maxTransient      = 16        // entries
	maxTransientBytes = 256 << 10 // in all
)

// SinglePrivate is Single with private data for the chaincode, such as the
// profile that member:Share hands on: it goes through this party's own peer to
// the peers that may keep it, and neither into the transaction nor into any file
// or log of this node.
//
// Refused besides, first that applies: BAD_REQUEST (no private data), LIMIT (16
// entries, 256 KiB in all), FORBIDDEN (the party has no peer).
func (g *Gateway) SinglePrivate(ctx context.Context, request string, req command.Request,
	transient map[string][]byte) (command.Receipt, error) {
	if err := checkPrivate(transient); err != nil {
		return command.Receipt{}, err
	}
	return g.single(ctx, Asked{ID: request}, req, transient)
}

// checkPrivate refuses private data that is none, or too much.
func checkPrivate(transient map[string][]byte) error {
	size := 0
	for key, value := range transient {
		size += len(key) + len(value)
	}
	switch {
	case len(transient) == 0:
		return fault.New(fault.BadRequest, "there is no private data")
	case len(transient) > maxTransient || size > maxTransientBytes:
		return fault.New(fault.Limit, "%d entries of private data with %d bytes; want %d with %d at most",
			len(transient), size, maxTransient, maxTransientBytes)
	}
	return nil
}

func (g *Gateway) single(ctx context.Context, asked Asked, req command.Request,
	transient map[string][]byte) (command.Receipt, error) {
	if _, err := link(asked, []command.Request{req}); err != nil {
		return command.Receipt{}, err
	}
	body, err := bodyOf(req)
	if err != nil {
		return command.Receipt{}, err
	}
	var receipt command.Receipt
	c := call{
		chaincode: g.cfg.Chaincode, function: command.KindOf(req).String(),
		args: [][]byte{[]byte(asked.request()), body}, transient: transient,
	}
	err = g.alone(ctx, c, &receipt)
	return receipt, err
}

// Found founds the network with this party as its operator. It is the first
// command of a ledger. Refused as party.FoundRequest says.
func (g *Gateway) Found(ctx context.Context, req party.FoundRequest) (party.Consortium, error) {
	if err := req.Check(); err != nil {
		return party.Consortium{}, err
	}
	body, err := bodyOf(req)
	if err != nil {
		return party.Consortium{}, err
	}
	var consortium party.Consortium
	err = g.alone(ctx, call{chaincode: g.cfg.Chaincode, function: "consortium:Found", args: [][]byte{body}},
		&consortium)
	return consortium, err
}

// alone sends one transaction outside of the lanes, and again if it meets a
// conflict, and reads its JSON answer.
func (g *Gateway) alone(ctx context.Context, c call, answer any) (err error) {
	ctx, span := begin(ctx, "single", attribute.String("tally.function", c.function))
	defer func() { end(span, err) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.life, cancel)()
	leave, err := g.turn(ctx)
	if err != nil {
		return err
	}
	defer leave()
	// A peer that lags would refuse what rests on a command that the caller has seen.
	if err := g.leveled(ctx); err != nil {
		return err
	}
	begun := time.Now()
	deadline := begun.Add(g.cfg.Timeouts.Effort)
	for tries := 0; ; tries++ {
		s, err := g.net.Endorse(ctx, c)
		if err == nil {
			v, known, last := g.deliver(ctx, s)
			switch {
			case !known && last != nil:
				return fault.New(fault.UnknownOutcome,
					"transaction %s: the orderers haven't taken it so far: %.600s; ask again with the same request id",
					s.TxID, said(last))
			case !known:
				return fault.New(fault.UnknownOutcome, "transaction %s; ask again with the same request id", s.TxID)
			case v.Code == pb.TxValidationCode_VALID:
				came(span, Outcome{TxID: v.TxID, Block: v.Block})
				g.AtLeast(g.feed.height())
				return asFault(json.Unmarshal(s.Answer, answer))
			}
			err = &callError{stage: submitting, kind: mismatched, err: errors.New(v.Code.String())}
		}
		var failed *callError
		if errors.As(err, &failed) && failed.stage == endorsing && failed.kind == unreachable {
			if ill := g.well(ctx, failed.err,
				time.Since(begun)); ill != nil { // trying on would end in a minute of silence
				return ill
			}
		}
		if !errors.As(err, &failed) || !failed.mayPass(tries) || ctx.Err() != nil || time.Now().After(deadline) {
			return asFault(err)
		}
		stagger(ctx, tries)
	}
}

// maxRefused is how often the orderers may refuse a single command one after the other before its caller is told so: a
// person waits for it, who can ask again.
const maxRefused = 3

// deliver sends a transaction until a block says what became of it, ctx ends, or the orderers have refused it again and
// again; then it answers with what they said last.
func (g *Gateway) deliver(ctx context.Context, s signed) (_ verdict, known bool, last error) {
	w := g.feed.watch(number.Single)
	defer w.end()
	w.add(s.TxID)
	refused := 0
	for doubt := g.cfg.Timeouts.Doubt; ; doubt = min(2*doubt, time.Minute) {
		wait := doubt
		if last = g.net.Submit(ctx, s); last != nil {
			g.log.Warn("a submission failed; the outcome is in doubt", "tx", s.TxID, "err", last)
			refused, wait = refused+1, g.cfg.Timeouts.Doubt
		} else {
			refused = 0
		}
		if v, known := w.next(ctx, wait); known || ctx.Err() != nil || refused == maxRefused {
			return v, known, last
		}
		g.feed.stir(doubt)
	}
}
