// Package name checks what outsiders call things: ids, which become parts of
// keys, and texts, which people read.
package name

import (
	"unicode"
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

// CheckText refuses with BAD_REQUEST a text that is empty, longer than 64
// characters, or holds anything that does not print.
func CheckText(what, text string) error {
	if n := utf8.RuneCountInString(text); n < 1 || n > 64 || !utf8.ValidString(text) {
		return fault.New(fault.BadRequest, "%s: want 1 to 64 characters of UTF-8", what)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return fault.New(fault.BadRequest, "%s: has a character that does not print", what)
		}
	}
	return nil
}
