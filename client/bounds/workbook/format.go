package workbook

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/xuri/nfp"
)

// format is what a number format makes of a number.
type format struct {
	date     bool   // it shows a day
	percent  bool   // it shows a hundred times as much, and %
	exponent bool   // it shows 1.38E+10
	mask     []mask // of whole numbers, left to right; none: their digits
}

// mask is one character of a format for whole numbers.
type mask struct {
	text string // as it is, or "" for a digit
	fill bool   // a digit that is 0 where the number has none
}

// builtIn are the formats that every spreadsheet has by number, as far as they say more
// than how many digits are shown. 27 to 36 and 50 to 58 are those of East Asia.
var builtIn = map[int]string{
	9: "0%", 10: "0.00%", 11: "0.00E+00", 48: "##0.0E+0",
	14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "m/d/yy h:mm",
	27: "yyyy\"年\"m\"月\"", 28: "m\"月\"d\"日\"", 29: "m\"月\"d\"日\"", 30: "m-d-yy", 31: "yyyy\"年\"m\"月\"d\"日\"",
	36: "yyyy\"年\"m\"月\"",
	50: "yyyy\"年\"m\"月\"", 51: "m\"月\"d\"日\"", 52: "yyyy\"年\"m\"月\"", 53: "m\"月\"d\"日\"", 54: "m\"月\"d\"日\"",
	57: "yyyy\"年\"m\"月\"", 58: "m\"月\"d\"日\"",
}

// maxFormat is the longest format that is looked at; Excel has at most 255 characters.
const maxFormat = 512

// formatOf is the format of a number, or of a code of the workbook's own.
func formatOf(id int, code string) (f format) {
	if code == "" {
		code = builtIn[id]
	}
	if code == "" || len(code) > maxFormat {
		return f
	}
	parser := nfp.NumberFormatParser()
	sections := parser.Parse(code)
	if len(sections) == 0 {
		return f
	}
	whole := true
	for _, item := range sections[0].Items {
		switch item.TType {
		case nfp.TokenTypeDateTimes:
			f.date = f.date || strings.ContainsAny(strings.ToLower(item.TValue), "yde") && !isHalfDay(item.TValue)
		case nfp.TokenTypePercent:
			f.percent = true
		case nfp.TokenTypeExponential:
			f.exponent = true
		case nfp.TokenTypeZeroPlaceHolder, nfp.TokenTypeHashPlaceHolder, nfp.TokenTypeDigitalPlaceHolder:
			for _, c := range item.TValue {
				f.mask = append(f.mask, mask{fill: c == '0'})
			}
		case nfp.TokenTypeLiteral:
			f.mask = append(f.mask, mask{text: item.TValue})
		default:
			whole = false // a fraction, a currency, thousands: an id has none of it
		}
	}
	if !whole || f.date || f.percent || f.exponent ||
		!slices.ContainsFunc(f.mask, func(m mask) bool { return m.fill || m.text != "" }) {
		f.mask = nil
	}
	return f
}

func isHalfDay(text string) bool { return strings.Contains(text, "/") } // AM/PM, 上午/下午

// digits shows a whole number in the format: 000 makes 7 to 007.
func (f format) digits(whole string) string {
	if len(f.mask) == 0 || strings.HasPrefix(whole, "-") {
		return whole
	}
	places := 0
	for _, m := range f.mask {
		if m.text == "" {
			places++
		}
	}
	var b strings.Builder
	over := max(0, len(whole)-places) // the first place takes them, too
	at := places
	for _, m := range f.mask {
		switch {
		case m.text != "":
			b.WriteString(m.text)
			continue
		case at == places && over > 0:
			b.WriteString(whole[:over])
		}
		if at <= len(whole) {
			b.WriteByte(whole[len(whole)-at])
		} else if m.fill {
			b.WriteByte('0')
		}
		at--
	}
	return b.String()
}

// digitsKept is how many digits of a number a spreadsheet keeps and shows.
const digitsKept = 15

// placesKept is how many digits after the point can mean something: what is finer is left
// by the arithmetic of binary numbers.
const placesKept = 10

// kept is a stored number as a spreadsheet has it: to fifteen digits, of which ten can
// stand after the point. 4.35 is stored as 4.3499999999999996; of 1000.1−1000 it keeps
// 0.100000000000023 and shows 0.1, and of 0.1+0.2−0.3 it keeps 5.55E-17 and shows 0.
func kept(stored float64) (decimal.Decimal, error) {
	number, err := decimal.NewFromString(formatFloat(stored))
	return number.Round(placesKept), err
}
