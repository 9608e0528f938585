package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/importer"
)

// A private price is in nothing that the program says, whatever is wrong with it.
func TestAPrivatePriceIsNotEchoed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"negative": "-31337", "long": "31337" + strings.Repeat("0", 80), "no number": "31337 fen", "digits": "31337.00001"} {
		path := filepath.Join(dir, "price.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs, exit := run(t, "--as", "S1", "--network", "nowhere", "terms", "offer", "care", "kit", "D", "--value", path)
		if exit != 2 || strings.Contains(out+errs, "31337") {
			t.Errorf("%s: exit %d: %s%s", name, exit, out, errs)
		}
	}
	if _, errs, exit := run(t, "--as", "S1", "terms", "offer", "care", "kit", "D", "--value", "31337"); exit != 2 || strings.Contains(errs, "31337") {
		t.Errorf("given as it is: %s", errs)
	}
}

// What an export writes, an import reads as the very same good, in both formats.
func TestAnExportOpensInTheImportWithoutADifference(t *testing.T) {
	list := []goods.Good{
		{Supplier: "care", SKU: "kit", GTIN: "06901234567892", En: "Oil kit, \"5W-30\"", Zh: "机油套装", Category: "oil", Labels: []string{"a", "b"}, Unit: "piece", Tax: "t13",
			Delivery: goods.Shipped, Regions: []string{"bj", "sh"}, Images: nil, From: 20000, Until: 20600, Open: true},
		{Supplier: "care", SKU: "00012", En: "=1+1", Zh: "1", Category: "1", Labels: []string{}, Unit: "1", Tax: "6", Delivery: goods.Virtual, Regions: []string{}, Open: false},
	}
	free := amount.Units(12)
	lines := []importer.CatalogueLine{{Good: list[0], Price: 29_800, Stock: &free}, {Good: list[1]}}
	for _, name := range []string{"catalogue.csv", "catalogue.xlsx"} {
		path := filepath.Join(t.TempDir(), name)
		if err := importer.WriteCatalogue(path, lines); err != nil {
			t.Fatal(err)
		}
		m, err := catalogueMapping(path, "retail", "D", "")
		if err != nil {
			t.Fatal(err)
		}
		file, err := m.Table(path)
		if err != nil {
			t.Fatal(err)
		}
		var r importer.Reading
		i := 0
		for item, err := range m.Read(file, importer.Stores{Party: "S1"}, &r) {
			if err != nil {
				t.Fatal(err)
			}
			req, _, err := item.Drafts[0](importer.Stores{})
			if err != nil || cmp.Diff(list[i], asGood(req.(goods.SetGoodRequest)), cmpopts.EquateEmpty()) != "" {
				t.Errorf("%s: %+v, %v", name, req, err)
			}
			if want := 3 - 2*i; len(item.Drafts) != want {
				t.Errorf("%s: line %v makes %d commands, want %d", name, item.Lines, len(item.Drafts), want)
			}
			i++
		}
		if i != 2 || len(r.Rejected) != 0 {
			t.Errorf("%s: %d goods, %+v", name, i, r)
		}
	}
	if err := importer.WriteCatalogue("catalogue.pdf", lines); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("%v", err)
	}
}

func asGood(r goods.SetGoodRequest) goods.Good {
	return goods.Good{Supplier: r.Supplier, SKU: r.SKU, GTIN: r.GTIN, En: r.En, Zh: r.Zh, Category: r.Category, Labels: r.Labels, Unit: r.Unit, Tax: r.Tax,
		Delivery: r.Delivery, Regions: r.Regions, Images: r.Images, From: r.From, Until: r.Until, Open: r.Open}
}

func TestCataloguesRefused(t *testing.T) {
	all := strings.Join(importer.CatalogueColumns, ",")
	for name, c := range map[string]struct {
		header string
		want   string
	}{
		"all columns":      {all, ""},
		"in any order":     {"en,zh,sku,supplier,category,unit,tax,delivery", ""},
		"a column more":    {all + ",colour", `column 18, "colour"`},
		"a column twice":   {all + ",sku", "several columns"},
		"a column fewer":   {strings.Replace(all, "unit,", "", 1), `no column "unit"`},
		"the seller's":     {all + ",seller", "none of a catalogue's"},
		"no header at all": {"", "no header"},
	} {
		path := filepath.Join(t.TempDir(), "c.csv")
		if err := os.WriteFile(path, []byte(c.header+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := catalogueMapping(path, "retail", "D", "s")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlans(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, want string }{
		"files and terms": {"steps:\n- {party: S1, file: a.csv, mapping: /m/a.yaml}\n- {party: D, accept: S1}\n", ""},
		"no step":         {"steps: []\n", "1 to 64 steps"},
		"nobody":          {"steps:\n- {file: a.csv, mapping: a.yaml}\n", "step 1"},
		"no mapping":      {"steps:\n- {party: D, file: a.csv}\n", "step 1"},
		"both":            {"steps:\n- {party: D, accept: S1, file: a.csv, mapping: a.yaml}\n", "step 1"},
		"neither":         {"steps:\n- {party: D}\n", "step 1"},
		"an unknown key":  {"steps:\n- {party: D, accept: S1, when: now}\n", "when"},
	} {
		path := filepath.Join(dir, "plan.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := loadPlan(path)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (p.Steps[0].File != filepath.Join(dir, "a.csv") || p.Steps[0].Mapping != "/m/a.yaml" || p.Steps[1].File != "") {
			t.Errorf("%+v", p)
		}
	}
	if p, err := loadPlan("../../../test-network/sample/plan.yaml"); err != nil || len(p.Steps) != 9 {
		t.Errorf("%+v, %v", p, err)
	}
}

// A list of rejected lines has each with its column, value and row, for its owner alone.
func TestRejectedFile(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "rejected.csv"), filepath.Join(dir, "f.csv")
	mapping := filepath.Join(dir, "m.yaml")
	for name, text := range map[string]string{
		mapping: "kind: labels\nsource: s\ncolumns: {member: id, label: label}\nchannels: [app]\n",
		file:    "label,id,note\ngold,7,=1+1\n,13800138000,\"a, b\"\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := importer.LoadMapping(mapping)
	if err != nil {
		t.Fatal(err)
	}
	report := &importer.Report{Source: "s", Rejected: []importer.Rejected{{Line: 2, Code: fault.NotFound, Reason: "no member"}, {Line: 3, Column: "label", Reason: "column label: it is empty"}}}
	if err := writeRejected(path, importer.Outcome{Job: importer.Job{Mapping: m, Path: file}, Report: report}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	rows, err := readRows(path)
	want := []string{
		"rejected.source|rejected.line|rejected.column|rejected.value|rejected.customer|rejected.code|rejected.reason|label|id|note",
		"s|2||||NOT_FOUND|no member|gold|7| =1+1", "s|3|label||13800138000||column label: it is empty||13800138000|a, b",
	}
	want[1] = "s|2|||7|NOT_FOUND|no member|gold|7| =1+1"
	for i, row := range rows {
		if strings.Join(row, "|") != want[i] {
			t.Errorf("%q", row)
		}
	}
	if err != nil || len(rows) != 3 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func readRows(path string) ([][]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
}

func TestAllowances(t *testing.T) {
	for text, c := range map[string]struct{ bad, all, exit int }{
		"0": {1, 100, 9}, "1": {1, 100, 0}, "1%": {1, 100, 0}, "0.5%": {1, 100, 9}, "100%": {7, 7, 0}, "0%": {0, 7, 0}, "20": {21, 100, 9},
	} {
		a, err := parseAllowance(text)
		if err != nil {
			t.Fatal(err)
		}
		err = a.judge(importer.Outcome{Report: &importer.Report{Lines: c.all, Rejected: make([]importer.Rejected, c.bad)}})
		if exit := map[bool]int{true: 0, false: fault.Of(fault.CodeOf(err)).Exit}[err == nil]; exit != c.exit {
			t.Errorf("%s of %d with %d: %v", text, c.all, c.bad, err)
		}
	}
	for _, text := range []string{"", "-1", "101%", "x%", "1.5", "NaN%", "%"} {
		if _, err := parseAllowance(text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", text, err)
		}
	}
}
