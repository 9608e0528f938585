// Package run runs the commands of one transaction: it finds who calls, moves the caller's lane on, tells new requests
// from those that took effect before, asks whether the caller may send such a command, and bounds what each reads and
// writes. What a command does is its verb's: see tallystick/chaincode/internal/verb.
package run

import (
	"errors"
	"strconv"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Transaction is what Fabric tells of a transaction, and one endorser of its own calendar.
type Transaction struct {
	Stub  shim.ChaincodeStubInterface
	MSP   string    // of who signed the proposal
	Now   int64     // its timestamp, UTC seconds
	Today date.Date // of the endorser's clock and calendar; it can only make that endorser refuse
}

// Run is a transaction that runs commands.
type Run struct {
	Transaction
	Tx     *ledger.Tx
	Caller party.Party
	Cycle  settlement.Cycle // that is open
	Lane   uint8
	Seq    uint64
	Own    bool // it begins the caller's peer: its lanes move in a namespace of their own from here on

	Relieved bool // a programme was counted anew

	do Do
}

// Call is one command of a run.
type Call struct {
	*Run
	At   number.At
	Kind command.Kind
}

// Do does a command whose caller may send such a one: verb.Do.
type Do func(c *Call, req command.Request) error

// Ask makes a call that only asks: it has the caller, the date and the open cycle, no lane and no number. NOT_FOUND for
// a caller that isn't registered.
func Ask(t Transaction) (*Call, error) {
	r := &Run{Transaction: t, Tx: ledger.New(t.Stub)}
	if err := r.open(); err != nil {
		return nil, err
	}
	return &Call{Run: r, At: number.At{Caller: t.MSP, Now: t.Now, Date: r.Cycle.Date}}, nil
}

// Single does one command, sent alone and as JSON by somebody without a lane: a person at the peer's own command line.
// It goes to the caller's lane 0 and takes that lane's next number; two at once conflict and one is tried again.
// The request id may be "".
func Single(t Transaction, do Do, request string, req command.Request) (*command.Receipt, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	_, own := req.(party.BeginPeerRequest)
	r, err := begin(t, do, number.Single, 0, own)
	if err != nil {
		return nil, err
	}
	alone := command.New(request, req)
	r.guard(command.Batch{Lane: r.Lane, Seq: r.Seq, Commands: []command.Command{alone}})
	receipt, err := r.one(0, alone, req)
	if err != nil {
		return nil, err
	}
	return &receipt, r.Tx.Flush()
}

// begin reads what every command needs and seals the lane. The digest is of
// the batch as it was sent; a single command leaves seq at 0 and gets the next one.
func begin(t Transaction, do Do, lane uint8, seq uint64, own bool) (*Run, error) {
	r := &Run{Transaction: t, Tx: ledger.New(t.Stub), Lane: lane, Own: own, do: do}
	if err := r.open(); err != nil {
		return nil, err
	}
	var err error
	if r.Seq, err = r.advance(seq, command.Digest(t.Stub.GetArgs())); err != nil {
		return nil, err
	}
	return r, r.arrive()
}

// open reads the caller and the open cycle.
func (r *Run) open() (err error) {
	caller := r.MSP
	if err = r.Tx.Prefetch([]string{string(row.Party(caller)), string(row.Cycle())}); err != nil {
		return err
	}
	if r.Caller, err = ledger.Get(r.Tx, row.Party(caller), "party", caller); err != nil {
		return err
	}
	r.Cycle, err = ledger.Get(r.Tx, row.Cycle(), "cycle", "open")
	return err
}

// arrive makes a party ACTIVE that sends its first command. FORBIDDEN if it was closed before.
func (r *Run) arrive() error {
	if !r.Caller.Since.IsZero() || r.Caller.Roles.Has(party.Operator) {
		return nil
	}
	if r.Caller.State == party.Closed {
		return fault.New(fault.Forbidden, "%s was closed before it began", r.Caller.ID)
	}
	r.Caller = r.Caller.Begin(number.Command{Party: r.Caller.ID, Lane: r.Lane, Seq: r.Seq})
	ledger.Put(r.Tx, row.Party(r.Caller.ID), r.Caller)
	return nil
}

// guard has no row written that no command of the batch explains: every node would
// find it on the ledger and not honour it. See row.Seal.
func (r *Run) guard(batch command.Batch) {
	r.Tx.Guard(row.NewSeal(r.Caller.ID, r.Caller.Roles.Has(party.Operator), batch).Explain)
}

// advance moves the lane's head on and answers its sequence. A refusal must end
// the transaction: Fabric keeps the writes of a failed callee unless the caller
// fails too.
func (r *Run) advance(seq uint64, digest [32]byte) (uint64, error) {
	asked, base := "", r.Caller.Base
	if r.Lane != number.Single {
		asked = strconv.FormatUint(seq, 10)
	}
	if r.Own && !r.Caller.Peer {
		var err error
		if base, err = r.seal(row.SealOf("", false), seal.Highest, []byte(r.Caller.ID)); err != nil {
			return 0, err
		}
	}
	space := row.SealOf(r.Caller.ID, r.Caller.Peer || r.Own)
	return r.seal(space, seal.Advance, []byte(strconv.Itoa(int(r.Lane))), []byte(asked), digest[:],
		strconv.AppendUint(nil, base, 10))
}

// seal asks a chaincode of lane heads for a sequence.
func (r *Run) seal(space, function string, args ...[]byte) (uint64, error) {
	answer := r.Stub.InvokeChaincode(space, append([][]byte{[]byte(function)}, args...), "")
	if answer.GetStatus() != shim.OK {
		if refusal, ok := fault.Parse(answer.GetMessage()); ok {
			return 0, refusal
		}
		// What the peer says of a chaincode that it can't reach comes as payload. The
		// endorser is out of order, not the request.
		return 0, fault.New(fault.Unavailable, "%s does not answer: %.120s", space,
			answer.GetMessage()+string(answer.GetPayload()))
	}
	return strconv.ParseUint(string(answer.GetPayload()), 10, 64)
}

// one runs one command at an index. It answers the command that took effect for
// the request: this one, or an earlier one. What a refused command has written
// is for the caller to take back.
func (r *Run) one(index int, c command.Command, req command.Request) (command.Receipt, error) {
	mark, number := r.Tx.Mark(), number.Command{Party: r.Caller.ID, Lane: r.Lane, Seq: r.Seq, Index: uint16(index)}
	switch first, err := r.remember(c, number); {
	case err != nil:
		return command.Receipt{}, err
	case !first.Number.IsZero():
		return command.Receipt{Number: first.Number, Cycle: first.Cycle, Date: first.Date, Duplicate: true}, nil
	}
	one := &Call{Run: r, Kind: c.Kind, At: points.At{Caller: r.Caller.ID, Number: number,
		Now: r.Now, Date: r.Cycle.Date}}
	r.Tx.AllowReads(reads[c.Kind.Reach()])
	if err := c.Kind.Allow(r.Caller); err != nil {
		return command.Receipt{}, err
	}
	if err := r.do(one, req); err != nil {
		return command.Receipt{}, err
	}
	if err := r.fits(mark, c.Kind); err != nil {
		return command.Receipt{}, err
	}
	return command.Receipt{Number: number, Cycle: r.Cycle.ID, Date: r.Cycle.Date}, nil
}

// fits refuses with LIMIT the command that takes a transaction above what one may
// write; those before it stand, and smaller ones behind it may fit. Every endorser
// counts the same rows. What closes a cycle is bounded by the number of parties.
func (r *Run) fits(mark int, kind command.Kind) error {
	if kind.Reach() == command.Closes {
		return nil
	}
	switch written := r.Tx.Volume(mark); {
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
func (r *Run) remember(c command.Command, n number.Command) (row.Request, error) {
	if c.Request == "" {
		return row.Request{}, nil
	}
	id, _, err := command.ParseRequest(c.Request)
	if err != nil {
		return row.Request{}, err
	}
	hash := c.Hash()
	key := row.NamedRequest(r.Caller.ID, id)
	first, found, err := ledger.Find(r.Tx, key)
	switch {
	case err != nil:
		return row.Request{}, err
	case found && [32]byte(first.Hash) != hash:
		return row.Request{}, fault.New(fault.Conflict, "request %s was asked for something else, which was command %s",
			id, first.Number)
	case found:
		return first, nil
	}
	ledger.Put(r.Tx, key, row.Request{Hash: hash[:], Number: n, Cycle: r.Cycle.ID, Date: r.Cycle.Date})
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

// NoFact makes a refusal of what no block holds: it ends the transaction.
func NoFact(refusal error) error { return noFact{refusal} }

type noFact struct{ error }

// Unwrap gives the refusal.
func (e noFact) Unwrap() error { return e.error }

// reads is how many rows a command of a reach may read by itself.
var reads = [...]int{
	command.Few:    maxReads,
	command.Counts: maxReads + party.MaxParties*number.Lanes,
	command.Sums:   ledger.MaxReads,
	command.Closes: ledger.MaxReads,
}

// maxReads is what a command of few rows may read: the fullest order, whose goods are scattered over all lanes, reads
// 64 × 32 shards.
const maxReads = 4096
