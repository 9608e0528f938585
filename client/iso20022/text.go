package iso20022

import (
	"strings"
	"unicode"

	"tallystick/chaincode/fault"
)

// idMarks are the characters, besides letters and digits, that banks carry in ids.
const idMarks = "/-?:().,'+ "

// checkID refuses with BAD_REQUEST an id that is empty or longer than its limit, or
// that banks would not carry unchanged: characters other than ASCII letters, digits
// and idMarks, a space or slash at either end, two slashes in a row. The id is not
// echoed, because a malformed one may be anything.
func checkID(what, id string, limit int) error {
	if len(id) < 1 || len(id) > limit {
		return fault.New(fault.BadRequest, "%s: want 1 to %d characters", what, limit)
	}
	for i := 0; i < len(id); i++ {
		if b := id[i]; !isLetter(b) && !isDigit(b) && !strings.ContainsRune(idMarks, rune(b)) {
			return fault.New(fault.BadRequest, "%s: want letters, digits and %s only", what, idMarks)
		}
	}
	if strings.Trim(id, " /") != id || strings.Contains(id, "//") {
		return fault.New(fault.BadRequest, "%s: has a space or slash at its end, or two slashes in a row", what)
	}
	return nil
}

// checkText refuses with BAD_REQUEST a text of which Clean leaves nothing.
func checkText(what, text string) error {
	if Clean(text) == "" {
		return fault.New(fault.BadRequest, "%s: is empty", what)
	}
	return nil
}

// Clean is a text as a file can hold it: without what is no UTF-8, what XML forbids
// and what doesn't print, each run of spaces as one, cut to TextLimit characters.
func Clean(text string) string {
	var kept []rune
	for _, r := range strings.ToValidUTF8(text, "") {
		switch space := unicode.IsSpace(r); {
		case space && (len(kept) == 0 || kept[len(kept)-1] == ' '), !space && !prints(r):
		case space:
			kept = append(kept, ' ')
		default:
			kept = append(kept, r)
		}
		if len(kept) == TextLimit {
			break
		}
	}
	return strings.TrimRight(string(kept), " ")
}

// prints says whether XML allows the character and people see it. Characters in
// private use pass: rare names are written with them.
func prints(r rune) bool {
	return !unicode.In(r, unicode.Cc, unicode.Cf) && r&0xfffe != 0xfffe
}

func isLetter(b byte) bool  { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }
func isCapital(b byte) bool { return b >= 'A' && b <= 'Z' }
func isDigit(b byte) bool   { return b >= '0' && b <= '9' }

// all says whether each byte of a text is as asked; of none it is true.
func all(text string, is func(byte) bool) bool {
	for i := 0; i < len(text); i++ {
		if !is(text[i]) {
			return false
		}
	}
	return true
}
