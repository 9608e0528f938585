package name

import (
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

func TestCheckID(t *testing.T) {
	for _, id := range []string{"a", "Z_9-", strings.Repeat("x", 64)} {
		if err := CheckID("member", id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range []string{"", strings.Repeat("x", 65), "a b", "a.b", "a/b", "é", "a\n", "\u0000a", "张"} {
		err := CheckID("member", id)
		if fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", id, err)
		}
		if len(id) > 1 && strings.Contains(err.Error(), id) {
			t.Errorf("%q is echoed: %v", id, err)
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, text := range []string{"a", "车享联盟", strings.Repeat("张", 64), "Group (operator)"} {
		if err := CheckText("name", text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", strings.Repeat("张", 65), "a\nb", "a\u0000", "\xff", "\u202e"} {
		if err := CheckText("name", text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWordsStandForValues(t *testing.T) {
	w := Words{"", "OPEN", "CLOSED"}
	data, err := w.Marshal(2)
	if err != nil || string(data) != `"CLOSED"` {
		t.Errorf("%s, %v", data, err)
	}
	if v, err := w.Unmarshal(data); v != 2 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
	for _, bad := range []string{`"LOST"`, `1`, `"open"`} {
		if _, err := w.Unmarshal([]byte(bad)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	if w.Of(3) != "" || w.Of(0) != "" {
		t.Error("a number that is none has a word")
	}
}
