package sheets

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// TestSetPrint reads back how a sheet prints, who made the workbook and when.
func TestSetPrint(t *testing.T) {
	book := excelize.NewFile()
	const sheet = "明'细"
	made := Made{Title: "账单", By: "经销商", At: time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if _, err := book.NewSheet(sheet); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		SetPrint(book, sheet, Print{Title: "A & B", Heads: 2, Columns: 28, Rows: 130, Filter: true}),
		SetPrint(book, "Sheet1", Print{Columns: 1, Rows: 1}),
		SetMade(book, made), book.SaveAs(path),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	read, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close() // it is only read
	names := map[string]string{}
	for _, n := range read.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	for name, want := range map[string]string{
		sheet + " _xlnm.Print_Area": "'明''细'!$A$1:$AB$130", sheet + " _xlnm.Print_Titles": "'明''细'!$1:$2",
		"Sheet1 _xlnm.Print_Area": "'Sheet1'!$A$1:$A$1", "Sheet1 _xlnm.Print_Titles": "",
	} {
		if names[name] != want {
			t.Errorf("%s: %q, want %q", name, names[name], want)
		}
	}
	layout, err := read.GetPageLayout(sheet)
	if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 ||
		*layout.Size != a4 {
		t.Errorf("%+v, %v", layout, err)
	}
	if props, err := read.GetSheetProps(sheet); err != nil || !*props.FitToPage {
		t.Errorf("%+v, %v", props, err)
	}
	if foot, err := read.GetHeaderFooter(sheet); err != nil || foot == nil || foot.OddFooter != "&LA && B&R&P / &N" {
		t.Errorf("%+v, %v", foot, err)
	}
	props, err := read.GetDocProps()
	if err != nil || props.Creator != "经销商" || props.LastModifiedBy != "经销商" ||
		props.Created != "2026-12-03T00:00:00Z" || props.Title != "账单" {
		t.Errorf("%+v, %v", props, err)
	}
}
