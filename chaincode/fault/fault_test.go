package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestParse(t *testing.T) {
	cases := []struct {
		name, message string
		code          Code
		text          string
	}{
		{"plain", "FORBIDDEN: G is not the issuer of DP", Forbidden, "G is not the issuer of DP"},
		{"behind the contract API's words", "error managing parameter param0. BAD_REQUEST: unknown field x", BadRequest,
			"unknown field x"},
		{"behind Fabric's words", "chaincode response 500, NOT_FOUND: no lot", NotFound, "no lot"},
		{"the first code wins", "CONFLICT: see NOT_FOUND: no", Conflict, "see NOT_FOUND: no"},
		{"a longer word is no code", "NOT_FORBIDDEN: x", "", ""},
		{"no code", "something else: x", "", ""},
		{"a code without its colon", "FORBIDDEN", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Parse(c.message)
			if ok != (c.code != "") {
				t.Fatalf("Parse(%q) found %v", c.message, ok)
			}
			if ok && (got.Code != c.code || got.Text != c.text) {
				t.Errorf("Parse(%q) = %v", c.message, got)
			}
		})
	}
}

func TestEveryCodeRoundTripsAndIsComplete(t *testing.T) {
	seen := map[Code]bool{}
	for _, m := range Table {
		if seen[m.Code] {
			t.Errorf("%s stands twice", m.Code)
		}
		seen[m.Code] = true
		if m.HTTP < 400 || m.Exit < 1 || m.En == "" || m.Zh == "" {
			t.Errorf("%s is incomplete: %+v", m.Code, m)
		}
		back, ok := Parse(New(m.Code, "text").Error())
		if !ok || back.Code != m.Code || back.Text != "text" {
			t.Errorf("%s came back as %v", m.Code, back)
		}
	}
}

func TestCodeOf(t *testing.T) {
	refusal := New(Expired, "hold %s", "D.1.2.3")
	if got := CodeOf(fmt.Errorf("capture: %w", refusal)); got != Expired {
		t.Errorf("wrapped: %s", got)
	}
	if CodeOf(nil) != "" || CodeOf(errors.New("disk")) != Internal {
		t.Error("nil and foreign errors")
	}
	if !errors.Is(refusal, New(Expired, "")) || errors.Is(refusal, New(Frozen, "")) {
		t.Error("errors.Is compares codes")
	}
}
