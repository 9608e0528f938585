package pedersen

import (
	"encoding/binary"
	"encoding/json"
	"math/big"
	"math/bits"

	"github.com/gtank/ristretto255"

	"tallystick/chaincode/fault"
)

// Value is what a commitment hides: a whole number from 0 to 2¹²⁸−1, in two words.
// The group's order is above 2²⁵², so no value can be mistaken for another one.
type Value struct {
	_  struct{} `cbor:",toarray"`
	Hi uint64
	Lo uint64
}

// Whole is a number as a value.
func Whole(n uint64) Value { return Value{Lo: n} }

// Plus adds. LIMIT above 2¹²⁸−1.
func (v Value) Plus(w Value) (Value, error) {
	lo, carry := bits.Add64(v.Lo, w.Lo, 0)
	hi, over := bits.Add64(v.Hi, w.Hi, carry)
	if over != 0 {
		return Value{}, tooLarge()
	}
	return Value{Hi: hi, Lo: lo}, nil
}

// Minus takes away. INSUFFICIENT under 0.
func (v Value) Minus(w Value) (Value, error) {
	lo, borrow := bits.Sub64(v.Lo, w.Lo, 0)
	hi, under := bits.Sub64(v.Hi, w.Hi, borrow)
	if under != 0 {
		return Value{}, fault.New(fault.Insufficient, "a hidden value would be under 0")
	}
	return Value{Hi: hi, Lo: lo}, nil
}

// Times multiplies. LIMIT above 2¹²⁸−1.
func (v Value) Times(k uint64) (Value, error) {
	carry, lo := bits.Mul64(v.Lo, k)
	over, high := bits.Mul64(v.Hi, k)
	hi, more := bits.Add64(high, carry, 0)
	if over != 0 || more != 0 {
		return Value{}, tooLarge()
	}
	return Value{Hi: hi, Lo: lo}, nil
}

// tooLarge is a refusal that doesn't name the value: it is private.
func tooLarge() error { return fault.New(fault.Limit, "a hidden value would be above 2¹²⁸−1") }

// Big is the value as an integer of any size.
func (v Value) Big() *big.Int {
	n := new(big.Int).SetUint64(v.Hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(v.Lo))
}

// String writes the value in decimal digits.
func (v Value) String() string { return v.Big().String() }

// maxDigits is the length of 2¹²⁸−1.
const maxDigits = 39

// ParseValue reads decimal digits. BAD_REQUEST for anything else, LIMIT above 2¹²⁸−1.
func ParseValue(text string) (Value, error) {
	if text == "" || len(text) > maxDigits {
		return Value{}, fault.New(fault.BadRequest, "value: want 1 to %d digits", maxDigits)
	}
	for _, digit := range []byte(text) {
		if digit < '0' || digit > '9' {
			return Value{}, fault.New(fault.BadRequest, "value: want digits only")
		}
	}
	n, _ := new(big.Int).SetString(text, 10)
	if n.BitLen() > 128 {
		return Value{}, tooLarge()
	}
	words := n.FillBytes(make([]byte, 16))
	return Value{Hi: binary.BigEndian.Uint64(words), Lo: binary.BigEndian.Uint64(words[8:])}, nil
}

// MarshalJSON writes the digits as a string: not every reader's numbers hold them.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParseValue(text)
	*v = parsed
	return err
}

// scalar is the value as a multiplier of the group.
func (v Value) scalar() *ristretto255.Scalar {
	var b [Size]byte
	binary.LittleEndian.PutUint64(b[:], v.Lo)
	binary.LittleEndian.PutUint64(b[8:], v.Hi)
	return mustScalar(b[:])
}

// mustScalar reads a multiplier that is known to be below the group's order.
func mustScalar(b []byte) *ristretto255.Scalar {
	s, err := ristretto255.NewScalar().SetCanonicalBytes(b)
	if err != nil {
		panic(err) // 2¹²⁸ is below the order
	}
	return s
}
