package audits

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"tallystick/client/audit"
	"tallystick/client/sheets"
	"tallystick/network/wholefile"
)

// writeWorkbook writes a report as a workbook of three sheets.
func writeWorkbook(path string, r *audit.Report) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	layers := [][]any{}
	for _, line := range summary(r) {
		layers = append(layers, []any{line})
	}
	layers = append(layers, []any{"", "layer", "层", "verdict 结论", "checked", "found", "why", "proves", "证明",
		"does not prove", "不证明"})
	heads := len(layers)
	for _, v := range r.Layers {
		layers = append(layers,
			[]any{int(v.Layer), v.En, v.Zh, outcomes[v.Outcome], v.Checked, v.Found, v.Why, v.Proves,
				v.ProvesZh, v.DoesNot, v.DoesNotZh})
	}
	unverified := [][]any{{"not verified", "未核对", "transactions", "some of them"}}
	for _, c := range r.Unverified {
		unverified = append(unverified, []any{c.En, c.Zh, c.Count, strings.Join(c.Some, "\n")})
	}
	found := [][]any{{"layer", "block", "transaction", "id", "sent by", "key", "found", "expected", "why", "signed by",
		"file", "offset"}}
	for _, f := range r.Findings {
		place := any("")
		if f.Tx >= 0 {
			place = f.Tx
		}
		found = append(found,
			[]any{f.Layer.String(), f.Block, place, f.TxID, f.Party, key(f), f.Found, f.Expected, f.Why,
				strings.Join(f.Signers, ", "), f.File, f.Offset})
	}
	err = errors.Join(
		book.SetSheetName("Sheet1", "layers 结论"),
		fill(book, "layers 结论", heads, layers),
		fill(book, "findings 差异", 1, found),
		fill(book, "not verified 未核对", 1, unverified),
		sheets.SetMade(book, sheets.Made{Title: "audit of " + r.Source, By: sheets.Program, At: time.Now()}),
	)
	if err != nil {
		return err
	}
	return wholefile.WriteTo(path, 0o600, func(w io.Writer) error { return book.Write(w) })
}

// fill writes a sheet's rows, the first ones of which are its head.
func fill(book *excelize.File, sheet string, heads int, rows [][]any) error {
	if _, err := book.NewSheet(sheet); err != nil {
		return err
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = book.SetSheetRow(sheet, at, &row)
		}
		if err != nil {
			return err
		}
	}
	columns := len(rows[heads-1])
	last, err := excelize.ColumnNumberToName(columns)
	return errors.Join(err, book.SetColWidth(sheet, "A", last, 18),
		sheets.SetPrint(book, sheet, sheets.Print{Title: sheet, Heads: heads, Columns: columns, Rows: len(rows)}))
}
