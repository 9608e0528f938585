package books

import (
	"os"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

// TestShelfIsForOneProcess, whole and private.
func TestShelfIsForOneProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenShelf(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenShelf(dir); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a second one: %v", err)
	}
	if err := s.Put(Locked{Summary: Summary{Period: "2026-11"}}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.path("2026-11")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(s.path("2026-11"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get("2026-11"); fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestJournalNamesWhatDiffers(t *testing.T) {
	sum := Summary{
		Differences: []Difference{{Party: "M", Account: "payable", Statement: 5, Vouchers: 6}}, Liability: []Tied{
			{Programme: "GP", Account: Contract, Vouchers: 7, Readings: 7},
			{Programme: "DP", Account: Provision, Vouchers: 1, Readings: 2},
		},
	}
	err := sum.Untied()
	if fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(),
		"payable of M: the statement says 5 fen, the vouchers 6; provision of DP: it moved by 2 fen, the vouchers by 1") {
		t.Error(err)
	}
	if err := (Summary{
		Liability: []Tied{{Programme: "GP", Account: Contract, Vouchers: 7, Readings: 7}},
	}).Untied(); err != nil {
		t.Error(err)
	}
}

func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		layout, form string
		code         fault.Code
	}{
		{"", "", ""}, {"", "csv", ""}, {"plain", "json", ""}, {"kingdee", "xlsx", ""}, {"yonyou", "txt", ""},
		{"yonyou", "", ""},
		{"sap", "", fault.BadRequest}, {"", "txt", fault.BadRequest}, {"kingdee", "csv", fault.BadRequest},
		{"plain", "doc", fault.BadRequest},
	} {
		if err := CheckLayout(c.layout, c.form); fault.CodeOf(err) != c.code {
			t.Errorf("%s, %s: %v", c.layout, c.form, err)
		}
		var file strings.Builder
		if err := Write(&file, c.layout, c.form, nil); (err == nil) != (c.code == "" && c.form != "") {
			t.Errorf("%s, %s is written: %v", c.layout, c.form, err)
		}
	}
}
