package contract

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/name"
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
	opened []party.Party // whose lanes must be opened at the end
}

// call is one command of a run.
type call struct {
	*run
	at points.At
}

// begin seals the lane and reads what every command needs. The digest is of
// the batch as it was sent; a walk-in leaves seq at 0 and gets the next one.
func begin(ctx *Context, lane uint8, seq uint64, digest [32]byte) (*run, error) {
	r := &run{ctx: ctx, tx: ledger.New(ctx.GetStub()), lane: lane}
	caller, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return nil, fmt.Errorf("contract: the caller: %w", err)
	}
	if r.seq, err = r.advance(lane, seq, digest); err != nil {
		return nil, err
	}
	if err = r.tx.Prefetch([]string{string(row.Party(caller)), string(row.Cycle())}); err != nil {
		return nil, err
	}
	if r.caller, err = ledger.Get(r.tx, row.Party(caller), "party", caller); err != nil {
		return nil, err
	}
	r.cycle, err = ledger.Get(r.tx, row.Cycle(), "cycle", "open")
	return r, err
}

func (r *run) advance(lane uint8, seq uint64, digest [32]byte) (uint64, error) {
	asked := ""
	if lane != number.WalkIn {
		asked = strconv.FormatUint(seq, 10)
	}
	answer, err := r.seal(seal.Advance, strconv.Itoa(int(lane)), asked, string(digest[:]))
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(string(answer), 10, 64)
}

// seal calls tallyseal. A refusal must end the transaction: Fabric keeps the
// writes of a failed callee unless the caller fails too.
func (r *run) seal(function string, args ...string) ([]byte, error) {
	all := [][]byte{[]byte(function)}
	for _, a := range args {
		all = append(all, []byte(a))
	}
	answer := r.ctx.GetStub().InvokeChaincode(seal.Name, all, "")
	if answer.GetStatus() != http.StatusOK {
		if refusal, ok := fault.Parse(answer.GetMessage()); ok {
			return nil, refusal
		}
		return nil, fmt.Errorf("contract: %s: %s", seal.Name, answer.GetMessage())
	}
	return answer.GetPayload(), nil
}

// end opens lanes that commands asked for and sends all writes.
func (r *run) end() error {
	for _, p := range r.opened {
		peer := ""
		if p.Peer {
			peer = "peer"
		}
		if _, err := r.seal(seal.Open, p.ID, peer); err != nil {
			return err
		}
	}
	return r.tx.Flush()
}

// one runs one command at an index. A refusal leaves nothing behind. It answers
// the command that took effect for the request: this one, or an earlier one.
func (r *run) one(index int, c command.Command, req command.Request) (command.Receipt, error) {
	number := number.Command{Party: r.caller.ID, Lane: r.lane, Seq: r.seq, Index: uint16(index)}
	receipt := command.Receipt{Number: number, Cycle: r.cycle.ID, Date: r.cycle.Date}
	mark, opened := r.tx.Mark(), len(r.opened)
	first, err := r.remember(c, number)
	if err == nil && !first.Number.IsZero() {
		return command.Receipt{Number: first.Number, Cycle: first.Cycle, Date: r.cycle.Date, Again: true}, nil
	}
	if err == nil {
		one := &call{run: r, at: points.At{Caller: r.caller.ID, Number: number, Now: r.ctx.now, Date: r.cycle.Date}}
		err = one.do(req)
	}
	if err != nil {
		r.tx.Rollback(mark)
		r.opened = r.opened[:opened]
	}
	return receipt, err
}

// remember looks a named request up and notes it. A request that took effect
// with the same content is answered with its first number; with other content
// it is a CONFLICT. Only commands that take effect are remembered.
func (r *run) remember(c command.Command, n number.Command) (row.Request, error) {
	if c.Request == "" {
		return row.Request{}, nil
	}
	if err := name.CheckID("request", c.Request); err != nil {
		return row.Request{}, err
	}
	hash := c.Hash()
	key := row.NamedRequest(r.caller.ID, c.Request)
	first, found, err := ledger.Find(r.tx, key)
	switch {
	case err != nil:
		return row.Request{}, err
	case found && [32]byte(first.Hash) != hash:
		return row.Request{}, fault.New(fault.Conflict, "request %s was command %s with other content", c.Request, first.Number)
	case found:
		return first, nil
	}
	ledger.Put(r.tx, key, row.Request{Hash: hash[:], Number: n, Cycle: r.cycle.ID})
	return row.Request{}, nil
}

// isRefusal says whether an error refuses one command, as a fact that every
// replay finds again. Any other ends the transaction; so does TIME_WINDOW,
// which is one endorser's clock and no fact.
func isRefusal(err error) bool {
	var refusal *fault.Error
	return errors.As(err, &refusal) && refusal.Code != fault.TimeWindow
}

func digestOf(args [][]byte) [32]byte {
	h := sha256.New()
	for _, a := range args {
		sum := sha256.Sum256(a)
		h.Write(sum[:])
	}
	return [32]byte(h.Sum(nil))
}
