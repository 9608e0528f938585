package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
)

func booksCommand(a *app) *cobra.Command {
	return group("books", "What points are worth in the books, journals, proofs of liabilities (账务)",
		bookLiability(a), bookJournal(a), bookPeriods(a), bookBalance(a), bookLedger(a), bookAgeing(a), proveLiabilities(a), proveMember(a))
}

// policyFlags say what a party expects to be redeemed, and what its sales were.
type policyFlags struct {
	file       string
	redemption []expectation
}

type expectation struct {
	programme string
	rate      amount.Rate
}

func (p *policyFlags) flags(cmd *cobra.Command) {
	word(cmd, &p.file, "policy", "YAML file with your expected redemption by programme and month, and the prices of sales")
	many(cmd, &p.redemption, "redemption", "programme:share", "share of a programme's points that is expected to be redeemed; all if you name none", parseExpectation)
}

func parseExpectation(text string) (expectation, error) {
	programme, share, ok := strings.Cut(text, ":")
	if !ok {
		return expectation{}, fault.New(fault.BadRequest, "%.40q: want PROGRAMME:SHARE, such as GP:0.85", text)
	}
	rate, err := amount.ParseRate(share)
	if err == nil {
		err = (&books.Policy{}).Expect(programme, 0, rate)
	}
	return expectation{programme, rate}, err
}

// read is the policy of the file, with what flags say of all months before the first
// that the file names.
func (p *policyFlags) read() (policy books.Policy, err error) {
	if p.file != "" {
		file, err := os.Open(p.file)
		if err != nil {
			return policy, err
		}
		defer file.Close()
		if policy, err = books.ReadPolicy(file); err != nil {
			return policy, err
		}
	}
	for _, e := range p.redemption {
		if err := policy.Expect(e.programme, 0, e.rate); err != nil {
			return policy, err
		}
	}
	return policy, nil
}

// liabilityWanted is which reading, of whose part, with which parts of its lines.
type liabilityWanted struct {
	by, cycle string
	own       bool
	blocks    uint64
}

func bookLiability(a *app) *cobra.Command {
	var given policyFlags
	var want liabilityWanted
	cmd := leaf("liability", "What points are worth in the books, by programme, age and expiry (合同负债、预计负债; IFRS 15, CAS 14, CAS 13)",
		`  tally --as G books liability --redemption GP:0.85
  tally --as G books liability --policy policy.yaml --own --parts age
  tally --as G books liability --policy policy.yaml --cycle 2026-11
  tally --as G books liability --policy policy.yaml --blocks 1200 -o json`,
		func(ctx context.Context, _ []string) error {
			if want.cycle != "" && want.blocks > 0 {
				return fault.New(fault.BadRequest, "--cycle or --blocks")
			}
			policy, err := given.read()
			if err != nil {
				return err
			}
			return a.asOf(ctx, want.cycle, want.blocks, func(g *node.Node, r *index.Reading, on date.Date) error {
				if want.cycle == "" && want.blocks == 0 { // of the past, a policy may name what came later
					if err := policyThere(r, policy); err != nil {
						return err
					}
				}
				return a.printLiability(r, policy, want, g.Party(), on)
			})
		})
	cmd.Long = `Say what outstanding points are worth in the books, for each programme and each party
that bears it: the issuer, and whoever funded some.

Points that came with a sale, or that another issuer pays for, are a contract liability
(IFRS 15, CAS 14): a part of what was received is allocated to them when they are issued,
and recognised as they are redeemed, allocated × redeemed ⁄ expected in all. Expiry, or a
lower estimate, makes the rest breakage. Points that were given are a provision (CAS 13)
of what they are expected to cost: what is no longer expected makes the cost smaller, and
is no revenue. What you expect is your own policy, as are the prices of sales that points
came with; neither goes to the ledger:

  redemption:
    GP: {2026-11: "0.85", 2027-06: "0.9"}
  sales:
    G.0.3.0.0: 168000.00

Without a sale points are worth their settlement price times what is expected.`
	given.flags(cmd)
	one(cmd, &want.by, "parts", "word", "also show each line's parts: age, expiry", parseBy)
	complete(cmd, "parts", "age", "expiry")
	cmd.Flags().BoolVar(&want.own, "own", false, "only what you bear yourself")
	word(cmd, &want.cycle, "cycle", "as of the cut-off of this cycle; now if you name none")
	whole(cmd, &want.blocks, "blocks", 0, "as of so many blocks")
	return cmd
}

// printLiability prints what points are worth by a read model, on a day; on none of it, now.
func (a *app) printLiability(r *index.Reading, policy books.Policy, want liabilityWanted, party string, on date.Date) error {
	book, err := node.LiabilityOf(r, policy)
	if err != nil {
		return err
	}
	if on > 0 {
		book.Date, book.Cycle = on, want.cycle
		if book.Lines, err = readingOf(r, policy, on); err != nil {
			return err
		}
	}
	if want.own {
		book.Lines = slices.DeleteFunc(book.Lines, func(l books.Line) bool { return l.Party != party })
	}
	s, err := indexScales(r)
	if err != nil {
		return err
	}
	return a.print(book, func(t table.Writer) { liabilityTable(t, book, want.by, s) })
}

// asOf asks the read model as it is, or as it was at the cut-off of a cycle, of which on is the last day, or with so
// many blocks.
func (a *app) asOf(ctx context.Context, cycle string, blocks uint64, ask func(g *node.Node, r *index.Reading, on date.Date) error) error {
	if cycle == "" && blocks == 0 {
		return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error { return ask(g, r, 0) })
	}
	return a.onShelf(func(s *shelf) error {
		return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
			on := date.Date(0)
			if cycle != "" {
				p, err := r.Period(cycle)
				if err != nil {
					return err
				}
				blocks, on = p.Height, p.To
			}
			return s.pastOf(g).at(ctx, blocks, func(then *index.Reading) error { return ask(g, then, on) })
		})
	})
}

func parseBy(text string) (string, error) {
	if text != "age" && text != "expiry" {
		return "", fault.New(fault.BadRequest, "%.20q: want age or expiry", text)
	}
	return text, nil
}

func liabilityTable(t table.Writer, b node.LiabilityBook, by string, s scales) {
	t.AppendHeader(table.Row{"issuer", "programme", "borne by", "of", "issued", "redeemed", "expired", "outstanding", "will break", "allocated", "released", "used", "breakage", "provision", "contract"})
	right(t, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
	t.SuppressEmptyColumns()
	for _, l := range b.Lines {
		of := ""
		if l.Exceeded {
			of = "more than " + l.Rate + " redeemed: raise it"
		}
		t.AppendRow(append(table.Row{l.Issuer, l.Programme, l.Party, of}, figureCells(l.Figures, l.Programme, s)...))
		if by == "age" {
			for _, age := range l.Ages {
				t.AppendRow(append(table.Row{"", "", "", age.Months + " months old"}, figureCells(age.Figures, l.Programme, s)...))
			}
		}
		if by == "expiry" {
			for _, d := range l.Due {
				t.AppendRow(table.Row{"", "", "", endsText(d.Months), "", "", "", s.show(l.Programme, d.Points), "", "", "", "", "", "", figure.ExactYuan(d.Liability)})
			}
		}
	}
	t.SetCaption("on %s, as of block %d", b.Date, int64(b.Height)-1)
}

func endsText(months string) string {
	switch months {
	case "past":
		return "past their end"
	case "0":
		return "end this month"
	}
	return "end in " + months + " months"
}

// figureCells shows points and money; what was converted is redeemed.
func figureCells(f books.Figures, programme string, s scales) table.Row {
	return table.Row{s.show(programme, f.Issued), s.show(programme, f.Redeemed+f.Converted), s.show(programme, f.Expired), s.show(programme, f.Outstanding),
		s.show(programme, f.WillBreak), yuan(f.Allocated), yuan(f.Released), yuan(f.RecognisedUse), yuan(f.RecognisedBreak), yuan(f.Provision), yuan(f.Contract)}
}

// percent writes a part of a whole with one digit, "" of nothing.
func percent(part, whole amount.Units) string {
	if whole == 0 {
		return ""
	}
	return decimalOf(part).Shift(2).DivRound(decimalOf(whole), 1).StringFixed(1) + " %"
}

// barWidth is how long the meter of a whole is.
const barWidth = 20

// meter draws a part of a whole: a full cell for each twentieth, half up.
func meter(part, whole amount.Units) string {
	if whole < 1 || part < 0 {
		return ""
	}
	cells := decimalOf(part).Mul(decimalOf(barWidth)).DivRound(decimalOf(whole), 0).IntPart()
	return strings.Repeat("█", int(min(cells, barWidth)))
}

// writeNew writes a file that only its owner can read. It refuses one that is there: a
// kept file is not made twice.
func writeNew(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if failed := file.Close(); err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
