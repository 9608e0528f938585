package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// closes is what closing a cycle asks of the ledger.
type closes interface {
	Cycle(ctx context.Context) (settlement.Cycle, error)
	Close(ctx context.Context, cycle string) (settlement.Close, error)
}

// closing ends the open cycle and adds it up. Each step looks first at how far the
// ledger is, so a run that was stopped anywhere is run again.
type closing struct {
	closes
	next   string
	before func(next string) (string, error)                                 // the cycle whose cut-off opened next
	send   func(ctx context.Context, step string, req command.Request) error // once for a step
	tell   func(step string, done bool)                                      // of each step: done now, or before
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

// cutOff ends the open cycle, unless the next one is open already, and answers which
// ended.
func (c closing) cutOff(ctx context.Context) (string, error) {
	open, err := c.Cycle(ctx)
	if err != nil {
		return "", err
	}
	if open.ID == c.next {
		cycle, err := c.before(c.next)
		if err == nil {
			c.tell("cut off "+cycle+", opened "+c.next, false)
		}
		return cycle, err
	}
	if err := c.send(ctx, "cut-off", settlement.CutOffRequest{Cycle: open.ID, Next: c.next}); err != nil {
		return "", err
	}
	c.tell("cut off "+open.ID+", opened "+c.next, true)
	return open.ID, nil
}

func closeCycle(a *app) *cobra.Command {
	var next string
	cmd := leaf("close", "End the open cycle, open the next one and add it up; for the operator (关账)", "  tally --as G cycle close --next 2026-12",
		func(ctx context.Context, _ []string) error {
			if err := settlement.CheckNew(next); err != nil {
				return err
			}
			return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
				last, unknown := before(r, next)
				run, err := a.begin(ctx, g, r)
				if err != nil {
					return err
				}
				c := closing{closes: g.Query(), next: next, before: func(string) (string, error) { return last, unknown }, tell: a.tellStep,
					send: func(ctx context.Context, step string, req command.Request) error {
						_, err := run.Send(ctx, node.Step(step, next), req)
						return node.StepInDoubt(err, "tally cycle close")
					}}
				closed, err := c.run(ctx)
				if err != nil {
					return err
				}
				answer := struct {
					settlement.Close
					Height uint64 `json:"height"` // as of a receipt
				}{closed, g.Height()}
				return a.print(answer, func(t table.Writer) { t.AppendRows(closeRows(closed)) })
			})
		})
	cmd.Long = `Cut the open cycle off and add it up, in two commands. Each is done if it isn't done
yet: stopped anywhere, the same command goes on.`
	word(cmd, &next, "next", "id of the cycle that opens, such as 2026-12")
	require(cmd, "next")
	return cmd
}

// tellStep says a step of a longer run as soon as it is done, to people alone.
func (a *app) tellStep(step string, done bool) {
	if a.format == "json" {
		return
	}
	if !done {
		step += ": was done before"
	}
	fmt.Fprintln(a.err, step) // there is nowhere left to report it
}

func finaliseCycle(a *app) *cobra.Command {
	var carry bool
	var lane uint8
	cmd := leaf("finalise [CYCLE]", "Net what stands of a closed cycle, the last one, into payments (轧差)",
		`  tally --as G cycle finalise
  tally --as G cycle finalise 2026-11 --carry`,
		func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				if err := (settlement.FinaliseRequest{Cycle: args[0]}).Check(); err != nil {
					return err
				}
			}
			if carry && (lane < 1 || lane >= number.Lanes) {
				return fault.New(fault.BadRequest, "--lane: want 1 to %d", number.Lanes-1)
			}
			if carry {
				return a.finaliseWithCarry(ctx, args, lane)
			}
			return a.finalise(ctx, args)
		})
	cmd.Long = `Net a cycle all of whose statements stand: signed by both, or, if that is the
policy, by silence after the deadline. What is disputed is left out. With --carry,
statements that don't stand after the deadline are carried into the open cycle first,
in the same transaction, so that the rest settles on time (结转).`
	cmd.Flags().BoolVar(&carry, "carry", false, "carry over what doesn't stand after the deadline")
	whole(cmd, &lane, "lane", 1, "of this node, by which --carry sends; no other process may write it")
	return cmd
}

func (a *app) finalise(ctx context.Context, args []string) error {
	return byCarrying(a.finaliseAsIs(ctx, args))
}

// byCarrying says of a refusal because a statement doesn't stand what finalises in spite of it.
func byCarrying(err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.WrongState || !strings.Contains(refusal.Text, "the statement of") {
		return err
	}
	return fault.New(fault.WrongState, "%s; after the deadline, --carry carries over what doesn't stand, and nets the rest", refusal.Text)
}

func (a *app) finaliseAsIs(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return a.submit(ctx, settlement.FinaliseRequest{Cycle: args[0]})
	}
	return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
		answer, err := g.Once(ctx, &a.call, func() (command.Request, error) {
			cycle, err := lastClosed(r)
			return settlement.FinaliseRequest{Cycle: cycle}, err
		})
		if err != nil {
			return err
		}
		return a.printReceipt("cycle:Finalise", answer)
	})
}

// finalised is what finalising with carrying over did.
type finalised struct {
	node.Receipt
	Cycle   string      `json:"finalised"` // "" if it had been done before, and no cycle is named now
	Carried [][2]string `json:"carried"`   // pairs; null if it had been done before
}

// finaliseWithCarry reads what is to be carried, and sends it with the finalising in one batch.
func (a *app) finaliseWithCarry(ctx context.Context, args []string, lane uint8) error {
	var answer finalised
	err := a.withLane(ctx, lane, func(ctx context.Context, g *node.Node) (err error) {
		answer.Receipt, err = g.OnceLinked(ctx, &a.call, func() ([]command.Request, error) {
			if err := a.indexed(ctx, g, func(now *index.Reading) (err error) {
				answer.Cycle, err = cycleOf(now, args)
				return err
			}); err != nil {
				return nil, err
			}
			reqs, err := toFinalise(ctx, g.Query(), answer.Cycle)
			if err != nil {
				return nil, err
			}
			answer.Carried = nil
			for _, r := range reqs[:len(reqs)-1] {
				carried := r.(settlement.CarryRequest)
				answer.Carried = append(answer.Carried, [2]string{carried.A, carried.B})
			}
			return reqs, nil
		})
		return err
	})
	if err != nil {
		return err
	}
	if answer.Again {
		answer.Cycle, answer.Carried = append(args, "")[0], nil
	}
	return a.print(answer, func(t table.Writer) {
		receiptTable(t, "cycle:Finalise", answer.Receipt)
		for _, pair := range answer.Carried {
			t.AppendRow(table.Row{"carried over", pair[0] + " and " + pair[1]})
		}
	})
}

// statements is what finalising asks of the ledger.
type statements interface {
	closes
	Statement(ctx context.Context, cycle, a, b string) (settlement.Pair, error)
}

// toFinalise is what to send so that a cycle is netted: a carry for each statement that doesn't stand, and the
// finalising. WRONG_STATE before the deadline.
func toFinalise(ctx context.Context, ledger statements, cycle string) ([]command.Request, error) {
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
	if err != nil {
		return nil, err
	}
	if len(carries) >= command.MaxCommands {
		return nil, fault.New(fault.Limit, "%d statements don't stand, and a batch has %d commands; have some signed first", len(carries), command.MaxCommands)
	}
	reqs := make([]command.Request, 0, len(carries)+1)
	for _, c := range carries {
		reqs = append(reqs, c)
	}
	return append(reqs, settlement.FinaliseRequest{Cycle: cycle}), nil
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

// toCarry lists the statements that silence doesn't settle on a day as Close.Day counts it: those that a party hasn't signed whose silence is no consent,
// those that differ, and those with a hidden sum that nobody opened. A statement that only waits for the fee on
// such a sum waits no more once that is carried. WRONG_STATE before the deadline if there are any.
func toCarry(closed settlement.Close, pairs []settlement.Pair, day date.Date) (list []settlement.CarryRequest, err error) {
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
		return nil, fault.New(fault.WrongState, "the statement of %s and %s isn't agreed, and can be until %s", list[0].A, list[0].B, closed.SignBy)
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

// withLane is with, and one lane to send linked commands by.
func (a *app) withLane(ctx context.Context, lane uint8, do func(context.Context, *node.Node) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	cfg, err := a.config(map[string]any{"lanes": fmt.Sprint(lane)})
	if err != nil {
		return err
	}
	g, err := a.connect(ctx, cfg)
	if err != nil {
		return err
	}
	return asFault(errors.Join(do(ctx, g), g.Close()))
}
