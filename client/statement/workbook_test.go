package statement

import (
	"testing"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/amount"
)

// TestWorkbook reads a workbook as a spreadsheet shows it.
func TestWorkbook(t *testing.T) {
	head, lines := full()
	lines[5].Fen = 900_719_925_474_099 // the longest number; with what is before it more, which is text
	lines[0].Fen = amount.Max - 5_000_000_000_000_000
	s := signed(must(Of(head, list(lines...))))
	path := written(t, "xlsx", s, list(lines...), Options{Language: Chinese})
	book := must(excelize.OpenFile(path))
	defer book.Close() // it is only read
	for _, c := range []struct{ sheet, cell, want string }{
		{"汇总", "A1", "清结算账单"}, {"汇总", "B5", "经销商"}, {"汇总", "C5", "上海某某汽车销售服务有限公司"}, {"汇总", "D5", "91310000MA1FL00001"},
		{"汇总", "C6", "–"},
		{"汇总", "C9", "123.45"}, {"汇总", "D10", "40071992547419.99"}, {"汇总", "C11", "108.00"}, {"汇总", "A15", "2026-11-1"},
		{"汇总", "E15", "191.00"}, {"汇总", "D15", "2026-12-10"},
		{"汇总", "B17", s.Root.String()}, {"汇总", "B2", "alliance"},
		{"发生额", "A2", "D 应付 G"}, {"发生额", "B2", "积分兑付"}, {"发生额", "C2", "零售"}, {"发生额", "F2", "1,800"},
		{"发生额", "G2", "18.00"},
		{"明细", "I1", "金额（元）"}, {"明细", "A3", "G.1.9.0.0"}, {"明细", "B3", "2026-11-18"}, {"明细", "I3", "18.00"},
		{"明细", "H2", "200.00"}, {"明细", "H3", "1,800"},
		{"明细", "C3", "积分兑付"}, {"明细", "D3", "零售"}, {"明细", "M3", "交付"}, {"明细", "D5", "机场"}, {"明细", "M5", "权益核销"},
		{"明细", "I2", "40071992547409.91"}, {"明细", "I7", "9,007,199,254,740.99"}, {"明细", "J5", "6%"}, {"明细", "L5", "是"},
		{"明细", "N2", "31"},
		{"验证", "A1", "#statement"},
	} {
		if got := must(book.GetCellValue(c.sheet, c.cell)); got != c.want {
			t.Errorf("%s!%s: %q, want %q", c.sheet, c.cell, got, c.want)
		}
	}
	if panes := must(book.GetPanes("明细")); !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v", panes)
	}
	if _, err := Verify(at(t, path), nil, 0); err != nil {
		t.Error(err)
	}
}

// TestSumsAreFormulas has a spreadsheet's own arithmetic compute every formula of a workbook: it comes to what is
// shown.
func TestSumsAreFormulas(t *testing.T) {
	head, lines := full()
	for i := range lines {
		lines[i].Fen = min(lines[i].Fen, 1_234_567)
	}
	for _, in := range []Language{English, Chinese} {
		book := must(excelize.OpenFile(
			written(t, "xlsx", must(Of(head, list(lines...))), list(lines...), Options{Language: in})))
		formulas := 0
		for _, sheet := range []int{sheetSummary, sheetMovements} {
			name := in.of(sheetNames[sheet])
			for y, row := range must(book.GetRows(name, excelize.Options{RawCellValue: true})) {
				for x, shown := range row {
					cell := must(excelize.CoordinatesToCellName(x+1, y+1))
					if must(book.GetCellFormula(name, cell)) == "" {
						continue
					}
					formulas++
					if got, err := book.CalcCellValue(name, cell, excelize.Options{RawCellValue: true}); err != nil ||
						got != shown {
						t.Errorf("%s!%s: %s comes to %s, and %s is shown: %v", name, cell,
							must(book.GetCellFormula(name, cell)), got, shown, err)
					}
				}
			}
		}
		if formulas != 12+6*4 {
			t.Errorf("%d formulas", formulas)
		}
		book.Close() // it was only read
	}
}

// TestIdsThatASpreadsheetBlurs: where its sums would be of other lines too, they are numbers.
func TestIdsThatASpreadsheetBlurs(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Head, []Line)
		want   bool
	}{
		{"nothing", func(*Head, []Line) {}, false},
		{"scenes in other letters", func(_ *Head, l []Line) {
			l[1].Scene, l[1].Debtor, l[1].Creditor, l[1].Programme = "Retail", "G", "D", "GP"
		}, true},
		{"a number as a scene", func(_ *Head, l []Line) { l[0].Scene = "1E5" }, true},
		{"a number as a programme", func(_ *Head, l []Line) { l[0].Programme = "007" }, true},
		{"parties in other letters", func(h *Head, l []Line) {
			h.A.ID, h.B.ID = "G", "g"
			for i := range l {
				l[i].Debtor, l[i].Creditor = "G", "g"
			}
		}, true},
	} {
		head, lines := storyHead(), story()
		c.change(&head, lines)
		s := must(Of(head, list(lines...)))
		if got := s.summed() == ""; got != c.want {
			t.Errorf("%s: formulas %t", c.name, !got)
		}
		if _, err := Verify(sent(t, "xlsx", s, list(lines...), Options{Language: Chinese}), nil, 0); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
