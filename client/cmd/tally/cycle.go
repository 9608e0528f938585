package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

func cycles(a *app) *cobra.Command {
	cmd := group("cycle", "The settlement cycle: open, closed, confirmed, netted, paid (结算周期、日切)")
	under(cmd, "See (查看)", showCycle(a), listCycles(a))
	under(cmd, "Close (关账)", advanceDate(a), confirmDate(a), cutOff(a), computeCycle(a), closeCycle(a), finaliseCycle(a), cyclePolicy(a), acceptPolicy(a))
	cmd.Long = `A cycle gathers what commands make the parties owe each other. Its cut-off opens the
next one; computing adds it up, pair by pair; the two of a pair open what is hidden
(tally statement open), sign (tally statement sign) or dispute lines (tally dispute
raise); finalising nets what stands into payments (tally payment).

  OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ SETTLED`
	return cmd
}

func advanceDate(a *app) *cobra.Command {
	cmd := sends(a, "advance DATE",
		"  tally --as G cycle advance 2026-11-02", node.CycleAdvance,
		func(args []string) (settlement.AdvanceRequest, error) {
			to, err := date.Parse(args[0])
			return settlement.AdvanceRequest{Date: to}, err
		})
	cmd.Long = `Move the business date on. What the parties gave notice of today takes effect: models
that they propose, agree to and leave, and how cycles are closed. By more than 7 days
it moves only if another party has confirmed the date: tally cycle confirm. Days that
are skipped don't count towards the deadlines of statements and disputes.`
	return cmd
}

func confirmDate(a *app) *cobra.Command {
	return sends(a, "confirm DATE",
		"  tally --as D cycle confirm 2026-12-01", node.CycleConfirm,
		func(args []string) (settlement.ConfirmDateRequest, error) {
			to, err := date.Parse(args[0])
			return settlement.ConfirmDateRequest{Date: to}, err
		})
}

// ofCycle is a command that sends one request about a cycle: the one that is named, or the one
// that was cut off last.
func (a *app) ofCycle(use, short, example string, ask func(cycle string) command.Request) *cobra.Command {
	return leaf(use, short, example, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return a.submit(ctx, ask(args[0]))
		}
		return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
			answer, err := g.Once(ctx, &a.call, func() (command.Request, error) {
				cycle, err := lastClosed(r)
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
func lastClosed(r *index.Reading) (string, error) {
	open, err := r.Cycle()
	if err != nil {
		return "", err
	}
	return before(r, open.ID)
}

// before is the cycle whose cut-off opened another. NOT_FOUND for the first one.
func before(r *index.Reading, next string) (string, error) {
	found, err := index.All[settlement.Close](r, index.Filter{Topic: next})
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fault.New(fault.NotFound, "no cycle was cut off before %s; name one", next)
	}
	return found[0].Row.ID, nil
}

// cycleOf is the cycle that was named, or the one that was cut off last.
func cycleOf(r *index.Reading, args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	return lastClosed(r)
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
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				answer, err := g.Once(ctx, &a.call, func() (command.Request, error) {
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
	require(cmd, "next")
	return cmd
}

func computeCycle(a *app) *cobra.Command {
	return a.ofCycle("compute [CYCLE]", "Add up what the parties owe each other in a closed cycle: the last one (清算)",
		"  tally --as G cycle compute\n  tally --as D cycle compute 2026-11",
		func(cycle string) command.Request { return settlement.ComputeRequest{Cycle: cycle} })
}

func cyclePolicy(a *app) *cobra.Command {
	var given settlement.Policy
	cmd := leaf("policy", "Show how cycles are closed, or ask for another way; for the operator (结算规则)", `  tally --as D cycle policy
  tally --as G cycle policy --sign-days 5 --answer-days 3 --silence consent`, nil)
	cmd.Long = `Show how long parties have, and what silence means, or say how you want it. What no
flag names stays as it is. It is in force from tomorrow, for the cycles that open from
then on, as far as the parties accept it: nobody has fewer than 3 days, nor is its
silence taken for consent, unless it said so itself (tally cycle accept).`
	closingFlags(cmd, &given, "fewer than 3 only if all parties accept it")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		changed := cmd.Flags().Changed
		if !changed("sign-days") && !changed("answer-days") && !changed("silence") {
			return a.showPolicy(cmd.Context())
		}
		return a.sendPolicy(cmd.Context(), given, changed, func(b settlement.Book, _ string) settlement.Policy { return b.Asked },
			func(p settlement.Policy) command.Request { return settlement.SetPolicyRequest{Policy: p} })
	}
	return cmd
}

func acceptPolicy(a *app) *cobra.Command {
	var given settlement.Policy
	cmd := leaf("accept", "Accept a stricter way of closing cycles for yourself: fewer days, or that your silence is consent (接受结算规则)",
		"  tally --as D cycle accept --sign-days 1 --silence consent", nil)
	cmd.Long = `Say how strict the rules may be for you, from tomorrow, for the cycles that open from
then on. What no flag names stays as you accept it now; without this command that is 3
days to sign, 3 to answer, and that what you don't sign is carried over.`
	closingFlags(cmd, &given, "1 to 3")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.sendPolicy(cmd.Context(), given, cmd.Flags().Changed, settlement.Book.AcceptedBy,
			func(p settlement.Policy) command.Request { return settlement.AcceptPolicyRequest{Policy: p} })
	}
	return cmd
}

func closingFlags(cmd *cobra.Command, given *settlement.Policy, bounds string) {
	whole(cmd, &given.SignDays, "sign-days", 0, "business days from cut-off to sign statements and dispute lines; "+bounds)
	whole(cmd, &given.AnswerDays, "answer-days", 0, "days to answer a dispute; "+bounds)
	choice(cmd, &given.Silence, "silence", "who doesn't sign in time has the pair carried over, or consents", "carry", "consent")
}

// sendPolicy sends what was given in the place of what there is.
func (a *app) sendPolicy(ctx context.Context, given settlement.Policy, changed func(flag string) bool,
	present func(b settlement.Book, party string) settlement.Policy, ask func(settlement.Policy) command.Request) error {
	if err := ask(policyOn(settlement.Founding().Policy, given, changed)).Check(); err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, g *node.Node) error {
		answer, err := g.Once(ctx, &a.call, func() (command.Request, error) {
			book, err := g.Query().Models(ctx, 0)
			if err != nil {
				return nil, err
			}
			return ask(policyOn(present(book, g.Party()), given, changed)), nil
		})
		if err != nil {
			return err
		}
		return a.printReceipt(nameOf(ask(given)), answer)
	})
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
	return a.with(ctx, func(ctx context.Context, g *node.Node) error {
		book, err := g.Query().Models(ctx, 0)
		if err != nil {
			return err
		}
		return a.print(book.Policy, func(t table.Writer) { t.AppendRows(policyRows(book)) })
	})
}

func policyRows(b settlement.Book) []table.Row {
	silence := "what isn't signed in time is carried into the open cycle"
	if list := b.Consenting(); len(list) > 0 {
		silence += ", unless only these haven't signed, whose silence is consent: " + strings.Join(list, ", ")
	}
	return []table.Row{{"to sign or dispute", fmt.Sprintf("%d business days from cut-off", b.Policy.SignDays)},
		{"to answer a dispute", fmt.Sprintf("%d business days", b.Policy.AnswerDays)}, {"silence", silence}}
}
