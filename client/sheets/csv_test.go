package sheets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWriteCSV compares a table's bytes: it begins with the mark of UTF-8, and no cell is a formula.
func TestWriteCSV(t *testing.T) {
	rows := [][]string{{"名称", "price"}, {"=1+1", "-3"}, {"@SUM(A1)", "+1"}, {"\t=1", "a,\"b\"\nc"}, {"", "𠮷"}}
	var out bytes.Buffer
	if err := WriteCSV(&out, rows); err != nil {
		t.Fatal(err)
	}
	want := "\xef\xbb\xbf名称,price\r\n\" =1+1\",\" -3\"\r\n\" @SUM(A1)\",\" +1\"\r\n\" \t=1\",\"a,\"\"b\"\"\r\nc\"\r\n,𠮷\r\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	if rows[1][0] != "=1+1" {
		t.Error("the caller's row was changed")
	}
}

// TestReadHeader reads back what was written.
func TestReadHeader(t *testing.T) {
	var out bytes.Buffer
	if err := WriteCSV(&out, [][]string{{"名称", "x"}}); err != nil {
		t.Fatal(err)
	}
	row, err := csv.NewReader(&out).Read()
	if diff := cmp.Diff([]string{"名称", "x"}, ReadHeader(row)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got := ReadHeader(nil); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// full is a disk that takes so many bytes and no more.
type full int

var errFull = errors.New("no space left on device")

func (f *full) Write(data []byte) (int, error) {
	if len(data) > int(*f) {
		return 0, errFull
	}
	*f -= full(len(data))
	return len(data), nil
}

// TestAFullDiskIsSaid writes to a disk that is full at once, and after the mark.
func TestAFullDiskIsSaid(t *testing.T) {
	for _, room := range []full{0, 3} {
		if err := WriteCSV(&room, [][]string{{"a"}}); !errors.Is(err, errFull) {
			t.Errorf("%v", err)
		}
	}
}

// TestNoCellIsAFormula: what a spreadsheet would take for one is kept from it, and comes back as it was.
func TestNoCellIsAFormula(t *testing.T) {
	row := []string{"=HYPERLINK(1)", "+1", "-1", "@x", "a=b", "", "机油", "\t=1"}
	safe := Harmless(row)
	if want := []string{" =HYPERLINK(1)", " +1", " -1", " @x", "a=b", "", "机油", " \t=1"}; !slices.Equal(safe, want) {
		t.Errorf("%q", safe)
	}
	for i := range safe {
		if strings.TrimPrefix(safe[i], " ") != row[i] {
			t.Errorf("%q comes back as %q", row[i], strings.TrimPrefix(safe[i], " "))
		}
	}
}
