// Package pedersen has Pedersen commitments: values that add up without being seen.
//
// Two parties know a value; the ledger has its commitment, C = v·G + s·H in the
// group ristretto255 (RFC 9496). The salt s is random, so C says nothing of v, and
// nobody can open C to another value without solving the discrete logarithm. Yet
// commitments add up as their openings do:
//
//	v₁, s₁ ──▶ C₁ ┐                             ┌ v₁ + 3·v₂, the value
//	              ├ C₁ + 3·C₂ ── is opened by ──┤
//	v₂, s₂ ──▶ C₂ ┘     on the ledger           └ s₁ + 3·s₂, the salt, modulo the group's order
//
// So what deliveries come to is counted in public, from prices that are not, and
// whoever knows the prices can show the sum alone.
//
// G is the group's generator. H is made from a fixed text by RFC 9496's element
// derivation, of SHA-512("tallystick veil H v1\n"): nobody knows, or can choose,
// which multiple of G it is, and that alone keeps a commitment from opening twice.
// A salt and a commitment are 32 bytes, little-endian and as the RFC encodes them;
// testdata/vectors.json has examples, which another implementation made.
//
// What a commitment doesn't show: that its value is small, or not below zero.
// Whoever is to rely on one must have seen its opening. And one salt serves one
// value: two commitments with the same salt tell the difference of their values
// to anyone who guesses it.
package pedersen

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"

	"github.com/gtank/ristretto255"

	"tallystick/chaincode/fault"
)

// Size is the length of a commitment and of a salt, in bytes.
const Size = 32

// label is what the second generator is made from.
const label = "tallystick veil H v1\n"

// hiding is H. It is never changed.
var hiding = derive(label)

// identity is how the commitment to nothing without a salt is written.
var identity = make([]byte, Size)

func derive(text string) *ristretto255.Element {
	digest := sha512.Sum512([]byte(text))
	e, err := ristretto255.NewIdentityElement().SetUniformBytes(digest[:])
	if err != nil {
		panic(err) // a SHA-512 is of the right length
	}
	return e
}

// Commitment is what the ledger knows of a value; empty for none.
type Commitment []byte

// Check refuses with BAD_REQUEST what is no commitment: another length, what is no
// canonical encoding of an element, and the identity, which hides nothing.
func (c Commitment) Check() error {
	_, err := c.element()
	return err
}

func (c Commitment) element() (*ristretto255.Element, error) {
	if len(c) != Size || bytes.Equal(c, identity) {
		return nil, fault.New(fault.BadRequest, "commitment: want %d bytes, not all of them 0", Size)
	}
	return decode(c)
}

// decode reads a canonical element. It costs a square root, some 5 µs.
func decode(canonical []byte) (*ristretto255.Element, error) {
	e, err := ristretto255.NewIdentityElement().SetCanonicalBytes(canonical)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "commitment: want the canonical encoding of an element")
	}
	return e, nil
}

// Times is the commitment taken k times: what k units at a hidden price come to.
// k is public; a small one costs little. Refused as Check does.
func (c Commitment) Times(k uint64) (Sum, error) {
	e, err := c.element()
	if err != nil {
		return Sum{}, err
	}
	if k == 1 { // its bytes are known
		return Sum{wire: string(c), point: e}, nil
	}
	return Sum{point: times(e, k)}, nil
}

// times is e doubled and added, from k's highest bit down: 64 doublings at most.
func times(e *ristretto255.Element, k uint64) *ristretto255.Element {
	product := ristretto255.NewIdentityElement()
	for at := 63; at >= 0; at-- {
		if k>>at > 1 { // there is something to double
			product.Add(product, product)
		}
		if k>>at&1 == 1 {
			product.Add(product, e)
		}
	}
	return product
}

// String writes 64 hexadecimal digits, and "" for none.
func (c Commitment) String() string { return hex.EncodeToString(c) }

// MarshalText writes the digits.
func (c Commitment) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes; Check says whether it is a
// commitment. BAD_REQUEST for another length or other digits.
func (c *Commitment) UnmarshalText(text []byte) (err error) {
	*c, err = digits("commitment", text)
	return err
}

// digits reads 64 hexadecimal digits, or none.
func digits(what string, text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	parsed, err := hex.DecodeString(string(text))
	if err != nil || len(parsed) != Size {
		return nil, fault.New(fault.BadRequest, "%s: want %d hexadecimal digits", what, 2*Size)
	}
	return parsed, nil
}
