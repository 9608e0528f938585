// Package veil is values that add up without being seen.
package veil

import (
	"encoding/hex"
	"encoding/json"

	"tallystick/chaincode/fault"
)

// Commitment is a commitment to a value; "" for none.
type Commitment []byte

// Check refuses with BAD_REQUEST what is no commitment.
func (c Commitment) Check() error {
	if len(c) != 32 {
		return fault.New(fault.BadRequest, "commitment: want 32 bytes")
	}
	return nil
}

// MarshalJSON writes hexadecimal digits.
func (c Commitment) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(c)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Commitment) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := hex.DecodeString(text)
	if *c = parsed; err != nil {
		return fault.New(fault.BadRequest, "commitment: want hexadecimal digits")
	}
	return nil
}
