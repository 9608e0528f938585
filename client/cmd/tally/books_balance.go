package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// accountFlags say of which period an account is shown.
type accountFlags struct {
	bookFlags
	period string
}

func (f *accountFlags) flags(cmd *cobra.Command) {
	word(cmd, &f.period, "period", "a locked one, or the one that follows on the last of them; the last locked one if you name none")
	f.bookFlags.flags(cmd)
}

// booked answers the periods up to the one that is asked for: those that are locked, and, if it isn't, that one as it is
// now, made with the flags.
func (a *app) booked(ctx context.Context, f accountFlags, show func([]books.Locked) error) error {
	with, err := f.read()
	if err != nil {
		return err
	}
	return a.onShelf(func(s *shelf) error {
		list, err := s.all()
		if err != nil {
			return err
		}
		if f.period == "" && len(list) == 0 {
			return fault.New(fault.NotFound, "no period is booked yet: tally books journal --period CYCLE --out FILE, or name one to look at: --period CYCLE")
		}
		if f.period == "" {
			return show(list)
		}
		list, err = s.upTo(f.period)
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			return showing(list, err, show)
		}
		return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
			list, err := s.all()
			if err != nil {
				return err
			}
			p := booking{ctx: ctx, now: r, past: s.pastOf(g), shelf: s, party: g.Party(), with: with, draft: true}
			now, _, err := p.period(f.period)
			return showing(append(list, now), err, show)
		})
	})
}

func showing(list []books.Locked, err error, show func([]books.Locked) error) error {
	if err != nil {
		return err
	}
	return show(list)
}

// periodsShown are the locked periods.
type periodsShown struct {
	Rows []periodShown `json:"rows"`
}

type periodShown struct {
	Period   string       `json:"period"`
	From     string       `json:"from"`
	To       string       `json:"to"`
	Vouchers int          `json:"vouchers"`
	Turnover amount.Units `json:"turnover"`
	Restated int          `json:"restated"` // how often
	Height   uint64       `json:"height"`
}

func bookPeriods(a *app) *cobra.Command {
	return leaf("periods", "The periods that are locked (已结账期间)", "  tally --as D books periods",
		func(context.Context, []string) error {
			return a.onShelf(func(s *shelf) error {
				list, err := s.all()
				if err != nil {
					return err
				}
				shown := periodsShown{Rows: []periodShown{}}
				for _, k := range list {
					shown.Rows = append(shown.Rows, periodShown{k.Summary.Period, k.Summary.From.String(), k.Summary.To.String(), k.Summary.Vouchers, k.Summary.Turnover, len(k.Restated), k.Height})
				}
				return a.print(shown, func(t table.Writer) {
					t.AppendHeader(table.Row{"period", "from", "to", "vouchers", "each side", "restated", "as of block"})
					right(t, 4, 5, 6, 7)
					for _, p := range shown.Rows {
						t.AppendRow(table.Row{p.Period, p.From, p.To, p.Vouchers, yuan(p.Turnover), p.Restated, int64(p.Height) - 1})
					}
				})
			})
		})
}

func bookBalance(a *app) *cobra.Command {
	var f accountFlags
	cmd := leaf("balance", "Trial balance: every account's opening, turnover and closing (科目余额表)",
		"  tally --as D books balance -o csv\n  tally --as D books balance --period 2026-12 --policy policy.yaml -o json",
		func(ctx context.Context, _ []string) error {
			return a.booked(ctx, f, func(list []books.Locked) error {
				b := books.TrialBalance(list)
				return a.print(b, func(t table.Writer) { balanceTable(t, b, list[len(list)-1].Summary) })
			})
		})
	f.flags(cmd)
	cmd.Annotations = map[string]string{withCSV: ""}
	return cmd
}

func balanceTable(t table.Writer, b books.Balance, s books.Summary) {
	t.AppendHeader(table.Row{"account", "name", "of", "opening debit", "credit", "debit", "credit", "closing debit", "credit"})
	right(t, 4, 5, 6, 7, 8, 9)
	cells := func(r books.BalanceRow) table.Row {
		return table.Row{yuanOrNone(r.OpeningDebit), yuanOrNone(r.OpeningCredit), yuanOrNone(r.Debit), yuanOrNone(r.Credit), yuanOrNone(r.ClosingDebit), yuanOrNone(r.ClosingCredit)}
	}
	for _, r := range b.Rows {
		t.AppendRow(append(table.Row{r.Account.Code, r.Account.Zh + " " + r.Account.En, r.Party + r.Programme}, cells(r)...))
	}
	t.AppendSeparator()
	t.AppendRow(append(table.Row{"", "合计 total", ""}, cells(b.Total)...))
	t.SetCaption("%s in %s, %s to %s", s.Party, s.Period, s.From, s.To)
}

func bookLedger(a *app) *cobra.Command {
	var f accountFlags
	var filter books.LedgerFilter
	cmd := leaf("ledger ACCOUNT", "Every entry of an account, with the balance after it (明细账)",
		"  tally --as D books ledger 2202 --party M\n  tally --as D books ledger 2801 --programme DP --period 2026-11",
		func(ctx context.Context, args []string) error {
			filter.Code = args[0]
			return a.booked(ctx, f, func(list []books.Locked) error {
				rows := books.Ledger(list, filter)
				return a.print(map[string]any{"rows": rows}, func(t table.Writer) { ledgerTable(t, rows, filter) })
			})
		})
	word(cmd, &filter.Party, "party", "only what is of this counterparty")
	word(cmd, &filter.Programme, "programme", "only what is of this programme")
	f.flags(cmd)
	cmd.Annotations = map[string]string{withCSV: ""}
	return cmd
}

func ledgerTable(t table.Writer, rows []books.LedgerRow, filter books.LedgerFilter) {
	t.AppendHeader(table.Row{"date", "number", "summary", "of", "debit", "credit", "balance", ""})
	right(t, 5, 6, 7)
	for _, r := range rows {
		side := ""
		switch {
		case r.Balance > 0:
			side = "借 debit"
		case r.Balance < 0:
			side = "贷 credit"
		}
		t.AppendRow(table.Row{r.Date, r.Mark, r.Zh + " " + r.En, r.Party + r.Programme, yuanOrNone(r.Debit), yuanOrNone(r.Credit), yuan(max(r.Balance, -r.Balance)), side})
	}
	t.SetCaption("account %s", filter.Code)
}

// agedShown is ageing with the names of its spans.
type agedShown struct {
	Date  string            `json:"date"`
	Spans []string          `json:"spans"` // of each row's days
	Rows  []books.AgeingRow `json:"rows"`
}

func bookAgeing(a *app) *cobra.Command {
	var f accountFlags
	cmd := leaf("ageing", "Receivables and payables by counterparty and by how old they are (账龄)",
		"  tally --as D books ageing\n  tally --as D books ageing --period 2026-12 --policy policy.yaml",
		func(ctx context.Context, _ []string) error {
			return a.booked(ctx, f, func(list []books.Locked) error {
				shown := agedShown{list[len(list)-1].Summary.To.String(), books.AgeingSpans(), books.Ageing(list)}
				return a.print(shown, func(t table.Writer) { ageingTable(t, shown) })
			})
		})
	cmd.Long = `Say what is owed on the last day of a period, by counterparty, and how many days ago it
arose. What is netted, paid or taken back discharges the oldest first.`
	f.flags(cmd)
	cmd.Annotations = map[string]string{withCSV: ""}
	return cmd
}

func ageingTable(t table.Writer, a agedShown) {
	head := table.Row{"", "with", "in all"}
	for _, span := range a.Spans {
		head = append(head, span+" days")
	}
	t.AppendHeader(append(head, "in advance"))
	right(t, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, r := range a.Rows {
		cells := table.Row{string(r.Account), r.Party, yuan(r.Total)}
		for _, fen := range r.Days {
			cells = append(cells, yuanOrNone(fen))
		}
		t.AppendRow(append(cells, yuanOrNone(r.Advance)))
	}
	t.SetCaption("on %s", a.Date)
}
