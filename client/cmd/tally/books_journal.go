package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// bookFlags are what a party says of its books; the rest is on the ledger.
type bookFlags struct {
	policy        policyFlags
	chart, fapiao string // files
	byDay         bool
}

func (f *bookFlags) flags(cmd *cobra.Command) {
	f.policy.flags(cmd)
	word(cmd, &f.chart, "chart", "file with your chart of accounts, YAML")
	word(cmd, &f.fapiao, "fapiao", "file with the period's fapiao, CSV (发票)")
	cmd.Flags().BoolVar(&f.byDay, "by-day", false, "one voucher for the lines of a day and kind (汇总凭证)")
}

// given says whether anything is said.
func (f bookFlags) given() bool {
	return f.policy.file != "" || len(f.policy.redemption) > 0 || f.chart != "" || f.fapiao != "" || f.byDay
}

// keeping is what bookFlags come to.
type keeping struct {
	policy books.Policy
	chart  books.Chart
	fapiao *books.Fapiaos
	byDay  bool
	inputs string // of them all
}

// read reads what flags name.
func (f bookFlags) read() (k keeping, err error) {
	if k.policy, err = f.policy.read(); err != nil {
		return k, err
	}
	k.chart, k.byDay = books.DefaultChart(), f.byDay
	if f.chart != "" {
		if k.chart, err = readWith(f.chart, books.ReadChart); err != nil {
			return k, err
		}
	}
	if f.fapiao != "" {
		if k.fapiao, err = readWith(f.fapiao, books.ReadFapiaos); err != nil {
			return k, err
		}
	}
	k.inputs = books.Inputs(k.policy, k.chart, k.fapiao, k.byDay)
	return k, nil
}

// readWith reads a file.
func readWith[T any](path string, read func(io.Reader) (T, error)) (v T, err error) {
	file, err := os.Open(path)
	if err != nil {
		return v, err
	}
	defer file.Close()
	return read(file)
}

// journalFlags are what people say of a journal.
type journalFlags struct {
	bookFlags
	period, out, layout, reason string
	begin, restate              bool
}

func bookJournal(a *app) *cobra.Command {
	var f journalFlags
	cmd := leaf("journal", "A period's vouchers for your accounting system, and lock the period (凭证、结账)",
		`  tally --as D books journal --period 2026-11 --redemption DP:0.9
  tally --as D books journal --period 2026-11 --redemption DP:0.9 --out journal.xlsx
  tally --as G books journal --period 2026-12 --policy policy.yaml --chart chart.yaml --fapiao fapiao.csv --layout kingdee --out vouchers.xlsx
  tally --as G books journal --period 2026-12 --policy policy-new.yaml --restate --reason wrong_estimate --out corrections.csv`,
		func(ctx context.Context, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			with, err := f.read()
			if err != nil {
				return err
			}
			return a.onShelf(func(s *shelf) error { return a.journal(ctx, s, f, with) })
		})
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
	f.flags(cmd)
	word(cmd, &f.period, "period", "the cycle, such as 2026-11")
	word(cmd, &f.out, "out", "file to write: .csv, .xlsx or .json; it locks the period. Without one the journal is only checked")
	word(cmd, &f.layout, "layout", "whose file it is: plain, kingdee, yonyou; plain if you name none")
	complete(cmd, "layout", "plain", "kingdee", "yonyou")
	cmd.Flags().BoolVar(&f.begin, "begin", false, "your books begin with this period: what was owed before it is its opening")
	cmd.Flags().BoolVar(&f.restate, "restate", false, "put a locked period right, by vouchers of their own (差错更正)")
	word(cmd, &f.reason, "reason", "why it is restated: a code such as wrong_estimate")
	require(cmd, "period")
	return cmd
}

// check refuses bad use before anything is read.
func (f journalFlags) check() error {
	if err := name.CheckID("period", f.period); err != nil {
		return err
	}
	if f.restate != (f.reason != "") {
		return fault.New(fault.BadRequest, "--restate and --reason CODE go together")
	}
	if f.restate && f.begin {
		return fault.New(fault.BadRequest, "--begin or --restate")
	}
	_, err := writerOf(f.out, f.layout)
	return err
}

// onShelf does something with the kept periods, without a network.
func (a *app) onShelf(do func(*shelf) error) error {
	cfg, err := a.config(nil)
	if err != nil {
		return err
	}
	s, err := openShelf(cfg.State)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.close())
}

// journal makes a period's vouchers, or those of a restatement, or hands out again what is kept.
func (a *app) journal(ctx context.Context, s *shelf, f journalFlags, with keeping) error {
	kept, locked, err := s.get(f.period)
	if err != nil {
		return err
	}
	switch {
	case f.restate && !locked:
		return fault.New(fault.WrongState, "period %s isn't locked: there is nothing to restate", f.period)
	case locked && !f.restate && f.given() && with.inputs != kept.Inputs:
		return fault.New(fault.Conflict, "period %s was exported with another policy, chart, fapiao or form; tally books journal --period %s --restate --reason CODE makes vouchers that put it right", f.period, f.period)
	case locked && !f.restate:
		return a.handOut(kept, kept.Vouchers, f, "locked")
	}
	return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
		return a.book(booking{ctx: ctx, now: r, past: s.pastOf(g), shelf: s, party: g.Party(), with: with, begin: f.begin, draft: f.out == ""}, kept, f)
	})
}

// book makes a period, keeps it if a file is asked for, and says what it comes to. kept is what a restatement puts right.
func (a *app) book(b booking, kept books.Locked, f journalFlags) error {
	if f.restate {
		b.again = &kept
	}
	now, open, err := b.period(f.period)
	if err != nil {
		return err
	}
	if failed := untied(now.Summary); failed != nil {
		return errors.Join(failed, a.printSummary(now.Summary, "it does not tie"))
	}
	if f.restate {
		return a.restate(b, kept, now, f)
	}
	if f.out == "" {
		return a.printSummary(now.Summary, openText(open))
	}
	if err := b.shelf.put(now); err != nil {
		return err
	}
	return a.handOut(now, now.Vouchers, f, "locked")
}

func openText(open bool) string {
	if open {
		return "it ties so far; the cycle is open"
	}
	return "it ties to the statement; not locked"
}

// restate keeps a restatement, if it is of the last period: later ones open with its figures.
func (a *app) restate(b booking, kept, now books.Locked, f journalFlags) error {
	list, err := b.shelf.all()
	if err != nil {
		return err
	}
	if last := list[len(list)-1].Summary.Period; last != f.period {
		return fault.New(fault.WrongState, "period %s opened with what %s closed with: restate %s, the last one", last, f.period, last)
	}
	next, err := kept.Restate(now.Vouchers, now.Summary, now.Closing, f.reason, b.with.inputs, b.with.chart)
	if err != nil {
		return err
	}
	if f.out == "" {
		return a.printSummary(next.Summary, "it ties; to keep the restatement name a file: --out")
	}
	if err := b.shelf.put(next); err != nil {
		return err
	}
	return a.handOut(next, next.Restated[len(next.Restated)-1].Vouchers, f, "restated")
}

// handOut writes vouchers and says what the period comes to.
func (a *app) handOut(k books.Locked, vouchers []books.Voucher, f journalFlags, what string) error {
	if f.out == "" {
		return a.printSummary(k.Summary, what)
	}
	write, err := writerOf(f.out, f.layout)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := write(&file, each(vouchers)); err != nil {
		return err
	}
	if err := writeWhole(f.out, file.Bytes()); err != nil {
		return err
	}
	return a.printSummary(k.Summary, what+"; in "+f.out)
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range list {
			if !yield(one, nil) {
				return
			}
		}
	}
}

type journalWriter func(io.Writer, iter.Seq2[books.Voucher, error]) error

// writerOf is how a file of such a name and layout is written; nil for no file.
func writerOf(path, layout string) (journalWriter, error) {
	layouts := map[string]map[string]journalWriter{
		"plain":   {".csv": books.WriteCSV, ".xlsx": books.WriteXLSX, ".json": books.WriteJSON},
		"kingdee": {".xlsx": books.WriteKingdee},
		"yonyou":  {".txt": books.WriteYonyou},
	}
	if layout == "" {
		layout = "plain"
	}
	forms, known := layouts[layout]
	if !known {
		return nil, fault.New(fault.BadRequest, "--layout: want plain, kingdee or yonyou")
	}
	write := forms[filepath.Ext(path)]
	if path != "" && write == nil {
		var endings []string
		for ending := range forms {
			endings = append(endings, ending)
		}
		slices.Sort(endings)
		return nil, fault.New(fault.BadRequest, "--out: of layout %s want a name that ends in %s", layout, strings.Join(endings, ", "))
	}
	return write, nil
}

// untied refuses with INTERNAL a journal that doesn't tie, and names what differs.
func untied(s books.Summary) error {
	var texts []string
	for _, d := range s.Differences {
		texts = append(texts, fault.New(fault.Internal, "%s of %s: the statement says %d fen, the vouchers %d", d.Account, d.Party, int64(d.Statement), int64(d.Vouchers)).Text)
	}
	for _, l := range s.Liability {
		if l.Vouchers != l.Readings {
			texts = append(texts, fault.New(fault.Internal, "%s of %s: it moved by %d fen, the vouchers by %d", liabilityNames[l.Account], l.Programme, int64(l.Readings), int64(l.Vouchers)).Text)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return fault.New(fault.Internal, "%s", strings.Join(texts, "; "))
}

// liabilityNames are what people call the two liabilities of points.
var liabilityNames = map[books.Role]string{books.Provision: "provision", books.Contract: "contract liability"}

func (a *app) printSummary(s books.Summary, what string) error {
	return a.print(s, func(t table.Writer) { summaryTable(t, s, what) })
}

func summaryTable(t table.Writer, s books.Summary, what string) {
	t.AppendHeader(table.Row{s.Party + " in " + s.Period, "of", "payable", "receivable", "moved by"})
	right(t, 3, 4, 5)
	for _, p := range s.Positions {
		t.AppendRow(table.Row{"owed, before settlement", p.Party, yuan(p.Payable), yuan(p.Receivable), ""})
	}
	for _, l := range s.Liability {
		if l.Vouchers != 0 || l.Readings != 0 {
			t.AppendRow(table.Row{liabilityNames[l.Account], l.Programme, "", "", yuan(l.Vouchers)})
		}
	}
	t.SetCaption("%d vouchers, %s on each side, %s to %s; %s", s.Vouchers, yuan(s.Turnover), s.From, s.To, what)
}
