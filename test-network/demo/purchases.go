package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// tillMapping says what a line of the till's purchases becomes: %s is the source.
const tillMapping = `kind: awards
source: %s
columns: {member: 手机, amount: 金额, date: 日期, reference: 小票}
channels: [till]
unknown: enrol   # who buys becomes a member
programme: TILL
rate: 100        # points for one yuan
layout: yyyy/M/d
where: [{column: 折扣, is: "<", value: 50%%}]
expires: {days: 365}
`

// imported is what tally import answers, as far as the story reads it.
type imported struct {
	Points, Done, Before, Refused int64
	Enrolled                      int64
	Rejected                      []struct {
		Line   int
		Column string
	}
}

// step40 imports a workbook of purchases, and what a spreadsheet saves of it as CSV, in
// a programme of their own, so that no figure of the story changes.
func step40(ctx context.Context, s *stage) error {
	s.chapter("40", "A workbook of purchases, as Excel stores it, and its CSV in GB18030")
	if err := s.tally(ctx, "D", nil, "programme", "open", "TILL", "--en", "Till", "--zh", "收银", "--point-price",
		"1"); err != nil {
		return err
	}
	workbook, text := filepath.Join(s.scratch, "purchases.xlsx"), filepath.Join(s.scratch, "purchases.csv")
	if err := errors.Join(writePurchases(workbook), writePurchasesCSV(text)); err != nil {
		return err
	}
	one, err := s.importTill(ctx, workbook, "till-workbook")
	if err != nil {
		return err
	}
	s.figure("points of the workbook: 4.35 + 1.15 + 8.2 yuan", 1370, one.Points)
	s.figure("members that it enrols, and awards", "2 3", fmt.Sprint(one.Enrolled, " ", one.Done))
	s.figure("refused by name: a phone shown as 1.38E+10", "line 5, 手机", one.named())
	var refused *refusal
	err = s.tally(ctx, "D", nil, "import", workbook, "--mapping", s.tillMapping("till-workbook"))
	if !errors.As(err, &refused) {
		return fmt.Errorf("an import with a bad line said nothing: %w", err)
	}
	s.figure("the same import once more: its exit code", 9, refused.exit)
	two, err := s.importTill(ctx, text, "till-csv")
	if err != nil {
		return err
	}
	s.figure("points of the CSV, and the line refused", "1370 line 5, 手机", fmt.Sprint(two.Points, " ", two.named()))
	s.figure("its receipts that earn a second time", 0, two.Done)
	var outstanding owing
	if outstanding, err = s.owes(ctx); err != nil {
		return err
	}
	s.figure("outstanding TILL", 1370, outstanding.outstanding("TILL"))
	return nil
}

// named is the first line that was refused by the program itself.
func (i imported) named() string {
	for _, r := range i.Rejected {
		if r.Column != "" {
			return fmt.Sprintf("line %d, %s", r.Line, r.Column)
		}
	}
	return "none"
}

func (s *stage) tillMapping(source string) string { return filepath.Join(s.scratch, source+".yaml") }

func (s *stage) importTill(ctx context.Context, path, source string) (answer imported, err error) {
	if err := os.WriteFile(s.tillMapping(source), fmt.Appendf(nil, tillMapping, source), 0o600); err != nil {
		return answer, err
	}
	return answer, s.tally(ctx, "D", &answer, "import", path, "--mapping", s.tillMapping(source), "--max-rejected",
		"100%")
}

// writePurchases writes the workbook: 4.35 as Excel stores it, days, a share, and a phone
// that is shown in exponent form.
func writePurchases(path string) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	const day, sheet = 46352, "Sheet1" // 2026-11-26
	for i, row := range [][]any{
		{"小票", "手机", "金额", "日期", "折扣"}, {"T-1", "13800138000", 4.3499999999999996, day, 0.15},
		{"T-2", 13800138001, 1.1499999999999999, day, 0.15},
		{"T-3", "13800138000", 8.1999999999999993, day, 0}, {"T-4", 13800100000, 5, day, 0},
		{"T-5", "13800138002", 7, day, 0.5},
	} {
		if err := book.SetSheetRow(sheet, fmt.Sprint("A", i+1), &row); err != nil {
			return err
		}
	}
	for cells, format := range map[string]string{
		"B5:B5": "0.00E+00", "C2:C6": "0.00", "D2:D6": "yyyy/m/d", "E2:E6": "0%",
	} {
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return err
		}
		from, to, _ := strings.Cut(cells, ":")
		if err := book.SetCellStyle(sheet, from, to, style); err != nil {
			return err
		}
	}
	return book.SaveAs(path)
}

// writePurchasesCSV writes what Excel saves of it as CSV on a Chinese machine.
func writePurchasesCSV(path string) error {
	lines := []string{
		"小票,手机,金额,日期,折扣", "T-1,13800138000,4.35,2026/11/26,15%", "T-2,13800138001,1.15,2026/11/26,15%",
		"T-3,13800138000,8.20,2026/11/26,0%",
		"T-4,1.38E+10,5.00,2026/11/26,0%", "T-5,13800138002,7.00,2026/11/26,50%", "",
	}
	text, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Join(lines, "\r\n"))
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}
