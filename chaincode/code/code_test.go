package code

import (
	"bytes"
	"encoding/json"
	"testing"

	"tallystick/chaincode/fault"
)

func TestOnlyTheCodeOpensItsCommitment(t *testing.T) {
	c := Code(bytes.Repeat([]byte{7}, Size))
	to := Commit(c)
	other := bytes.Clone(c)
	other[15]++
	for _, wrong := range []Code{nil, other, c[:15], Code(to)} {
		if wrong.Opens(to) {
			t.Errorf("%v opens it", []byte(wrong))
		}
	}
	if !c.Opens(to) || c.Opens(nil) || c.Opens(to[:15]) {
		t.Error("the code doesn't open its own commitment, or opens none")
	}
}

func TestAChainIsUsedOnceEachInOrder(t *testing.T) {
	codes, on := Chain(Code(bytes.Repeat([]byte{1}, Size)), 5)
	for i, c := range codes {
		for j, other := range codes {
			if other.Opens(on) != (i == j) {
				t.Fatalf("use %d: code %d opens: %v", i, j, other.Opens(on))
			}
		}
		on = Commitment(c)
	}
	if one, on := Chain(codes[0], 1); len(one) != 1 || !codes[0].Opens(on) {
		t.Error("a chain of one isn't a plain code")
	}
}

func TestPeopleTypeCodes(t *testing.T) {
	c := Code("0123456789abcdef")
	text := c.String()
	for _, typed := range []string{text, "60rk4d2 6hl6 ak1eq3 4c1g6 4spp", "  "} {
		got, err := Parse(typed)
		if typed == text && (err != nil || !bytes.Equal(got, c)) {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	if got, err := Parse("  "); got != nil || err != nil {
		t.Errorf("nothing typed: %v, %v", got, err)
	}
	for _, bad := range []string{"abc", text + "0", "U" + text[1:], text[:len(text)-1] + "Z"} {
		if _, err := Parse(bad); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", bad, err)
		}
	}
	var back struct {
		C Code
		T Commitment
	}
	data, _ := json.Marshal(struct {
		C Code
		T Commitment
	}{c, Commit(c)})
	if err := json.Unmarshal(data, &back); err != nil || !back.C.Opens(back.T) {
		t.Errorf("%s: %v", data, err)
	}
}
