package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/htmlindex"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/fuzzed"
	"tallystick/client/bounds"
)

func put(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func encoded(t testing.TB, text, name string) []byte {
	t.Helper()
	e, err := htmlindex.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// all reads a table in one line: its header, rows, and what was found out.
func all(path string, o Options) (string, error) {
	in, err := bounds.OpenInput(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	table, err := Open(in, o)
	if err != nil {
		return "", err
	}
	defer table.Close()
	said := strings.Join(table.Header, ",")
	for {
		row, err := table.Next()
		if errors.Is(err, io.EOF) {
			return said + strings.Join(append([]string{""}, table.Notes...), " # "), nil
		}
		if err != nil {
			return "", err
		}
		said += fmt.Sprintf(" / %d", row.Line)
		for _, c := range row.Cells {
			said += " " + strings.TrimSpace(c.Text)
		}
		if row.Bad != "" {
			said += "!"
		}
	}
}

const purchases = "客户,金额\n张三,4.35\n李四𠮷,1.15\n"

// Files as people have them read alike, and what was found out is said.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(encoded(t, purchases, "gb18030")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	two := "客户,金额 / 2 张三 4.35 / 3 李四𠮷 1.15"
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"utf-8":       {[]byte(purchases), two},
		"with a mark": {[]byte("\ufeff" + purchases), two},
		"gb18030":     {encoded(t, purchases, "gb18030"), two + " # read as gb18030"},
		"packed":      {packed.Bytes(), two + " # read as gb18030"},
		"utf-16": {append([]byte("\xff\xfe"), encoded(t, purchases, "utf-16le")...),
			two + " # read as utf-16le"},
		"utf-16 be": {append([]byte("\xfe\xff"), encoded(t, purchases, "utf-16be")...),
			two + " # read as utf-16be"},
		"utf-16 no mark": {encoded(t, "customer,金额,客户\n1,2,3\n", "utf-16le"),
			"customer,金额,客户 / 2 1 2 3 # read as utf-16le"},
		"semicolons": {[]byte(strings.ReplaceAll(purchases, ",", ";")), two + " # fields are separated by ;"},
		"tabs": {encoded(t, strings.ReplaceAll(purchases, ",", "\t"), "gb18030"),
			two + " # read as gb18030 # fields are separated by tabs"},
		"a title": {[]byte("十一月采购,\n制表：王,2026-11-30\n\n" + purchases),
			"客户,金额 / 5 张三 4.35 / 6 李四𠮷 1.15 # the header is line 4"},
		"sep=": {[]byte("sep=;\n" + strings.ReplaceAll(purchases, ",", ";")),
			"客户,金额 / 3 张三 4.35 / 4 李四𠮷 1.15 # fields are separated by ; # the header is line 2"},
		"an old mac": {[]byte(strings.ReplaceAll(purchases, "\n", "\r")), two},
		"windows":    {[]byte(strings.ReplaceAll(purchases, "\n", "\r\n")), two},
		"texts": {[]byte("客户,金额\r\n=\"张三\",=\"4.35\"\r\n\"=\"\"李,四\"\"\",=1\n=\"\",\"a,=\"\"b\"\"\"\n"),
			`客户,金额 / 2 张三 4.35 / 3 李,四 =1 / 4  a,="b"`},
		"wide spaces": {[]byte("\u3000客户 ,\u00a0金额\n张三,4.35\n"), "客户,金额 / 2 张三 4.35"},
		"empty rows":  {[]byte("客户,金额\n,\n张三,4.35\n\n,,\n"), "客户,金额 / 3 张三 4.35"},
		"fields too few": {[]byte("客户,金额,x\n张三,4.35\n张三,1,2,3\n李,1,2,\n"),
			"客户,金额,x / 2 张三 4.35! / 3 张三 1 2 3! / 4 李 1 2"},
	} {
		if got, err := all(put(t, "f", c.data), Options{Columns: []string{"金额", "客户"}}); err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, c.want)
		}
	}
}

// What can't be told is asked for, and the refusal names it.
func TestFilesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		o    Options
		want string
	}{
		"big5":         {encoded(t, "客戶,金額\n張三豐,4\n這個檔案,1\n", "big5"), Options{}, "encoding can't be told"},
		"windows-1252": {encoded(t, "Straße,Müller,café\n", "windows-1252"), Options{}, "encoding can't be told"},
		"a column missing": {[]byte(purchases), Options{Columns: []string{"amount"}},
			`no column "amount"; there are "客户", "金额"`},
		"another width": {[]byte("客户,金额 (元)\n1,2\n"), Options{Columns: []string{"金额（元）"}},
			`no column "金额（元）"; did you mean "金额 (元)"? there are`},
		"another case": {[]byte("Customer,Amount\n1,2\n"), Options{Columns: []string{"amount"}},
			`did you mean "Amount"?`},
		"another letter": {[]byte("customer,ammount\n1,2\n"), Options{Columns: []string{"amount"}},
			`did you mean "ammount"?`},
		"another encoding": {encoded(t, purchases, "gb18030"), Options{Columns: []string{"金额"}, Encoding: "big5"},
			`no column "金额"`},
		"below titles": {[]byte("名单,,\n制表,,11月\n客户,金额,日期\na,1,2\n"), Options{Columns: []string{"amount"}},
			`line 3: there is no column "amount"; there are "客户", "金额", "日期"`},
		"a column twice":    {[]byte("a,b,b\n1,2,3\n"), Options{Columns: []string{"a", "b"}}, `several columns "b"`},
		"a web page":        {[]byte("\ufeff \n<HTML xmlns:x=\"x\"><table>"), Options{}, "web page"},
		"XML":               {[]byte("<?xml version=\"1.0\"?><Workbook/>"), Options{}, "save it as .xlsx"},
		"an old workbook":   {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Options{}, ".xls"},
		"nothing":           {nil, Options{Columns: []string{"a"}}, "no header"},
		"the header's line": {[]byte("x\n" + purchases), Options{Columns: []string{"金额"}, Header: 1}, `there are "x"`},
	} {
		if _, err := all(put(t, "f", c.data), c.o); fault.CodeOf(err) != fault.BadRequest ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Of two columns with one name that nobody asks for, neither is anybody's.
	if got, err := all(put(t, "f", []byte("a,b,b\n1,2,3\n")), Options{Columns: []string{"a"}}); err != nil ||
		got != "a,b,b / 2 1 2 3" {
		t.Errorf("%s, %v", got, err)
	}
	// What is said counts.
	if got, err := all(put(t, "f", encoded(t, "客戶,金額\n張三豐,4\n", "big5")),
		Options{Columns: []string{"金額"}, Encoding: "big5"}); err != nil || got != "客戶,金額 / 2 張三豐 4 # read as big5" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := all(put(t, "f", append([]byte("a,b\n1,2\n"), "\xff\xfe,3\n"...)),
		Options{Columns: []string{"a"}, Encoding: "utf-8"}); err != nil || !strings.HasSuffix(got, "3!") {
		t.Errorf("%s, %v", got, err)
	}
}

// The sheet is the one with the columns.
func TestSheets(t *testing.T) {
	book := excelize.NewFile()
	for _, err := range []error{
		book.SetCellStr("Sheet1", "A1", "说明"), add(book.NewSheet("明细")), book.SetCellStr("明细", "A1", "十一月"),
		book.MergeCell("明细", "A1", "C1"), book.SetSheetRow("明细", "A3", &[]any{"客户", "金额"}),
		book.SetSheetRow("明细", "A4", &[]any{"张三", 4.35, "note"}), book.SetSheetRow("明细", "A6", &[]any{"李四\n先生", 1.15}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "b.xlsx")
	save := func() {
		if err := book.SaveAs(path); err != nil {
			t.Fatal(err)
		}
	}
	save()
	o := Options{Columns: []string{"客户", "金额"}}
	if got, err := all(path, o); err != nil ||
		got != `客户,金额 / 4 张三 4.35 / 6 李四 先生 1.15 # the sheet is "明细" # the header is row 3` {
		t.Errorf("%s, %v", got, err)
	}
	if err := errors.Join(add(book.NewSheet("十月")), book.SetSheetRow("十月", "A1", &[]any{"金额", "客户"})); err != nil {
		t.Fatal(err)
	}
	save()
	if _, err := all(path, o); fault.CodeOf(err) != fault.BadRequest ||
		!strings.Contains(err.Error(), `"明细", "十月" all have these columns`) {
		t.Error(err)
	}
	o.Sheet = "十月"
	if got, err := all(path, o); err != nil || got != "金额,客户" {
		t.Errorf("%s, %v", got, err)
	}
	o.Sheet = "九月"
	if _, err := all(path, o); fault.CodeOf(err) != fault.BadRequest ||
		!strings.Contains(err.Error(), `there are "Sheet1", "明细", "十月"`) {
		t.Error(err)
	}
}

func add(_ int, err error) error { return err }

// FuzzOpen: no file, whatever is in it, does more than end with an error.
func FuzzOpen(tf *testing.F) {
	f := fuzzed.Target(tf, 1000)
	for _, seed := range [][]byte{[]byte(purchases), []byte("\xff\xfea\x00"), []byte("\x1f\x8b\x08"),
		[]byte("PK\x03\x04"), []byte("a\x81\x30\x81\x30,b\n"), {0x81}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = all(put(t, "f", data), Options{Columns: []string{"a"}})
	})
}

// However a text is cut into pieces, the sign before texts is left out where a field begins
// with it, and nowhere else.
func TestTextsAsFormulasAtEveryPlace(t *testing.T) {
	const text, want = "=\"1\";a=b;=c;==\"2\"\n=\"3\";\"x;=\"\"\"\r\n=", "\"1\";a=b;=c;==\"2\"\n\"3\";\"x;=\"\"\"\r\n="
	for size := 16; size < 48; size++ {
		u := &unmarkedTexts{from: bufio.NewReaderSize(strings.NewReader(text), size), separator: ';', last: '\n'}
		got, err := io.ReadAll(iotest.OneByteReader(u))
		if err != nil || string(got) != want {
			t.Errorf("%d: %q, %v", size, got, err)
		}
		u = &unmarkedTexts{from: bufio.NewReaderSize(iotest.HalfReader(strings.NewReader(text)), size), separator: ';',
			last: '\n'}
		if got, err := io.ReadAll(u); err != nil || string(got) != want {
			t.Errorf("%d: %q, %v", size, got, err)
		}
	}
}
