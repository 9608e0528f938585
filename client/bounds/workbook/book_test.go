package workbook

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fuzzed"
	"tallystick/client/bounds"

	"github.com/xuri/excelize/v2"
)

// written is a workbook of one sheet with cells as they are stored, in one row, with the
// formats of their styles; 1904 says which days it counts.
func written(t testing.TB, cells []string, formats []string, since1904 bool) string {
	t.Helper()
	var styles, row strings.Builder
	for i, code := range formats {
		fmt.Fprintf(&styles, `<numFmt numFmtId="%d" formatCode="%s"/>`,
			164+i, strings.NewReplacer(`"`, "&quot;", "<", "&lt;", "&", "&amp;").Replace(code))
	}
	xfs := `<xf numFmtId="0"/>`
	for i := range formats {
		xfs += fmt.Sprintf(`<xf numFmtId="%d"/>`, 164+i)
	}
	for i := range 59 {
		xfs += fmt.Sprintf(`<xf numFmtId="%d"/>`, i)
	}
	for _, c := range cells {
		row.WriteString(c)
	}
	return made(t, map[string]func(io.Writer){
		sheet: rows("<row>" + row.String() + "</row>"),
		"xl/styles.xml": func(w io.Writer) {
			fmt.Fprintf(w,
				`<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>%s</numFmts><cellXfs>%s</cellXfs></styleSheet>`,
				styles.String(), xfs)
		},
		"xl/workbook.xml": func(w io.Writer) {
			fmt.Fprintf(w,
				`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="%v"/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
				since1904)
		},
		"xl/_rels/workbook.xml.rels": func(w io.Writer) {
			fmt.Fprint(w,
				`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="/xl/styles.xml"/></Relationships>`)
		},
	})
}

// input opens a file until the test ends.
func input(t testing.TB, path string) bounds.Input {
	t.Helper()
	in, err := bounds.OpenInput(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in
}

// first reads the first row of the first sheet.
func first(t testing.TB, path string) []Cell {
	t.Helper()
	book, err := OpenBook(input(t, path))
	if err != nil {
		t.Fatal(err)
	}
	reading, err := book.Read(book.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Close()
	_, cells, err := reading.Next()
	if err != nil {
		t.Fatal(err)
	}
	return append([]Cell{}, cells...)
}

func (c Cell) said() string { return fmt.Sprintf("%d %s|%s", c.Kind, c.Text, c.Number) }

// A number means what is shown of it, in every format.
func TestNumbersInEveryFormat(t *testing.T) {
	formats := []string{"General", "0.00", "#,##0.00", `"¥"#,##0.00`, `[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00`, "0%",
		"0.00%", "0.00E+00", "000000", "@", "0000-0000", `"A"000`, "yyyy-mm-dd",
		"m/d/yyyy h:mm", "[h]:mm", "h:mm AM/PM", `yyyy"年"m"月"d"日"`, "[DBNum1][$-804]yyyy年m月d日", "_ * #,##0.00_ ",
		"# ?/?", "d-mmm-yy", "mmm-yy", "[Red][<0]0;0", "##0.0E+0", "0_);(0)", "0.0\"件\"", `[$-411]ggge"年"m"月"d"日"`,
		"0"}
	for _, c := range []struct{ value, format, want string }{
		{"4.3499999999999996", "General", "2 4.35|4.35"}, {"1.1499999999999999", "0.00", "2 1.15|1.15"},
		{"8.1999999999999993", "#,##0.00", "2 8.2|8.2"},
		{"0.30000000000000004", "General", "2 0.3|0.3"}, {"4.4408920985006262E-16", "0.00", "2 0|0"},
		{"-5.5511151231257827E-17", "General", "2 0|0"}, {"0.10000000000002274", "General", "2 0.1|0.1"},
		{"9.9999999999909051E-2", "0.00", "2 0.1|0.1"}, {"1234.5", `"¥"#,##0.00`, "2 1234.5|1234.5"},
		{"-1234.5", formats[4], "2 -1234.5|-1234.5"},
		{"0.15", "0%", "3 15%|15%"}, {"0.125", "0.00%", "3 12.5%|12.5%"}, {"0.14999999999999999", "0%", "3 15%|15%"},
		{"13800100000", "0.00E+00", "4 1.38001E+10|13800100000"},
		{"13800138000", "General", "2 13800138000|13800138000"},
		{"1.38E10", "General", "2 13800000000|13800000000"},
		{"6901234567892", "General", "2 6901234567892|6901234567892"},
		{"1.10101199001011E+17", "General", "4 1.10101E+17|110101199001011000"},
		{"123456789012345678", "0", "4 1.23457E+17|123456789012346000"},
		{"7", "000000", "2 000007|7"}, {"1234567", "000000", "2 1234567|1234567"}, {"7", "@", "2 7|7"},
		{"1234567", "0000-0000", "2 0123-4567|1234567"}, {"7", `"A"000`, "2 A007|7"}, {"-7", "000000", "2 -7|-7"},
		{"46752", "yyyy-mm-dd", "5 2027-12-31|"}, {"46752.5", "m/d/yyyy h:mm", "5 2027-12-31 12:00:00|"},
		{"46752", formats[16], "5 2027-12-31|"}, {"46752", formats[17], "5 2027-12-31|"},
		{"46752", "d-mmm-yy", "5 2027-12-31|"}, {"46752", "mmm-yy", "5 2027-12-31|"},
		{"46752", formats[26], "5 2027-12-31|"}, {"46752.999999999", "yyyy-mm-dd", "5 2028-01-01|"},
		{"46752.31428240741", "m/d/yyyy h:mm", "5 2027-12-31 07:32:34|"},
		{"1", "yyyy-mm-dd", "5 1900-01-01|"}, {"59", "yyyy-mm-dd", "5 1900-02-28|"},
		{"61", "yyyy-mm-dd", "5 1900-03-01|"}, {"60", "yyyy-mm-dd", "8 a date that no calendar has|"},
		{"-1", "yyyy-mm-dd", "8 a date that no calendar has|"},
		{"3000000", "yyyy-mm-dd", "8 a date that no calendar has|"},
		{"1.25", "[h]:mm", "2 1.25|1.25"}, {"0.5", "h:mm AM/PM", "2 0.5|0.5"},
		{"4.35", "_ * #,##0.00_ ", "2 4.35|4.35"}, {"0.5", "# ?/?", "2 0.5|0.5"}, {"5", "[Red][<0]0;0", "2 5|5"},
		{"5", "0_);(0)", "2 5|5"}, {"1500", "##0.0E+0", "4 1.5E+03|1500"}, {"3", `0.0"件"`, "2 3|3"},
	} {
		style := 1
		for formats[style-1] != c.format {
			style++
		}
		cells := first(t, written(t, []string{fmt.Sprintf(`<c s="%d"><v>%s</v></c>`, style, c.value)}, formats, false))
		if got := cells[0].said(); got != c.want {
			t.Errorf("%s as %s: %s, want %s", c.value, c.format, got, c.want)
		}
	}
}

// Cells that don't say where they are stand one after the other, the empty ones too.
func TestCellsWithoutPlaces(t *testing.T) {
	cells, got := first(t, written(t, []string{`<c/>`, `<c><v>1</v></c>`, `<c s="1"></c>`,
		`<c t="inlineStr"><is><t></t></is></c>`, `<c r="F1"><v>2</v></c>`, `<c/>`, `<c><v>3</v></c>`}, nil, false)), ""
	for _, c := range cells {
		got += c.Text + ","
	}
	if got != ",1,,,,2,,3," {
		t.Error(got)
	}
}

// The formats that have numbers of their own, dates of East Asia among them.
func TestBuiltInFormats(t *testing.T) {
	kinds := map[CellType][]int{
		Date: {14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}, Percent: {9, 10},
		Scientific: {11, 48},
	}
	for id := range 59 {
		want := Number
		for kind, ids := range kinds {
			for _, one := range ids {
				if one == id {
					want = kind
				}
			}
		}
		cells := first(t, written(t, []string{fmt.Sprintf(`<c s="%d"><v>46752</v></c>`, 1+id)}, nil, false))
		if cells[0].Kind != want {
			t.Errorf("format %d: %s, want kind %d", id, cells[0].said(), want)
		}
	}
}

func TestOtherCells(t *testing.T) {
	cells := first(t, written(t, []string{
		`<c r="A1" t="b"><v>1</v></c>`, `<c r="B1" t="e"><v>#N/A</v></c>`,
		`<c r="C1" t="str"><f>A1&amp;"x"</f><v>made_x000D__x000a_up</v></c>`,
		`<c r="D1"><f>1/3</f><v>0.33333333333333331</v></c>`,
		`<c r="E1"><f>NOW()</f></c>`,
		`<c r="F1" t="inlineStr"><is><r><t>rich </t></r><r><t>text</t></r><rPh><t>reading</t></rPh></is></c>`,
		`<c r="H1" t="d"><v>2027-12-31T00:00:00</v></c>`, `<c r="I1" t="str"><f>""</f><v></v></c>`,
	}, nil, false))
	want := []string{"6 TRUE|", "7 #N/A|", "1 made\r\nup|", "2 0.3333333333|0.3333333333",
		"8 a formula without its value: open the workbook and save it|", "1 rich text|", "0 |", "5 2027-12-31|"}
	for i, c := range cells {
		if i >= len(want) || c.said() != want[i] {
			t.Errorf("%c: %s", 'A'+i, c.said())
		}
	}
	if len(cells) != len(want) {
		t.Errorf("%d cells", len(cells))
	}
}

// A workbook of the other way to count days shows the same days.
func TestDaysSince1904(t *testing.T) {
	cells := first(t, written(t, []string{`<c s="15"><v>45290</v></c>`, `<c s="15"><v>0</v></c>`}, nil, true))
	if cells[0].Text != "2027-12-31" || cells[1].Text != "1904-01-01" {
		t.Errorf("%s, %s", cells[0].said(), cells[1].said())
	}
}

// What the library for workbooks writes, with shared texts and several sheets, is read.
func TestBooksOfALibrary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.xlsx")
	book := excelize.NewFile()
	style, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		book.SetSheetName("Sheet1", "封面"), ignore(book.NewSheet("十一月")), book.SetSheetVisible("封面", false),
		book.SetCellStr("十一月", "B3", "张三"), book.SetCellStr("十一月", "C3", "张三"),
		book.SetCellFloat("十一月", "D3", 4.35, -1, 64), book.SetCellInt("十一月", "E3", 46752),
		book.SetCellStyle("十一月", "E3", "E3", style), book.MergeCell("十一月", "A1", "E1"),
		book.SetCellBool("十一月", "F3", false),
		book.SaveAs(path),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	read, err := OpenBook(input(t, path))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Sheets) != 2 || read.Sheets[0].Name != "封面" || !read.Sheets[0].Hidden && read.Sheets[1].Hidden {
		t.Errorf("%+v", read.Sheets)
	}
	rows, err := read.Read(read.Sheets[1])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	line, cells, err := rows.Next()
	var got []string
	for _, c := range cells {
		got = append(got, c.said())
	}
	if want := "[0 | 1 张三| 1 张三| 2 4.35|4.35 5 2027-12-31| 6 FALSE|]"; err != nil || line != 3 ||
		fmt.Sprint(got) != want {
		t.Errorf("row %d: %v, %v", line, got, err)
	}
	if _, _, err := rows.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func ignore[T any](_ T, err error) error { return err }

// FuzzBook: no sheet takes the reader of cells down.
func FuzzBook(tf *testing.F) {
	f := fuzzed.Target(tf, 200)
	for _, text := range []string{`<row r="7"><c r="ZZ1" t="s"><v>9</v></c></row>`,
		`<row><c r="" s="-1"><v>1e999</v></c></row>`, `<row><c t="inlineStr"><is><t>_x00</t></is></c></row>`,
		`<row r="0"/>`, `<row><c s="15"><v>1e18</v></c></row>`, "<row><c>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		book, err := OpenBook(input(t, made(t, map[string]func(io.Writer){sheet: rows(text)})))
		if err != nil {
			return
		}
		reading, err := book.Read(book.Sheets[0])
		for err == nil {
			_, _, err = reading.Next()
		}
	})
}
