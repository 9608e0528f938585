package banktable

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/client/bounds/workbook"
	"tallystick/client/clean"
	"tallystick/client/importer/cell"
	"tallystick/client/iso20022"
)

// money fills in what moved, and which way.
func (l *line) money(a *iso20022.Advice) {
	c := l.mapping.Columns
	a.Currency = l.currency()
	charges, _ := l.fen("charges", c.Charges)
	a.Charges = charges.abs
	sum, credit := money{}, false
	switch {
	case c.Amount != "" && c.Direction == "":
		sum, _ = l.fen("amount", c.Amount)
		credit, sum.minus = !sum.minus, false
	case c.Amount != "":
		sum, _ = l.fen("amount", c.Amount)
		credit = l.isCredit()
	default:
		came, some := l.fen("credit", c.Credit)
		went, other := l.fen("debit", c.Debit)
		if sum, credit = came, true; other && went.abs > 0 || !some {
			sum, credit = went, false
		}
		if came.abs > 0 && went.abs > 0 {
			l.fault("it has both a debit and a credit")
		}
	}
	if sum.abs == 0 {
		l.fault("it has no amount")
	}
	// Below nothing, it takes a booking of its direction back.
	a.Fen, a.Reversal, a.Credit = sum.abs, sum.minus, credit != sum.minus
}

func (l *line) isCredit() bool {
	text := strings.ToUpper(l.text(l.mapping.Columns.Direction))
	is := func(word string) bool { return strings.ToUpper(word) == text }
	switch {
	case slices.ContainsFunc(l.mapping.In, is):
		return true
	case !slices.ContainsFunc(l.mapping.Out, is):
		l.fault("its direction is neither of what the mapping says in in and out")
	}
	return false
}

// currencies are what banks call them.
var currencies = map[string]string{"": "", "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "元": "CNY", "01": "CNY",
	"156": "CNY",
	"美元":  "USD", "港币": "HKD", "港元": "HKD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP"}

func (l *line) currency() string {
	text := strings.ToUpper(l.text(l.mapping.Columns.Currency))
	if code, known := currencies[text]; known {
		text = code
	}
	if text == "" {
		return l.mapping.Currency
	}
	return iso20022.Clean(text)
}

// money is an amount as a cell has it.
type money struct {
	abs   amount.Units // hundredths
	minus bool
}

// isEmpty says whether a cell that should have an amount has none.
func isEmpty(text string) bool { return strings.Trim(text, "-—– ") == "" }

// fen reads an amount; false if the cell has none.
func (l *line) fen(what, column string) (m money, some bool) {
	c := l.cell(column)
	text, comma := unquoted(c.Text), l.mapping.Decimal == ","
	switch {
	case isEmpty(text):
		return m, false
	case c.Kind == workbook.Error || c.Kind == workbook.Unknown || c.Kind == workbook.Percent ||
		c.Kind == workbook.Date || clean.IsError(text):
		l.fault("%s: it is no amount", what)
		return m, true
	case c.Number != "":
		text, comma = c.Number, false
	}
	value, percent, err := cell.Number(text, comma)
	hundredths := value.Abs().Shift(2)
	switch {
	case err != nil:
		l.fault("%s: %v", what, err)
	case percent:
		l.fault("%s: it is a percentage", what)
	case !hundredths.IsInteger():
		l.fault("%s: it has more than 2 digits after the point", what)
	case hundredths.GreaterThan(decimal.NewFromInt(int64(amount.Max))):
		l.fault("%s: it is too much", what)
	default:
		return money{amount.Units(hundredths.IntPart()), value.Sign() < 0}, true
	}
	return m, true
}

// date reads a day; no date if the cell has none.
func (l *line) date(what, column string) date.Date {
	if l.text(column) == "" && l.cell(column).Kind != workbook.Date {
		return 0
	}
	day, ok := l.dated(column)
	if ok {
		read, err := date.Parse(day.Format(time.DateOnly))
		if err == nil {
			return read
		}
	}
	l.fault("%s: it is none; the mapping's layout says how dates look", what)
	return 0
}

// dated reads a cell's moment.
func (l *line) dated(column string) (time.Time, bool) {
	c := l.cell(column)
	if c.Kind == workbook.Date {
		return c.Moment, true
	}
	return l.mapping.day(unquoted(c.Text))
}

// longestExact is how many digits of a number a spreadsheet keeps.
const longestExact = 15

// id reads an account's or a booking's number. "" for none.
func (l *line) id(what, column string) string {
	text := l.text(column)
	if why := clean.Odd(text); why != "" && text != "" {
		l.fault("%s: %s", what, why)
		return ""
	}
	switch c := l.cell(column); {
	case c.Kind == workbook.Date || c.Kind == workbook.Percent || c.Kind == workbook.Scientific ||
		c.Kind == workbook.Number && len(text) > longestExact:
		l.fault("%s: the spreadsheet took it for a number, and lost digits of it: have it written as text", what)
		return ""
	case strings.Trim(text, "0-—/无") == "": // banks write it where there is none
		return ""
	}
	return text
}

// referenceOf is the bank's reference: a column's, or several columns' together.
func (l *line) referenceOf() string {
	t := l.mapping.reference
	switch {
	case l.mapping.Columns.Reference == "":
		return ""
	case l.ownReference():
		return l.id("reference", t.Columns[0])
	}
	var b strings.Builder
	b.WriteString(t.Texts[0])
	for i, column := range t.Columns {
		b.WriteString(l.piece(column) + t.Texts[i+1])
	}
	return b.String()
}

// ownReference says whether the bank's reference has a column of its own.
func (l *line) ownReference() bool {
	t := l.mapping.reference
	return len(t.Columns) == 1 && t.Texts[0] == "" && t.Texts[1] == ""
}

// piece is a cell in one form, whether it is a workbook's or a text's: 1,234.50 and 1234.5 are one.
func (l *line) piece(column string) string {
	c := l.cell(column)
	if c.Kind == workbook.Date {
		return c.Moment.Format(time.DateTime)
	}
	text, comma := unquoted(c.Text), l.mapping.Decimal == ","
	if c.Number != "" {
		text, comma = c.Number, false
	}
	if value, percent, err := cell.Number(text, comma); err == nil && !percent {
		return value.String()
	}
	return text
}
