// Package code is the one-time code (核销码): a secret that proves a right once.
//
// Whoever makes a code keeps it off the ledger and gives it to the member; the
// ledger has its Commitment. Presenting the code proves the right, and from then
// on the code is public and worth nothing. A code for several uses is a chain:
// each is the commitment of the one after it, so revealing one says nothing of
// the next.
//
//	Commit(c1) on the ledger ──c1──▶ Commit(c2) = c1 on the ledger ──c2──▶ …
//
// A code has 128 bits, so that trying them all against a commitment is no way
// in; for people it is 26 characters of Crockford's alphabet in groups, for a
// counter's scanner the same in a picture.
package code

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"strings"

	"tallystick/chaincode/fault"
)

// Size is the length of a code and of a commitment, in bytes.
const Size = 16

// Code is a secret of Size bytes; nil for none.
type Code []byte

// Commitment is what the ledger knows of a code; nil for none.
type Commitment []byte

// alphabet is Crockford's: no I, L, O or U to be misread.
var alphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// label keeps a code's hash from being any other hash of this system.
const label = "tallystick code v1\n"

// Commit is the commitment of a code: the first 16 bytes of SHA-256(label ‖ code).
func Commit(c Code) Commitment {
	sum := sha256.Sum256(append([]byte(label), c...))
	return sum[:Size]
}

// Opens says whether the code is the commitment's.
func (c Code) Opens(to Commitment) bool {
	return len(c) == Size && len(to) == Size && subtle.ConstantTimeCompare(Commit(c), to) == 1
}

// Chain makes the codes for n uses from a seed, in the order of their use, and
// the commitment for the ledger.
func Chain(seed Code, n int) ([]Code, Commitment) {
	codes := make([]Code, n)
	next := seed
	for i := n - 1; i >= 0; i-- {
		codes[i] = next
		next = Code(Commit(next))
	}
	return codes, Commitment(next)
}

// Check refuses with BAD_REQUEST what is neither a code nor none.
func (c Code) Check() error { return checkSize(c) }

// Check refuses with BAD_REQUEST what is neither a commitment nor none.
func (c Commitment) Check() error { return checkSize(c) }

func checkSize(b []byte) error {
	if len(b) != 0 && len(b) != Size {
		return fault.New(fault.BadRequest, "code: want %d bytes", Size)
	}
	return nil
}

// String writes 26 characters in groups, and "" for none.
func (c Code) String() string { return write(c) }

// String writes 26 characters in groups, and "" for none.
func (c Commitment) String() string { return write(c) }

func write(b []byte) string {
	text := alphabet.EncodeToString(b)
	var groups []string
	for len(text) > 5 {
		groups, text = append(groups, text[:5]), text[5:]
	}
	return strings.Join(append(groups, text), "-")
}

// Parse reads a code as people type it: small letters, spaces and no hyphens
// too, O for 0, I and L for 1. BAD_REQUEST for anything else; the text is not
// echoed.
func Parse(text string) (Code, error) {
	plain := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if plain == "" {
		return nil, nil
	}
	b, err := alphabet.DecodeString(plain)
	if err != nil || len(b) != Size || alphabet.EncodeToString(b) != plain {
		return nil, fault.New(fault.BadRequest, "code: want the 26 letters and digits of a one-time code")
	}
	return b, nil
}

// MarshalJSON writes the text.
func (c Code) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// MarshalJSON writes the text.
func (c Commitment) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// UnmarshalJSON reads what MarshalJSON writes, and what people type.
func (c *Code) UnmarshalJSON(data []byte) error {
	b, err := parseJSON(data)
	*c = b
	return err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Commitment) UnmarshalJSON(data []byte) error {
	b, err := parseJSON(data)
	*c = Commitment(b)
	return err
}

func parseJSON(data []byte) (Code, error) {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return nil, err
	}
	return Parse(text)
}
