package clean

import (
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/fuzzed"
)

func TestCustomer(t *testing.T) {
	for text, want := range map[string]string{

		"13800138000": "13800138000", " 138\t": "138", "\u3000138\u00a0": "138", "\ufeff7": "7", "0070": "0070",
		"张三":      "张三",
		"e\u0301": "\u00e9", "\u00e9": "\u00e9", "o6_bm-jc.x@wx": "o6_bm-jc.x@wx", "A 1": "A 1", "5E3": "5E3",
		"1E10": "1E10", "2.5": "2.5",
		strings.Repeat("张", 42): strings.Repeat("张", 42),
	} {
		if got, err := Customer(text); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", " ", "\u3000", "1.38001E+10", "1E+10", "1.1E-02", "1,38E+10", "1001.0", "1001.00", "#N/A", "#REF!", "#n/a",
		"####", "'0070", "`0070", "NULL", "n/a", "-", "无", " 合计 ", "Total",
		"１３８", "13\u30008", "ABC１", "ｶﾅ", "138\u200b000", "138\u00ad", "13\n8", "a\x00", "a\u202e", "\ufffd1", "\xff",
		"12\ufe0f", strings.Repeat("张", 43),
	} {
		_, err := Customer(text)
		if fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q was taken: %v", text, err)
		}
		if len(text) > 3 && err != nil && strings.Contains(err.Error(), text) {
			t.Errorf("%q is echoed: %v", text, err)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"A \u3000B ": "A B", "e\u0301": "\u00e9", "车享  联盟": "车享 联盟", "a b": "a b", "a  b": "a b", " a": "a",
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Cleaning again changes nothing, and what is taken once is taken again.
func FuzzCustomer(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{"13800138000", "e\u0301\u3000", "\u1100\u1161", "#N/A "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := Customer(text)
		if err != nil {
			return
		}
		if twice, err := Customer(once); twice != once || err != nil {
			t.Errorf("%q: %q, then %q, %v", text, once, twice, err)
		}
	})
}
