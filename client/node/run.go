package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/gateway"
)

// Run sends many commands, and one request id stands for all of them. The first that takes effect has the id itself,
// with what the caller named; each other is a step of the id. A run that was stopped anywhere and is run again goes on:
// what is done is found done, by the ledger's own rules and by its step.
//
// Without the caller's request id a step that can come once is a name of the node's own, and another has none: a lot
// that ended may have to end again.
type Run struct {
	node  *Node
	call  *Call
	begun bool // the request id stands for a command of it
}

// Begin begins a run, or goes on with it. CONFLICT if the request id is for something else.
func (n *Node) Begin(ctx context.Context, c *Call) (*Run, error) {
	if c.Dry {
		return nil, errDry
	}
	r := &Run{node: n, call: c}
	if c.ID == "" {
		return r, nil
	}
	_, found, err := n.First(ctx, c)
	r.begun = found
	return r, err
}

// Repeat sends one command of a run, whose content is its step.
func (r *Run) Repeat(ctx context.Context, req command.Request) error {
	step := ""
	if r.call.ID != "" {
		content := command.New("", req).Hash()
		step = hex.EncodeToString(content[:16])
	}
	_, err := r.Send(ctx, step, req)
	return err
}

// Send sends one command of a run, once for the step.
func (r *Run) Send(ctx context.Context, step string, req command.Request) (Receipt, error) {
	if r.call.ID != "" && !r.begun {
		answer, err := r.node.Once(ctx, r.call, Just(req))
		if err != nil || !answer.Duplicate {
			r.begun = err == nil
			return answer, err
		}
		r.begun = true // an earlier run's first command came in only now: it was another
	}
	answer, err := r.node.gateway.Once(ctx, gateway.Asked{ID: r.call.ID, Step: step}, Just(req))
	return r.node.receipt(r.call, answer, err)
}

// Step names a step by what it is about: the same for the same. What is too long for a name ends in a hash of all of
// it.
func Step(parts ...string) string {
	step := strings.Join(parts, "-")
	if len(step) <= maxStep {
		return step
	}
	sum := sha256.Sum256([]byte(step))
	tail := "-" + hex.EncodeToString(sum[:16])
	return step[:maxStep-len(tail)] + tail
}

// maxStep is how long a step's name may be.
const maxStep = 64

// Results counts what a run over many rows did.
type Results struct {
	Done    []string  `json:"done"`
	Refused []Refused `json:"refused"`
}

// Refused is a row that the ledger refused, and why.
type Refused struct {
	ID   string     `json:"id"`
	Code fault.Code `json:"code"`
	Text string     `json:"text"`
}

// NewResults counts nothing yet.
func NewResults() *Results { return &Results{Done: []string{}, Refused: []Refused{}} }

// Note counts one row. It returns what ends the run: errors that the next row would meet too.
func (r *Results) Note(id string, err error) error {
	var refusal *fault.Error
	switch {
	case err == nil:
		r.Done = append(r.Done, id)
		return nil
	case !errors.As(err, &refusal), refusal.Code.Passing():
		return err
	}
	r.Refused = append(r.Refused, Refused{id, refusal.Code, refusal.Text})
	return nil
}
