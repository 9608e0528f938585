package importer

import "testing"

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"4.35": "4.35", "-4": "-4", " 12 ": "12", "1,234.50": "1234.5", "1,234,567": "1234567", "¥1,234.50": "1234.5", "￥４．３５": "4.35", "1234.50元": "1234.5",
		"CNY 12": "12", "12 RMB": "12", "(4.00)": "-4", "（4.00）": "-4", "4.00-": "-4", "−4": "-4", "+4": "4", ".5": "0.5", "1 234.5": "1234.5", "1\u00a0234": "1234",
		"1'234": "1234", "15%": "0.15", "１５％": "0.15", "12.5 %": "0.125", "¥-4": "-4", "-¥4.00": "-4", "0": "0", "007": "7",
	} {
		if got, _, err := parseNumber(text, false); err != nil || got.String() != want {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"1.234,50": "1234.5", "4,35": "4.35", "4": "4", "1 234,5": "1234.5", "-1.234": "-1234", "12,5 %": "0.125"} {
		if got, _, err := parseNumber(text, true); err != nil || got.String() != want {
			t.Errorf("with a comma, %q: %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "x", "1.2.3", "1,23,4.5", "12,34", "1,50", "1.234,50", "$5", "€5", "5 USD", "1.37E+03", "1e3", "1e30", "0x10", "Inf", "NaN", "1_000", "--4", "-(4)", "4%%", "4.", ".",
		"12345678901234567890123456789012345678901", "2026-11-03", "1/2", "#N/A", "一百", "¥", "%",
	} {
		if got, _, err := parseNumber(text, false); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}
