package accounting

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/accounting"
)

// Reports is the group of reports.
func Reports(a *cli.App) *cobra.Command {
	return cli.Group("report", "Who redeems whose points, how much is used, what is owed, how near the caps are (报表)",
		reportFlows(a), reportRates(a), reportOutstanding(a), reportCaps(a))
}

func reportFlows(a *cli.App) *cobra.Command {
	var req accounting.ReportFlowsRequest
	cmd := cli.Verb(a, "flows", "  tally --as A report flows\n  tally --as A report flows --cycle 2026-11 -o json",
		accounting.ReportFlows, cli.Words(&req), cli.InTable(a, flowsTable))
	cmd.Long = `Say how many points of each programme were redeemed at each acceptor, and what they are
worth, exactly: half a fen is 1/2. Points that were given back don't count, nor do those
of a benefit before it is used. The JSON also says in which cycle and who bears them.`
	cli.Word(cmd, &req.Cycle, "cycle", "only this one")
	return cmd
}

// flowsTable draws the matrix: two rows a programme, points and fen.
func flowsTable(t table.Writer, f accounting.Flows, s cli.Scales) {
	header := table.Row{"issuer", "programme", ""}
	for _, acceptor := range f.Matrix.Acceptors {
		header = append(header, "at "+acceptor)
	}
	t.AppendHeader(append(header, "in all"))
	columns := []int{}
	for i := range len(f.Matrix.Acceptors) + 1 {
		columns = append(columns, i+4)
	}
	cli.Right(t, columns...)
	for _, r := range f.Matrix.Rows {
		points, fen := table.Row{r.Issuer, r.Programme, "points"}, table.Row{"", "", "worth"}
		for i, n := range r.Points {
			if n == 0 {
				points, fen = append(points, ""), append(fen, "")
				continue
			}
			points, fen = append(points, s.Show(r.Programme, n)), append(fen, figure.ExactYuan(r.Fen[i]))
		}
		t.AppendRows([]table.Row{append(points, s.Show(r.Programme, r.Sum)), append(fen, figure.ExactYuan(r.SumFen))})
	}
	cli.AsOf(t, f.Height)
}

func reportRates(a *cli.App) *cobra.Command {
	cmd := cli.Verb(a, "rates", "", accounting.ReportRates, cli.Nothing, cli.InTable(a, ratesTable))
	cmd.Long = `Say which share of each programme's points was redeemed, converted, expired and is left;
how many members redeemed a second time, and how many at more than one party; and how
many points became others'. Members count once, under whatever names. The JSON has exact
ratios.`
	return cmd
}

func ratesTable(t table.Writer, u accounting.Rates, s cli.Scales) {
	t.AppendHeader(table.Row{"of", "issued", "redeemed", "", "converted", "expired", "outstanding"})
	cli.Right(t, 2, 3, 5, 6, 7)
	for _, p := range u.Programmes {
		t.AppendRow(table.Row{p.Programme + " of " + p.Issuer, s.Show(p.Programme, p.Redeemed.Whole),
			percent(p.Redeemed.Part, p.Redeemed.Whole), meter(p.Redeemed.Part, p.Redeemed.Whole),
			percent(p.Converted.Part, p.Converted.Whole), percent(p.Expired.Part, p.Expired.Whole),
			percent(p.Left.Part, p.Left.Whole)})
	}
	t.AppendSeparator()
	for _, m := range []struct {
		what string
		rate books.Rate
	}{{"members who redeemed twice", u.Members.Repurchase}, {"members at several parties", u.Members.Elsewhere},
		{"redemptions of others' points", u.Members.Foreign}} {
		t.AppendRow(table.Row{m.what, int64(m.rate.Whole), percent(m.rate.Part, m.rate.Whole),
			meter(m.rate.Part, m.rate.Whole)})
	}
	if len(u.Crossings) > 0 {
		t.AppendSeparator()
	}
	for _, c := range u.Crossings {
		t.AppendRow(table.Row{c.From + " to " + c.To, s.Show(c.To, c.Points), "", conversionsText(c.Times)})
	}
	cli.AsOf(t, u.Height)
}

func conversionsText(n int) string {
	if n == 1 {
		return "in 1 conversion"
	}
	return fmt.Sprintf("in %d conversions", n)
}

func reportOutstanding(a *cli.App) *cobra.Command {
	cmd := cli.Verb(a, "outstanding", "", accounting.ReportOutstanding, cli.Nothing, cli.InTable(a, outstandingTable))
	cmd.Long = `Say how many points of each programme members have, held ones included, what they are
worth, and in how many months they end. Points that end some days after their member's
last purchase are shown by the end that their lot was issued with.`
	return cmd
}

func outstandingTable(t table.Writer, o accounting.OutstandingNow, s cli.Scales) {
	t.AppendHeader(table.Row{"issuer", "programme", "", "points", "of which held", "worth", ""})
	cli.Right(t, 4, 5, 6)
	for _, r := range o.Rows {
		t.AppendRow(table.Row{r.Issuer, r.Programme, "outstanding", s.Show(r.Programme, r.Outstanding),
			s.Show(r.Programme, r.Held), figure.ExactYuan(r.Worth), ""})
		for _, d := range o.Due {
			if d.Programme == r.Programme {
				t.AppendRow(table.Row{"", "", endsText(d.Months), s.Show(r.Programme, d.Points), "", "",
					meter(d.Points, r.Outstanding)})
			}
		}
	}
	cli.AsOf(t, o.Height)
}

func reportCaps(a *cli.App) *cobra.Command {
	req, check := accounting.ReportCapsRequest{Alarm: 80}, false
	cmd := cli.Verb(a, "caps", "  tally --as G report caps\n  tally --as G report caps --alarm 90 --check",
		accounting.ReportCaps, cli.Words(&req), func(_ context.Context, _ *cli.Node, answer accounting.Caps) error {
			if err := a.Print(answer, func(t table.Writer) { capsTable(t, answer) }); err != nil || !check {
				return err
			}
			return alarm(answer)
		})
	cmd.Long = `Say how much each party that has a cap has come to owe others in the open cycle, and how
much of the cap its lanes have been granted, drawn or not: what neither has is free.
--check fails, with the exit code of NET_DEBIT_CAP, if a party is at the alarm or over it.`
	cli.Whole(cmd, &req.Alarm, "alarm", req.Alarm, "percent of the cap from which on a party is marked")
	cmd.Flags().BoolVar(&check, "check", false, "fail if a party is marked: for a timer")
	return cmd
}

// alarm is NET_DEBIT_CAP if a party is marked, and names all that are.
func alarm(c accounting.Caps) error {
	text := ""
	for _, r := range c.Rows {
		if r.Over {
			text += fmt.Sprintf("; %s has drawn %s of %s, %s", towards(r.Cap), cli.Yuan(r.Drawn), cli.Yuan(r.Limit),
				percent(r.Drawn, r.Limit))
		}
	}
	if text == "" {
		return nil
	}
	return fault.New(fault.NetDebitCap, "%s", text[2:])
}

// towards names a cap's party, and whom the cap is towards.
func towards(c books.Cap) string {
	if c.Whom == "" {
		return c.Party
	}
	return c.Party + " towards " + c.Whom
}

func capsTable(t table.Writer, c accounting.Caps) {
	t.AppendHeader(table.Row{"party", "cycle", "limit", "drawn", "with lanes", "", "", ""})
	cli.Right(t, 3, 4, 5, 6)
	t.SuppressEmptyColumns()
	for _, r := range c.Rows {
		mark := ""
		if r.Over {
			mark = fmt.Sprintf("at %d %% or over", c.Alarm)
		}
		t.AppendRow(table.Row{towards(r.Cap), r.Cycle, cli.Yuan(r.Limit), cli.Yuan(r.Drawn), cli.Yuan(r.Leased),
			percent(r.Drawn, r.Limit), meter(r.Drawn, r.Limit), mark})
	}
	if len(c.Rows) == 0 {
		t.AppendRow(table.Row{"nobody has a net debit cap"})
	}
	cli.AsOf(t, c.Height)
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

func decimalOf(n amount.Units) decimal.Decimal { return decimal.NewFromInt(int64(n)) }
