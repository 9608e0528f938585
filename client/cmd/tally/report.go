package main

import (
	"context"
	"fmt"
	"slices"

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

func reports(a *app) *cobra.Command {
	return group("report", "Who redeems whose points, how much is used, what is owed, how near the caps are (报表)",
		reportFlows(a), reportRates(a), reportOutstanding(a), reportCaps(a))
}

// flowing is who redeemed whose points.
type flowing struct {
	Height uint64       `json:"height"`
	Rows   []books.Flow `json:"rows"`
	matrix books.Matrix
}

func reportFlows(a *app) *cobra.Command {
	var cycle string
	cmd := leaf("flows", "Whose points were redeemed where, in points and fen (积分流向)", "  tally --as A report flows\n  tally --as A report flows --cycle 2026-11 -o json",
		func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
				if cycle != "" {
					if err := node.CycleThere(r, cycle); err != nil {
						return err
					}
				}
				answer, err := flowsOf(r, cycle)
				if err != nil {
					return err
				}
				s, err := indexScales(r)
				if err != nil {
					return err
				}
				return a.print(answer, func(t table.Writer) { flowsTable(t, answer, s) })
			})
		})
	cmd.Long = `Say how many points of each programme were redeemed at each acceptor, and what they are
worth, exactly: half a fen is 1/2. Points that were given back don't count, nor do those
of a benefit before it is used. The JSON also says in which cycle and who bears them.`
	word(cmd, &cycle, "cycle", "only this one")
	return cmd
}

func flowsOf(now *index.Reading, cycle string) (answer flowing, err error) {
	programmes, err := now.Programmes()
	if err != nil {
		return answer, err
	}
	list, err := now.Redemptions()
	if err != nil {
		return answer, err
	}
	if cycle != "" {
		list = slices.DeleteFunc(list, func(r books.Redemption) bool { return r.Cycle != cycle })
	}
	answer.Height = now.Height()
	answer.Rows = books.Flows(programmes, list)
	answer.matrix = books.MatrixOf(programmes, answer.Rows)
	return answer, nil
}

// flowsTable draws the matrix: two rows a programme, points and fen.
func flowsTable(t table.Writer, f flowing, s scales) {
	header := table.Row{"issuer", "programme", ""}
	for _, acceptor := range f.matrix.Acceptors {
		header = append(header, "at "+acceptor)
	}
	t.AppendHeader(append(header, "in all"))
	columns := []int{}
	for i := range len(f.matrix.Acceptors) + 1 {
		columns = append(columns, i+4)
	}
	right(t, columns...)
	for _, r := range f.matrix.Rows {
		points, fen := table.Row{r.Issuer, r.Programme, "points"}, table.Row{"", "", "worth"}
		for i, n := range r.Points {
			if n == 0 {
				points, fen = append(points, ""), append(fen, "")
				continue
			}
			points, fen = append(points, s.show(r.Programme, n)), append(fen, figure.ExactYuan(r.Fen[i]))
		}
		t.AppendRows([]table.Row{append(points, s.show(r.Programme, r.Sum)), append(fen, figure.ExactYuan(r.SumFen))})
	}
	asOf(t, f.Height)
}

// using is how much of what was issued is used, and how.
type using struct {
	Height     uint64           `json:"height"`
	Programmes []programmeRates `json:"programmes"`
	Members    books.Usage      `json:"members"`
	Crossings  []books.Crossing `json:"crossings"` // what became of another programme's points
}

// programmeRates are shares of what was issued of a programme, less what was revoked.
type programmeRates struct {
	Issuer    string     `json:"issuer"`
	Programme string     `json:"programme"`
	Redeemed  books.Rate `json:"redeemed"`
	Converted books.Rate `json:"converted"`
	Expired   books.Rate `json:"expired"`
	Left      books.Rate `json:"outstanding"`
}

func reportRates(a *app) *cobra.Command {
	cmd := leaf("rates", "How much of each programme is redeemed, who comes back, what is converted (兑付率、复购率、换算)", "",
		func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
				answer, err := ratesOf(r)
				if err != nil {
					return err
				}
				s, err := indexScales(r)
				if err != nil {
					return err
				}
				return a.print(answer, func(t table.Writer) { ratesTable(t, answer, s) })
			})
		})
	cmd.Long = `Say which share of each programme's points was redeemed, converted, expired and is left;
how many members redeemed a second time, and how many at more than one party; and how
many points became others'. Members count once, under whatever names. The JSON has exact
ratios.`
	return cmd
}

func ratesOf(r *index.Reading) (answer using, err error) {
	programmes, err := r.Programmes()
	if err != nil {
		return answer, err
	}
	outstanding, err := r.Outstanding()
	if err != nil {
		return answer, err
	}
	list, err := r.Redemptions()
	if err != nil {
		return answer, err
	}
	converted, err := r.Conversions()
	if err != nil {
		return answer, err
	}
	answer = using{Height: r.Height(), Programmes: []programmeRates{}, Members: books.UsageOf(programmes, list)}
	for _, o := range outstanding {
		issued := o.Issued - o.Revoked
		answer.Programmes = append(answer.Programmes, programmeRates{o.Issuer, o.Programme,
			books.RateOf(o.Redeemed, issued), books.RateOf(o.Converted, issued), books.RateOf(o.Expired, issued), books.RateOf(o.Outstanding, issued)})
	}
	answer.Crossings = books.Crossings(converted)
	return answer, nil
}

func ratesTable(t table.Writer, u using, s scales) {
	t.AppendHeader(table.Row{"of", "issued", "redeemed", "", "converted", "expired", "outstanding"})
	right(t, 2, 3, 5, 6, 7)
	for _, p := range u.Programmes {
		t.AppendRow(table.Row{p.Programme + " of " + p.Issuer, s.show(p.Programme, p.Redeemed.Whole), percent(p.Redeemed.Part, p.Redeemed.Whole), meter(p.Redeemed.Part, p.Redeemed.Whole),
			percent(p.Converted.Part, p.Converted.Whole), percent(p.Expired.Part, p.Expired.Whole), percent(p.Left.Part, p.Left.Whole)})
	}
	t.AppendSeparator()
	for _, m := range []struct {
		what string
		rate books.Rate
	}{{"members who redeemed twice", u.Members.Repurchase}, {"members at several parties", u.Members.Elsewhere}, {"redemptions of others' points", u.Members.Foreign}} {
		t.AppendRow(table.Row{m.what, int64(m.rate.Whole), percent(m.rate.Part, m.rate.Whole), meter(m.rate.Part, m.rate.Whole)})
	}
	if len(u.Crossings) > 0 {
		t.AppendSeparator()
	}
	for _, c := range u.Crossings {
		t.AppendRow(table.Row{c.From + " to " + c.To, s.show(c.To, c.Points), "", conversionsText(c.Times)})
	}
	asOf(t, u.Height)
}

func conversionsText(n int) string {
	if n == 1 {
		return "in 1 conversion"
	}
	return fmt.Sprintf("in %d conversions", n)
}

// owedNow is what issuers owe members, and what of it ends when.
type owedNow struct {
	Height uint64              `json:"height"`
	Rows   []index.Outstanding `json:"rows"`
	Due    []dueOf             `json:"due"`
}

// dueOf is what of a programme ends within some months, whoever bears it.
type dueOf struct {
	Programme string       `json:"programme"`
	Months    string       `json:"months"`
	Points    amount.Units `json:"points"`
}

func reportOutstanding(a *app) *cobra.Command {
	cmd := leaf("outstanding", "What issuers owe members, and when it ends (未兑积分)", "",
		func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
				answer, err := outstandingNow(r)
				if err != nil {
					return err
				}
				s, err := indexScales(r)
				if err != nil {
					return err
				}
				return a.print(answer, func(t table.Writer) { outstandingTable(t, answer, s) })
			})
		})
	cmd.Long = `Say how many points of each programme members have, held ones included, what they are
worth, and in how many months they end. Points that end some days after their member's
last purchase are shown by the end that their lot was issued with.`
	return cmd
}

func outstandingNow(now *index.Reading) (answer owedNow, err error) {
	answer.Height = now.Height()
	if answer.Rows, err = now.Outstanding(); err != nil {
		return answer, err
	}
	book, err := liabilityOf(now, books.Policy{})
	if err != nil {
		return answer, err
	}
	answer.Due = []dueOf{}
	for _, r := range answer.Rows {
		for _, months := range books.Ends() {
			due := dueOf{r.Programme, months, pointsDue(book.Lines, r.Programme, months)}
			if due.Points > 0 {
				answer.Due = append(answer.Due, due)
			}
		}
	}
	return answer, nil
}

// pointsDue sums up what of a programme ends within some months, whoever bears it: at
// most what was issued.
func pointsDue(lines []books.Line, programme, months string) (sum amount.Units) {
	for _, l := range lines {
		if l.Programme != programme {
			continue
		}
		for _, d := range l.Due {
			if d.Months == months {
				sum += d.Points
			}
		}
	}
	return sum
}

func outstandingTable(t table.Writer, o owedNow, s scales) {
	t.AppendHeader(table.Row{"issuer", "programme", "", "points", "of which held", "worth", ""})
	right(t, 4, 5, 6)
	for _, r := range o.Rows {
		t.AppendRow(table.Row{r.Issuer, r.Programme, "outstanding", s.show(r.Programme, r.Outstanding), s.show(r.Programme, r.Held), figure.ExactYuan(r.Worth), ""})
		for _, d := range o.Due {
			if d.Programme == r.Programme {
				t.AppendRow(table.Row{"", "", endsText(d.Months), s.show(r.Programme, d.Points), "", "", meter(d.Points, r.Outstanding)})
			}
		}
	}
	asOf(t, o.Height)
}

// capped is how near each party is to its cap.
type capped struct {
	Height uint64      `json:"height"`
	Date   date.Date   `json:"date"`
	Alarm  uint8       `json:"alarm"` // percent
	Rows   []cappedRow `json:"rows"`
}

type cappedRow struct {
	books.Cap
	Rate books.Rate `json:"rate"`
	Over bool       `json:"over"` // the alarm
}

func reportCaps(a *app) *cobra.Command {
	alarm, check := uint8(80), false
	cmd := leaf("caps", "How much of its net debit cap each party has drawn in the open cycle (净借记限额)",
		"  tally --as G report caps\n  tally --as G report caps --alarm 90 --check",
		func(ctx context.Context, _ []string) error {
			if alarm < 1 || alarm > 100 {
				return fault.New(fault.BadRequest, "--alarm: want 1 to 100 percent")
			}
			return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
				answer, err := capsOf(r, alarm)
				if err != nil {
					return err
				}
				if err := a.print(answer, func(t table.Writer) { capsTable(t, answer) }); err != nil || !check {
					return err
				}
				return answer.alarm()
			})
		})
	cmd.Long = `Say how much each party that has a cap has come to owe others in the open cycle, and how
much of the cap its lanes have been granted, drawn or not: what neither has is free.
--check fails, with the exit code of NET_DEBIT_CAP, if a party is at the alarm or over it.`
	whole(cmd, &alarm, "alarm", alarm, "percent of the cap from which on a party is marked")
	cmd.Flags().BoolVar(&check, "check", false, "fail if a party is marked: for a timer")
	return cmd
}

func capsOf(r *index.Reading, alarm uint8) (answer capped, err error) {
	list, err := r.Caps()
	if err != nil {
		return answer, err
	}
	cycle, err := r.Cycle()
	if err != nil {
		return answer, err
	}
	answer = capped{Height: r.Height(), Date: cycle.Date, Alarm: alarm, Rows: []cappedRow{}}
	for _, c := range list {
		answer.Rows = append(answer.Rows, cappedRow{c, books.RateOf(c.Drawn, c.Limit), c.Over(alarm)})
	}
	return answer, nil
}

// alarm is NET_DEBIT_CAP if a party is marked, and names all that are.
func (c capped) alarm() error {
	text := ""
	for _, r := range c.Rows {
		if r.Over {
			text += fmt.Sprintf("; %s has drawn %s of %s, %s", towards(r.Cap), yuan(r.Drawn), yuan(r.Limit), percent(r.Drawn, r.Limit))
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

func capsTable(t table.Writer, c capped) {
	t.AppendHeader(table.Row{"party", "cycle", "limit", "drawn", "with lanes", "", "", ""})
	right(t, 3, 4, 5, 6)
	t.SuppressEmptyColumns()
	for _, r := range c.Rows {
		mark := ""
		if r.Over {
			mark = fmt.Sprintf("at %d %% or over", c.Alarm)
		}
		t.AppendRow(table.Row{towards(r.Cap), r.Cycle, yuan(r.Limit), yuan(r.Drawn), yuan(r.Leased), percent(r.Drawn, r.Limit), meter(r.Drawn, r.Limit), mark})
	}
	if len(c.Rows) == 0 {
		t.AppendRow(table.Row{"nobody has a net debit cap"})
	}
	asOf(t, c.Height)
}
