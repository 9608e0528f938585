// Package codec is the one way in which values become bytes.
//
// On the ledger: CBOR with the core deterministic encoding of RFC 8949 §4.2,
// structs as arrays, no maps, tags or indefinite lengths. It is half the size
// of JSON, and bytes are what orderers and peers pay for. At the edge, for
// people: JSON in which unknown, repeated and trailing parts are refused.
package codec

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"tallystick/chaincode/fault"
)

var (
	encoding = must(cbor.CoreDetEncOptions().UserBufferEncMode())
	decoding = must(cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  16,
		MaxArrayElements: 4096,
		MaxMapPairs:      16,
	}.DecMode())
)

func must[T any](mode T, err error) T {
	if err != nil {
		panic(err) // the options above are constant
	}
	return mode
}

// Encode writes a value as deterministic CBOR. It panics for a type that CBOR
// cannot hold, which no type of ours is.
func Encode(v any) []byte {
	return Append(nil, v)
}

// Append writes a value as Encode does, behind what is there.
func Append(to []byte, v any) []byte {
	b := bytes.NewBuffer(to)
	if err := encoding.MarshalToBuffer(v, b); err != nil {
		panic(fmt.Sprintf("codec: %T: %v", v, err))
	}
	return b.Bytes()
}

// Decode reads what Encode writes into a pointer. BAD_REQUEST for anything
// that isn't exactly one value of its shape.
func Decode(data []byte, to any) error {
	if err := decoding.Unmarshal(data, to); err != nil {
		return fault.New(fault.BadRequest, "not the CBOR of a %T", to)
	}
	return nil
}

// DecodeJSON reads one JSON value strictly into a pointer. BAD_REQUEST for
// unknown, repeated or trailing parts and wrong types; what it says names the
// field, never the value.
func DecodeJSON(data []byte, to any) error {
	if err := noRepeats(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return fault.New(fault.BadRequest, "JSON: %v", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	var refusal *fault.Error
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &wrongType):
		return fault.New(fault.BadRequest, "JSON: field %s: want %s, got a %s", wrongType.Field, wrongType.Type, wrongType.Value)
	case err != nil:
		return fault.New(fault.BadRequest, "JSON: %.120s", err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.BadRequest, "JSON: something follows the value")
	}
	return nil
}

// noRepeats walks one value and refuses an object that names a field twice.
func noRepeats(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return errors.New("not a value")
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return errors.New("not a value")
			}
			field := strings.ToLower(fmt.Sprint(key)) // as encoding/json matches it
			if seen[field] {
				return fmt.Errorf("field %.40q stands twice", field)
			}
			seen[field] = true
		}
		if err := noRepeats(d); err != nil {
			return err
		}
	}
	if _, err = d.Token(); err != nil {
		return errors.New("not a value")
	}
	return nil
}

// Hash is a SHA-256: 32 bytes on the ledger, 64 hexadecimal digits for people.
type Hash []byte

// String writes the digits.
func (h Hash) String() string { return hex.EncodeToString(h) }

// MarshalJSON writes the digits.
func (h Hash) MarshalJSON() ([]byte, error) { return json.Marshal(h.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Hash) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParseHash(text)
	*h = parsed
	return err
}

// ParseHash reads 64 hexadecimal digits; "" is no hash. BAD_REQUEST otherwise.
func ParseHash(text string) (Hash, error) {
	parsed, err := hex.DecodeString(text)
	if err != nil || len(parsed) != 32 && len(parsed) != 0 {
		return nil, fault.New(fault.BadRequest, "hash: want 64 hexadecimal digits")
	}
	return parsed, nil
}
