package codec

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

type pair struct {
	_ struct{} `cbor:",toarray"`
	A int64    `json:"a"`
	B string   `json:"b"`
}

// every has a field of each shape that CBOR can write in several ways.
type every struct {
	_     struct{} `cbor:",toarray"`
	N     int64
	Text  string
	Bytes []byte
	Flag  bool
	List  []int64
	Maybe *int64
}

// One value has one encoding: a request that is asked again in other bytes would
// pass for another one.
func TestDecodeTakesOneEncoding(t *testing.T) {
	head, tail := []byte{0x86}, []byte{0x61, 'a', 0x41, 1, 0xf5, 0x81, 2, 0xf6}
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	var e every
	if err := Decode(join(head, []byte{1}, tail), &e); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"a number in two bytes":  join(head, []byte{0x18, 1}, tail),
		"a number in nine bytes": join(head, []byte{0x1b, 0, 0, 0, 0, 0, 0, 0, 1}, tail),
		"a float":                join(head, []byte{0xf9, 0x3c, 0}, tail),
		"null for a number":      join(head, []byte{0xf6}, tail),
		"undefined for a number": join(head, []byte{0xf7}, tail),
		"undefined for a choice": join(head, []byte{1}, tail[:7], []byte{0xf7}),
		"a long head":            join([]byte{0x98, 6, 1}, tail),
		"null for all":           {0x86, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6},
		"null":                   {0xf6},
		"bytes for text":         {0x86, 1, 0x41, 'a', 0x41, 1, 0xf5, 0x81, 2, 0xf6},
		"text for bytes":         {0x86, 1, 0x61, 'a', 0x61, 1, 0xf5, 0x81, 2, 0xf6},
		"a list for bytes":       {0x86, 1, 0x61, 'a', 0x81, 1, 0xf5, 0x81, 2, 0xf6},
		"null for bytes":         {0x86, 1, 0x61, 'a', 0xf6, 0xf5, 0x81, 2, 0xf6},
		"null for a list":        {0x86, 1, 0x61, 'a', 0x41, 1, 0xf5, 0xf6, 0xf6},
		"a number for a flag":    {0x86, 1, 0x61, 'a', 0x41, 1, 1, 0x81, 2, 0xf6},
	} {
		var e every
		if err := Decode(data, &e); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

func TestDecodeBoundsBeforeItAllocates(t *testing.T) {
	huge := []byte{0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff} // a list of 2⁴⁰ numbers
	var list []int64
	allocated := testing.AllocsPerRun(1, func() {
		if err := Decode(huge, &list); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%v", err)
		}
	})
	if allocated > 20 {
		t.Errorf("%v allocations", allocated)
	}
	var any []any
	for name, data := range map[string][]byte{
		"deep": bytes.Repeat([]byte{0x81}, 2_000_000), "long": append([]byte{0x19, 0xff, 0xff}, make([]byte, 1<<16)...),
	} {
		if err := Decode(data, &any); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Decode(make([]byte, MaxBytes+1), &any); fault.CodeOf(err) != fault.Limit {
		t.Errorf("too large: %v", err)
	}
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

		"unknown field": `{"a":1,"c":2}`, "repeated field": `{"a":1,"a":2}`,
		"repeated in another case": `{"a":1,"A":2}`, "wrong type": `{"a":"1"}`,
		"float": `{"a":1.5}`, "trailing": `{"a":1} {}`, "cut short": `{"a":1`, "nothing": ``,
		"too large": `{"a":92233720368547758080}`, "an array": `[]`,
	} {
		if err := DecodeJSON([]byte(text), &p); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type request struct {
	Reason string          `json:"reason"`
	Cash   int64           `json:"cash"`
	Parts  []pair          `json:"parts"`
	By     map[string]pair `json:"by"`
	Free   json.RawMessage `json:"free"`
	Plain  *pair
	Never  string `json:"-"`
}

// A name is taken letter for letter: encoding/json takes caſh for cash.
func TestDecodeJSONTakesExactNames(t *testing.T) {
	var r request
	good := `{"reason":"x","cash":1,"parts":[{"a":1}],"by":{"K":{"b":"y"},"k":{"b":"z"}},"free":{"Any":[1],"any":2},"Plain":{"a":2}}`
	if err := DecodeJSON([]byte(good), &r); err != nil || len(r.By) != 2 || r.Plain.A != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, text := range map[string]string{
		"folded":             `{"caſh":1}`,
		"folded beside":      `{"cash":1,"caſh":2}`,
		"another case":       `{"Cash":1}`,
		"folded in a list":   `{"parts":[{"A":1}]}`,
		"folded in a map":    `{"by":{"k":{"A":1}}}`,
		"twice in a map":     `{"by":{"k":{"a":1},"k":{"a":2}}}`,
		"folded in a part":   `{"Plain":{"A":1}}`,
		"twice in free":      `{"free":{"a":1,"a":2}}`,
		"a field that isn't": `{"Never":"x"}`,
		"its tag":            `{"-":"x"}`,
	} {
		if err := DecodeJSON([]byte(text), &r); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A stack that overflows ends the process and can't be recovered, so whatever
// this test gets wrong ends it.
func TestDecodeJSONBoundsDepthAndSize(t *testing.T) {
	var free json.RawMessage
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for text, code := range map[string]fault.Code{
		nested(maxDepth):                      "",
		nested(maxDepth + 1):                  fault.BadRequest,
		`"` + strings.Repeat("[", 1000) + `"`: "",
		`"\"` + strings.Repeat("[", 40):       fault.BadRequest,
		strings.Repeat("[", 6_000_000):        fault.BadRequest,
		strings.Repeat(`{"a":`, 2_000_000):    fault.BadRequest,
		strings.Repeat(" ", MaxBytes) + "1":   fault.Limit,
		`"` + strings.Repeat("\\", 98) + `"`:  "",
	} {
		if err := DecodeJSON([]byte(text), &free); fault.CodeOf(err) != code {
			t.Errorf("%.20q of %d bytes: %v", text, len(text), err)
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
