package cell

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/width"

	"tallystick/client/clean"
)

// longestNumber is how long a number may be, as text.
const longestNumber = 40

// The numbers that are read, with the decimal mark that the mapping says.
var (
	withPoint = regexp.MustCompile(`^(\d+|\d{1,3}([, '\x{2019}]\d{3})+)(\.\d+)?$|^\.\d+$`)
	withComma = regexp.MustCompile(`^(\d+|\d{1,3}([. '\x{2019}]\d{3})+)(,\d+)?$|^,\d+$`)
	grouping  = strings.NewReplacer(",", "", ".", "", " ", "", "'", "", "\u2019", "")
	exponents = regexp.MustCompile(`(?i)^-?[\d.,]+e[+-]?\d+$`)
)

// yuanSigns are what stands before or after an amount in yuan.
var yuanSigns = []string{"CN¥", "¥", "CNY", "RMB", "人民币", "元"}

// Number reads a number as people and their programs write it: 1234.5, 1,234.50,
// ¥1,234.50, １２, (4.00), 4.00-, and with comma 1.234,50. A percentage is a hundredth
// of what stands before its sign. A number in exponent form may have lost digits, unless
// its last one is finer than anything that is counted, as in 4.44e-16, which programs write
// for what rounding left of nothing, and which is 0. One that is half a date or has another currency's
// sign is none.
func Number(text string, comma bool) (value decimal.Decimal, percent bool, err error) {
	if !comma && isPlainNumber(text) {
		value, err = decimal.NewFromString(text)
		return value, false, err
	}
	text = clean.Trim(width.Fold.String(text))
	if len(text) > longestNumber {
		return value, false, ErrNoNumber
	}
	if exponents.MatchString(text) {
		value, err = exponentForm(text, comma)
		return value, false, err
	}
	text, minus := sign(text)
	if rest, is := strings.CutSuffix(text, "%"); is {
		text, percent = clean.Trim(rest), true
	}
	text, other := sign(withoutYuan(text))
	pattern, mark := withPoint, "."
	if comma {
		pattern, mark = withComma, ","
	}
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
	if !pattern.MatchString(text) || minus && other {
		if !comma && withComma.MatchString(text) || comma && withPoint.MatchString(text) {
			return value, false, fmt.Errorf("its decimal mark isn't %q; say which in the mapping, as decimal: %q", mark,
				map[bool]string{true: ".", false: ","}[comma])
		}
		return value, false, ErrNoNumber
	}
	if at := strings.LastIndex(text, mark); at >= 0 {
		text = grouping.Replace(text[:at]) + "." + text[at+1:]
	} else {
		text = grouping.Replace(text)
	}
	if value, err = decimal.NewFromString(text); err != nil {
		return value, false, ErrNoNumber
	}
	if minus || other {
		value = value.Neg()
	}
	if percent {
		value = value.Shift(-2)
	}
	return value, percent, nil
}

// The last digits of numbers in exponent form: finer than what is counted, and not so
// fine that sums would be without end.
const (
	fineDigit   = -8
	finestDigit = -longestNumber
)

func exponentForm(text string, comma bool) (decimal.Decimal, error) {
	lost := fmt.Errorf("it is in exponent form, of which digits may be lost: show all its digits")
	if comma {
		text = strings.Replace(text, ",", ".", 1)
	}
	value, err := decimal.NewFromString(text)
	if err != nil || value.Exponent() > fineDigit || value.Exponent() < finestDigit {
		return decimal.Decimal{}, lost
	}
	return value.Round(-fineDigit), nil
}

// ErrNoNumber says that a text is no number at all.
var ErrNoNumber = fmt.Errorf("it is no number")

// isPlainNumber says whether a text is digits with at most one point among them.
func isPlainNumber(text string) bool {
	points, digits := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '-' && i == 0:
		case c == '.':
			points++
		case c >= '0' && c <= '9':
			digits++
		default:
			return false
		}
	}
	return points <= 1 && digits > 0 && len(text) <= longestNumber && text[len(text)-1] != '.'
}

// sign takes the sign off a number: before it, behind it as SAP writes it, or the
// brackets of accountants.
func sign(text string) (rest string, minus bool) {
	text = clean.Trim(text)
	for _, one := range []string{"-", "\u2212", "\u2013"} {
		if rest, is := strings.CutPrefix(text, one); is {
			return clean.Trim(rest), true
		}
		if rest, is := strings.CutSuffix(text, one); is {
			return clean.Trim(rest), true
		}
	}
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		return clean.Trim(text[1 : len(text)-1]), true
	}
	return clean.Trim(strings.TrimPrefix(text, "+")), false
}

func withoutYuan(text string) string {
	for _, one := range yuanSigns {
		if rest, is := strings.CutPrefix(text, one); is {
			return clean.Trim(rest)
		}
		if rest, is := strings.CutSuffix(text, one); is {
			return clean.Trim(rest)
		}
	}
	return text
}
