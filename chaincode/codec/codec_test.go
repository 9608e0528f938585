package codec

import (
	"bytes"
	"testing"

	"tallystick/chaincode/fault"
)

type pair struct {
	_ struct{} `cbor:",toarray"`
	A int64    `json:"a"`
	B string   `json:"b"`
}

func TestDecodeIsStrict(t *testing.T) {
	good := Encode(pair{A: 1, B: "x"})
	if !bytes.Equal(good, []byte{0x82, 1, 0x61, 'x'}) {
		t.Fatalf("% x", good)
	}
	for name, data := range map[string][]byte{
		"nothing":           {},
		"too few elements":  {0x81, 1},
		"too many elements": {0x83, 1, 0x61, 'x', 1},
		"trailing bytes":    append(bytes.Clone(good), 0),
		"wrong type":        {0x82, 0x61, 'x', 1},
		"a map":             {0xa1, 0x61, 'A', 1},
		"indefinite length": {0x9f, 1, 0x61, 'x', 0xff},
		"a tag":             {0xc1, 0x82, 1, 0x61, 'x'},
		"a float":           {0x82, 0xf9, 0x3c, 0x01, 0x61, 'x'},
		"not UTF-8":         {0x82, 1, 0x61, 0xff},
		"cut short":         good[:3],
	} {
		var p pair
		if err := Decode(data, &p); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestDecodeJSONIsStrict(t *testing.T) {
	var p pair
	if err := DecodeJSON([]byte(`{"a":7,"b":"x"}`), &p); err != nil || p.A != 7 || p.B != "x" {
		t.Fatalf("%+v, %v", p, err)
	}
	for name, text := range map[string]string{
		"unknown field": `{"a":1,"c":2}`, "repeated field": `{"a":1,"a":2}`, "repeated in another case": `{"a":1,"A":2}`, "wrong type": `{"a":"1"}`,
		"float": `{"a":1.5}`, "trailing": `{"a":1} {}`, "cut short": `{"a":1`, "nothing": ``,
		"too large": `{"a":92233720368547758080}`, "an array": `[]`,
	} {
		if err := DecodeJSON([]byte(text), &p); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHash(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "00": false, "zz": false,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": true} {
		h, err := ParseHash(text)
		if (err == nil) != ok || ok && h.String() != text {
			t.Errorf("%q: %s, %v", text, h, err)
		}
	}
}
