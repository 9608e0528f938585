package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/accounts"
	"tallystick/client/banktable"
	"tallystick/client/iso20022"
	"tallystick/client/node"
	"tallystick/client/payments"
)

// advising is how a bank's file is read.
type advising struct {
	file, accounts, cycle string
	mapping               string // of a table's columns
	bounce                bool
}

func advisePayments(a *app) *cobra.Command {
	var how advising
	cmd := leaf("advise FILE", "Match your bank's file with your payments, and tell the ledger what came in (到账通知)",
		`  tally --as S1 payment advise camt054.xml --accounts accounts.yaml
  tally --as S1 payment advise camt053.xml --accounts accounts.yaml --cycle 2026-11
  tally --as S1 payment advise 账户明细.xlsx --accounts accounts.yaml --mapping icbc.yaml`,
		func(ctx context.Context, args []string) error {
			path, done, err := a.spooled(args[0])
			if err != nil {
				return err
			}
			how.file = path
			return errors.Join(a.adviseFile(ctx, how), done())
		})
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
	word(cmd, &how.cycle, "cycle", "of this cycle's payments only")
	word(cmd, &how.accounts, "accounts", "YAML file with the parties' accounts")
	word(cmd, &how.mapping, "mapping", "YAML file that says what the columns of a bank's CSV or workbook hold")
	require(cmd, "accounts")
	cmd.Flags().BoolVar(&how.bounce, "bounce", false, "note payments of yours that came back as FAILED, to be instructed again")
	return a.takesLong(cmd)
}

// advised is what tally payment advise answers.
type advised struct {
	Rows   []payments.Line `json:"rows"`
	Height uint64          `json:"height"`
	Others int             `json:"others"` // lines of others', which were left
	Unread int             `json:"unread"` // lines that can't be read, and name no payment of ours
	Notes  []string        `json:"notes"`  // what was found out about the file
}

// adviseFile reads what is meant, before anything is asked.
func (a *app) adviseFile(ctx context.Context, how advising) error {
	known, err := accounts.Load(how.accounts)
	if err != nil {
		return err
	}
	var mapping *banktable.Mapping
	if how.mapping != "" {
		if mapping, err = banktable.Load(how.mapping); err != nil {
			return err
		}
		if err := a.meanFile("mapping", how.mapping); err != nil {
			return err
		}
	}
	if err := a.meanFile("notice", how.file); err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, n *node.Node) error { return a.advise(ctx, n, how, known, mapping) })
}

func (a *app) advise(ctx context.Context, n *node.Node, how advising, known accounts.Book, mapping *banktable.Mapping) (err error) {
	if _, err := known.Of(n.Party()); err != nil {
		return err
	}
	view, err := n.PaymentsView(ctx, how.cycle, known.Holders())
	if err != nil {
		return err
	}
	file, err := openBankFile(how.file, mapping, view.Mark)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	found, err := view.Sift(ctx, file.advices)
	if err != nil {
		return err
	}
	list := view.Match(found)
	if err := n.Advise(ctx, &a.call, list, how.bounce); err != nil {
		return err
	}
	answer := advised{list, n.Height(), found.Others, found.Unread, append([]string{}, file.notes...)}
	if err := a.printParts(answer, func(t table.Writer) { advisedTable(t, answer) }, func(t table.Writer) { nextTable(t, list) }); err != nil {
		return err
	}
	return forPersons(list)
}

// forPersons is a CONFLICT if anything needs a person.
func forPersons(list []payments.Line) error {
	if n := payments.ForPersons(list); n > 0 {
		return fault.New(fault.NeedsPerson, "%d of %d lines that concern you need a person; what counted was told", n, len(list))
	}
	return nil
}

func advisedTable(t table.Writer, v advised) {
	if len(v.Rows) == 0 { // a caption has no table to stand under
		t.AppendRow(table.Row{"nothing in the file concerns your payments"})
		t.AppendRow(table.Row{othersText(v)})
		return
	}
	t.AppendHeader(table.Row{"in the file", "payment", "¥", "booked", "bank's reference", "paid by", "outcome", "so far", "told", "why"})
	right(t, 3, 8)
	t.SuppressEmptyColumns()
	for _, l := range v.Rows {
		w := l.Advice
		outcome := string(l.Kind)
		if l.Person {
			outcome += " ← a person must look"
		}
		t.AppendRow(table.Row{w.At, l.Payment, adviceMoney(w), dayOrNone(w), w.BankReference, strings.TrimSpace(w.Debtor + " " + w.DebtorAccount), outcome, soFar(l.Outcome), yes(l.Told), whyText(l)})
	}
	t.SetCaption("%s", othersText(v))
}

func othersText(v advised) string {
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
		if l.Next != "" {
			t.AppendRow(table.Row{l.Advice.At, l.Next})
		}
	}
}

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
	text := yuan(v.Fen)
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
	return fmt.Sprintf("%s of %s", yuan(o.Paid), yuan(o.Fen))
}
