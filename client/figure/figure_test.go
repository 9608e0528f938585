package figure

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

func TestParseYuan(t *testing.T) {
	for _, c := range []struct {
		text string
		fen  amount.Units
		code fault.Code
		says string
	}{
		{"12", 1200, "", ""},
		{"12.3", 1230, "", ""},
		{"12.30", 1230, "", ""},
		{"0", 0, "", ""},
		{"0.01", 1, "", ""},
		{"007.50", 750, "", ""},
		{"90071992547409.91", amount.Max, "", ""},
		{"90071992547409.92", 0, fault.Limit, "above"},
		{"99999999999999999999", 0, fault.Limit, "above"},
		{"0.001", 0, fault.BadRequest, "at most 2 digits after the point"},
		{"12.300", 0, fault.BadRequest, "at most 2 digits"},
		{"1,234.50", 0, fault.BadRequest, "no separators"},
		{"1 234.50", 0, fault.BadRequest, "no separators"},
		{"12,50", 0, fault.BadRequest, "no separators"},
		{"", 0, fault.BadRequest, "digits"},
		{".5", 0, fault.BadRequest, "digits"},
		{"5.", 0, fault.BadRequest, "digits"},
		{"1.2.3", 0, fault.BadRequest, "one point"},
		{"-1", 0, fault.BadRequest, "digits"},
		{"+1", 0, fault.BadRequest, "digits"},
		{"¥1", 0, fault.BadRequest, "digits"},
		{"1e3", 0, fault.BadRequest, "digits"},
		{"0x10", 0, fault.BadRequest, "digits"},
		{"１２", 0, fault.BadRequest, "digits"},
		{"NaN", 0, fault.BadRequest, "digits"},
		{strings.Repeat("1", 41), 0, fault.BadRequest, "want a number"},
	} {
		fen, err := ParseYuan(c.text)
		if fen != c.fen || fault.CodeOf(err) != c.code || c.code != "" && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %d, %v", c.text, fen, err)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		text  string
		scale uint8
		want  amount.Units
		says  string
	}{
		{"18.60", 2, 1860, ""}, {"18.6", 2, 1860, ""}, {"18", 2, 1800, ""}, {"18", 0, 18, ""}, {"0.000001", 6, 1, ""},
		{"18.6", 0, 0, "a whole number"}, {"18.0", 0, 0, "a whole number"}, {"1.25", 1, 0, "at most 1 digit after"},
		{"9007199254740992", 0, 0, "above 9,007,199,254,740,991"},
	} {
		d, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Units(c.scale)
		if got != c.want || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s at %d: %d, %v", c.text, c.scale, got, err)
		}
	}
}

func TestWritten(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Yuan(72810), "¥728.10"}, {Yuan(1), "¥0.01"}, {Yuan(-123456789), "−¥1,234,567.89"}, {Yuan(0), "¥0.00"},
		{Points(123456, 2), "1,234.56"}, {Points(123456, 0), "123,456"}, {Points(5, 6), "0.000005"},
		{Points(-5, 1), "−0.5"}, {Points(999, 0), "999"},
		{ExactYuan("266688/5"), "¥533.376"}, {ExactYuan("400"), "¥4.00"}, {ExactYuan("1/2"), "¥0.005"},
		{ExactYuan("1/3"), "≈ ¥0.003333"},
		{ExactYuan("-123456789"), "−¥1,234,567.89"}, {ExactYuan("0"), "¥0.00"}, {ExactYuan("1/1000000"), "≈ ¥0.000000"},
		{ExactYuan("hidden"), "hidden"},
		{PerPoint(amount.Rate{Num: 4, Den: 5}, 2), "0.8"}, {PerPoint(amount.Rate{Num: 1, Den: 1}, 0), "0.01"},
		{PerPoint(amount.Rate{Num: 1, Den: 3}, 2), "1/3"},
		{PerPoint(amount.Rate{}, 2), ""}, {PerYuan(amount.Rate{Num: 1, Den: 100}, 0), "1"},
		{BetweenText(amount.Rate{Num: 1, Den: 2}, 2, 0), "50"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestReadsWhatItWrites: without the sign ¥ and the commas, which are for the eye.
func TestReadsWhatItWrites(t *testing.T) {
	plain := strings.NewReplacer("¥", "", ",", "")
	rapid.Check(t, func(t *rapid.T) {
		units, scale := amount.Units(rapid.Int64Range(0, int64(amount.Max)).Draw(t, "units")),
			rapid.Uint8Range(0, 6).Draw(t, "scale")
		if fen, err := ParseYuan(plain.Replace(Yuan(units))); fen != units || err != nil {
			t.Fatal(fen, err)
		}
		d, err := Parse(plain.Replace(Points(units, scale)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.Units(scale); got != units || err != nil {
			t.Fatal(got, err)
		}
	})
}

// TestRatesThereAndBack: what people write of a price, an earn rule or a conversion is what they are shown.
func TestRatesThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := amount.Rate{
			Num: amount.Units(rapid.Int64Range(0, 1e6).Draw(t, "num")),
			Den: amount.Units(rapid.Int64Range(1, 1e6).Draw(t, "den")),
		}
		a, b := rapid.Uint8Range(0, 6).Draw(t, "scale"), rapid.Uint8Range(0, 6).Draw(t, "other")
		for _, way := range []struct {
			to   func(amount.Rate) (amount.Rate, error)
			back func(amount.Rate) string
		}{
			{func(r amount.Rate) (amount.Rate, error) { return PerUnit(r, a) },
				func(r amount.Rate) string { return PerPoint(r, a) }},
			{func(r amount.Rate) (amount.Rate, error) { return PerFen(r, a) },
				func(r amount.Rate) string { return PerYuan(r, a) }},
			{func(r amount.Rate) (amount.Rate, error) { return Between(r, a, b) },
				func(r amount.Rate) string { return BetweenText(r, a, b) }},
		} {
			there, err := way.to(r)
			if err != nil {
				t.Fatal(err)
			}
			back, err := amount.ParseRate(way.back(there))
			if err != nil || back.Lowest() != r.Lowest() && r.Num > 0 {
				t.Fatalf("%s became %s and %s: %v", r, there, back, err)
			}
		}
	})
}

func TestFenOfAFile(t *testing.T) {
	var file map[string]Fen
	if err := yaml.Unmarshal([]byte("a: 168000\nb: 4.35\nc: \"0.10\"\n"), &file); err != nil ||
		file["a"] != 16_800_000 || file["b"] != 435 || file["c"] != 10 {
		t.Errorf("%v, %v", file, err)
	}
	if err := yaml.Unmarshal([]byte("a: 1\nb: 4.355\n"), &file); err == nil ||
		!strings.Contains(err.Error(), "line 2") {
		t.Error(err)
	}
}
