package banktable

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tallystick/chaincode/fuzzed"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
	"tallystick/network/settings/reference"
)

const mark = "K7Q2M4XA"

var rewriteKeys = flag.Bool("rewrite-keys", false, "write KEYS.md anew")

// TestKeysAreListed: KEYS.md lists every key of a mapping, with what the code says of it.
func TestKeysAreListed(t *testing.T) {
	comments, err := reference.Comments("mapping.go")
	if err != nil {
		t.Fatal(err)
	}
	reference.Assert(t, reference.Page{
		Title: "Keys of a bank's mapping",
		About: "A mapping says what the columns of a bank's CSV or workbook hold, for `tally payment advise FILE --mapping MAPPING`. The\nleast is one line, `bank: icbc`; the presets are in [banks](banks), with headers as they are publicly known: where yours has\nothers, say so under `columns`.",
		Root:  reflect.TypeFor[Mapping](), Comments: comments,
	}, "KEYS.md", *rewriteKeys)
}

func mapping(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// read answers a table's advices, a line each, and what was found out about the file.
func read(t testing.TB, path string, m *Mapping) (list []string, notes []string) {
	t.Helper()
	f, err := Open(at(t, path), m, mark)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for a, err := range f.Advices() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, written(a))
	}
	return list, f.Notes
}

// at is what lies at a path.
func at(t testing.TB, path string) bounds.Input {
	t.Helper()
	in, err := bounds.OpenInput(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in
}

func written(a iso20022.Advice) string {
	if a.Odd != "" {
		return fmt.Sprintf("%s: %s: %s", a.At, a.EndToEndID, a.Odd)
	}
	way := map[bool]string{true: "+", false: "-"}[a.Credit]
	if a.Reversal {
		way += "R"
	}
	text := fmt.Sprintf("%s: %s%d %s %s %s %s", a.At, way, a.Fen, a.Currency, a.Booked, a.Account, a.EndToEndID)
	for _, more := range []string{a.BankReference, a.Alias, a.Debtor, a.DebtorAccount, a.Creditor, a.CreditorAccount} {
		text += "|" + more
	}
	return text
}

// want are the bookings of the examples in testdata, as the banks' own layouts have them.
var want = map[string][]string{
	"icbc": {
		"line 3: +10000 CNY 2026-12-01 0200000000000002 2026-11-1-K7Q2M4XA|2026-12-01 10:11:12/0/1100||某某汽车集团有限公司|1001244300000001||",
		"line 4: +6342000 CNY 2026-12-01 0200000000000002 |2026-12-01 10:15:00/0/64520||某某出行有限公司|4455667788||",
		"line 5: -50 CNY 2026-12-01 0200000000000002 |2026-12-01 10:15:01/0/64519.5|||||", // the bank's own charge
		"line 6: -10000 CNY 2026-12-02 0200000000000002 2026-11-1-K7Q2M4XA|2026-12-02 09:00:00/18/64419.5||||某某汽车集团有限公司|1001244300000001",
	},
	"ccb": {
		"line 2: +9604 CNY 2026-12-03 0200000000000002 2026-11-3-k7q2m4xa|1181-2770000017||某某汽车集团有限公司|1001244300000001||",
		"line 3: -2000 CNY 2026-12-03 0200000000000002 |1182-2770000018||||某某汽车集团有限公司|1001244300000001",
		"line 4: -R9604 CNY 2026-12-03 0200000000000002 2026-11-3-K7Q2M4XA|1183-2770000019||||某某汽车集团有限公司|1001244300000001",
	},
	"cmb": {
		"line 5: +9604 CNY 2026-12-03 0200000000000002 2026-11-3-K7Q2M4XA|H5021300004ABCZ|REF17|某某汽车集团有限公司|1001244300000001||",
		"line 6: +40 CNY 2026-12-04 0200000000000002 |H5021300005ABCZ||某某汽车集团有限公司|1001244300000001||", // it names two
	},
	"boc": {
		"line 4: +9604 CNY 2026-12-03 0200000000000002 2026-11-3-K7Q2M4XA|109585237086||某某汽车集团有限公司|1001244300000001|某某供应链有限公司|0200000000000002",
		"line 5: -40000000 USD 2026-12-03 0200000000000002 |109585237087||某某供应链有限公司|0200000000000002|某某出行有限公司|4455667788",
	},
	"plain": {
		"line 2: +109604 CNY 2026-12-03 0200000000000002 2026-11-3-K7Q2M4XA|N77||某某汽车集团有限公司|1001********0001||",
		"line 3: -R109604 CNY 2026-12-04 0200000000000002 2026-11-3-K7Q2M4XA|N78||||某某汽车集团有限公司|1001********0001",
		"line 4: 2026-11-9-K7Q2M4XA: amount: it has more than 2 digits after the point",
		"line 5: : its direction is neither of what the mapping says in in and out",
		"line 6: : date: it is none; the mapping's layout says how dates look",
		"line 7: : the other's account: it is a number in exponent form, of which digits are lost: give the column the format Text, and fill the ids in again",
		"line 8: : it has another number of fields than the header",
	},
}

// TestBanks: each preset reads its bank's layout, as UTF-8, as GB18030, and as a workbook.
func TestBanks(t *testing.T) {
	for _, bank := range Banks() {
		path := filepath.Join("testdata", bank+".csv")
		m := mapping(t, "bank: "+bank)
		got, _ := read(t, path, m)
		same(t, bank, got, want[bank])
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		chinese, err := simplifiedchinese.GB18030.NewEncoder().Bytes(text)
		if err != nil {
			t.Fatal(err)
		}
		got, notes := read(t, file(t, bank+".txt", chinese), m)
		same(t, bank+" in GB18030", got, want[bank])
		if len(notes) == 0 {
			t.Errorf("%s: nobody is told that it is GB18030", bank)
		}
		if bank == "icbc" || bank == "ccb" {
			got, _ = read(t, xlsx(t, string(text)), m)
			same(t, bank+" as a workbook", got, want[bank])
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func file(t testing.TB, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// xlsx has the cells of a CSV, those with commas and points in them as numbers.
func xlsx(t *testing.T, text string) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	rows, err := records(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		for j, cell := range row {
			name, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			var value any = cell
			var number float64
			if n, _ := fmt.Sscanf(strings.ReplaceAll(cell, ",", ""), "%f", &number); n == 1 &&
				strings.Contains(cell, ".") && !strings.Contains(cell, "-1") {
				value = number
			}
			if err := book.SetCellValue("Sheet1", name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

const least = "account: \"02\"\ncolumns: {date: 日期, amount: 金额, texts: [附言], reference: 流水号, counterpartyAccount: 对方账号}\n"

// TestCells: what people's and banks' programs make of one cell.
func TestCells(t *testing.T) {
	for _, c := range []struct{ mapping, row, want string }{
		{"", "2026-12-03,96.04,2026-11-3-K7Q2M4XA,N1,77",
			"line 2: +9604 CNY 2026-12-03 02 2026-11-3-K7Q2M4XA|N1|||77||"},
		{"", "2026/12/3 9:30,-96.04,x,N1,77", "line 2: -9604 CNY 2026-12-03 02 |N1|||||77"},
		{"", "2026-12-03T09:30:11Z,(96.04),x,N1,77", "line 2: -9604 CNY 2026-12-03 02 |N1|||||77"},
		{"", "20261203093011,１２,x,0000,--", "line 2: +1200 CNY 2026-12-03 02 |||||| "},
		{"", "03.12.2026,12,x,N1,77", "line 2: : date: it is none; the mapping's layout says how dates look"},
		{"layout: dd.MM.yyyy\n", "03.12.2026,12,x,N1,77", "line 2: +1200 CNY 2026-12-03 02 |N1|||77||"},
		{"decimal: \",\"\n", "2026-12-03,\"1.234,50\",x,N1,77", "line 2: +123450 CNY 2026-12-03 02 |N1|||77||"},
		{"currency: USD\n", "2026-12-03,1,x,N1,77", "line 2: +100 USD 2026-12-03 02 |N1|||77||"},
		{"", "2026-12-03,x,x,N1,77", "line 2: : amount: it is no number"},
		{"", "2026-12-03,5%,x,N1,77", "line 2: : amount: it is a percentage"},
		{"", "2026-12-03,0.00,x,N1,77", "line 2: : it has no amount"},
		{"", "2026-12-03,#N/A,x,N1,77", "line 2: : amount: it is no amount"},
		{"", "2026-12-03,99999999999999999,x,N1,77", "line 2: : amount: it is too much"},
		{"", "2199-12-31,1,x,N1,77", "line 2: +100 CNY 2199-12-31 02 |N1|||77||"},
		{"", "2299-12-31,1,x,N1,77", "line 2: : date: it is none; the mapping's layout says how dates look"},
		{"", ",96.04,2026-11-3-K7Q2M4XA,,", "line 2: 2026-11-3-K7Q2M4XA: it has no date"},
		{"", ",96.04,本页合计,,", ""},
		{"", "2026-12-03,,上期余额,,", ""},
		{"", ",,,,", ""},
		{"", "制单人:,,,,", ""},
		{"", "2026-12-03,1,转-2026-11-3-K7Q2M4XA-,N1,77", "line 2: +100 CNY 2026-12-03 02 2026-11-3-K7Q2M4XA|N1|||77||"},
		{"", "2026-12-03,1,2026-11-3-K7Q2M4X,N1,77", "line 2: +100 CNY 2026-12-03 02 |N1|||77||"},
		{"", "2026-12-03,1,2026-11-3-K7Q2M4XA,1.2E+17,77",
			"line 2: 2026-11-3-K7Q2M4XA: reference: it is a number in exponent form, of which digits are lost: give the column the format Text, and fill the ids in again"},
	} {
		got, _ := read(t, file(t, "b.csv", []byte("日期,金额,附言,流水号,对方账号\n"+c.row+"\n")), mapping(t, least+c.mapping))
		if strings.TrimSpace(strings.Join(got, "\n")) != strings.TrimSpace(c.want) {
			t.Errorf("%s %s:\n%s\nwant\n%s", c.mapping, c.row, strings.Join(got, "\n"), c.want)
		}
	}
}

// TestMappingsRefused: a mapping by which nothing, or the wrong thing, would be told.
func TestMappingsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"bank: icbx":                                    "bank: want one of boc, ccb, cmb, icbc, plain",
		"bnak: icbc":                                    "did you mean bank?",
		"columns: {credti: x}":                          "did you mean credit?",
		"columns: {amount: x}":                          "at least date",
		"columns: {date: x}":                            "want amount, or credit and debit",
		"columns: {date: x, credit: y}":                 "both credit and debit",
		"bank: ccb\ncolumns: {amount: y}":               "want amount, or credit and debit",
		"columns: {date: x, amount: y}":                 "which account",
		"account: \"1\"\ncolumns: {date: x, amount: y}": "endToEnd, or texts",
		least + "layout: MM":                            "no date looks like",
		least + "encoding: x":                           "encoding: want",
		least + "decimal: x":                            "decimal: want",
		least + "separator: x":                          "separator: want",
		least + "in: []\n":                              "",
		"bank: plain\nin: []\n":                         "what the column direction says",
		"bank: plain\ncolumns: {reference: \"{a\"}":     "reference: want a column",
	} {
		_, err := parse([]byte(text))
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestTablesRefused: a table that lacks a column, or doesn't say whose it is.
func TestTablesRefused(t *testing.T) {
	for _, c := range []struct{ mapping, text, want string }{
		{"bank: plain", "账号,交易日期\n", "there is no column"},
		{"bank: cmb", strings.Replace(read1(t, "testdata/cmb.csv"), "帐号：", "编号：", 1), "say account: NUMBER"},
	} {
		_, err := Open(at(t, file(t, "b.csv", []byte(c.text))), mapping(t, c.mapping), mark)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.mapping, err, c.want)
		}
	}
	// The table's own word comes before the mapping's: another account's file isn't taken for this one's.
	m := mapping(t, "bank: cmb\naccount: \"99\"\n")
	if got, _ := read(t, "testdata/cmb.csv", m); !strings.Contains(got[0], " 0200000000000002 ") {
		t.Errorf("the mapping's account comes first: %s", got[0])
	}
	silent := file(t, "b.csv", []byte(strings.Replace(read1(t, "testdata/cmb.csv"), "帐号：", "编号：", 1)))
	if got, _ := read(t, silent, m); !strings.Contains(got[0], " 99 ") {
		t.Errorf("the mapping's account isn't taken: %s", got[0])
	}
}

func read1(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// FuzzAdvices: whatever a table holds, an advice has an amount, a day and a direction, or says why not.
func FuzzAdvices(tf *testing.F) {
	f := fuzzed.Target(tf, 1000)
	for _, bank := range Banks() {
		text, err := os.ReadFile(filepath.Join("testdata", bank+".csv"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bank, text)
	}
	f.Fuzz(func(t *testing.T, bank string, text []byte) {
		m, err := parse([]byte("bank: " + bank))
		if err != nil {
			return
		}
		table, err := Open(at(t, file(t, "b.csv", text)), m, mark)
		if err != nil {
			return
		}
		defer table.Close()
		for a, err := range table.Advices() {
			if err == nil && a.Odd == "" && (a.Fen < 1 || a.Booked == 0 || a.At.Entry < 1) {
				t.Errorf("%+v", a)
			}
		}
	})
}

func records(text string) ([][]string, error) {
	rows := csv.NewReader(strings.NewReader(text))
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	return rows.ReadAll()
}
