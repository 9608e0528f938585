// Package workbook reads a workbook that somebody sent, so much of it and no more.
// It unpacks to many times its size, and a row of a few bytes can claim to be the
// last of two thousand million.
package workbook

import (
	"archive/zip"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// What a workbook can have.
const (
	maxWorkbook = 64 << 20 // bytes of the file
	maxSheets   = 1 << 28  // bytes of all, unpacked
	maxTexts    = 1 << 25  // bytes of the texts that its sheets share, unpacked
	maxRest     = 8 << 20  // bytes of each other part, unpacked: they are read whole
	maxInMemory = 16 << 20 // bytes of a part above which it is unpacked to a temporary file
	maxParts    = 1000     // files in the archive
	maxRows     = 1 << 20  // of a sheet: what Excel has
	maxColumns  = 1024
	maxCells    = 20_000_000
)

// Open opens a workbook for reading. Cells are taken as they are stored.
func Open(in bounds.Input) (_ *excelize.File, err error) {
	defer survive(in.Name, &err)
	if _, err := openArchive(in); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(in.Stream(), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxSheets, UnzipXMLSizeLimit: maxInMemory,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	}
	return book, nil
}

// openArchive refuses what would unpack to too much. The sizes are the archive's own
// word, to which the one who unpacks it holds it.
func openArchive(in bounds.Input) (*zip.Reader, error) {
	if in.Size > maxWorkbook {
		return nil, tooLarge(in.Name, "the workbook has", maxWorkbook)
	}
	archive, err := zip.NewReader(in, in.Size)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "%s: it is no workbook", in.Name)
	}
	if len(archive.File) > maxParts {
		return nil, fault.New(fault.Limit, "%s: the workbook has more than %d parts", in.Name, maxParts)
	}
	sheets := uint64(0)
	for _, f := range archive.File {
		if most := mostOf(f.Name); f.UncompressedSize64 > most {
			return nil, tooLarge(in.Name, fmt.Sprintf("its part %.60q has", f.Name), int64(most))
		}
		if sheets += f.UncompressedSize64; sheets > maxSheets {
			return nil, tooLarge(in.Name, "unpacked, it has", maxSheets)
		}
	}
	return archive, nil
}

func tooLarge(name, what string, most int64) error {
	return fault.New(fault.Limit, "%s: %s more than %d bytes", name, what, most)
}

// survive makes a refusal of a panic: the library takes some files at their word, as
// a cell that has the text number −1.
func survive(name string, err *error) {
	if cause := recover(); cause != nil {
		*err = fault.New(fault.BadRequest, "%s: the workbook is damaged", name)
	}
}

// mostOf is how many bytes a part may have, unpacked.
func mostOf(part string) uint64 {
	switch part = strings.ToLower(part); {
	case strings.HasPrefix(part, "xl/worksheets/"):
		return maxSheets
	case part == "xl/sharedstrings.xml":
		return maxTexts
	}
	return maxRest
}

// Rows reads a sheet row by row, as excelize does: rows that aren't stored are empty.
type Rows struct {
	*excelize.Rows
	name        string
	rows, cells int
	err         error
}

// OpenRows opens a sheet of a workbook; the name is for refusals.
func OpenRows(book *excelize.File, sheet, name string) (_ *Rows, err error) {
	defer survive(name, &err)
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Rows{Rows: rows, name: name}, nil
}

// Next goes to the next row, if there is one. A sheet of one row can claim that it is
// the two thousand millionth.
func (r *Rows) Next() bool {
	if r.err != nil || !r.Rows.Next() {
		return false
	}
	if r.rows++; r.rows > maxRows {
		r.err = fault.New(fault.Limit, "%s: a sheet has more than %d rows", r.name, maxRows)
	}
	return r.err == nil
}

// Columns is the row's cells, up to the last that has something.
func (r *Rows) Columns() (cells []string, err error) {
	defer survive(r.name, &err)
	if cells, err = r.Rows.Columns(); err != nil {
		return nil, fmt.Errorf("%s: %w", r.name, err)
	}
	if r.cells += len(cells); len(cells) > maxColumns || r.cells > maxCells {
		return nil, fault.New(fault.Limit, "%s: a sheet has more than %d columns or %d cells",
			r.name, maxColumns, maxCells)
	}
	return cells, nil
}

// Error is what ended the rows, if not their end.
func (r *Rows) Error() error {
	if r.err != nil {
		return r.err
	}
	return r.Rows.Error()
}

// Formula is a cell's formula, "" for none.
func Formula(book *excelize.File, sheet, cell string) (formula string, err error) {
	defer survive(sheet, &err)
	return book.GetCellFormula(sheet, cell)
}
