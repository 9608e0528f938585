// Package clean is the one rule for ids and names that come from outside, at every
// door: files, command lines, programs.
//
//   - Spaces at either end are dropped, whatever their width; so is a byte order mark.
//   - A ledger's id (member, outlet, reference, SKU …) is 1 to 64 of A-Z a-z 0-9 _ -,
//     as tallystick/chaincode/name checks it for everybody.
//   - A customer's id, which only the vault has, is 1 to 128 bytes of UTF-8 in Unicode's
//     composed form (NFC): é is one id however it was typed. It has no control, nothing
//     that doesn't show, and no width variant: １３８ isn't 138, and not another id
//     either, but refused.
//   - Neither is what a spreadsheet shows instead of an id: 1.38001E+10, 1001.0, #N/A; nor
//     one with the mark by which programs say that it is a text: '0070, `0070.
//   - No customer is called NULL, N/A, 无 or 合计: these stand for nobody, or for a sum.
//   - A name or text is composed (NFC), and all its spaces are single ones, as the ledger
//     keeps it.
//
// Nothing else is changed: case, dashes and leading zeros tell ids apart.
package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// MaxCustomer is the longest customer id, in bytes.
const MaxCustomer = 128

// Trim drops spaces and byte order marks at either end.
func Trim(text string) string {
	if text == "" || text[0] > ' ' && text[0] < 0x80 && text[len(text)-1] > ' ' && text[len(text)-1] < 0x80 {
		return text
	}
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
}

// Text is a name as it is kept.
func Text(text string) string {
	if isPlain(text) {
		return text
	}
	return name.Fold(norm.NFC.String(text))
}

// isPlain says whether a text is ASCII without spaces beside each other or at an end.
func isPlain(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= 0x80 || c < ' ' || c == ' ' && (i == 0 || i == len(text)-1 || text[i+1] == ' ') {
			return false
		}
	}
	return true
}

// Customer is a customer's id as it is kept. BAD_REQUEST, without the value, for what is
// none.
func Customer(text string) (string, error) {
	if text = Trim(text); !isPlain(text) {
		text = norm.NFC.String(text)
	}
	if n := len(text); n < 1 || n > MaxCustomer || !utf8.ValidString(text) {
		return "", fault.New(fault.BadRequest, "customer: want 1 to %d bytes of UTF-8", MaxCustomer)
	}
	if standsForNone[strings.TrimRight(strings.ReplaceAll(strings.ToLower(text), " ", ""), ":")] {
		return "", fault.New(fault.BadRequest,
			"customer: it is a word for nobody or for a sum, not a customer's id: leave such lines out")
	}
	return text, check(text)
}

// standsForNone are what programs and people write where there is no customer.
var standsForNone = func() map[string]bool {
	words := map[string]bool{}
	for _, word := range []string{"null", "nil", "none", "nan", "undefined", "n/a", "na", `\n`, "-", "--", "—", "/",
		"无", "空", "暂无", "未知", "散客",
		"合计", "总计", "小计", "共计", "累计", "本页合计", "本期合计", "total", "totals", "grandtotal", "subtotal", "sub-total", "sum"} {
		words[word] = true
	}
	return words
}()

func check(text string) error {
	if why := Odd(text); why != "" {
		return fault.New(fault.BadRequest, "customer: %s", why)
	}
	return nil
}

// Odd is why a text is no id, whatever it is the id of; "" if it may be one.
func Odd(text string) string {
	switch {
	case IsError(text):
		return "it is a spreadsheet's error value"
	case isExponent(text):
		return "it is a number in exponent form, of which digits are lost: give the column the format Text, and fill the ids in again"
	case isFraction(text):
		return "it is a number with a fraction, as programs write ids that they took for numbers"
	case text != "" && (text[0] == '\'' || text[0] == '`'):
		return "it begins with ' or `, by which programs mark texts: take that off"
	}
	for _, r := range text {
		switch {
		case r < 0x80 && r >= ' ' && r != 0x7f:
		case r == utf8.RuneError:
			return "it has a character that can't be read"
		case unicode.Is(unicode.C, r), r == 0x2028, r == 0x2029, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164,
			r == 0xFFA0, unicode.Is(unicode.Variation_Selector, r):
			return "it has a character that doesn't show"
		case width.LookupRune(r).Folded() != 0:
			return "it has wide or narrow variants of characters, such as １ for 1: type it again"
		}
	}
	return ""
}

// errorValues are what spreadsheets show where there is no value.
var errorValues = map[string]bool{

	"#N/A": true, "#DIV/0!": true, "#VALUE!": true, "#REF!": true, "#NAME?": true, "#NUM!": true, "#NULL!": true,
	"#SPILL!": true, "#CALC!": true,
	"#GETTING_DATA": true, "#BLOCKED!": true, "#UNKNOWN!": true, "#FIELD!": true, "#CONNECT!": true, "#BUSY!": true,
	"#PYTHON!": true, "#EXTERNAL!": true, "#ERROR!": true,
}

// IsError says whether a text is an error value of a spreadsheet.
func IsError(text string) bool {
	if text == "" || text[0] != '#' {
		return false
	}
	return errorValues[strings.ToUpper(text)] || strings.Trim(text, "#") == "" // a column that is too narrow
}

// isExponent reads 1.38001E+10 as spreadsheets write it: with a sign and two digits.
func isExponent(text string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(text), "E")
	if !found || len(exponent) < 3 || len(exponent) > 4 || exponent[0] != '+' && exponent[0] != '-' ||
		!digits(exponent[1:]) {
		return false
	}
	whole, fraction, dotted := strings.Cut(strings.Replace(strings.TrimLeft(mantissa, "+-"), ",", ".", 1), ".")
	return digits(whole) && len(whole) <= 3 && (!dotted || digits(fraction))
}

// isFraction reads 1001.0 and 1001.00.
func isFraction(text string) bool {
	whole, fraction, dotted := strings.Cut(text, ".")
	return dotted && digits(whole) && fraction != "" && strings.Trim(fraction, "0") == ""
}

func digits(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
