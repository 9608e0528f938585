package books

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// WriteYonyou writes vouchers as the text that the import of vouchers of Yonyou (UFIDA) U8
// and T3 reads (总账工具, 凭证引入): a first line 填制凭证,V800, then a line an entry, its fields
// separated by commas, in GB18030 with CRLF.
//
// Source. The required fields, their order and lengths, and that what stands behind the
// last used field may be left out, are those of the description 用友U8凭证导入工具的使用方法
// (www.100ksw.com/jsj/yynl/3/228066.shtml, 2010); that of the fields behind them as far as
// 供应商编码, and the first line, are what several public programs that write such files have
// in common. Not verified: that a particular version imports it as it stands. Parties are
// 客户编码 of receivables and 供应商编码 of payables, under their ids; a fapiao's number is the
// 票号 of its tax entry.
func WriteYonyou(to io.Writer, vouchers iter.Seq2[Voucher, error]) error {
	w := bufio.NewWriter(simplifiedchinese.GB18030.NewEncoder().Writer(to))
	lines := []string{"填制凭证,V800"}
	for v, err := range vouchers {
		if err != nil {
			return err
		}
		for _, e := range v.Entries {
			lines = append(lines, strings.Join(yonyouFields(v, e), ","))
		}
		if err := writeLines(w, lines); err != nil {
			return err
		}
		lines = lines[:0]
	}
	return errors.Join(writeLines(w, lines), w.Flush())
}

func writeLines(w *bufio.Writer, lines []string) error {
	for _, line := range lines {
		if _, err := w.WriteString(line + "\r\n"); err != nil {
			return err
		}
	}
	return nil
}

// Lengths of Yonyou's fields, in bytes of GBK: a character of Chinese has two.
const yonyouSummary, yonyouAccount = 60, 15

// yonyouFields are an entry's fields, in this order: 制单日期, 凭证类别字, 业务号, 附单据数, 摘要, 科目编码,
// 金额借方, 金额贷方, 数量, 外币, 汇率, 制单人, 结算方式编码, 票号, 发生日期, 部门编码, 个人编码, 客户编码, 供应商编码.
func yonyouFields(v Voucher, e Entry) []string {
	customer, supplier, ticket := "", "", ""
	switch e.Role {
	case Receivable:
		customer = e.Party
	case Payable:
		supplier = e.Party
	}
	if e.Tax != nil {
		ticket = e.Tax.Number
	}
	return []string{v.Date.String(), v.Word, itoa(v.Serial), "0", within(plain(v.Zh), yonyouSummary),
		within(e.Account.Code, yonyouAccount),
		yuan(e.Debit), yuan(e.Credit), "0", "0", "0", "", "", ticket, v.Date.String(), "", "", customer, supplier}
}

// plain is a text without what would end a field or a line.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ',':
			return '，'
		case '\r', '\n', '"':
			return ' '
		}
		return r
	}, text)
}

// within is as much of a text's beginning as fits.
func within(text string, most int) string {
	size := 0
	for i, r := range text {
		if size++; r > 0x7f {
			size++
		}
		if size > most {
			return text[:i]
		}
	}
	return text
}
