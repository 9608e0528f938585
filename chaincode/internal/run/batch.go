package run

import (
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
	"tallystick/chaincode/touch"
)

// Batch does 1 to 500 commands of the caller in one of its lanes. Every party that is registered may; each command asks
// for its own roles.
//
// Refused as a whole, first that applies: BAD_REQUEST, LIMIT (too many bytes), NOT_FOUND (the caller isn't registered),
// LANE_MOVED, SOURCE_MOVED, LIMIT (commands of a source that write too much).
func Batch(t Transaction, do Do, batch command.Batch) (*command.Result, error) {
	if err := batch.Check(); err != nil {
		return nil, err
	}
	r, err := begin(t, do, batch.Lane, batch.Seq, false)
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
	if err := r.Tx.Flush(); err != nil {
		return nil, err
	}
	return &command.Result{Cycle: r.Cycle.ID, Date: r.Cycle.Date, Outcomes: outcomes}, nil
}

// reads lists the keys that commands will read first. What the caller may not send reads nothing.
func (r *Run) reads(commands []command.Command, requests []command.Request) []string {
	var touched touch.Touch
	at := touch.At{Caller: r.Caller.ID, Cycle: r.Cycle.ID, Lane: r.Lane}
	for i, req := range requests {
		if id := commands[i].Name(); id != "" {
			touched.Reads = append(touched.Reads, string(row.NamedRequest(r.Caller.ID, id)))
		}
		if kind := commands[i].Kind; req != nil && kind.Allow(r.Caller) == nil {
			touched.Add(at, req)
		}
	}
	return touched.Reads
}

// moveSource advances the cursor of a numbered source. A source that the
// ledger hasn't seen is at 0.
func (r *Run) moveSource(s *command.Source) error {
	if s == nil {
		return nil
	}
	key := row.Source(r.Caller.ID, s.Name)
	cursor, _, err := ledger.Find(r.Tx, key)
	if err != nil {
		return err
	}
	if cursor.At != s.From {
		return fault.New(fault.SourceMoved, "source %s is at %d, the batch begins at %d", s.Name, cursor.At, s.From)
	}
	ledger.Put(r.Tx, key, row.Cursor{At: s.To})
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
func (r *Run) all(commands []command.Command) ([]command.Outcome, error) {
	requests, malformed := r.decode(commands)
	keys := r.reads(commands, requests)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if err := r.Tx.Prefetch(keys[:min(len(keys), maxPrefetch)]); err != nil {
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

func (r *Run) decode(commands []command.Command) ([]command.Request, []error) {
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
func (r *Run) group(from int, commands []command.Command, requests []command.Request,
	malformed []error) ([]command.Outcome, error) {
	mark, caller, cycle := r.Tx.Mark(), r.Caller, r.Cycle
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
			r.Tx.Rollback(mark)
			r.Caller, r.Cycle = caller, cycle
			return refuseAll(from, len(commands), i, err), nil
		case receipt.Duplicate:
			outcomes = append(outcomes, command.Outcome{Index: uint16(from + i), First: receipt.Number,
				Cycle: receipt.Cycle, Date: receipt.Date})
		}
	}
	return outcomes, nil
}

// refuseAll lists a group's outcomes: the culprit's own, LINKED for the others.
func refuseAll(from, n, culprit int, err error) []command.Outcome {
	outcomes := make([]command.Outcome, n)
	for i := range outcomes {
		outcomes[i] = command.Outcome{Index: uint16(from + i), Code: fault.Linked,
			Text: fmt.Sprintf("command %d of the group was refused: %s", culprit, fault.CodeOf(err))}
	}
	var refusal *fault.Error
	errors.As(err, &refusal) // the caller has asked isRefusal
	outcomes[culprit].Code, outcomes[culprit].Text = refusal.Code, refusal.Text
	return outcomes
}
