// Package name checks what outsiders call things: ids, which become parts of
// keys, and texts, which people read.
package name

import (
	"strings"
	"unicode/utf8"

	"tallystick/chaincode/fault"
)

// CheckID refuses with BAD_REQUEST a name that is not ^[A-Za-z0-9_-]{1,64}$.
// Every name that comes from outside passes here before it can become a part
// of a key. The word says what the name is of; the name itself is not echoed,
// because a malformed one may be anything.
func CheckID(what, id string) error {
	if len(id) < 1 || len(id) > 64 {
		return fault.New(fault.BadRequest, "%s: want 1 to 64 characters", what)
	}
	for i := 0; i < len(id); i++ {
		if b := id[i]; !(b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-') {
			return fault.New(fault.BadRequest, "%s: want letters, digits, _ and - only", what)
		}
	}
	return nil
}

// CheckOptional is CheckID for ids that may be "", each with what it is before it.
func CheckOptional(ids ...[2]string) error {
	for _, id := range ids {
		if id[1] == "" {
			continue
		}
		if err := CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	return nil
}

// Fold is a text as the ledger keeps it: every kind of space is one space, none
// stands at either end, and none beside another. All that keep a text fold it.
func Fold(text string) string { return strings.Join(strings.FieldsFunc(text, isSpace), " ") }

// isSpace says whether a character is a space of one line: the usual one, the wide
// one of Chinese (U+3000), those that don't break, and those of some width.
func isSpace(r rune) bool {
	return r == ' ' || r == 0x00A0 || r == 0x1680 || r >= 0x2000 && r <= 0x200A || r == 0x202F || r == 0x205F ||
		r == 0x3000
}

// CheckText refuses with BAD_REQUEST a text that, folded, is blank or longer than 64
// characters, or that holds what no name has: controls, ends of lines, and what
// changes the direction of writing. Which characters are letters is left open, since
// people's names have some that are in no table yet; the answer must not depend on
// the tables of whoever asks.
func CheckText(what, text string) error {
	if !utf8.ValidString(text) {
		return fault.New(fault.BadRequest, "%s: want 1 to 64 characters of UTF-8", what)
	}
	folded, shows := Fold(text), false
	if n := utf8.RuneCountInString(folded); n < 1 || n > 64 {
		return fault.New(fault.BadRequest, "%s: want 1 to 64 characters of UTF-8, not all of them spaces", what)
	}
	for _, r := range folded {
		if !isPrinted(r) {
			return fault.New(fault.BadRequest, "%s: has a character that does not print", what)
		}
		shows = shows || r != ' ' && !isBlank(r)
	}
	if !shows {
		return fault.New(fault.BadRequest, "%s: is blank", what)
	}
	return nil
}

// isPrinted says whether a character may stand in a text: all but controls, the ends
// of lines and paragraphs, marks of direction, tags, and what is no character. The two
// joiners (U+200C, U+200D) stand inside names of some scripts.
func isPrinted(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xAD, r == 0x061C, r == 0x180E, r == 0xFEFF:
		return false
	case r == 0x200B, r == 0x200E, r == 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return false
	case r >= 0xFDD0 && r <= 0xFDEF, r >= 0xFFF0 && r <= 0xFFFB, r&0xFFFE == 0xFFFE, r >= 0xE0000 && r <= 0xE00FF:
		return false
	}
	return true
}

// isBlank says whether a character prints nothing though it is no space: the joiners,
// the fillers of Hangul, and the empty pattern of Braille.
func isBlank(r rune) bool {
	switch r {
	case 0x200C, 0x200D, 0x034F, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0:
		return true
	}
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}
