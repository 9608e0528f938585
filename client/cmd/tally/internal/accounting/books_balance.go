package accounting

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/books"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/accounting"
)

func bookPeriods(a *cli.App) *cobra.Command {
	return cli.Verb(a, "periods", "  tally --as D books periods", accounting.BooksPeriods, cli.Nothing,
		cli.Shows(a, func(t table.Writer, answer node.List[accounting.LockedPeriod]) {
			t.AppendHeader(table.Row{"period", "from", "to", "vouchers", "each side", "restated", "as of block"})
			cli.Right(t, 4, 5, 6, 7)
			for _, p := range answer.Rows {
				t.AppendRow(table.Row{p.Period, p.From, p.To, p.Vouchers, cli.Yuan(p.Turnover),
					p.Restated, int64(p.Height) - 1})
			}
		}))
}

// ofPeriod is a command that shows something of a period's accounts, in CSV too.
func ofPeriod[Req, Ans any](a *cli.App, use, example string, op node.Op[Req, Ans], to *accounting.AccountsRequest,
	ask func(args []string) (Req, error),
	show func(Ans) error) *cobra.Command {
	cmd := cli.Verb(a, use, example, op, ask, func(_ context.Context, _ *cli.Node, answer Ans) error {
		return show(answer)
	})
	cli.Word(cmd, &to.Period, "period",
		"a locked one, or the one that follows on the last of them; the last locked one if you name none")
	inputFlags(cmd, &to.BookInputs)
	cmd.Annotations = map[string]string{cli.WithCSV: ""}
	return cmd
}

func bookBalance(a *cli.App) *cobra.Command {
	var req accounting.AccountsRequest
	return ofPeriod(a, "balance",
		"  tally --as D books balance -o csv\n  tally --as D books balance --period 2026-12 --policy policy.yaml -o json",
		accounting.BooksBalance, &req, cli.Words(&req), func(b accounting.Balance) error {
			return a.Print(b.Balance, func(t table.Writer) { balanceTable(t, b) })
		})
}

func balanceTable(t table.Writer, b accounting.Balance) {
	t.AppendHeader(table.Row{"account", "name", "of", "opening debit", "credit", "debit", "credit",
		"closing debit", "credit"})
	cli.Right(t, 4, 5, 6, 7, 8, 9)
	cells := func(r books.BalanceRow) table.Row {
		return table.Row{cli.YuanOrNone(r.OpeningDebit), cli.YuanOrNone(r.OpeningCredit), cli.YuanOrNone(r.Debit),
			cli.YuanOrNone(r.Credit), cli.YuanOrNone(r.ClosingDebit), cli.YuanOrNone(r.ClosingCredit)}
	}
	for _, r := range b.Rows {
		t.AppendRow(append(table.Row{r.Account.Code, r.Account.Zh + " " + r.Account.En, r.Party + r.Programme},
			cells(r)...))
	}
	t.AppendSeparator()
	t.AppendRow(append(table.Row{"", "合计 total", ""}, cells(b.Total)...))
	t.SetCaption("%s in %s, %s to %s", b.Party, b.Period, b.From, b.To)
}

func bookLedger(a *cli.App) *cobra.Command {
	var req accounting.LedgerRequest
	cmd := ofPeriod(a, "ledger ACCOUNT",
		"  tally --as D books ledger 2202 --party M\n  tally --as D books ledger 2801 --programme DP --period 2026-11",
		accounting.BooksLedger, &req.AccountsRequest, cli.Words(&req, &req.Account),
		func(list node.List[books.LedgerRow]) error {
			return a.Print(list, func(t table.Writer) { ledgerTable(t, list.Rows, req.Account) })
		})
	cli.Word(cmd, &req.Party, "party", "only what is of this counterparty")
	cli.Word(cmd, &req.Programme, "programme", "only what is of this programme")
	return cmd
}

func ledgerTable(t table.Writer, rows []books.LedgerRow, account string) {
	t.AppendHeader(table.Row{"date", "number", "summary", "of", "debit", "credit", "balance", ""})
	cli.Right(t, 5, 6, 7)
	for _, r := range rows {
		side := ""
		switch {
		case r.Balance > 0:
			side = "借 debit"
		case r.Balance < 0:
			side = "贷 credit"
		}
		t.AppendRow(table.Row{r.Date, r.Mark, r.Zh + " " + r.En, r.Party + r.Programme, cli.YuanOrNone(r.Debit),
			cli.YuanOrNone(r.Credit), cli.Yuan(max(r.Balance, -r.Balance)), side})
	}
	t.SetCaption("account %s", account)
}

func bookAgeing(a *cli.App) *cobra.Command {
	var req accounting.AccountsRequest
	cmd := ofPeriod(a, "ageing",
		"  tally --as D books ageing\n  tally --as D books ageing --period 2026-12 --policy policy.yaml",
		accounting.BooksAgeing, &req, cli.Words(&req), func(aged accounting.Ageing) error {
			return a.Print(aged, func(t table.Writer) { ageingTable(t, aged) })
		})
	cmd.Long = `Say what is owed on the last day of a period, by counterparty, and how many days ago it
arose. What is netted, paid or taken back discharges the oldest first.`
	return cmd
}

func ageingTable(t table.Writer, a accounting.Ageing) {
	head := table.Row{"", "with", "in all"}
	for _, span := range a.Spans {
		head = append(head, span+" days")
	}
	t.AppendHeader(append(head, "in advance"))
	cli.Right(t, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, r := range a.Rows {
		cells := table.Row{string(r.Account), r.Party, cli.Yuan(r.Total)}
		for _, fen := range r.Days {
			cells = append(cells, cli.YuanOrNone(fen))
		}
		t.AppendRow(append(cells, cli.YuanOrNone(r.Advance)))
	}
	t.SetCaption("on %s", a.Date)
}
