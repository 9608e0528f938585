// Package accounting has the commands about books, reports and proofs.
package accounting

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/accounting"
)

// Books is the group of books: what points are worth, journals, accounts, proofs of liabilities.
func Books(a *cli.App) *cobra.Command {
	return cli.Group("books", "What points are worth in the books, journals, proofs of liabilities (账务)",
		bookLiability(a), bookJournal(a), bookPeriods(a), bookBalance(a), bookLedger(a), bookAgeing(a),
		proveLiabilities(a), proveMember(a))
}

func estimateFlags(cmd *cobra.Command, to *accounting.Estimates) {
	cli.FileFlag(cmd, &to.Policy, "policy",
		"YAML file with your expected redemption by programme and month, and the prices of sales")
	cli.Many(cmd, &to.Redemption, "redemption",
		"share of a programme's points that is expected to be redeemed; all if you name none", parseEstimate)
}

func parseEstimate(text string) (accounting.Share, error) {
	programme, share, ok := strings.Cut(text, ":")
	if !ok {
		return accounting.Share{}, fault.New(fault.BadRequest, "%.40q: want PROGRAMME:SHARE, such as GP:0.85", text)
	}
	rate, err := amount.ParseRate(share)
	if err == nil {
		err = (&books.Policy{}).Expect(programme, 0, rate)
	}
	return accounting.Share{Programme: programme, Share: rate}, err
}

func bookLiability(a *cli.App) *cobra.Command {
	var req accounting.BookLiabilityRequest
	var by string
	cmd := cli.Verb(a, "liability", `  tally --as G books liability --redemption GP:0.85
  tally --as G books liability --policy policy.yaml --own --parts age
  tally --as G books liability --policy policy.yaml --cycle 2026-11
  tally --as G books liability --policy policy.yaml --blocks 1200 -o json`, accounting.BooksLiability, cli.Words(&req),
		cli.InTable(a, func(t table.Writer, book accounting.LiabilityBook, s cli.Scales) {
			liabilityTable(t, book, by, s)
		}))
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
	estimateFlags(cmd, &req.Estimates)
	cli.One(cmd, &by, "parts", "also show each line's parts: age, expiry", parseBy)
	cli.Complete(cmd, "parts", "age", "expiry")
	cmd.Flags().BoolVar(&req.Own, "own", false, "only what you bear yourself")
	cli.Word(cmd, &req.Cycle, "cycle", "as of the cut-off of this cycle; now if you name none")
	cli.Whole(cmd, &req.Blocks, "blocks", 0, "as of so many blocks")
	return cmd
}

func parseBy(text string) (string, error) {
	if text != "age" && text != "expiry" {
		return "", fault.New(fault.BadRequest, "%.20q: want age or expiry", text)
	}
	return text, nil
}

func liabilityTable(t table.Writer, b accounting.LiabilityBook, by string, s cli.Scales) {
	t.AppendHeader(table.Row{"issuer", "programme", "borne by", "of", "issued", "redeemed", "expired", "outstanding",
		"will break", "allocated", "released", "used", "breakage", "provision", "contract"})
	cli.Right(t, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
	t.SuppressEmptyColumns()
	for _, l := range b.Lines {
		of := ""
		if l.Exceeded {
			of = "more than " + l.Rate + " redeemed: raise it"
		}
		t.AppendRow(append(table.Row{l.Issuer, l.Programme, l.Party, of}, figureCells(l.Figures, l.Programme, s)...))
		if by == "age" {
			for _, age := range l.Ages {
				t.AppendRow(append(table.Row{"", "", "", age.Months + " months old"},
					figureCells(age.Figures, l.Programme, s)...))
			}
		}
		if by == "expiry" {
			for _, d := range l.Due {
				t.AppendRow(table.Row{"", "", "", endsText(d.Months), "", "", "", s.Show(l.Programme, d.Points), "", "",
					"", "", "", "", figure.ExactYuan(d.Liability)})
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
func figureCells(f books.Figures, programme string, s cli.Scales) table.Row {
	return table.Row{s.Show(programme, f.Issued), s.Show(programme, f.Redeemed+f.Converted),
		s.Show(programme, f.Expired), s.Show(programme, f.Outstanding),
		s.Show(programme, f.WillBreak), cli.Yuan(f.Allocated), cli.Yuan(f.Released), cli.Yuan(f.RecognisedUse),
		cli.Yuan(f.RecognisedBreak), cli.Yuan(f.Provision), cli.Yuan(f.Contract)}
}
