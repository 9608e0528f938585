package settle

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/client/accounts"
	"tallystick/client/banktable"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/iso20022"
	"tallystick/client/node/settle"
	"tallystick/client/payments"
)

func advisePayments(a *cli.App) *cobra.Command {
	var req settle.AdvisePaymentsRequest
	var mapping string
	cmd := cli.Verb(a, "advise FILE", `  tally --as S1 payment advise camt054.xml --accounts accounts.yaml
  tally --as S1 payment advise camt053.xml --accounts accounts.yaml --cycle 2026-11
  tally --as S1 payment advise 账户明细.xlsx --accounts accounts.yaml --mapping icbc.yaml`, settle.PaymentAdvise,
		func(args []string) (_ settle.AdvisePaymentsRequest, err error) {
			if req.Mapping, err = cli.TextOf(mapping); err != nil {
				return req, err
			}
			return req, a.SendFile(args[0])
		}, showAdvised(a))
	cmd.Long = `Read a camt.054 or camt.053, or a bank's CSV or workbook, and match it with what you are to
get: by end-to-end id, amount, your account and who paid. What counts is told to the ledger; the
same booking tells nothing twice, in whichever file. Lines of others' are counted, and left.

Of a CSV or workbook a mapping says which column holds what (client/banktable/KEYS.md). Its least
is one line with a preset, one of ` + strings.Join(banktable.Banks(), ", ") + `:

  bank: icbc

- reads standard input.

exact      all is there, in time                 late       all is there, after it was due
partial    less than expected is there so far    duplicate  told before, or twice
waiting    the bank has not booked it            sent       what you paid yourself
wrong      can't count by itself: why says why   returned   what you paid came back to you
possible   may be yours, and doesn't say so      unread     can't be read, and isn't yours

Where a person must look, it fails with NEEDS_PERSON after it has done the rest, and says what
can be done: tally payment receive, take-back or bounce.`
	cli.Word(cmd, &req.Cycle, "cycle", "of this cycle's payments only")
	cli.One(cmd, &req.Accounts, "accounts", "YAML file with the parties' accounts", accounts.Load)
	cli.Word(cmd, &mapping, "mapping", "YAML file that says what the columns of a bank's CSV or workbook hold")
	cli.Require(cmd, "accounts")
	cmd.Flags().BoolVar(&req.Bounce, "bounce", false,
		"note payments of yours that came back as FAILED, to be instructed again")
	return a.TakesLong(cmd)
}

// showAdvised says what each line means, and what a person may want to do.
func showAdvised(a *cli.App) func(context.Context, *cli.Node, settle.Advised) error {
	return func(_ context.Context, _ *cli.Node, v settle.Advised) error {
		return a.PrintParts(v, func(t table.Writer) { advisedTable(t, v) }, func(t table.Writer) {
			nextTable(t, v.Rows)
		})
	}
}

func advisedTable(t table.Writer, v settle.Advised) {
	if len(v.Rows) == 0 { // a caption has no table to stand under
		t.AppendRow(table.Row{"nothing in the file concerns your payments"})
		t.AppendRow(table.Row{othersText(v)})
		return
	}
	t.AppendHeader(table.Row{"in the file", "payment", "¥", "booked", "bank's reference", "paid by", "outcome",
		"so far", "told", "why"})
	cli.Right(t, 3, 8)
	t.SuppressEmptyColumns()
	for _, l := range v.Rows {
		w := l.Advice
		outcome := string(l.Kind)
		if l.Person {
			outcome += " ← a person must look"
		}
		t.AppendRow(table.Row{w.At, l.Payment, adviceMoney(w), dayOrNone(w), w.BankReference,
			strings.TrimSpace(w.Debtor + " " + w.DebtorAccount), outcome, soFar(l.Outcome),
			cli.Yes(l.Reported), whyText(l)})
	}
	t.SetCaption("%s", othersText(v))
}

func othersText(v settle.Advised) string {
	text := fmt.Sprintf("%d lines of others'", v.Others)
	if v.Others == 1 {
		text = "1 line of others'"
	}
	if v.Unread > 0 {
		text += fmt.Sprintf(", %d that can't be read and aren't yours", v.Unread)
	}
	return strings.Join(append([]string{text}, v.Notes...), "; ")
}

// nextTable says what a person may want to do.
func nextTable(t table.Writer, list []payments.Line) {
	for _, l := range list {
		if l.Next != nil {
			t.AppendRow(table.Row{l.Advice.At, NextText(*l.Next)})
		}
	}
}

// NextText is a line to type for what a person may want to do.
func NextText(next payments.Next) string {
	text := "tally " + strings.Replace(next.Operation, ".", " ", 1) + " " + next.Payment
	if next.Reason != "" {
		text += " --reason " + next.Reason
	}
	if next.Fen > 0 {
		text += fmt.Sprintf(" --amount %s --booked %s", plainYuan(next.Fen), next.Booked)
	}
	if next.Operation == settle.PaymentTakeBack.Name {
		return text + fmt.Sprintf(" --receipt %s --reference %s --evidence FILE",
			or(next.Receipt, "REFERENCE"), next.Reference)
	}
	if next.Reference != "" {
		text += " --reference " + next.Reference
	}
	if next.Charges > 0 {
		text += " [--charges " + plainYuan(next.Charges) + "]"
	}
	return text
}

// plainYuan writes fen as flags take money.
func plainYuan(fen amount.Units) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

func dayOrNone(w iso20022.Advice) string {
	if w.Booked == 0 {
		return ""
	}
	return w.Booked.String()
}

func whyText(l payments.Line) string {
	if l.Refused == "" {
		return l.Why
	}
	return string(l.Refused) + ": " + l.Why
}

func adviceMoney(v iso20022.Advice) string {
	if v.Odd != "" && v.Fen == 0 {
		return ""
	}
	text := cli.Yuan(v.Fen)
	if v.Currency != iso20022.Currency {
		text = v.Currency + " " + text[len("¥"):]
	}
	if !v.Credit {
		text = "−" + text
	}
	return text
}

func soFar(o iso20022.Outcome) string {
	if o.Kind != iso20022.Partial {
		return ""
	}
	return fmt.Sprintf("%s of %s", cli.Yuan(o.Paid), cli.Yuan(o.Fen))
}
