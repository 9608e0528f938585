package importer

import (
	"archive/zip"
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// Formats of cells, as Excel writes money, moments, days, long ids and texts.
var excelFormats = []string{`"¥"#,##0.00`, `#,##0.00`, `_ "¥"* #,##0.00_ ;_ "¥"* \-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ `,
	"0.00", `[$¥-804]#,##0.00_);[Red]\([$¥-804]#,##0.00\)`,
	"yyyy/m/d h:mm", "yyyy-mm-dd hh:mm:ss", "yyyy/m/d", `yyyy"年"m"月"d"日"`, "0", "@"}

// Their places in the list, counted from 1, as General is 0.
const (
	firstMoney, moneyForms = 1, 5
	firstMoment            = 6
	firstDay               = 8
	dateForms              = 2
	longNumber             = 10
	asText                 = 11
)

var (
	isMoney  = regexp.MustCompile(`^-?\d+\.\d+$`)
	isNumber = regexp.MustCompile(`^(0|[1-9]\d{0,14})$`)
)

// excelCell is the XML of a cell as Excel keeps it: a number in binary, to seventeen
// digits, which may have come of a sum, and is in one of the forms of money; a date as days
// since 1900; an id as a number, in all its digits.
func excelCell(value string, money, text bool, n int) string {
	if value != "" && !text {
		if v, err := strconv.ParseFloat(value, 64); err == nil && (money || isMoney.MatchString(value)) {
			return fmt.Sprintf(`<c s="%d"><v>%s</v></c>`, firstMoney+n%moneyForms, residue(v, n))
		}
		for form, layout := range map[int]string{firstMoment: time.DateTime, firstDay: time.DateOnly} {
			if at, err := time.Parse(layout, value); err == nil {
				return fmt.Sprintf(`<c s="%d"><v>%s</v></c>`, form+n%dateForms,
					strconv.FormatFloat(float64(at.Unix())/86400+25569, 'g', 17, 64))
			}
		}
		if isNumber.MatchString(value) {
			style := 0
			if len(value) > 11 {
				style = longNumber
			}
			return fmt.Sprintf(`<c s="%d"><v>%s</v></c>`, style, value)
		}
	}
	escaped := new(textOf)
	if err := xml.EscapeText(escaped, []byte(value)); err != nil || value == "" {
		return `<c/>`
	}
	return fmt.Sprintf(`<c s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, asText, *escaped)
}

type textOf string

func (t *textOf) Write(p []byte) (int, error) { *t += textOf(p); return len(p), nil }

// residue is a number as a binary one holds it, or as a sum that comes to it leaves it.
func residue(v float64, n int) string {
	switch {
	case v == 0 && n%2 == 0:
		return strconv.FormatFloat([]float64{4.4408920985006262e-16, -5.5511151231257827e-17}[n/2%2], 'g', 17, 64)
	case n%3 == 1:
		v = math.Nextafter(v, 1e9)
	case n%3 == 2:
		v = math.Nextafter(v, -1e9)
	}
	return strconv.FormatFloat(v, 'g', 17, 64)
}

// writeExcel writes rows as a workbook of Excel's own cells. Columns of money and of texts
// are named.
func writeExcel(t *testing.T, rows [][]string, money, texts map[string]bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.xlsx")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	part := func(name string, write func(w *bufio.Writer)) {
		one, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(one)
		fmt.Fprint(w, xml.Header)
		write(w)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relations := func(list ...string) func(*bufio.Writer) {
		return func(w *bufio.Writer) {
			fmt.Fprint(w, `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
			for i := 0; i < len(list); i += 2 {
				fmt.Fprintf(w, `<Relationship Id="r%d" Type="%s/%s" Target="%s"/>`, i/2+1, office, list[i], list[i+1])
			}
			fmt.Fprint(w, `</Relationships>`)
		}
	}
	part("[Content_Types].xml", func(w *bufio.Writer) {
		fmt.Fprint(w,
			`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`)
	})
	part("_rels/.rels", relations("officeDocument", "xl/workbook.xml"))
	part("xl/workbook.xml", func(w *bufio.Writer) {
		fmt.Fprintf(w, `<workbook %s xmlns:r="%s"><sheets><sheet name="明细" sheetId="1" r:id="r1"/></sheets></workbook>`,
			main, office)
	})
	part("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml", "styles", "styles.xml"))
	part("xl/styles.xml", func(w *bufio.Writer) { writeStyles(w, main) })
	part("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		fmt.Fprintf(w, `<worksheet %s><sheetData>`, main)
		for i, row := range rows {
			fmt.Fprintf(w, `<row r="%d">`, i+1)
			for j, value := range row {
				fmt.Fprint(w, excelCell(value, i > 0 && money[rows[0][j]], i == 0 || texts[rows[0][j]], i+j))
			}
			fmt.Fprint(w, `</row>`)
		}
		fmt.Fprint(w, `</sheetData></worksheet>`)
	})
	if err := errors.Join(archive.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeStyles(w io.Writer, main string) {
	fmt.Fprintf(w, `<styleSheet %s><numFmts>`, main)
	for i, format := range excelFormats {
		escaped := new(textOf)
		_ = xml.EscapeText(escaped, []byte(format)) // textOf takes everything
		fmt.Fprintf(w, `<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, *escaped)
	}
	fmt.Fprint(w, `</numFmts><cellXfs><xf numFmtId="0"/>`)
	for i := range excelFormats {
		fmt.Fprintf(w, `<xf numFmtId="%d" applyNumberFormat="1"/>`, 164+i)
	}
	fmt.Fprint(w, `</cellXfs></styleSheet>`)
}

// rowsOf reads a CSV.
func rowsOf(t *testing.T, from io.Reader) [][]string {
	t.Helper()
	rows, err := csv.NewReader(from).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
