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
	for _, text := range []string{"a", "车享联盟", strings.Repeat("张", 64), "Group (operator)", "张\u3000三", "A\u00a0B",
		"\u3000x ", "𠮷野家", "O’Brien", "阿·提", "\U0002ebf0"} {
		if err := CheckText("name", text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", " ", "\u3000\u00a0", "\u3164", strings.Repeat("张", 65), "a\nb", "a\u0000", "\xff",
		"\u202e", "a\u200b"} {
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

func TestFold(t *testing.T) {
	for text, want := range map[string]string{"张\u3000三": "张 三", " \u3000A \u00a0 B\u202f": "A B", "": "", "a": "a"} {
		if got := Fold(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
