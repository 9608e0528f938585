package name

import (
	"encoding/json"
	"slices"

	"tallystick/chaincode/fault"
)

// Words are what the values of a small enumeration are called, by their number:
// states, kinds, origins. "" stands for a number that is none.
type Words []string

// Of is the word of a value, "" for none.
func (w Words) Of(value uint8) string {
	if int(value) >= len(w) {
		return ""
	}
	return w[value]
}

// Find is the value that a word stands for. BAD_REQUEST for any other.
func (w Words) Find(word string) (uint8, error) {
	i := slices.Index(w, word)
	if i < 0 {
		return 0, fault.New(fault.BadRequest, "%.20q: want one of %v", word, []string(w))
	}
	return uint8(i), nil
}

// Marshal writes a value's word as JSON.
func (w Words) Marshal(value uint8) ([]byte, error) { return json.Marshal(w.Of(value)) }

// Unmarshal reads what Marshal writes.
func (w Words) Unmarshal(data []byte) (uint8, error) {
	var word string
	if err := json.Unmarshal(data, &word); err != nil {
		return 0, err
	}
	return w.Find(word)
}
