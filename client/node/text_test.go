package node

import (
	"testing"

	"tallystick/chaincode/fault"
)

// TestTexts: a text that is none is found wherever it stands in a request, and named.
func TestTexts(t *testing.T) {
	type inner struct {
		ID   string `json:"id"`
		hush string
	}
	type request struct {
		inner
		Name  string            `json:"name"`
		List  []inner           `json:"list"`
		Other *inner            `json:"other"`
		Of    map[string]string `json:"of"`
		Bytes []byte            `json:"bytes"`
	}
	for bad, says := range map[string]string{"\xff": "BAD_REQUEST", "a\x00": "BAD_REQUEST", "合契": ""} {
		for name, r := range map[string]request{
			"`id`": {inner: inner{ID: bad}}, "`name`": {Name: bad},
			"`list.1.id`": {List: []inner{{ID: "a"}, {ID: bad}}},
			"`other.id`":  {Other: &inner{ID: bad}}, "`of`": {Of: map[string]string{bad: "a"}},
			"``": {inner: inner{hush: bad}},
		} {
			err := checkTexts(r)
			want := name + ": want text in UTF-8, without NUL"
			if string(fault.CodeOf(err)) != says || err != nil && err.(*fault.Error).Text != want {
				t.Errorf("%s with %q: %v", name, bad, err)
			}
		}
	}
	if err := checkTexts(request{Bytes: []byte{0xff, 0}}); err != nil {
		t.Errorf("bytes: %v", err)
	}
}
