package settle

import (
	"context"
	"errors"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// closes is what closing a cycle asks of the ledger.
type closes interface {
	Cycle(ctx context.Context) (settlement.Cycle, error)
	Close(ctx context.Context, cycle string) (settlement.Close, error)
}

// CloseCycleRequest ends the open cycle, opens the next one and adds up the one that ended.
type CloseCycleRequest struct {
	Next string `json:"next"` // id of the cycle that opens, such as 2026-12
}

// Check refuses an id that is none.
func (r CloseCycleRequest) Check() error { return settlement.CheckNew(r.Next) }

// ClosedCycle is a cycle as closing it left it.
type ClosedCycle struct {
	settlement.Close
	Height uint64 `json:"height,omitempty"` // as of a Receipt
}

func closeCycle(ctx context.Context, n *node.Node, c *node.Call, req CloseCycleRequest) (ClosedCycle, error) {
	last, unknown := node.Ask(ctx, n, func(r *index.Reading) (string, error) { return CycleBefore(r, req.Next) })
	if unknown != nil && fault.CodeOf(unknown) != fault.NotFound {
		return ClosedCycle{}, unknown
	}
	run, err := n.Begin(ctx, c)
	if err != nil {
		return ClosedCycle{}, err
	}
	closed, err := closing{closes: n.Query(), next: req.Next, last: last, unknown: unknown, tell: c.Tell,
		send: func(ctx context.Context, step string, r command.Request) error {
			_, err := run.Send(ctx, node.Step(step, req.Next), r)
			return node.StepInDoubt(err, "`cycle.close`")
		}}.run(ctx)
	return ClosedCycle{closed, n.Height()}, err
}

// closing ends the open cycle and adds it up. Each step looks first at how far the ledger is, so a run that was stopped
// anywhere is run again.
type closing struct {
	closes
	next    string
	last    string                                                            // the cycle whose cut-off opened next
	unknown error                                                             // why that isn't known
	send    func(ctx context.Context, step string, req command.Request) error // once for a step
	tell    func(step string, done bool)                                      // of each step: done now, or before
}

// run answers the closed cycle as it stands then.
func (c closing) run(ctx context.Context) (settlement.Close, error) {
	cycle, err := c.cutOff(ctx)
	if err != nil {
		return settlement.Close{}, err
	}
	closed, err := c.Close(ctx, cycle)
	if err != nil {
		return settlement.Close{}, err
	}
	step := "added up " + cycle
	if closed.State != settlement.Cut {
		c.tell(step, false)
		return closed, nil
	}
	if err := c.send(ctx, "compute", settlement.ComputeRequest{Cycle: cycle}); err != nil {
		return settlement.Close{}, err
	}
	c.tell(step, true)
	return c.Close(ctx, cycle)
}

// cutOff ends the open cycle, unless the next one is open already, and answers which ended.
func (c closing) cutOff(ctx context.Context) (string, error) {
	open, err := c.Cycle(ctx)
	if err != nil {
		return "", err
	}
	if open.ID == c.next {
		if c.unknown == nil {
			c.tell("cut off "+c.last+", opened "+c.next, false)
		}
		return c.last, c.unknown
	}
	if err := c.send(ctx, "cut-off", settlement.CutOffRequest{Cycle: open.ID, Next: c.next}); err != nil {
		return "", err
	}
	c.tell("cut off "+open.ID+", opened "+c.next, true)
	return open.ID, nil
}

func finalise(ctx context.Context, n *node.Node, c *node.Call, req CycleRequest) (node.Receipt, error) {
	answer, err := ofCycle(ctx, n, c, req.Cycle, func(cycle string) command.Request {
		return settlement.FinaliseRequest{Cycle: cycle}
	})
	return answer, byCarrying(err)
}

// byCarrying says of a refusal because a statement doesn't stand what finalises in spite of it.
func byCarrying(err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.WrongState ||
		!strings.Contains(refusal.Text, "the statement of") {
		return err
	}
	return fault.New(fault.WrongState,
		"%s; after the deadline, `cycle.finalise.carry` carries over what doesn't stand, and nets the rest",
		refusal.Text)
}

// Finalised is what finalising with carrying over did.
type Finalised struct {
	node.Receipt
	Cycle   string      `json:"finalised"` // "" if it had been done before, and no cycle is named now
	Carried [][2]string `json:"carried"`   // pairs; null if it had been done before
}

// finaliseCarrying reads what is to be carried, and sends it with the finalising in one batch.
func finaliseCarrying(ctx context.Context, n *node.Node, c *node.Call, req CycleRequest) (answer Finalised, err error) {
	answer.Receipt, err = n.OnceLinked(ctx, c, func() (reqs []command.Request, err error) {
		if answer.Cycle, err = Closed(ctx, n, req.Cycle); err != nil {
			return nil, err
		}
		carries, err := toFinalise(ctx, n.Query(), answer.Cycle)
		if err != nil {
			return nil, err
		}
		answer.Carried = nil
		for _, carried := range carries {
			answer.Carried = append(answer.Carried, [2]string{carried.A, carried.B})
			reqs = append(reqs, carried)
		}
		return append(reqs, settlement.FinaliseRequest{Cycle: answer.Cycle}), nil
	})
	if answer.Duplicate {
		answer.Cycle, answer.Carried = req.Cycle, nil
	}
	return answer, err
}

// statements is what finalising asks of the ledger.
type statements interface {
	closes
	Statement(ctx context.Context, cycle, a, b string) (settlement.Pair, error)
}

// toFinalise lists what must be carried before a cycle can be netted: each statement that doesn't stand. WRONG_STATE
// before the deadline.
func toFinalise(ctx context.Context, ledger statements, cycle string) ([]settlement.CarryRequest, error) {
	closed, err := ledger.Close(ctx, cycle)
	if err != nil {
		return nil, err
	}
	open, err := ledger.Cycle(ctx)
	if err != nil {
		return nil, err
	}
	pairs, err := statementsOf(ctx, ledger, closed)
	if err != nil {
		return nil, err
	}
	carries, err := toCarry(closed, pairs, closed.Day(open))
	if len(carries) >= command.MaxCommands {
		return nil, fault.New(fault.Limit,
			"%d statements don't stand, and a batch has %d commands; have some signed first",
			len(carries), command.MaxCommands)
	}
	return carries, err
}

func statementsOf(ctx context.Context, ledger statements, closed settlement.Close) ([]settlement.Pair, error) {
	pairs := make([]settlement.Pair, len(closed.Pairs))
	for i, p := range closed.Pairs {
		var err error
		if pairs[i], err = ledger.Statement(ctx, closed.ID, p[0], p[1]); err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

// toCarry lists the statements that silence doesn't settle on a day as Close.Day counts it: those that a party hasn't
// signed whose silence is no consent, those that differ, and those with a hidden sum that nobody opened. A statement
// that only waits for the fee on such a sum waits no more once that is carried. WRONG_STATE before the deadline if
// there are any.
func toCarry(closed settlement.Close, pairs []settlement.Pair,
	day date.Date) (list []settlement.CarryRequest, err error) {
	if err := closed.Require(settlement.Computed); err != nil {
		return nil, err
	}
	for _, p := range pairs {
		late := p
		late.Pending = uint32(unopened(p))
		if p.State.Ended() || closed.Silent(late, closed.SignBy+1) || closed.Upholds(late, closed.SignBy+1) {
			continue
		}
		for range p.Carries() {
			list = append(list, settlement.CarryRequest{Cycle: closed.ID, A: p.A, B: p.B})
		}
	}
	if len(list) > 0 && day <= closed.SignBy {
		return nil, fault.New(fault.WrongState, "the statement of %s and %s isn't agreed, and can be until %s",
			list[0].A, list[0].B, closed.SignBy)
	}
	return list, nil
}

// unopened is how many hidden sums of a pair nobody has opened.
func unopened(p settlement.Pair) (n int) {
	for _, h := range p.Hidden {
		if h.Waits() {
			n++
		}
	}
	return n
}
