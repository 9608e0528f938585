package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
)

// What an export writes, an import reads as the very same good, in both formats.
func TestAnExportOpensInTheImportWithoutADifference(t *testing.T) {
	list := []goods.Good{
		{Supplier: "care", SKU: "kit", GTIN: "06901234567892", En: "Oil kit, \"5W-30\"", Zh: "机油套装", Category: "oil",
			Labels: []string{"a", "b"}, Unit: "piece", Tax: "t13",
			Delivery: goods.Shipped, Regions: []string{"bj", "sh"}, Images: nil, From: 20000, Until: 20600, Open: true},
		{Supplier: "care", SKU: "00012", En: "=1+1", Zh: "1", Category: "1", Labels: []string{}, Unit: "1", Tax: "6",
			Delivery: goods.Virtual, Regions: []string{}, Open: false},
	}
	free := amount.Units(12)
	lines := []CatalogueLine{{Good: list[0], Price: 29_800, Stock: &free}, {Good: list[1]}}
	for _, name := range []string{"catalogue.csv", "catalogue.xlsx"} {
		path := filepath.Join(t.TempDir(), name)
		if err := WriteCatalogue(path, lines); err != nil {
			t.Fatal(err)
		}
		in := input(t, path)
		m, err := Catalogue(in, "", "retail", "D")
		if err != nil {
			t.Fatal(err)
		}
		file, err := m.Table(in)
		if err != nil {
			t.Fatal(err)
		}
		var r Reading
		i := 0
		for item, err := range m.Read(file, Stores{Party: "S1"}, &r) {
			if err != nil {
				t.Fatal(err)
			}
			req, _, err := item.Drafts[0](Stores{})
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
	if err := WriteCatalogue("catalogue.pdf", lines); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("%v", err)
	}
}

func asGood(r goods.SetGoodRequest) goods.Good {
	return goods.Good{
		Supplier: r.Supplier, SKU: r.SKU, GTIN: r.GTIN, En: r.En, Zh: r.Zh, Category: r.Category, Labels: r.Labels,
		Unit: r.Unit, Tax: r.Tax,
		Delivery: r.Delivery, Regions: r.Regions, Images: r.Images, From: r.From, Until: r.Until, Open: r.Open,
	}
}

func TestCataloguesRefused(t *testing.T) {
	all := strings.Join(CatalogueColumns, ",")
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
		_, err := Catalogue(input(t, path), "s", "retail", "D")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
