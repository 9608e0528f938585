// Package codec is the one way in which values become bytes.
//
// On the ledger: CBOR with the core deterministic encoding of RFC 8949 §4.2,
// structs as arrays, no maps, tags, floats or indefinite lengths. It is half the
// size of JSON, and bytes are what orderers and peers pay for. Only what Encode
// writes is read: equal values have equal bytes, so a request has one hash. At
// the edge, for people: JSON in which unknown, repeated and trailing parts are
// refused. Both are bounded in size and depth before anything is parsed.
package codec

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"tallystick/chaincode/fault"
)

var (
	encoding = must(deterministic().UserBufferEncMode())
	decoding = must(cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  16,
		MaxArrayElements: 4096,
		MaxMapPairs:      16,
	}.DecMode())
)

// deterministic writes an absent list and an empty one alike, as the empty one:
// they mean the same, and what means the same has the same bytes.
func deterministic() cbor.EncOptions {
	options := cbor.CoreDetEncOptions()
	options.NilContainers = cbor.NilContainerAsEmpty
	return options
}

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

// MaxBytes bounds one value, CBOR or JSON. It is for files of the client's; the
// chaincode lets far less in.
const MaxBytes = 64 << 20

// Decode reads what Encode writes into a pointer to a zero value, and nothing
// else: not a longer form of a number or a length, not a null or a float for a
// whole number. BAD_REQUEST for anything that isn't the one encoding of one value
// of its shape, LIMIT above MaxBytes.
func Decode(data []byte, to any) error {
	if len(data) > MaxBytes {
		return tooLarge(len(data))
	}
	if err := decoding.Unmarshal(data, to); err != nil || !encodes(to, data) {
		return fault.New(fault.BadRequest, "not the CBOR of a %T", to)
	}
	return nil
}

func encodes(v any, data []byte) bool {
	again := bytes.NewBuffer(make([]byte, 0, len(data)+1))
	err := encoding.MarshalToBuffer(v, again)
	return err == nil && bytes.Equal(again.Bytes(), data)
}

func tooLarge(size int) error {
	return fault.New(fault.Limit, "%d bytes are above %d", size, MaxBytes)
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
