package contract

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
)

// Batch is the contract that programs use.
type Batch struct{ contractapi.Contract }

// Run does 1 to 500 commands of the caller in one of its lanes. Every party
// that is registered may; each command asks for its own roles.
//
// The argument is the CBOR of a command.Batch, the answer that of a
// command.Result. Refused as a whole, first that applies: TIME_WINDOW,
// BAD_REQUEST, LIMIT (too many bytes), NOT_FOUND (the caller isn't registered),
// LANE_MOVED, SOURCE_MOVED, LIMIT (commands of a source that write too much).
func (*Batch) Run(ctx *Context, batch command.Batch) (*command.Result, error) {
	if err := batch.Check(); err != nil {
		return nil, err
	}
	r, err := begin(ctx, batch.Lane, batch.Seq, false, command.Digest(ctx.GetStub().GetArgs()))
	if err != nil {
		return nil, err
	}
	r.guard(batch)
	if err := r.moveSource(batch.Source); err != nil {
		return nil, err
	}
	outcomes, err := r.all(batch.Commands)
	if err != nil {
		return nil, err
	}
	if err := keepsWithin(batch.Source, outcomes); err != nil {
		return nil, err
	}
	if err := r.tx.Flush(); err != nil {
		return nil, err
	}
	return &command.Result{Cycle: r.cycle.ID, Date: r.cycle.Date, Outcomes: outcomes}, nil
}

// moveSource advances the cursor of a numbered source. A source that the
// ledger hasn't seen is at 0.
func (r *run) moveSource(s *command.Source) error {
	if s == nil {
		return nil
	}
	key := row.Source(r.caller.ID, s.Name)
	cursor, _, err := ledger.Find(r.tx, key)
	if err != nil {
		return err
	}
	if cursor.At != s.From {
		return fault.New(fault.SourceMoved, "source %s is at %d, the batch begins at %d", s.Name, cursor.At, s.From)
	}
	ledger.Put(r.tx, key, row.Cursor{At: s.To})
	return nil
}

// keepsWithin refuses with LIMIT a batch of a source of which a command didn't fit:
// the cursor would pass it, and it could never be sent again. Half of them will fit.
func keepsWithin(s *command.Source, outcomes []command.Outcome) error {
	if s == nil {
		return nil
	}
	for _, o := range outcomes {
		if err := o.Err(); command.IsFull(err) {
			return err
		}
	}
	return nil
}

// maxPrefetch is the most keys that a batch reads beforehand. What is beyond is read as it is needed.
const maxPrefetch = ledger.MaxReads / 2

// all runs the commands in order, groups of linked ones as one.
func (r *run) all(commands []command.Command) ([]command.Outcome, error) {
	requests, malformed := r.decode(commands)
	keys := r.reads(commands, requests)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if err := r.tx.Prefetch(keys[:min(len(keys), maxPrefetch)]); err != nil {
		return nil, err
	}
	var outcomes []command.Outcome
	for from := 0; from < len(commands); {
		to := from
		for commands[to].Linked {
			to++
		}
		group, err := r.group(from, commands[from:to+1], requests[from:to+1], malformed[from:to+1])
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, group...)
		from = to + 1
	}
	return outcomes, nil
}

func (r *run) decode(commands []command.Command) ([]command.Request, []error) {
	requests, malformed := make([]command.Request, len(commands)), make([]error, len(commands))
	for i, c := range commands {
		if requests[i], malformed[i] = c.Decode(); malformed[i] != nil {
			requests[i] = nil
		}
	}
	return requests, malformed
}

// group runs commands that stand or fall together, from an index of the batch.
// If one is refused, the others are refused with LINKED.
func (r *run) group(from int, commands []command.Command, requests []command.Request, malformed []error) ([]command.Outcome, error) {
	mark, caller, cycle := r.tx.Mark(), r.caller, r.cycle
	var outcomes []command.Outcome
	for i, c := range commands {
		receipt, err := command.Receipt{}, malformed[i]
		if err == nil {
			receipt, err = r.one(from+i, c, requests[i])
		}
		switch {
		case err != nil && !isRefusal(err):
			return nil, err
		case err != nil:
			r.tx.Rollback(mark)
			r.caller, r.cycle = caller, cycle
			return refuseAll(from, len(commands), i, err), nil
		case receipt.Again:
			outcomes = append(outcomes, command.Outcome{Index: uint16(from + i), First: receipt.Number, Cycle: receipt.Cycle, Date: receipt.Date})
		}
	}
	return outcomes, nil
}

// refuseAll lists a group's outcomes: the culprit's own, LINKED for the others.
func refuseAll(from, n, culprit int, err error) []command.Outcome {
	outcomes := make([]command.Outcome, n)
	for i := range outcomes {
		outcomes[i] = command.Outcome{Index: uint16(from + i), Code: fault.Linked, Text: fmt.Sprintf("command %d of the group was refused: %s", culprit, fault.CodeOf(err))}
	}
	var refusal *fault.Error
	errors.As(err, &refusal) // the caller has asked isRefusal
	outcomes[culprit].Code, outcomes[culprit].Text = refusal.Code, refusal.Text
	return outcomes
}
