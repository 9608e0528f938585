package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

func cycles(a *app) *cobra.Command {
	cmd := group("cycle", "The settlement cycle: open, closed, confirmed, netted, paid (结算周期、日切)")
	under(cmd, "See (查看)", showCycle(a), listCycles(a))
	under(cmd, "Close (关账)", advanceDate(a), cutOff(a), computeCycle(a), closeCycle(a), finaliseCycle(a), cyclePolicy(a))
	cmd.Long = `A cycle gathers what commands make the parties owe each other. Its cut-off opens the
next one; computing adds it up, pair by pair; the two of a pair open what is hidden
(tally statement open), sign (tally statement sign) or dispute lines (tally dispute
raise); finalising nets what stands into payments (tally payment).

  OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ SETTLED`
	return cmd
}

func advanceDate(a *app) *cobra.Command {
	return a.sends("advance DATE", "Move the business date on; for the operator", "  tally --as G cycle advance 2026-11-02",
		func(args []string) (command.Request, error) {
			to, err := date.Parse(args[0])
			return settlement.AdvanceRequest{Date: to}, err
		})
}

// ofCycle is a command that sends one request about a cycle: the one that is named, or the one
// that was cut off last.
func (a *app) ofCycle(use, short, example string, ask func(cycle string) command.Request) *cobra.Command {
	return leaf(use, short, example, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return a.submit(ctx, ask(args[0]))
		}
		return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, ix *index.Index) error {
			answer, err := a.once(ctx, g, a.requestID(), func() (command.Request, error) {
				cycle, err := lastClosed(ix)
				return ask(cycle), err
			})
			if err != nil {
				return err
			}
			return a.printReceipt(nameOf(ask("")), answer)
		})
	})
}

// lastClosed is the cycle that was cut off last. NOT_FOUND if none was.
func lastClosed(ix *index.Index) (string, error) {
	_, open, err := ix.Cycle()
	if err != nil {
		return "", err
	}
	return before(ix, open.ID)
}

// before is the cycle whose cut-off opened another. NOT_FOUND for the first one.
func before(ix *index.Index, next string) (string, error) {
	_, found, err := index.All[settlement.Close](ix, index.Filter{Topic: next})
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fault.New(fault.NotFound, "no cycle was cut off before %s; name one", next)
	}
	return found[0].Row.ID, nil
}

// cycleOf is the cycle that was named, or the one that was cut off last.
func cycleOf(ix *index.Index, args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	return lastClosed(ix)
}

func cutOff(a *app) *cobra.Command {
	var req settlement.CutOffRequest
	cmd := leaf("cut-off [CYCLE]", "End the open cycle and open the next one; for the operator (日切)",
		`  tally --as G cycle cut-off --next 2026-12
  tally --as G cycle cut-off 2026-11 --next 2026-12`,
		func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				req.Cycle = args[0]
				return a.submit(ctx, req)
			}
			if err := settlement.CheckNew(req.Next); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
				answer, err := a.once(ctx, g, a.requestID(), func() (command.Request, error) {
					open, err := g.Query().Cycle(ctx)
					req.Cycle = open.ID
					return req, err
				})
				if err != nil {
					return err
				}
				return a.printReceipt(nameOf(req), answer)
			})
		})
	cmd.Long = `End the open cycle. Nothing is added to it any more: what was endorsed before and is
still on its way can't take effect, and its sender's gateway sends it again, into the next.`
	word(cmd, &req.Next, "next", "id of the cycle that opens, such as 2026-12")
	return cmd
}

func computeCycle(a *app) *cobra.Command {
	return a.ofCycle("compute [CYCLE]", "Add up what the parties owe each other in a closed cycle: the last one (清算)",
		"  tally --as G cycle compute\n  tally --as D cycle compute 2026-11",
		func(cycle string) command.Request { return settlement.ComputeRequest{Cycle: cycle} })
}

func cyclePolicy(a *app) *cobra.Command {
	var given settlement.Policy
	cmd := leaf("policy", "Show how cycles are closed, or change it for the cut-offs to come; for the operator (结算规则)", `  tally --as D cycle policy
  tally --as G cycle policy --sign-days 5 --answer-days 3 --silence consent`, nil)
	cmd.Long = `Show or change how long parties have, and what silence means. What no flag names
stays as it is; cycles that were cut off keep what counted then.`
	f := cmd.Flags()
	f.Int32Var(&given.SignDays, "sign-days", 0, "business days from cut-off to sign statements and dispute lines")
	f.Int32Var(&given.AnswerDays, "answer-days", 0, "days to answer a dispute")
	choice(cmd, &given.Silence, "silence", "who doesn't sign in time has the pair carried over, or consents", "carry", "consent")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		changed := cmd.Flags().Changed
		if !changed("sign-days") && !changed("answer-days") && !changed("silence") {
			return a.showPolicy(cmd.Context())
		}
		if err := (settlement.SetPolicyRequest{Policy: given}).Check(); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
			answer, err := a.once(ctx, g, a.requestID(), func() (command.Request, error) {
				book, err := g.Query().Models(ctx)
				return settlement.SetPolicyRequest{Policy: policyOn(book.Policy, given, changed)}, err
			})
			if err != nil {
				return err
			}
			return a.printReceipt("cycle:SetPolicy", answer)
		})
	}
	return cmd
}

// policyOn is a policy with what was given in its place.
func policyOn(present, given settlement.Policy, changed func(flag string) bool) settlement.Policy {
	if changed("sign-days") {
		present.SignDays = given.SignDays
	}
	if changed("answer-days") {
		present.AnswerDays = given.AnswerDays
	}
	if changed("silence") {
		present.Silence = given.Silence
	}
	return present
}

func (a *app) showPolicy(ctx context.Context) error {
	return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
		book, err := g.Query().Models(ctx)
		if err != nil {
			return err
		}
		return a.print(book.Policy, func(t table.Writer) { t.AppendRows(policyRows(book.Policy)) })
	})
}

func policyRows(p settlement.Policy) []table.Row {
	silence := "what isn't signed in time is carried into the open cycle"
	if p.Silence == settlement.Consent {
		silence = "what isn't signed in time stands"
	}
	return []table.Row{{"to sign or dispute", fmt.Sprintf("%d business days from cut-off", p.SignDays)},
		{"to answer a dispute", fmt.Sprintf("%d business days", p.AnswerDays)}, {"silence", silence}}
}
