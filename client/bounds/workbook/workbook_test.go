package workbook

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// made writes a workbook of one sheet, with other texts in place of some of its parts.
func made(t testing.TB, parts map[string]func(io.Writer)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.xlsx")
	book := excelize.NewFile()
	if err := book.SetCellStr("Sheet1", "A1", "x"); err != nil {
		t.Fatal(err)
	}
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	from, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	out, err := os.Create(path + ".made.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	to := zip.NewWriter(out)
	for _, f := range from.File {
		if parts[f.Name] == nil {
			if err := to.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, write := range parts {
		w, err := to.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		write(w)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Name()
}

const sheet, texts = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"

// rows writes a sheet of these rows.
func rows(text ...string) func(io.Writer) {
	return func(w io.Writer) {
		fmt.Fprint(w,
			`<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
		for _, row := range text {
			fmt.Fprint(w, row)
		}
		fmt.Fprint(w, `</sheetData></worksheet>`)
	}
}

func repeated(head, text string, n int) func(io.Writer) {
	return func(w io.Writer) {
		block := strings.Repeat(text, 1000)
		fmt.Fprint(w, head)
		for range n / 1000 {
			fmt.Fprint(w, block)
		}
	}
}

func read(path string) (cells int, err error) {
	in, err := bounds.OpenInput(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	book, err := Open(in)
	if err != nil {
		return 0, err
	}
	defer book.Close()
	rows, err := OpenRows(book, book.GetSheetName(0), path)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rows.Columns()
		if err != nil {
			return cells, err
		}
		cells += len(row)
	}
	return cells, rows.Error()
}

func TestAWorkbookIsBounded(t *testing.T) {
	far := `<row><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>`
	for name, c := range map[string]struct {
		parts map[string]func(io.Writer)
		code  fault.Code
	}{
		"its own": {nil, ""},
		"a row far down": {map[string]func(io.Writer){sheet: rows(`<row r="2000000000"><c t="str"><v>1</v></c></row>`)},
			fault.Limit},
		"a cell far right": {map[string]func(io.Writer){sheet: rows(far)}, fault.Limit},
		"a text that isn't": {map[string]func(io.Writer){sheet: rows(`<row><c t="s"><v>-1</v></c></row>`)},
			fault.BadRequest},
		"many rows": {map[string]func(io.Writer){sheet: repeated(`<worksheet><sheetData>`, "<row/>", 1_100_000)},
			fault.Limit},
		"large texts": {map[string]func(io.Writer){texts: repeated("<sst>", strings.Repeat(" ", 100), 400_000)},
			fault.Limit},
		"large styles": {map[string]func(io.Writer){"xl/styles.xml": repeated("<styleSheet>", "          ", 1_000_000)},
			fault.Limit},
		"a large sheet": {
			map[string]func(io.Writer){sheet: repeated("<worksheet>", strings.Repeat(" ", 1000), 300_000)}, fault.Limit,
		},
	} {
		if cells, err := read(made(t, c.parts)); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %d cells, %.200v", name, cells, err)
		}
	}
	parts := map[string]func(io.Writer){}
	for i := range maxParts {
		parts[fmt.Sprint("xl/more", i)] = func(io.Writer) {}
	}
	if _, err := read(made(t, parts)); fault.CodeOf(err) != fault.Limit {
		t.Errorf("many parts: %v", err)
	}
}

// A workbook whose texts unpack to nearly as much as is taken costs a memory that every
// machine has.
func TestTextsOfAWorkbookDontTakeTheMemory(t *testing.T) {
	if os.Getenv("TALLY_SOAK") == "" {
		t.Skip("32 MB of XML: see scripts/soak.sh, imports")
	}
	path := made(t, map[string]func(io.Writer){
		texts: repeated(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`, "<si><t/></si>",
			2_000_000),
		sheet: rows(`<row><c t="s"><v>7</v></c></row>`),
	})
	if _, err := read(path); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc here to read the memory from")
	}
	for line := range strings.Lines(string(text)) {
		var kB int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kB); n == 1 && kB > 1<<20 {
			t.Errorf("it took %d kB", kB)
		}
	}
}
