package banktable

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/bounds/workbook"
	"tallystick/client/clean"
	"tallystick/client/importer/table"
	"tallystick/client/iso20022"
)

// File is a bank's table, of which the header was read.
type File struct {
	Notes []string // what was found out about the file, for people

	table   *table.Table
	mapping *Mapping
	at      map[string]int // places of columns
	account string         // that the rows above the header name, or else the mapping
	mark    *regexp.Regexp
}

// Open opens a bank's table; the input stays its caller's. Payments of ours are named by ids with the ledger's mark.
//
// Refused with BAD_REQUEST: what [table.Open] refuses; a table that doesn't say which account it is of.
func Open(in bounds.Input, m *Mapping, mark string) (*File, error) {
	options := table.Options{Columns: m.columns(), Encoding: m.Encoding, Separator: m.Separator, Header: m.Header,
		Sheet: m.Sheet, Loose: true}
	t, err := table.Open(in, options)
	if err != nil {
		return nil, err
	}
	f := &File{Notes: t.Notes, table: t, mapping: m, at: map[string]int{}, mark: ids(mark)}
	for _, name := range m.columns() {
		f.at[name] = slices.Index(t.Header, clean.Text(clean.Trim(name)))
	}
	f.account = cmp.Or(accountAbove(t.Above, m.Above), m.Account)
	if f.account == "" && m.Columns.Account == "" {
		err := fault.New(fault.BadRequest,
			"%s: no row above the header says which account it is of (%s): say account: NUMBER in the mapping",
			in.Name, strings.Join(m.Above, ", "))
		return nil, errors.Join(err, t.Close())
	}
	return f, nil
}

// Close ends the reading.
func (f *File) Close() error { return f.table.Close() }

// ids finds the payments' names at banks: CYCLE-N-MARK.
func ids(mark string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)[a-z0-9_][a-z0-9_-]{0,17}-[0-9]{1,10}-` + regexp.QuoteMeta(mark))
}

// accountAbove is the number behind one of the words, in its cell or the next that isn't empty.
func accountAbove(rows [][]string, words []string) string {
	for _, row := range rows {
		for i, text := range row {
			for _, word := range words {
				rest, begins := strings.CutPrefix(text, clean.Text(word))
				number := strings.TrimLeft(rest, ":： ")
				switch {
				case !begins || rest != "" && number == rest:
				case number != "":
					return number
				default:
					for _, next := range row[i+1:] {
						if next != "" {
							return unquoted(next)
						}
					}
				}
			}
		}
	}
	return ""
}

// Advices are the table's bookings, in the order of the table. It ends with the first error; until it has ended without
// one, nothing that it yielded may be relied on.
func (f *File) Advices() iter.Seq2[iso20022.Advice, error] {
	return func(yield func(iso20022.Advice, error) bool) {
		for count := 1; ; count++ {
			row, err := f.table.Next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err == nil && count > iso20022.AdviceLimit:
				err = fault.New(fault.Limit, "line %d: the file has more than %d lines", row.Line, iso20022.AdviceLimit)
			}
			if err != nil {
				yield(iso20022.Advice{}, err)
				return
			}
			if l := (line{File: f, cells: row.Cells}); !l.none(row.Bad) && !yield(l.advice(row), nil) {
				return
			}
		}
	}
}

// line is one row.
type line struct {
	*File
	cells []workbook.Cell
	odd   string // why it can't be read, the first reason
}

// cell is a column's; an empty one if the table has no such column, or the row is too short.
func (l *line) cell(column string) workbook.Cell {
	at, known := l.at[column]
	if column == "" || !known || at < 0 || at >= len(l.cells) {
		return workbook.Cell{}
	}
	return l.cells[at]
}

// text is what a cell says.
func (l *line) text(column string) string { return unquoted(l.cell(column).Text) }

// unquoted takes off what banks write around numbers so that spreadsheets take them for texts: ="1", '1, tabs.
func unquoted(text string) string {
	text = clean.Trim(text)
	if rest, is := strings.CutPrefix(text, `="`); is {
		text = strings.TrimSuffix(rest, `"`)
	}
	return clean.Trim(strings.TrimPrefix(text, "'"))
}

// none says whether a row is no booking: it names none of ours, and has no day, or no amount, counterparty and
// reference.
// A row with a day that has another number of fields than the header is one that can't be read.
func (l *line) none(bad string) bool {
	for _, c := range l.cells {
		if l.mark.MatchString(c.Text) {
			return false
		}
	}
	c := l.mapping.Columns
	_, dated := l.dated(c.Date)
	if bad != "" {
		return !dated
	}
	says := l.ownReference() && l.referenceOf() != "" ||
		l.text(c.CounterpartyAccount)+l.text(c.DebtorAccount)+l.text(c.CreditorAccount) != ""
	money := !isEmpty(l.text(c.Amount)) || !isEmpty(l.text(c.Credit)) || !isEmpty(l.text(c.Debit))
	return !dated && !says || !money && !says
}

// advice is what a row tells.
func (l *line) advice(row table.Row) iso20022.Advice {
	c := l.mapping.Columns
	a := iso20022.Advice{At: iso20022.Position{Entry: row.Line}, Source: iso20022.Table, Status: iso20022.Booked}
	a.Text = iso20022.Clean(l.texts())
	a.EndToEndID = l.endToEnd(a.Text)
	if l.odd = row.Bad; l.odd == "" {
		a.Account = l.id("account", l.mapping.Columns.Account)
		if a.Account == "" {
			a.Account = l.account
		}
		l.money(&a)
		a.Booked, a.Value = l.date("date", c.Date), l.date("value date", c.Value)
		if a.Booked == 0 {
			l.fault("it has no date")
		}
		l.parties(&a)
		a.BankReference, a.Alias = l.referenceOf(), l.id("alias", c.Alias)
		if a.Alias == a.BankReference {
			a.Alias = ""
		}
	}
	if a.Odd = l.odd; a.Odd == "" && !a.Credit && !a.Reversal && l.isFee() {
		a.EndToEndID = ""
	}
	return a
}

// fault notes why a row can't be read.
func (l *line) fault(format string, args ...any) {
	if l.odd == "" {
		l.odd = fmt.Sprintf(format, args...)
	}
}

// parties fills in who paid and who was paid, as far as the bank says.
func (l *line) parties(a *iso20022.Advice) {
	c := l.mapping.Columns
	name, account := iso20022.Clean(l.text(c.Counterparty)), l.id("the other's account", c.CounterpartyAccount)
	if a.Credit {
		a.Debtor, a.DebtorAccount = name, account
	} else {
		a.Creditor, a.CreditorAccount = name, account
	}
	for to, column := range map[*string]string{&a.Debtor: c.Debtor, &a.Creditor: c.Creditor} {
		if column != "" {
			*to = iso20022.Clean(l.text(column))
		}
	}
	for to, column := range map[*string]string{
		&a.DebtorAccount: c.DebtorAccount, &a.CreditorAccount: c.CreditorAccount,
	} {
		if column != "" {
			*to = l.id("an account", column)
		}
	}
}

// texts are all that the bank says in words.
func (l *line) texts() string {
	var list []string
	for _, column := range l.mapping.Columns.Texts {
		if text := l.text(column); text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, " ")
}

// endToEnd is the id of the one payment that a row names: in its column, or else in its texts. Of several it is none,
// and
// the text shows them.
func (l *line) endToEnd(text string) string {
	own := l.text(l.mapping.Columns.EndToEnd)
	found := l.mark.FindAllString(own, -1)
	if len(found) == 0 {
		found = l.mark.FindAllString(text, -1)
	}
	for _, other := range found {
		if !strings.EqualFold(other, found[0]) {
			return ""
		}
	}
	if len(found) == 0 {
		return own
	}
	return found[0]
}

// isFee says whether a row is the bank's own charge.
func (l *line) isFee() bool {
	return slices.ContainsFunc(l.mapping.Columns.Texts,
		func(column string) bool { return slices.Contains(l.mapping.Fees, l.text(column)) })
}
