package terms

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/client/vault"
)

func TestParseValue(t *testing.T) {
	for _, c := range []struct {
		kind goods.TermsKind
		text string
		want amount.Units
		good bool
	}{
		{goods.Supply, "268", 268_000_000, true}, {goods.Supply, "7.805", 7_805_000, true},
		{goods.Supply, "0", 0, true}, {goods.Supply, "0.000001", 1, true},
		{goods.Commission, "15", 1500, true}, {goods.Commission, "12.25", 1225, true},
		{goods.Commission, "100", 10_000, true},
		{goods.Supply, "0.0000001", 0, false}, {goods.Supply, "1,000", 0, false}, {goods.Supply, "-1", 0, false},
		{goods.Supply, "", 0, false}, {goods.Supply, "much", 0, false},
		{goods.Supply, "1e15", 0, false}, {goods.Supply, "1e99999", 0, false}, {goods.Supply, "1 2", 0, false},
		{goods.Commission, "100.01", 0, false}, {goods.Commission, "1.125", 0, false},
	} {
		got, err := ParseValue(c.kind, c.text)
		if (err == nil) != c.good || err == nil && got != c.want {
			t.Errorf("%s %q: %d, %v", c.kind, c.text, got, err)
		}
		if err != nil &&
			(fault.CodeOf(err) != fault.BadRequest || c.text != "" && strings.Contains(err.Error(), c.text)) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	for kind, want := range map[goods.TermsKind]string{goods.Supply: "¥7.805", goods.Commission: "12.25 %"} {
		value, _ := ParseValue(kind, strings.TrimPrefix(strings.Fields(want)[0], "¥"))
		if got := Value(vault.Terms{Kind: kind,
			Opening: pedersen.Opening{Value: pedersen.Whole(uint64(value))}}); got != want {
			t.Errorf("%s", got)
		}
	}
}

func agreed(t *testing.T, sku, seller string, value uint64, salt byte) vault.Terms {
	t.Helper()
	drawn, err := pedersen.NewSalt(bytes.NewReader(bytes.Repeat([]byte{salt}, 64)))
	if err != nil {
		t.Fatal(err)
	}
	return vault.Terms{
		Supplier: "care", SKU: sku, Seller: seller, Kind: goods.Supply, Until: 20600,
		Opening: pedersen.Opening{Value: pedersen.Whole(value), Salt: drawn},
	}
}

// What is not what the ledger has is named and not kept; the rest is.
func TestAcceptNamesWhatDiffers(t *testing.T) {
	ledger := map[string]goods.Terms{}
	on := func(terms vault.Terms, change func(*goods.Terms)) {
		commitment, err := terms.Opening.Commit()
		if err != nil {
			t.Fatal(err)
		}
		row := goods.Terms{Kind: terms.Kind, Commitment: commitment, Until: terms.Until}
		change(&row)
		ledger[terms.SKU] = row
	}
	right, dearer, none, commission, later, others := agreed(t, "kit", "D", 5, 1), agreed(t, "mat", "D", 6, 2),
		agreed(t, "wax", "D", 7, 3), agreed(t, "oil", "D", 8, 4), agreed(t, "cap", "D", 9, 5),
		agreed(t, "lid", "M", 9, 6)
	on(right, func(*goods.Terms) {})
	on(agreed(t, "mat", "D", 60, 2), func(*goods.Terms) {})
	on(commission, func(row *goods.Terms) { row.Kind = goods.Commission })
	on(later, func(row *goods.Terms) { row.Until = date.Date(20601) })
	on(others, func(*goods.Terms) {})
	v, err := vault.Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close() // nothing of it is read again
	find := func(_, sku, _ string) (goods.Terms, bool, error) { row, found := ledger[sku]; return row, found, nil }
	answer, err := File{Terms: []vault.Terms{right, dearer, none, commission, later, others}}.Accept(find, v, "D")
	if err != nil || answer.Accepted != 1 {
		t.Fatalf("%+v, %v", answer, err)
	}
	want := []Differ{
		{2, "care", "mat", "the value doesn't open the ledger's commitment"},
		{3, "care", "wax", "the ledger has no terms for this good"},
		{4, "care", "oil", `the ledger says commission, to be taken until "2026-05-27"`},
		{5, "care", "cap", `the ledger says supply, to be taken until "2026-05-28"`},
		{6, "care", "lid", "they are for another seller"},
	}
	if !reflect.DeepEqual(answer.Differ, want) {
		t.Errorf("%+v", answer.Differ)
	}
	for _, terms := range []vault.Terms{right, dearer, none, commission, later, others} {
		kept, err := v.Terms("care", terms.SKU, terms.Seller)
		if err != nil || (len(kept) == 1) != (terms.SKU == "kit") {
			t.Errorf("%s: %+v, %v", terms.SKU, kept, err)
		}
	}
}

// A file of terms is its owner's alone, is never written over, and reads back.
func TestTermsFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "for-D.json")
	file := File{Format: Format, From: "S1", Seller: "D", Terms: []vault.Terms{agreed(t, "kit", "D", 1<<60, 1)}}
	if err := file.Write(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := file.Write(path); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("over another: %v", err)
	}
	if back, err := Read(path); err != nil || !reflect.DeepEqual(back, file) {
		t.Errorf("%+v, %v", back, err)
	}
	for name, text := range map[string]string{
		"nothing": "{}", "another format": `{"format":"x"}`, "no JSON": "x",
		"an unknown field": `{"format":"tallystick terms v1","price":1}`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}
