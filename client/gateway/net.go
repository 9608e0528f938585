package gateway

import (
	"context"
	"fmt"

	"tallystick/chaincode/fault"
	"tallystick/client/block"
)

// ledgerNet is what the gateway needs of Fabric. Its errors are *callError.
type ledgerNet interface {
	// Endorse has a call endorsed and signs the transaction. Nothing is sent to
	// be ordered.
	Endorse(ctx context.Context, call call) (signed, error)
	// Prove has a call endorsed, by these parties or by as many as the policy
	// wants, and returns the envelope without the client's signature.
	Prove(ctx context.Context, call call, parties []string) ([]byte, error)
	// Submit sends a signed transaction to be ordered. Whatever it answers, only
	// a block says what became of it.
	Submit(ctx context.Context, tx signed) error
	// Evaluate asks a peer.
	Evaluate(ctx context.Context, call call) ([]byte, error)
	// Height is the number of blocks that a peer has.
	Height(ctx context.Context) (uint64, error)
	// Blocks visits blocks in order from a number on, those to come included,
	// until visit fails, the stream breaks or ctx ends. It always returns an error.
	Blocks(ctx context.Context, from uint64, visit func(*block.Block) error) error
}

// call is a function of a chaincode with its arguments.
type call struct {
	chaincode string
	function  string
	args      [][]byte
	// transient is private data for the chaincode: it goes to the endorsers and
	// neither into the transaction nor into the outbox or a log.
	transient map[string][]byte
}

// signed is an endorsed and signed transaction, as the outbox keeps it.
type signed struct {
	_        struct{} `cbor:",toarray"`
	TxID     string
	Envelope []byte // the bytes that are sent, and sent again
	Answer   []byte // the chaincode's answer, which the endorsements cover
	From     uint64 // number of the first block that can hold it
}

// stage says which step of a write failed. Each means something else: after a
// failed endorsement nothing can have happened, after a failed submission
// anything can.
type stage string

const (
	endorsing  stage = "endorse"
	submitting stage = "submit"
	asking     stage = "evaluate"
	streaming  stage = "blocks"
)

// kind says what a failed call calls for.
type kind uint8

const (
	unreachable kind = iota // nobody answered, or not yet: try again, elsewhere
	refused                 // a coded refusal, by a rule of the ledger
	mismatched              // endorsers at different heights: try again shortly
	rejected                // the orderers refuse these very bytes
	broken                  // the chaincode failed: trying again won't help
)

// callError is a failed call to Fabric.
type callError struct {
	stage   stage
	kind    kind
	refusal *fault.Error // of kind refused; OVERLOADED, which passes, of unreachable
	// elsewhere: our gateway's own peer endorsed, and another party's refused. It
	// may be a block behind, say of the party's registration.
	elsewhere bool
	err       error
}

// mayPass says whether asking again is right: a refusal may only be the lag of an
// endorser that hasn't seen the last block, with the party's registration, say.
// A refusal that is no lag comes again.
func (e *callError) mayPass(tries int) bool {
	switch {
	case e.kind == broken:
		return tries < 3
	case e.kind != refused:
		return true
	}
	return isLag(e.refusal.Code) || e.elsewhere && tries < 8 || e.refusal.Code == fault.NotFound && tries < 5
}

// Error names the stage and what Fabric said.
func (e *callError) Error() string {
	if e.refusal != nil {
		return fmt.Sprintf("%s: %v", e.stage, e.refusal)
	}
	return fmt.Sprintf("%s: %v", e.stage, e.err)
}

// Unwrap gives errors.As the refusal, or else Fabric's error.
func (e *callError) Unwrap() error {
	if e.refusal != nil {
		return e.refusal
	}
	return e.err
}

// asFault turns a failed call into what callers of the gateway see.
func (e *callError) asFault() *fault.Error {
	switch e.kind {
	case refused:
		return e.refusal
	case broken:
		return fault.New(fault.Internal, "%s: %.300s", e.stage, e.err)
	case unreachable, mismatched, rejected:
		if e.refusal != nil {
			return e.refusal
		}
	}
	return fault.New(fault.Unavailable, "%s: %.600s", e.stage, said(e.err))
}
