package codec

import (
	"bytes"
	"encoding/json"
	"testing"

	"tallystick/chaincode/fuzzed"
)

// What is taken is the one encoding of its value.
func FuzzDecode(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	f.Add(Encode(every{N: 1, Text: "a", Bytes: []byte{1}, Flag: true, List: []int64{2}}))
	f.Add([]byte{0x86, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6})
	f.Add([]byte{0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(bytes.Repeat([]byte{0x81}, 100))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e every
		if Decode(data, &e) == nil && !bytes.Equal(Encode(e), data) {
			t.Errorf("% x is taken, and is % x", data, Encode(e))
		}
	})
}

// What is taken is JSON, and is taken again, to the same, when it was written anew.
func FuzzDecodeJSON(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{`{"reason":"x","cash":1,"parts":[{"a":1}],"by":{"k":{}},"free":{"x":[1]},"Plain":{"a":2}}`,
		`{"caſh":1}`, `[[[[`, `{"a":{"a":{`, "\xff", `{"cash":1e2}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var once, again request
		if DecodeJSON(data, &once) != nil {
			return
		}
		written, err := json.Marshal(once)
		if !json.Valid(data) || err != nil {
			t.Fatalf("%q is taken: %v", data, err)
		}
		if err := DecodeJSON(written, &again); err != nil {
			t.Errorf("%q is taken, and as %q is not: %v", data, written, err)
		}
	})
}
