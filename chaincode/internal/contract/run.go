package contract

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// run is one transaction that writes.
type run struct {
	ctx    *Context
	tx     *ledger.Tx
	caller party.Party
	cycle  settlement.Cycle
	lane   uint8
	seq    uint64
	own    bool // it begins the caller's peer: its lanes move in a namespace of their own from here on

	relieved bool // a programme was counted anew
}

// call is one command of a run.
type call struct {
	*run
	at   number.At
	kind command.Kind
	lots int // that it has made of what came back after its last day
}

// begin reads what every command needs and seals the lane. The digest is of
// the batch as it was sent; a single command leaves seq at 0 and gets the next one.
func begin(ctx *Context, lane uint8, seq uint64, own bool, digest [32]byte) (*run, error) {
	r := &run{ctx: ctx, tx: ledger.New(ctx.GetStub()), lane: lane, own: own}
	caller, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return nil, fmt.Errorf("contract: the caller: %w", err)
	}
	if err = r.tx.Prefetch([]string{string(row.Party(caller)), string(row.Cycle())}); err != nil {
		return nil, err
	}
	if r.caller, err = ledger.Get(r.tx, row.Party(caller), "party", caller); err != nil {
		return nil, err
	}
	if r.cycle, err = ledger.Get(r.tx, row.Cycle(), "cycle", "open"); err != nil {
		return nil, err
	}
	if r.seq, err = r.advance(seq, digest); err != nil {
		return nil, err
	}
	return r, r.arrive()
}

// arrive makes a party ACTIVE that sends its first command. FORBIDDEN if it was closed before.
func (r *run) arrive() error {
	if !r.caller.Since.IsZero() || r.caller.Roles.Has(party.Operator) {
		return nil
	}
	if r.caller.State == party.Closed {
		return fault.New(fault.Forbidden, "%s was closed before it began", r.caller.ID)
	}
	r.caller = r.caller.Begin(number.Command{Party: r.caller.ID, Lane: r.lane, Seq: r.seq})
	ledger.Put(r.tx, row.Party(r.caller.ID), r.caller)
	return nil
}

// guard has no row written that no command of the batch explains: every node would
// find it on the ledger and not honour it. See row.Seal.
func (r *run) guard(batch command.Batch) {
	r.tx.Guard(row.NewSeal(r.caller.ID, r.caller.Roles.Has(party.Operator), batch).Explain)
}

// advance moves the lane's head on and answers its sequence. A refusal must end
// the transaction: Fabric keeps the writes of a failed callee unless the caller
// fails too.
func (r *run) advance(seq uint64, digest [32]byte) (uint64, error) {
	asked, base := "", r.caller.Base
	if r.lane != number.Single {
		asked = strconv.FormatUint(seq, 10)
	}
	if r.own && !r.caller.Peer {
		var err error
		if base, err = r.seal(row.SealOf("", false), seal.Highest, []byte(r.caller.ID)); err != nil {
			return 0, err
		}
	}
	space := row.SealOf(r.caller.ID, r.caller.Peer || r.own)
	return r.seal(space, seal.Advance, []byte(strconv.Itoa(int(r.lane))), []byte(asked), digest[:], strconv.AppendUint(nil, base, 10))
}

// seal asks a chaincode of lane heads for a sequence.
func (r *run) seal(space, function string, args ...[]byte) (uint64, error) {
	answer := r.ctx.GetStub().InvokeChaincode(space, append([][]byte{[]byte(function)}, args...), "")
	if answer.GetStatus() != shim.OK {
		if refusal, ok := fault.Parse(answer.GetMessage()); ok {
			return 0, refusal
		}
		// What the peer says of a chaincode that it can't reach comes as payload. The
		// endorser is out of order, not the request.
		return 0, fault.New(fault.Unavailable, "%s does not answer: %.120s", space, answer.GetMessage()+string(answer.GetPayload()))
	}
	return strconv.ParseUint(string(answer.GetPayload()), 10, 64)
}

// one runs one command at an index. It answers the command that took effect for
// the request: this one, or an earlier one. What a refused command has written
// is for the caller to take back.
func (r *run) one(index int, c command.Command, req command.Request) (command.Receipt, error) {
	mark, number := r.tx.Mark(), number.Command{Party: r.caller.ID, Lane: r.lane, Seq: r.seq, Index: uint16(index)}
	switch first, err := r.remember(c, number); {
	case err != nil:
		return command.Receipt{}, err
	case !first.Number.IsZero():
		return command.Receipt{Number: first.Number, Cycle: first.Cycle, Date: first.Date, Again: true}, nil
	}
	one := &call{run: r, kind: c.Kind, at: points.At{Caller: r.caller.ID, Number: number, Now: r.ctx.now, Date: r.cycle.Date}}
	r.tx.AllowReads(readsOf(c.Kind))
	if err := one.do(req); err != nil {
		return command.Receipt{}, err
	}
	if err := r.fits(mark, req); err != nil {
		return command.Receipt{}, err
	}
	return command.Receipt{Number: number, Cycle: r.cycle.ID, Date: r.cycle.Date}, nil
}

// fits refuses with LIMIT the command that takes a transaction above what one may
// write; those before it stand, and smaller ones behind it may fit. Every endorser
// counts the same rows. What closes a cycle is bounded by the number of parties.
func (r *run) fits(mark int, req command.Request) error {
	switch req.(type) {
	case settlement.ComputeRequest, settlement.FinaliseRequest:
		return nil
	}
	switch written := r.tx.Volume(mark); {
	case written.Rows > command.MaxRows:
		return command.Full(command.MaxRows, "rows")
	case written.Bytes > command.MaxWritten:
		return command.Full(command.MaxWritten, "bytes")
	}
	return nil
}

// remember looks a named request up and notes it. A request that took effect for the
// same intent, or with the same content where none is said, is answered as it was
// then; for another it is a CONFLICT. Only commands that take effect are remembered.
func (r *run) remember(c command.Command, n number.Command) (row.Request, error) {
	if c.Request == "" {
		return row.Request{}, nil
	}
	id, _, err := command.ParseRequest(c.Request)
	if err != nil {
		return row.Request{}, err
	}
	hash := c.Hash()
	key := row.NamedRequest(r.caller.ID, id)
	first, found, err := ledger.Find(r.tx, key)
	switch {
	case err != nil:
		return row.Request{}, err
	case found && [32]byte(first.Hash) != hash:
		return row.Request{}, fault.New(fault.Conflict, "request %s was asked for something else, which was command %s", id, first.Number)
	case found:
		return first, nil
	}
	ledger.Put(r.tx, key, row.Request{Hash: hash[:], Number: n, Cycle: r.cycle.ID, Date: r.cycle.Date})
	return row.Request{}, nil
}

// isRefusal says whether an error refuses one command, as a fact that every
// replay finds again. Any other ends the transaction; so do TIME_WINDOW, which
// is one endorser's clock and no fact, and a noFact.
func isRefusal(err error) bool {
	var refusal *fault.Error
	var off noFact
	return errors.As(err, &refusal) && refusal.Code != fault.TimeWindow && !errors.As(err, &off)
}

// noFact is a refusal because of something that no block holds.
type noFact struct{ error }

// Unwrap gives the refusal.
func (e noFact) Unwrap() error { return e.error }

// readsOf is how many rows a command of a kind may read by itself. What closes a cycle
// reads all lanes of all parties, and so does what counts a programme anew, once a batch.
func readsOf(kind command.Kind) int {
	switch kind {
	case command.Compute, command.Finalise, command.CutOff, command.CarryStatement:
		return ledger.MaxReads
	case command.Relieve:
		return maxReads + party.MaxParties*number.Lanes
	}
	return maxReads
}

// maxReads is what any other command may read: an order's fullest, whose goods are scattered over all
// lanes, reads 64 × 32 shards.
const maxReads = 4096
