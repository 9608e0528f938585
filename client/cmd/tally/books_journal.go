package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/books"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// lines is where a statement's lines come from. It can be read several times, and gives
// the same ones each time.
type lines func() iter.Seq2[books.Posting, error]

// linesOf reads lines from a file, from its beginning each time.
func linesOf(path string) lines {
	return func() iter.Seq2[books.Posting, error] {
		return func(yield func(books.Posting, error) bool) {
			file, err := os.Open(path)
			if err != nil {
				yield(books.Posting{}, err)
				return
			}
			defer file.Close()
			for p, err := range books.ReadPostings(file) {
				if !yield(p, err) {
					return
				}
			}
		}
	}
}

// linesIn reads a cycle's obligations from the read model: those whose amounts are
// known, hidden supply once it was opened; and the lines of whatever cycle that disputes
// voided while this one was open.
func linesIn(ix *index.Index, cycle string) lines {
	return func() iter.Seq2[books.Posting, error] {
		return func(yield func(books.Posting, error) bool) {
			for o, err := range ix.Obligations(cycle) {
				if !yield(postingOf(o), err) {
					return
				}
			}
			voided, err := ix.Voided(cycle)
			if err != nil {
				yield(books.Posting{}, err)
				return
			}
			for _, o := range voided {
				p := postingOf(o)
				p.Void = true
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

func postingOf(o index.Obligation) books.Posting {
	return books.Posting{ID: o.ID.String(), Date: o.Date, Kind: o.Kind, Scene: o.Scene, Debtor: o.Debtor, Creditor: o.Creditor,
		Programme: o.Programme, Points: o.Points, Fen: o.Fen, Block: o.Block, Tx: o.Tx}
}

// journal is what a period's books are made of.
type journal struct {
	books   books.Books
	lines   lines
	settled []books.Settlement
	opening []books.Line // at the end of the period before
	closing []books.Line // now
	on      date.Date    // of the closing vouchers
}

// journalled says what a journal comes to.
type journalled struct {
	Party       string             `json:"party"`
	Period      string             `json:"period"`
	Vouchers    int                `json:"vouchers"`
	Turnover    amount.Units       `json:"turnover"`    // fen: all debits, which are all credits
	Positions   []books.Position   `json:"positions"`   // by counterparty, of the statement's lines; nothing settled
	Differences []books.Difference `json:"differences"` // where these aren't the statement's
	Liability   []liabilityTied    `json:"liability"`   // by programme
	out         string
}

// liabilityTied is what the vouchers moved a programme's contract liability by, and what
// its two readings say.
type liabilityTied struct {
	Programme string       `json:"programme"`
	Vouchers  amount.Units `json:"vouchers"`
	Readings  amount.Units `json:"readings"`
}

// all are the journal's vouchers, the statement's first, and what they come to.
func (j journal) all() (iter.Seq2[books.Voucher, error], journalled, error) {
	sum := journalled{Party: j.books.Party, Period: j.books.Period, Liability: []liabilityTied{}}
	ledgers, totals := books.NewLedgers(j.books.Chart), books.Totals{Party: j.books.Party}
	post := func(v books.Voucher, err error) error {
		if err != nil {
			return err
		}
		sum.Vouchers++
		for _, e := range v.Entries {
			sum.Turnover += e.Debit
		}
		return ledgers.Post(v)
	}
	for v, err := range j.books.Journal(counted(j.lines(), &totals)) {
		if err := post(v, err); err != nil {
			return nil, sum, err
		}
	}
	sum.Positions = ledgers.Positions()
	sum.Differences = books.Tie(totals.Positions(), sum.Positions)
	settled, err := j.books.Settle(j.settled)
	if err != nil {
		return nil, sum, err
	}
	rest := append(settled, j.books.Close(j.opening, j.closing, ledgers, j.on)...)
	for _, v := range rest {
		if err := post(v, nil); err != nil {
			return nil, sum, err
		}
	}
	sum.Liability = tied(j, ledgers)
	return chained(j.books.Journal(j.lines()), rest), sum, nil
}

// counted adds each line to a statement's totals as it passes.
func counted(from iter.Seq2[books.Posting, error], totals *books.Totals) iter.Seq2[books.Posting, error] {
	return func(yield func(books.Posting, error) bool) {
		for p, err := range from {
			if err == nil {
				totals.Add(p)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func chained(first iter.Seq2[books.Voucher, error], rest []books.Voucher) iter.Seq2[books.Voucher, error] {
	return func(yield func(books.Voucher, error) bool) {
		for v, err := range first {
			if !yield(v, err) {
				return
			}
		}
		for _, v := range rest {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// tied compares each programme's account with what its readings say.
func tied(j journal, ledgers *books.Ledgers) []liabilityTied {
	list := []liabilityTied{}
	for _, l := range j.closing {
		if l.Party != j.books.Party {
			continue
		}
		t := liabilityTied{l.Programme, -ledgers.Of(j.books.Chart.Liability, l.Programme), l.Liability}
		for _, before := range j.opening {
			if before.Party == l.Party && before.Programme == l.Programme {
				t.Readings -= before.Liability
			}
		}
		list = append(list, t)
	}
	return list
}

// check refuses with INTERNAL a journal that doesn't tie, and names what differs.
func (s journalled) check() error {
	var texts []string
	for _, d := range s.Differences {
		texts = append(texts, fault.New(fault.Internal, "%s of %s: the statement says %d fen, the vouchers %d", d.Account, d.Party, int64(d.Statement), int64(d.Vouchers)).Text)
	}
	for _, l := range s.Liability {
		if l.Vouchers != l.Readings {
			texts = append(texts, fault.New(fault.Internal, "liability of %s: it moved by %d fen, the vouchers by %d", l.Programme, int64(l.Readings), int64(l.Vouchers)).Text)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return fault.New(fault.Internal, "%s", strings.Join(texts, "; "))
}

// journalFlags are what people say of a journal.
type journalFlags struct {
	policy                                        policyFlags
	period, cycle, lines, settled, opening, chart string
	out                                           string
}

func bookJournal(a *app) *cobra.Command {
	var f journalFlags
	cmd := leaf("journal", "A period's vouchers for your ERP system: CSV, XLSX or JSON (凭证)",
		`  tally --as D books journal --period 2026-11 --redemption DP:0.9 --out journal.xlsx
  tally --as G books journal --period 2026Q4 --cycle 2026-12 --policy policy.yaml --opening liability-2026-11.json --out journal.csv`,
		func(ctx context.Context, _ []string) error {
			j, err := f.read()
			if err != nil {
				return err
			}
			policy, err := f.policy.read()
			if err != nil {
				return err
			}
			return a.withIndex(ctx, func(_ context.Context, g *gateway.Gateway, ix *index.Index) error {
				now, err := liabilityOf(ix, policy)
				if err != nil {
					return err
				}
				if j.lines == nil {
					j.lines = linesIn(ix, cmp.Or(f.cycle, f.period))
					if j.settled, err = ix.Settled(cmp.Or(f.cycle, f.period), g.Party()); err != nil {
						return err
					}
				}
				j.books.Party, j.closing, j.on = g.Party(), now.Lines, now.Date
				return a.keepJournal(j, f.out)
			})
		})
	cmd.Long = `Make the vouchers of a period: of each line of your statements, of what was settled, and
of your own points: issued, redeemed, expected never to be. Each balances; each has a
number that stays the same however often you export, and names its line. What vouchers
come to is compared with the statement, by counterparty, and with the contract liability,
by programme; if it differs the command fails and names it.

The lines are those of the cycle that is called as the period, unless you name another
one; with them come the netting and the payments of earlier cycles, and the lines that
disputes voided, that fell into it. Supply whose sum isn't opened yet has no line. Or name
files: --lines with statement lines as JSON, one after the other or as one list, and
--settled with what was paid: id, date, party, payable, receivable, paid and received.
--opening is
the JSON of tally books liability at the end of the period before; without it the period
is your first. --chart is a YAML file with your accounts where they aren't the standard
ones of CAS:

  liability: {code: "2204.03", en: Points, zh: 合同负债—积分}`
	f.policy.flags(cmd)
	word(cmd, &f.period, "period", "such as 2026-11: a part of every voucher's number")
	word(cmd, &f.cycle, "cycle", "whose lines; the one that is called as the period if you name none")
	word(cmd, &f.lines, "lines", "file with the statements' lines, JSON")
	word(cmd, &f.settled, "settled", "file with what was settled, JSON")
	word(cmd, &f.opening, "opening", "the liability at the end of the period before, JSON")
	word(cmd, &f.chart, "chart", "file with your chart of accounts, YAML")
	word(cmd, &f.out, "out", "file to write: .csv, .xlsx or .json; without one the journal is only checked")
	require(cmd, "period")
	return cmd
}

// read reads what flags name. Bad use is said before anything is asked.
func (f journalFlags) read() (j journal, err error) {
	if err := name.CheckID("period", f.period); err != nil {
		return j, err
	}
	if f.lines != "" && f.cycle != "" || f.lines == "" && f.settled != "" {
		return j, fault.New(fault.BadRequest, "lines of a file, with what was settled, or of a cycle: --lines FILE --settled FILE or --cycle ID")
	}
	if f.cycle != "" {
		if err := name.CheckID("cycle", f.cycle); err != nil {
			return j, err
		}
	}
	if _, err := writerOf(f.out); err != nil {
		return j, err
	}
	j.books.Period, j.books.Chart = f.period, books.DefaultChart()
	if f.lines != "" {
		j.lines = linesOf(f.lines)
	}
	if f.chart != "" {
		file, err := os.Open(f.chart)
		if err != nil {
			return j, err
		}
		defer file.Close()
		if j.books.Chart, err = books.ReadChart(file); err != nil {
			return j, err
		}
	}
	if f.settled != "" {
		if err := readJSON(f.settled, &j.settled); err != nil {
			return j, err
		}
	}
	if f.opening != "" {
		var book liabilityBook
		if err := readJSON(f.opening, &book); err != nil {
			return j, err
		}
		j.opening = book.Lines
	}
	return j, nil
}

type journalWriter func(io.Writer, iter.Seq2[books.Voucher, error]) error

// writerOf is how a file of such a name is written; nil for none.
func writerOf(path string) (journalWriter, error) {
	switch ext := filepath.Ext(path); {
	case path == "":
		return nil, nil
	case ext == ".csv":
		return books.WriteCSV, nil
	case ext == ".xlsx":
		return books.WriteXLSX, nil
	case ext == ".json":
		return books.WriteJSON, nil
	}
	return nil, fault.New(fault.BadRequest, "--out: want a name that ends in .csv, .xlsx or .json")
}

// keepJournal writes a journal that ties, and says what it comes to.
func (a *app) keepJournal(j journal, out string) error {
	vouchers, sum, err := j.all()
	if err != nil {
		return err
	}
	if failed := sum.check(); failed != nil {
		return errors.Join(failed, a.print(sum, func(t table.Writer) { journalTable(t, sum) }))
	}
	if err := writeJournal(out, vouchers); err != nil {
		return err
	}
	sum.out = out
	return a.print(sum, func(t table.Writer) { journalTable(t, sum) })
}

// writeJournal writes the file whole or not at all.
func writeJournal(out string, vouchers iter.Seq2[books.Voucher, error]) error {
	write, err := writerOf(out)
	if err != nil || write == nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(out), filepath.Base(out)+".*") // mode 0600
	if err != nil {
		return err
	}
	to := bufio.NewWriter(file)
	if err = errors.Join(write(to, vouchers), to.Flush(), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Rename(file.Name(), out)
}

func journalTable(t table.Writer, s journalled) {
	t.AppendHeader(table.Row{s.Party + " in " + s.Period, "of", "payable", "receivable", "liability"})
	right(t, 3, 4, 5)
	for _, p := range s.Positions {
		t.AppendRow(table.Row{"owed, before settlement", p.Party, int64(p.Payable), int64(p.Receivable), ""})
	}
	for _, l := range s.Liability {
		t.AppendRow(table.Row{"contract liability moved by", l.Programme, "", "", int64(l.Vouchers)})
	}
	var caption bytes.Buffer
	caption.WriteString("%d vouchers, %d fen on each side; it ties to the statement")
	if len(s.Differences) > 0 {
		caption.Reset()
		caption.WriteString("%d vouchers, %d fen on each side; it does not tie")
	}
	if s.out != "" {
		caption.WriteString("; in " + strings.ReplaceAll(s.out, "%", "%%"))
	}
	t.SetCaption(caption.String(), s.Vouchers, int64(s.Turnover))
}
