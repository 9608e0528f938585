package importer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds/workbook"
	"tallystick/client/importer/cell"
)

// line is what one line says.
type line struct {
	parts   [partCount]string // without prefixes, "" for none
	where   []workbook.Cell   // of the conditions
	bad     error             // why a part can't be taken, whatever the kind makes of it
	slugged []slugged         // ids that were made, and of what
	comma   bool              // is the decimal mark
	names   *columns          // for people
}

// slugged is a part whose id was made of a text.
type slugged struct {
	part part
	text string
}

func (l *line) says(p part) bool { return l.parts[p] != "" }

// empty is the reason to reject a line without the part.
func (l *line) empty(p part) error {
	return &wrong{part: p, names: l.names, reason: "it is empty; fill it in"}
}

// id is a part that the kind must have, with its prefix. What it may be, the
// request's Check says.
func (m *Mapping) id(l *line, p part) (string, error) {
	if !l.says(p) {
		return "", l.empty(p)
	}
	return m.Prefix.list()[p] + l.parts[p], nil
}

// maybe is a part with its prefix, or "".
func (m *Mapping) maybe(l *line, p part) string {
	if !l.says(p) {
		return ""
	}
	return m.Prefix.list()[p] + l.parts[p]
}

// day reads a date part, which must be there.
func (m *Mapping) day(l *line, p part) (date.Date, error) {
	day, err := cell.Day(m.layout, l.parts[p])
	if err != nil && m.yearFirst {
		if day, err = cell.YearFirst(l.parts[p]); err != nil {
			return 0, l.wrong(p,
				"want a date like 2027-12-31, 2027/12/31 or 2027年12月31日; a mapping's layout says how other dates look")
		}
	}
	if err != nil {
		return 0, l.wrong(p, "want a date like %s; the mapping's layout says how dates look", shownDay.Format(m.layout))
	}
	return date.Of(day, time.UTC), nil
}

// maybeDay reads a date part, "" for none.
func (m *Mapping) maybeDay(l *line, p part) (date.Date, error) {
	if !l.says(p) {
		return 0, nil
	}
	return m.day(l, p)
}

// count is a whole number of the least or more.
func (l *line) count(p part, least int64) (amount.Units, error) {
	n, err := l.integer(p)
	if err != nil || n < least || amount.Units(n) > amount.Max {
		return 0, l.wrong(p, "want a whole number of %d or more", least)
	}
	return amount.Units(n), nil
}

// figure reads a number. Where semicolons separate the fields 1,234 may be a good thousand or a
// little more than one, and nobody has said which.
func (l *line) figure(p part) (decimal.Decimal, bool, error) {
	if l.names.unsure && grouped.MatchString(l.parts[p]) {
		return decimal.Decimal{}, false,
			fmt.Errorf(
				"it may be 1234 or 1.234: say in the mapping which sign stands before decimals, as decimal: \",\" or decimal: \".\"")
	}
	return cell.Number(l.parts[p], l.comma)
}

// grouped are numbers whose only sign is one comma that stands before three digits.
var grouped = regexp.MustCompile(`^[^\d.,]*\d{1,3},\d{3}[^\d.,]*$`)

// integer reads a whole number, as people write it.
func (l *line) integer(p part) (int64, error) {
	value, percent, err := l.figure(p)
	if err != nil {
		return 0, err
	}
	if percent || !value.IsInteger() || value.Abs().Cmp(decimal.NewFromInt(int64(amount.Max))) > 0 {
		return 0, cell.ErrNoNumber
	}
	return value.IntPart(), nil
}

// number reads a number of 0 or more.
func (l *line) number(p part) (decimal.Decimal, error) {
	value, err := l.signed(p)
	if err == nil && value.Sign() < 0 {
		err = l.wrong(p, "want a number of 0 or more")
	}
	return value, err
}

// signed reads a number, which no percentage is.
func (l *line) signed(p part) (decimal.Decimal, error) {
	value, percent, err := l.figure(p)
	switch {
	case errors.Is(err, cell.ErrNoNumber):
		return value, l.wrong(p, "want a number")
	case err != nil:
		return value, l.wrong(p, "%v", err)
	case percent:
		return value, l.wrong(p, "want an amount, not a percentage")
	}
	return value, nil
}

// share reads a number or a percentage, in per cent.
func (l *line) share(p part) (decimal.Decimal, error) {
	value, percent, err := l.figure(p)
	if err != nil || value.Sign() < 0 {
		return value, l.wrong(p, "want a number of 0 or more, or a percentage")
	}
	if percent {
		value = value.Shift(2)
	}
	return value, nil
}

// units is a number at the mapping's rate, rounded once.
func (m *Mapping) units(number decimal.Decimal) (amount.Units, error) {
	exact := number.Mul(decimal.NewFromInt(int64(m.rate.Num)))
	if m.rate.Den != 1 {
		// Twenty digits and, for whatever is left, one that is no half of anything:
		// the one rounding comes out as of the exact quotient.
		quotient, rest := exact.QuoRem(decimal.NewFromInt(int64(m.rate.Den)), 20)
		if exact = quotient; !rest.IsZero() {
			exact = quotient.Add(decimal.New(1, -21))
		}
	}
	return amount.FromDecimal(exact, m.rounding)
}

// whole says whether a number at the mapping's rate is a whole one.
func (m *Mapping) whole(number decimal.Decimal) bool {
	_, rest := number.Mul(decimal.NewFromInt(int64(m.rate.Num))).QuoRem(decimal.NewFromInt(int64(m.rate.Den)), 0)
	return rest.IsZero()
}

// fenOf is a price in fen, which is whole: what a price comes to isn't for a program to
// round.
func (m *Mapping) fenOf(l *line, p part) (amount.Units, error) {
	value, err := l.number(p)
	if err != nil {
		return 0, err
	}
	if !m.whole(value) {
		return 0, l.wrong(p, "want whole fen: a price of yuan has at most two decimals")
	}
	fen, err := m.units(value)
	if err != nil {
		return 0, l.wrong(p, "it is more than the ledger can hold")
	}
	return fen, nil
}

// checked is checked for a request whose fields are called as the parts are: it says
// which column is wrong, where the refusal names one.
func (l *line) checked(req interface{ Check() error }) error {
	err := checked(req)
	if err == nil {
		return nil
	}
	field, reason, found := strings.Cut(err.Error(), ": ")
	if p, known := partNamed(field); found && known && len(l.names.parts[p].Columns) > 0 {
		return l.wrong(p, "%s", reason)
	}
	return err
}

// checked is why the ledger would refuse a request as malformed: such a line is
// rejected here, with its number.
func checked(req interface{ Check() error }) error {
	err := req.Check()
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return errors.New(refusal.Text)
	}
	return err
}

// shownDay is the day that refusals show as an example.
var shownDay = time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)
