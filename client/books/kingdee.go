package books

import (
	"errors"
	"io"
	"iter"
	"time"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/date"
)

// WriteKingdee writes vouchers as a workbook for the standard-format import of vouchers of
// Kingdee K/3 WISE and KIS (标准格式凭证引入): a sheet Page1 with a row an entry, and a sheet
// t_Schema that tells the columns.
//
// Source. Kingdee publishes no specification. The layout is that of three public programs
// that write such files, which agree in the columns' names, order and types and in the
// schema's rows; the constants (NONE, *, 公司汇率, 客户---CODE---NAME) are theirs. Not
// verified: that a particular version imports it as it stands. A party is a 核算项目 of
// class 客户 or 供应商 under its id, which the account set must have, as it must the
// accounts; tax entries carry the fapiao in 参考信息.
func WriteKingdee(to io.Writer, vouchers iter.Seq2[Voucher, error]) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := book.SetSheetName("Sheet1", "Page1"); err != nil {
		return err
	}
	if _, err := book.NewSheet("t_Schema"); err != nil {
		return err
	}
	if err := kingdeeSchema(book); err != nil {
		return err
	}
	day, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		return err
	}
	w, err := book.NewStreamWriter("Page1")
	if err != nil {
		return err
	}
	captions := make([]any, len(kingdeeColumns))
	for i, c := range kingdeeColumns {
		captions[i] = c.caption
	}
	if err := w.SetRow("A1", captions); err != nil {
		return err
	}
	at, serial := 2, 0
	for v, err := range vouchers {
		if err != nil {
			return err
		}
		serial++
		for i, e := range v.Entries {
			cell, err := excelize.CoordinatesToCellName(1, at)
			if err != nil {
				return err
			}
			if err := w.SetRow(cell, kingdeeRow(v, e, serial, i, day)); err != nil {
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

// kingdeeColumns are the columns of Page1 as t_Schema tells them: the field's name, its
// caption, its type, and the number that the schema gives it.
var kingdeeColumns = []struct {
	field, caption, kind string
	number               int
}{
	{"FDate", "凭证日期", "DateTime", 1}, {"FYear", "会计年度", kingdeeNumber, 2}, {"FPeriod", "会计期间", kingdeeNumber, 3},
	{"FGroupID", "凭证字", "Varchar(80)", 4},
	{"FNumber", "凭证号", kingdeeNumber, 5}, {"FAccountNum", "科目代码", "Varchar(40)", 7},
	{"FAccountName", "科目名称", "Varchar(255)", 8}, {"FCurrencyNum", "币别代码", "Varchar(10)", 9},
	{"FCurrencyName", "币别名称", "Varchar(40)", 10}, {"FAmountFor", "原币金额", kingdeeNumber, 11},
	{"FDebit", "借方", kingdeeNumber, 12}, {"FCredit", "贷方", kingdeeNumber, 13},
	{"FPreparerID", "制单", "Varchar(255)", 14}, {"FCheckerID", "审核", "Varchar(255)", 15},
	{"FApproveID", "核准", "Varchar(255)", 17}, {"FCashierID", "出纳", "Varchar(255)", 18},
	{"FHandler", "经办", "Varchar(50)", 19}, {"FSettleTypeID", "结算方式", "Varchar(80)", 20},
	{"FSettleNo", "结算号", "Varchar(255)", 21}, {"FExplanation", "凭证摘要", "Varchar(255)", 22},
	{"FQuantity", "数量", kingdeeNumber, 23}, {"FMeasureUnitID", "数量单位", "Varchar(255)", 24},
	{"FUnitPrice", "单价", kingdeeNumber, 25}, {"FReference", "参考信息", "Varchar(255)", 26},
	{"FTransDate", "业务日期", "DateTime", 27}, {"FTransNo", "往来业务编号", "Varchar(255)", 28},
	{"FAttachments", "附件数", kingdeeNumber, 29}, {"FSerialNum", "序号", kingdeeNumber, 30},
	{"FObjectName", "系统模块", "Varchar(100)", 31}, {"FParameter", "业务描述", "Varchar(100)", 32},
	{"FExchangeRateType", "汇率类型", "Varchar(80)", 33}, {"FExchangeRate", "汇率", kingdeeNumber, 34},
	{"FEntryID", "分录序号", kingdeeNumber, 35}, {"FItem", "核算项目", "Text", 36}, {"FPosted", "过账", kingdeeNumber, 37},
	{"FInternalInd", "机制凭证", "Varchar(10)", 38}, {"FCashFlow", "现金流量", "Text", 39},
}

const kingdeeNumber = "Decimal(28,10)"

// kingdeeSchema writes the sheet that tells the columns.
func kingdeeSchema(book *excelize.File) error {
	rows := [][]any{
		{"FType", "FKey", "FFieldName", "FCaption", "FValueType", "FNeedSave", "FColIndex", "FSrcTableName",
			"FSrcFieldName", "FExpFieldName", "FImpFieldName",
			"FDefaultVal", "FSearch", "FItemPageName", "FTrueType", "FPrecision", "FSearchName", "FIsShownList",
			"FViewMask", "FPage"},
		{"ClassInfo", "ClassType", "", "VoucherData"}, {"ClassInfo", "ClassTypeID", "", "123"},
		{"PageInfo", "Page1", "", "Page1"},
	}
	for _, c := range kingdeeColumns {
		rows = append(rows, []any{"FieldInfo", c.field, c.field, c.caption, c.kind, "", itoa(c.number), "", "", c.field,
			c.field, "", "0", "", "", "0", "0", "0", "0", "1"})
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := book.SetSheetRow("t_Schema", cell, &row); err != nil {
			return err
		}
	}
	return nil
}

// kingdeeRow is an entry's row, in the order of the columns.
func kingdeeRow(v Voucher, e Entry, serial, entry, day int) []any {
	on := excelize.Cell{StyleID: day, Value: dayOf(v.Date)}
	return []any{on, dayOf(v.Date).Year(), int(dayOf(v.Date).Month()), v.Word, v.Serial, e.Account.Code, e.Account.Zh,
		"RMB", "人民币", sheetYuan(e.Debit + e.Credit), sheetYuan(e.Debit), sheetYuan(e.Credit),
		"", "NONE", "NONE", "NONE", "", "*", "", v.Zh, 0, "*", 0, reference(v, e), on, "", 0, serial, "", "", "公司汇率", 1,
		entry, kingdeeItem(e), 0, "", ""}
}

// kingdeeItem is the counterparty of an entry as a 核算项目.
func kingdeeItem(e Entry) string {
	class := map[Role]string{Receivable: "客户", Payable: "供应商"}[e.Role]
	if class == "" || e.Party == "" {
		return ""
	}
	return class + "---" + e.Party + "---" + e.Party
}

// reference is what else a clerk looks for: the fapiao of a tax entry, or the voucher's id.
func reference(v Voucher, e Entry) string {
	if e.Tax != nil && e.Tax.Number != "" {
		return e.Tax.Kind.Zh() + " " + e.Tax.Code + e.Tax.Number
	}
	return v.Number
}

// dayOf is a day's midnight in UTC, as spreadsheets take it.
func dayOf(d date.Date) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
