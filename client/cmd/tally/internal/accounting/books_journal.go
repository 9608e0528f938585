package accounting

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/accounting"
)

func inputFlags(cmd *cobra.Command, to *accounting.BookInputs) {
	estimateFlags(cmd, &to.Estimates)
	cli.FileFlag(cmd, &to.Chart, "chart", "file with your chart of accounts, YAML")
	cli.FileFlag(cmd, &to.Fapiao, "fapiao", "file with the period's fapiao, CSV (发票)")
	cmd.Flags().BoolVar(&to.ByDay, "by-day", false, "one voucher for the lines of a day and kind (汇总凭证)")
}

func bookJournal(a *cli.App) *cobra.Command {
	var req accounting.JournalRequest
	var out string
	var restate bool
	cmd := cli.Verb(a, "journal", `  tally --as D books journal --period 2026-11 --redemption DP:0.9
  tally --as D books journal --period 2026-11 --redemption DP:0.9 --out journal.xlsx
  tally --as G books journal --period 2026-12 --policy policy.yaml --chart chart.yaml --fapiao fapiao.csv --layout kingdee --out vouchers.xlsx
  tally --as G books journal --period 2026-12 --policy policy-new.yaml --restate --reason wrong_estimate --out corrections.csv`,
		accounting.BooksJournal, func([]string) (accounting.JournalRequest, error) {
			if restate != (req.Restate != "") {
				return req, fault.New(fault.BadRequest, "--restate and --reason CODE go together")
			}
			return journalInto(req, out)
		}, func(_ context.Context, _ *cli.Node, j accounting.Journal) error { return printJournal(a, j, out) })
	cmd.Long = `Make the vouchers of a period, which is a cycle that was cut off: of each line of your
statements, of what was settled while it was open, and of your own points: given, sold,
redeemed, no longer expected. Each balances and has a number that tells its line. What
vouchers come to is compared with the statement, by counterparty, and with what points are
worth at the cut-off, by programme; if it differs the command fails and names it.

With --out the period is locked: it opened with what the period before closed with, which
this node keeps, and what is exported again is the same to the byte. So no period is booked
twice, none is left out, and none is changed: what was wrong is put right by --restate,
which makes vouchers of its own. Without --out everything is only checked, and the open
cycle may be looked at. Books that begin with a later cycle say --begin.

--chart is a YAML file with your accounts where they aren't the standard ones of CAS, with
accounts by programme, counterparty or scene, the words of vouchers and tax ids:

  provision: {code: "2801.03", en: Points, zh: 预计负债—积分}
  words: {receipt: 收, payment: 付, general: 转}
  taxIds: {D: 91310000MA1FL00001, G: 91310000MA1FL00002}
  map:
    - {for: revenue, scene: care, account: {code: "6001.02", en: Car care, zh: 主营业务收入—养护}}

--fapiao is a CSV with party,direction,rate,kind,code,number,line: input tax without one
waits for it (待认证), and of an ordinary one there is none.

Layouts: plain (.csv, .xlsx, .json), kingdee (.xlsx: K/3, KIS), yonyou (.txt: U8, T3).`
	inputFlags(cmd, &req.BookInputs)
	cli.Word(cmd, &req.Period, "period", "the cycle, such as 2026-11")
	cli.Word(cmd, &out, "out",
		"file to write: .csv, .xlsx or .json; it locks the period. Without one the journal is only checked")
	cli.Word(cmd, &req.Layout, "layout", "whose file it is: plain, kingdee, yonyou; plain if you name none")
	cli.Complete(cmd, "layout", "plain", "kingdee", "yonyou")
	cmd.Flags().BoolVar(&req.Begin, "begin", false,
		"your books begin with this period: what was owed before it is its opening")
	cmd.Flags().BoolVar(&restate, "restate", false, "put a locked period right, by vouchers of their own (差错更正)")
	cli.Word(cmd, &req.Restate, "reason", "why it is restated: a code such as wrong_estimate")
	cli.Require(cmd, "period")
	return cmd
}

// journalInto is a request for a journal in a file, whose name says the form; for no file, one that locks nothing.
func journalInto(req accounting.JournalRequest, out string) (accounting.JournalRequest, error) {
	req.Lock, req.Form = out != "", strings.TrimPrefix(filepath.Ext(out), ".")
	if req.Lock && req.Form == "" {
		return req, fault.New(fault.BadRequest, "--out: want a name that ends in .csv, .xlsx, .json or .txt")
	}
	return req, nil
}

// printJournal writes the file, if there is one, and says what the period comes to.
func printJournal(a *cli.App, j accounting.Journal, out string) error {
	what := stateTexts[j.State]
	if len(j.File) > 0 {
		if err := cli.WriteWhole(out, j.File); err != nil {
			return err
		}
		what += "; in " + out
	}
	return a.Print(j.Summary, func(t table.Writer) { summaryTable(t, j.Summary, what) })
}

// stateTexts say how far a period is.
var stateTexts = map[accounting.JournalState]string{
	accounting.JournalOpen:      "it ties so far; the cycle is open",
	accounting.JournalTied:      "it ties to the statement; not locked",
	accounting.JournalUntied:    "it does not tie",
	accounting.JournalLocked:    "locked",
	accounting.JournalRestating: "it ties; to keep the restatement name a file: --out",
	accounting.JournalRestated:  "restated",
}

func summaryTable(t table.Writer, s books.Summary, what string) {
	t.AppendHeader(table.Row{s.Party + " in " + s.Period, "of", "payable", "receivable", "moved by"})
	cli.Right(t, 3, 4, 5)
	for _, p := range s.Positions {
		t.AppendRow(table.Row{"owed, before settlement", p.Party, cli.Yuan(p.Payable), cli.Yuan(p.Receivable), ""})
	}
	for _, l := range s.Liability {
		if l.Vouchers != 0 || l.Readings != 0 {
			t.AppendRow(table.Row{l.Account.Liability(), l.Programme, "", "", cli.Yuan(l.Vouchers)})
		}
	}
	t.SetCaption("%d vouchers, %s on each side, %s to %s; %s", s.Vouchers, cli.Yuan(s.Turnover), s.From, s.To, what)
}
