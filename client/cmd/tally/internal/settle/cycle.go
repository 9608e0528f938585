// Package settle has the commands about cycles, models, statements, disputes and payments.
package settle

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/settle"
)

// Cycles is the group of cycles.
func Cycles(a *cli.App) *cobra.Command {
	cmd := cli.Group("cycle", "The settlement cycle: open, closed, confirmed, netted, paid (结算周期、日切)")
	cli.Under(cmd, "See (查看)", showCycle(a), listCycles(a))
	cli.Under(cmd, "Close (关账)", advanceDate(a), confirmDate(a), cutOff(a), computeCycle(a), closeCycle(a),
		finaliseCycle(a), cyclePolicy(a), acceptPolicy(a))
	cmd.Long = `A cycle gathers what commands make the parties owe each other. Its cut-off opens the
next one; computing adds it up, pair by pair; the two of a pair open what is hidden
(tally statement open), sign (tally statement sign) or dispute lines (tally dispute
raise); finalising nets what stands into payments (tally payment).

  OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ SETTLED`
	return cmd
}

func advanceDate(a *cli.App) *cobra.Command {
	var req settlement.AdvanceRequest
	cmd := cli.Sends(a, "advance DATE", "  tally --as G cycle advance 2026-11-02", settle.CycleAdvance,
		cli.Parsed(&req, &req.Date, date.Parse))
	cmd.Long = `Move the business date on. What the parties gave notice of today takes effect: models
that they propose, agree to and leave, and how cycles are closed. By more than 7 days
it moves only if another party has confirmed the date: tally cycle confirm. Days that
are skipped don't count towards the deadlines of statements and disputes.`
	return cmd
}

func confirmDate(a *cli.App) *cobra.Command {
	var req settlement.ConfirmDateRequest
	return cli.Sends(a, "confirm DATE", "  tally --as D cycle confirm 2026-12-01", settle.CycleConfirm,
		cli.Parsed(&req, &req.Date, date.Parse))
}

// ofCycle makes the request about a closed cycle, which an argument may name.
func ofCycle(args []string) (settle.CycleRequest, error) {
	return settle.CycleRequest{Cycle: cli.First(args)}, nil
}

func cutOff(a *cli.App) *cobra.Command {
	var req settle.CutOffRequest
	cmd := cli.Verb(a, "cut-off [CYCLE]", `  tally --as G cycle cut-off --next 2026-12
  tally --as G cycle cut-off 2026-11 --next 2026-12`, settle.CycleCutOff,
		cli.Words(&req, &req.Cycle), a.ReceiptOf("cycle:CutOff"))
	cmd.Long = `End the open cycle. Nothing is added to it any more: what was endorsed before and is
still on its way can't take effect, and its sender's gateway sends it again, into the next.`
	cli.Word(cmd, &req.Next, "next", "id of the cycle that opens, such as 2026-12")
	cli.Require(cmd, "next")
	return cmd
}

func computeCycle(a *cli.App) *cobra.Command {
	return cli.Verb(a, "compute [CYCLE]", "  tally --as G cycle compute\n  tally --as D cycle compute 2026-11",
		settle.CycleCompute, ofCycle, a.ReceiptOf("cycle:Compute"))
}

func cyclePolicy(a *cli.App) *cobra.Command {
	var given settlement.Policy
	cmd := cli.Leaf("policy", "Show how cycles are closed, or ask for another way; for the operator (结算规则)", `  tally --as D cycle policy
  tally --as G cycle policy --sign-days 5 --answer-days 3 --silence consent`, nil)
	cmd.Long = `Show how long parties have, and what silence means, or say how you want it. What no
flag names stays as it is. It is in force from tomorrow, for the cycles that open from
then on, as far as the parties accept it: nobody has fewer than 3 days, nor is its
silence taken for consent, unless it said so itself (tally cycle accept).`
	closingFlags(cmd, &given, "fewer than 3 only if all parties accept it")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		change := changeOf(cmd, &given)
		if change == (settle.PolicyChange{}) {
			return cli.Perform(cmd.Context(), a, settle.CyclePolicy, func() (node.NoRequest, error) {
				return node.NoRequest{}, nil
			}, cli.Shows(a, policyTable))
		}
		return cli.Perform(cmd.Context(), a, settle.CyclePolicySet, func() (settle.SetPolicyRequest, error) {
			return settle.SetPolicyRequest{PolicyChange: change}, nil
		}, a.ReceiptOf("cycle:SetPolicy"))
	}
	return cmd
}

func acceptPolicy(a *cli.App) *cobra.Command {
	var given settlement.Policy
	var cmd *cobra.Command
	cmd = cli.Verb(a, "accept", "  tally --as D cycle accept --sign-days 1 --silence consent", settle.CycleAccept,
		func([]string) (settle.AcceptPolicyRequest, error) {
			return settle.AcceptPolicyRequest{PolicyChange: changeOf(cmd, &given)}, nil
		}, a.ReceiptOf("cycle:AcceptPolicy"))
	cmd.Long = `Say how strict the rules may be for you, from tomorrow, for the cycles that open from
then on. What no flag names stays as you accept it now; without this command that is 3
days to sign, 3 to answer, and that what you don't sign is carried over.`
	closingFlags(cmd, &given, "1 to 3")
	return cmd
}

func closingFlags(cmd *cobra.Command, given *settlement.Policy, bounds string) {
	cli.Whole(cmd, &given.SignDays, "sign-days", 0, "business days from cut-off to sign statements and dispute lines; "+
		bounds)
	cli.Whole(cmd, &given.AnswerDays, "answer-days", 0, "days to answer a dispute; "+bounds)
	cli.Choice(cmd, &given.Silence, "silence", "who doesn't sign in time has the pair carried over, or consents",
		"carry",
		"consent")
}

// changeOf is what flags name of a policy.
func changeOf(cmd *cobra.Command, given *settlement.Policy) (change settle.PolicyChange) {
	changed := cmd.Flags().Changed
	if changed("sign-days") {
		change.SignDays = &given.SignDays
	}
	if changed("answer-days") {
		change.AnswerDays = &given.AnswerDays
	}
	if changed("silence") {
		change.Silence = &given.Silence
	}
	return change
}

func policyTable(t table.Writer, p settle.Policy) {
	silence := "what isn't signed in time is carried into the open cycle"
	if list := p.Consenting; len(list) > 0 {
		silence += ", unless only these haven't signed, whose silence is consent: " + strings.Join(list, ", ")
	}
	t.AppendRows([]table.Row{{"to sign or dispute", fmt.Sprintf("%d business days from cut-off", p.SignDays)},
		{"to answer a dispute", fmt.Sprintf("%d business days", p.AnswerDays)}, {"silence", silence}})
}
