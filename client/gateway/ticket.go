package gateway

import (
	"crypto/sha256"
	"slices"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// ticket is what waits in the queue: commands that belong together, and whoever
// waits for their answer. The queue's lock guards it until a lane takes it.
type ticket struct {
	id       string            // its request id, "" for none
	hash     [32]byte          // of its intent
	commands []command.Command // one, a linked group, or a batch
	source   *command.Source
	batch    bool // its caller's own batch: nothing else goes with it
	demand   demand
	since    time.Time
	waiters  int
	trace    trace.SpanContext // of who asked first, if it is traced
	taken    bool
	unfit    bool // its transaction was full before it, or its lane was given up: it waits for another

	txID     atomic.Pointer[string] // of the last transaction that carried it
	done     chan struct{}          // closed with the fields below set
	receipts []command.Receipt
	errs     []error // one a command; or, where none was reached, err
	err      error
	outcome  Outcome
}

// newTicket is of one command or a group.
func newTicket(id string, commands []command.Command) *ticket {
	return &ticket{
		id: id, commands: commands, hash: intentOf(commands), demand: demandOf(commands), waiters: 1,
		done: make(chan struct{}),
	}
}

// newBatch is a ticket of a caller's own batch.
func newBatch(id string, commands []command.Command) *ticket {
	t := newTicket(id, commands)
	t.hash, t.batch = hashOf(commands), true
	return t
}

// alone says whether the ticket gets a transaction to itself.
func (t *ticket) alone() bool { return t.batch || t.demand.Alone }

// intentOf identifies what commands that stand or fall together are for: a named group
// has its intent at its last command.
func intentOf(group []command.Command) [32]byte {
	last := group[len(group)-1]
	if _, intent, err := command.ParseRequest(last.Request); err == nil && !intent.IsZero() {
		return intent.Hash()
	}
	return hashOf(group)
}

// hashOf identifies the content of commands asked for together.
func hashOf(commands []command.Command) [32]byte {
	if len(commands) == 1 {
		return commands[0].Hash()
	}
	h := sha256.New()
	for _, c := range commands {
		sum := c.Hash()
		h.Write(sum[:])
	}
	return [32]byte(h.Sum(nil))
}

// fail ends the ticket without an outcome of its commands, for those who wait.
func (t *ticket) fail(err error) {
	t.err = err
	close(t.done)
}

// tell lets those who wait see what became of the ticket.
func (t *ticket) tell() { close(t.done) }

// refused says whether a ticket that has ended left nothing to remember.
func (t *ticket) refused() bool {
	return t.err != nil || !t.batch && slices.ContainsFunc(t.errs, func(err error) bool { return err != nil })
}

// unknown is what a caller gets who leaves while the ticket is in a batch.
func (t *ticket) unknown() *fault.Error {
	tx := "it is about to be sent"
	if id := t.txID.Load(); id != nil {
		tx = "transaction " + *id
	}
	if t.id == "" {
		return fault.New(fault.UnknownOutcome, "%s; the command has no request id to ask again with", tx)
	}
	return fault.New(fault.UnknownOutcome, "%s; ask again with request id %s", tx, t.id)
}
