package sheets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Print is how a sheet comes on paper: A4 across, as wide as a page, with its name and the pages
// at the foot.
type Print struct {
	Title   string // at the foot
	Heads   int    // rows at the top that every page repeats, 0 for none
	Columns int    // that are printed, from the first
	Rows    int
	Filter  bool // the last of the heads has arrows to filter by
}

// a4 is its number among the sizes of paper.
const a4 = 9

// SetPrint says how a sheet prints. It comes before what writes its rows.
func SetPrint(book *excelize.File, sheet string, p Print) error {
	across, size, wide, high, fit := "landscape", a4, 1, 0, true
	inch := func(cm float64) *float64 { v := cm / 2.54; return &v }
	foot := "&L" + strings.ReplaceAll(p.Title, "&", "&&") + "&R&P / &N"
	last, err := excelize.CoordinatesToCellName(max(p.Columns, 1), max(p.Rows, 1), true)
	if err != nil {
		return err
	}
	return errors.Join(
		filter(book, sheet, p), // first: it takes the sheet's properties back
		book.SetPageLayout(sheet,
			&excelize.PageLayoutOptions{Size: &size, Orientation: &across, FitToWidth: &wide, FitToHeight: &high}),
		book.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		book.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{
			Left: inch(1.2), Right: inch(1.2), Top: inch(1.2), Bottom: inch(1.5), Header: inch(0.6), Footer: inch(0.6),
		}),
		book.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: foot}),
		book.SetDefinedName(
			&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: quoted(sheet) + "!$A$1:" + last, Scope: sheet}),
		repeat(book, sheet, p))
}

// repeat has every page begin with the heads.
func repeat(book *excelize.File, sheet string, p Print) error {
	if p.Heads == 0 {
		return nil
	}
	return book.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("%s!$1:$%d", quoted(sheet), p.Heads), Scope: sheet,
	})
}

func filter(book *excelize.File, sheet string, p Print) error {
	if !p.Filter || p.Rows <= p.Heads {
		return nil
	}
	last, err := excelize.CoordinatesToCellName(p.Columns, p.Rows)
	if err != nil {
		return err
	}
	return book.AutoFilter(sheet, fmt.Sprintf("A%d:%s", p.Heads, last), nil)
}

// quoted is a sheet's name as formulas have it.
func quoted(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'" }

// Made is who made a workbook, and when.
type Made struct {
	Title string
	By    string
	At    time.Time
}

// Program is what a document says it was made with.
const Program = "Tallystick"

// SetMade writes who made a workbook into its properties.
func SetMade(book *excelize.File, m Made) error {
	at := m.At.UTC().Format(time.RFC3339)
	return errors.Join(
		book.SetDocProps(
			&excelize.DocProperties{Title: m.Title, Creator: m.By, LastModifiedBy: m.By, Created: at, Modified: at}),
		book.SetAppProps(&excelize.AppProperties{Application: Program}))
}
