package codec_test

import (
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// units is a number with a name in Go, which a refusal doesn't tell.
type units int64

// Inner is embedded: in JSON its fields are the outer's.
type Inner struct {
	Take []struct {
		Points units `json:"points"`
	} `json:"take"`
	Proof []byte `json:"proof"`
}

// TestWrongTypes: what is of a wrong type is refused in words of JSON, by the field's name there.
func TestWrongTypes(t *testing.T) {
	for text, want := range map[string]string{
		`{"take":[{"points":1.5}]}`: "JSON: field take.0.points: want a whole number in its bounds, got a number 1.5",
		`{"take":[{"points":1},{"points":"x"}],"member":""}`: "JSON: field take.1.points: want a whole number in its " +
			"bounds, got a string",
		`{"take":[{"points":1},{"x":1}]}`: `JSON: field "take.1.x" is unknown`,
		`{"take":{}}`:                     "JSON: field take: want a list, got a object",
		`{"proof":1}`:                     "JSON: field proof: want a text in base64, got a number",
		`{"member":true}`:                 "JSON: field member: want a text, got a bool",
		`{"open":"yes"}`:                  "JSON: field open: want true or false, got a string",
	} {
		var to struct {
			Inner
			Member string `json:"member"`
			Open   bool   `json:"open"`
		}
		err := codec.DecodeJSON([]byte(text), &to)
		if refusal := fault.New(fault.BadRequest, "%s", want); err == nil || err.Error() != refusal.Error() {
			t.Errorf("%s: %v; want %v", text, err, refusal)
		}
	}
}
