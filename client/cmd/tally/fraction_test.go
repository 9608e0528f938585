package main

import "testing"

// TestFineYuan compares how fractions of a fen are written.
func TestFineYuan(t *testing.T) {
	for fen, want := range map[string]string{
		"0": "¥0.00", "1": "¥0.01", "150": "¥1.50", "266688/5": "¥533.376", "53337.6": "¥533.376", "1/2": "¥0.005", "1/3": "≈¥0.0033",
		"123456789": "¥1,234,567.89", "100000000/3": "≈¥333,333.3333", "1/10000": "¥0.000001", "1/100000000": "≈¥0.0000", "": "", "x": "x",
	} {
		if got := fineYuan(fen); got != want {
			t.Errorf("%s: %s, want %s", fen, got, want)
		}
	}
}
