package node

import (
	"context"
	"errors"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/gateway"
)

// Receipt is what a command answers.
type Receipt struct {
	command.Receipt
	Request string `json:"request"`          // id
	Height  uint64 `json:"height,omitempty"` // blocks that this node had seen then; another that has as many sees it
}

// Outcomes is the answer of what sends several commands: what became of each.
type Outcomes[T any] struct {
	Height uint64 `json:"height,omitempty"` // as of a Receipt
	Rows   []T    `json:"rows"`
}

// Send sends one command whose content is all that its caller named: by a lane, if the node has one.
func (n *Node) Send(ctx context.Context, c *Call, req command.Request) (Receipt, error) {
	if c.Dry {
		answer, err := n.gateway.Try(ctx, gateway.Asked{ID: c.ID}, req)
		return n.receipt(c, answer, err)
	}
	answer, err := n.gateway.Once(ctx, gateway.Asked{ID: c.RequestID()}, Just(req))
	return n.receipt(c, answer, err)
}

// queue is Send in two steps; see [gateway.Gateway.Queue].
func (n *Node) queue(ctx context.Context, c *Call,
	req command.Request) (outcome func(context.Context) (Receipt, error)) {
	queued := n.gateway.Queue(ctx, c.RequestID(), req)
	return func(ctx context.Context) (Receipt, error) {
		answer, err := queued(ctx)
		return n.receipt(c, answer, err)
	}
}

// try says what a command that is chosen now would do, and sends nothing. Under a request id that took effect for the
// same before it would do nothing more, and answers the first receipt.
func (n *Node) try(ctx context.Context, c *Call, choose func() (command.Request, error)) (Receipt, error) {
	var asked gateway.Asked
	if c.ID != "" {
		var err error
		if asked, err = n.asked(c); err != nil {
			return Receipt{}, err
		}
		if first, found, err := n.gateway.First(ctx, asked); found || err != nil {
			return n.receipt(c, first, err)
		}
	}
	req, err := checked(choose())
	if err != nil {
		return Receipt{}, err
	}
	answer, err := n.gateway.Try(ctx, asked, req)
	return n.receipt(c, answer, err)
}

// errDry is what a dry call is answered where more would happen than a peer can be asked for.
var errDry = fault.New(fault.BadRequest, "it can't be tried: it sends several commands, or private data")

// Once sends a command that depends on what else there is: lots that the index chooses, rules as they are now, an end
// that is counted from now. Asked again under one id, it answers the first receipt, whatever would be chosen by then,
// if the caller named the same. CONFLICT if not. A request that isn't well-formed is refused unsent.
func (n *Node) Once(ctx context.Context, c *Call, choose func() (command.Request, error)) (Receipt, error) {
	if c.Dry {
		return n.try(ctx, c, choose)
	}
	asked, err := n.asked(c)
	if err != nil {
		return Receipt{}, err
	}
	answer, err := n.gateway.Once(ctx, asked, func() (command.Request, error) { return checked(choose()) })
	return n.receipt(c, answer, err)
}

// checked is a request that is well-formed.
func checked(req command.Request, err error) (command.Request, error) {
	if err != nil {
		return nil, err
	}
	return req, req.Check()
}

// Step sends one more command of a call whose request id stands for a command before it.
func (n *Node) Step(ctx context.Context, c *Call, step string, req command.Request) (Receipt, error) {
	if c.Dry {
		return Receipt{}, errDry
	}
	answer, err := n.gateway.Once(ctx, gateway.Asked{ID: c.RequestID(), Step: step}, Just(req))
	return n.receipt(c, answer, err)
}

// Just chooses a request that is known.
func Just(req command.Request) func() (command.Request, error) {
	return func() (command.Request, error) { return req, nil }
}

// First finds the command that took effect for a call before. CONFLICT if its id was for something else.
func (n *Node) First(ctx context.Context, c *Call) (Receipt, bool, error) {
	asked, err := n.asked(c)
	if err != nil {
		return Receipt{}, false, err
	}
	first, found, err := n.gateway.First(ctx, asked)
	return Receipt{first, asked.ID, n.Height()}, found, err
}

func (n *Node) receipt(c *Call, answer command.Receipt, err error) (Receipt, error) {
	return Receipt{answer, c.ID, n.Height()}, InDoubt(err, c.ID)
}

// InDoubt says of a command whose outcome isn't known why, and how to ask for it again. Other errors stay.
func InDoubt(err error, id string) error {
	if fault.CodeOf(err) != fault.UnknownOutcome {
		return err
	}
	if id == "" {
		return fault.New(fault.UnknownOutcome, "the outcome isn't known yet (%s); run it again, it finds what is done",
			reason(err))
	}
	return fault.New(fault.UnknownOutcome, "the outcome isn't known yet (%s); ask again with `request` %s",
		reason(err), id)
}

// StepInDoubt says of a step whose outcome isn't known that the whole is to be run again.
func StepInDoubt(err error, whole string) error {
	if fault.CodeOf(err) == fault.UnknownOutcome {
		return fault.New(fault.UnknownOutcome, "the outcome of a step isn't known yet (%s); %s again, it looks first",
			reason(err), whole)
	}
	return err
}

// reason is why an outcome isn't known, without the gateway's advice for programs.
func reason(err error) string {
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return err.Error()
	}
	what, _, _ := strings.Cut(refusal.Text, "; ask again")
	return what
}

// OnceLinked is Once for commands that stand or fall together, by a lane. It answers the last one's receipt, or the
// refusal of the one that was refused.
func (n *Node) OnceLinked(ctx context.Context, c *Call, choose func() ([]command.Request, error)) (Receipt, error) {
	if c.Dry {
		return Receipt{}, errDry
	}
	asked, err := n.asked(c)
	if err != nil {
		return Receipt{}, err
	}
	answer, err := n.gateway.OnceLinked(ctx, asked, choose)
	return n.receipt(c, answer, err)
}

// OncePrivate is Once for a single command with private data; see [gateway.Gateway.SinglePrivate].
func (n *Node) OncePrivate(ctx context.Context, c *Call,
	choose func() (command.Request, map[string][]byte, error)) (Receipt, error) {
	if c.Dry {
		return Receipt{}, errDry
	}
	asked, err := n.asked(c)
	if err != nil {
		return Receipt{}, err
	}
	answer, err := n.gateway.OncePrivate(ctx, asked, choose)
	return n.receipt(c, answer, err)
}
