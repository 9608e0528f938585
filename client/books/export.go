package books

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"math/big"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/client/sheets"
)

// header is the first row of a journal in CSV or XLSX: a row is an entry.
var header = []string{"voucher 凭证标识", "number 凭证字号", "date 日期", "period 期间", "summary 摘要", "account 科目", "name 科目名称",
	"counterparty 往来单位", "programme 积分计划", "debit 借方", "credit 贷方", "VAT rate 税率", "without VAT 不含税金额", "fapiao 发票种类",
	"fapiao code 发票代码",
	"fapiao number 发票号码", "seller's tax id 销方税号", "buyer's tax id 购方税号", "line 明细", "block 区块", "transaction 交易"}

// The columns of amounts, counted from 0.
const debitColumn, creditColumn, baseColumn = 9, 10, 12

// cells are an entry's row; amounts are yuan with two digits, "" for none.
func cells(v Voucher, e Entry) []string {
	row := []string{v.Number, v.Mark(), v.Date.String(), v.Period, v.Zh + " " + v.En, e.Account.Code,
		e.Account.Zh + " " + e.Account.En,
		e.Party, e.Programme, yuanOrNone(e.Debit), yuanOrNone(e.Credit)}
	t := Tax{}
	if e.Tax != nil {
		t = *e.Tax
	}
	return append(row, shareText(t.Rate), yuanOrNone(t.Base), t.Kind.Zh(), t.Code, t.Number, t.Seller, t.Buyer, v.Line,
		blockOrNone(v), v.Tx)
}

// shareText writes a rate as people do, 6%, and as a fraction if that has no end; "" for none.
func shareText(r amount.Rate) string {
	if r.Num == 0 || r.Den == 0 {
		return ""
	}
	hundred := new(big.Rat).Mul(rational(r), big.NewRat(100, 1))
	if text := strings.TrimRight(strings.TrimRight(hundred.FloatString(6), "0"), "."); exactly(text, hundred) {
		return text + "%"
	}
	return r.String()
}

func exactly(text string, r *big.Rat) bool {
	is, ok := new(big.Rat).SetString(text)
	return ok && is.Cmp(r) == 0
}

func yuanOrNone(fen amount.Units) string {
	if fen == 0 {
		return ""
	}
	return yuan(fen)
}

func blockOrNone(v Voucher) string {
	if v.Tx == "" {
		return ""
	}
	return strconv.FormatUint(v.Block, 10)
}

// WriteCSV writes vouchers as CSV (RFC 4180), a row an entry, with the mark by which
// spreadsheets know UTF-8.
func WriteCSV(to io.Writer, vouchers iter.Seq2[Voucher, error]) error {
	w := sheets.NewCSV(to)
	if err := w.Write(header); err != nil {
		return err
	}
	for v, err := range vouchers {
		if err != nil {
			return err
		}
		for _, e := range v.Entries {
			if err := w.Write(cells(v, e)); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// WriteJSON writes vouchers as one list, as they come; amounts are fen.
func WriteJSON(to io.Writer, vouchers iter.Seq2[Voucher, error]) error {
	before := "["
	for v, err := range vouchers {
		if err != nil {
			return err
		}
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := to.Write(append([]byte(before+"\n"), data...)); err != nil {
			return err
		}
		before = ","
	}
	if before == "[" {
		_, err := io.WriteString(to, "[]\n")
		return err
	}
	_, err := io.WriteString(to, "\n]\n")
	return err
}

// widths of the columns of a workbook.
var widths = []float64{28, 9, 11, 9, 44, 10, 34, 12, 11, 14, 14, 8, 14, 10, 14, 24, 22, 22, 24, 10, 20}

// voucherSheet is the one sheet of a journal's workbook; printedColumns are those of it that come on paper, up to what
// VAT is of: the others are for looking things up.
const (
	voucherSheet   = "凭证"
	printedColumns = baseColumn + 1
)

// WriteXLSX writes vouchers as a workbook of one sheet, a row an entry, that prints on A4. Amounts are
// yuan, as numbers; one of ten trillion yuan or more, which a spreadsheet would round,
// is text. It goes through the vouchers twice, as a sheet says before its rows how it prints.
func WriteXLSX(to io.Writer, vouchers iter.Seq2[Voucher, error]) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	w, money, err := voucherBook(book, vouchers)
	if err != nil {
		return err
	}
	at := 2
	for v, err := range vouchers {
		if err != nil {
			return err
		}
		for _, e := range v.Entries {
			if err := sheetRow(w, at, cells(v, e), money, e); err != nil {
				return err
			}
			at++
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return book.Write(to)
}

// voucherBook begins the workbook: how it prints, who made it, columns and header. It answers the style of money, too.
func voucherBook(book *excelize.File, vouchers iter.Seq2[Voucher, error]) (w *excelize.StreamWriter, money int,
	err error) {
	rows, period, last := 1, "", date.Date(0)
	for v, err := range vouchers {
		if err != nil {
			return nil, 0, err
		}
		rows, period, last = rows+len(v.Entries), v.Period, max(last, v.Date)
	}
	title := strings.TrimSpace(voucherSheet + " Vouchers " + period)
	print := sheets.Print{Title: title, Heads: 1, Columns: printedColumns, Rows: rows, Filter: true}
	err = errors.Join(book.SetSheetName(book.GetSheetName(0), voucherSheet),
		sheets.SetMade(book, sheets.Made{Title: title, By: sheets.Program, At: dayOf(last)}),
		sheets.SetPrint(book, voucherSheet, print))
	if err != nil {
		return nil, 0, err
	}
	head, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	if err != nil {
		return nil, 0, err
	}
	if money, err = book.NewStyle(&excelize.Style{NumFmt: 4}); err != nil { // #,##0.00
		return nil, 0, err
	}
	if w, err = book.NewStreamWriter(voucherSheet); err != nil {
		return nil, 0, err
	}
	for i, width := range widths {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return nil, 0, err
		}
	}
	if err := w.SetPanes(
		&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, 0, err
	}
	captions := make([]any, len(header))
	for i, text := range header {
		captions[i] = excelize.Cell{StyleID: head, Value: text}
	}
	return w, money, w.SetRow("A1", captions, excelize.RowOpts{Height: 30})
}

func sheetRow(w *excelize.StreamWriter, at int, texts []string, money int, e Entry) error {
	row := make([]any, len(texts))
	for i, text := range texts {
		row[i] = text
	}
	for column, fen := range map[int]amount.Units{debitColumn: e.Debit, creditColumn: e.Credit, baseColumn: e.base()} {
		if fen > 0 {
			row[column] = excelize.Cell{StyleID: money, Value: sheetYuan(fen)}
		}
	}
	cell, err := excelize.CoordinatesToCellName(1, at)
	if err != nil {
		return err
	}
	return w.SetRow(cell, row)
}

// sheetYuan is an amount in yuan as a cell: a number, or a text where a spreadsheet, which
// has 15 digits, would round it.
func sheetYuan(fen amount.Units) any {
	value, err := strconv.ParseFloat(yuan(fen), 64)
	if err != nil || fen >= exactYuan {
		return yuan(fen)
	}
	return value // of 15 digits at most it is written as it was read
}
