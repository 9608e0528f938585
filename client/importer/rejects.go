package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds/workbook"
	"tallystick/client/clean"
	"tallystick/client/importer/cell"
	"tallystick/client/sheets"
)

// rejectedColumns stand before the row's own in a file of rejected lines. None is likely
// to be a column of the file, so that the file can be mended and imported as it is.
var rejectedColumns = []string{"rejected.source", "rejected.line", "rejected.column", "rejected.value",
	"rejected.customer", "rejected.code", "rejected.reason"}

// Outcome is a report with the job that it is of.
type Outcome struct {
	Job    Job
	Report *Report
}

// WriteRejected writes the rejected lines of some imports as CSV: why, the value that is
// wrong, the customer's own id, and the whole row as the file has it. Rows of several
// files have their cells in their order, under the columns of the first.
//
// It has personal data: whoever makes the file lets nobody else read it.
func WriteRejected(ctx context.Context, to io.Writer, outcomes ...Outcome) error {
	w, begun := sheets.NewCSV(to), false
	for _, o := range outcomes {
		if len(o.Report.Rejected) == 0 || o.Job.File.ReaderAt == nil {
			continue
		}
		if err := o.write(ctx, w, &begun); err != nil {
			return err
		}
	}
	if !begun {
		if err := w.Write(rejectedColumns); err != nil {
			return err
		}
	}
	return w.Flush()
}

// write reads the file once more, for its rows.
func (o Outcome) write(ctx context.Context, w *sheets.CSV, begun *bool) (err error) {
	rows, err := o.Job.Mapping.Table(o.Job.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !*begun {
		*begun = true
		if err := w.Write(
			append(rejectedColumns[:len(rejectedColumns):len(rejectedColumns)], rows.Header...)); err != nil {
			return err
		}
	}
	list := o.Report.Rejected
	for n := 0; len(list) > 0; n++ {
		row, err := rows.Next()
		if err != nil {
			return fmt.Errorf("%s changed while its rejected lines were written: %w", o.Job.File.Name, err)
		}
		if n%watchedEvery == 0 && ctx.Err() != nil {
			return fault.New(fault.Stopped, "stopped while the rejected lines were written")
		}
		for len(list) > 0 && list[0].Line == row.Line {
			if err := w.Write(o.cells(list[0], rows.Header, row.Cells)); err != nil {
				return err
			}
			list = list[1:]
		}
	}
	return nil
}

// cells are those of one rejected line.
func (o Outcome) cells(r Rejected, header []string, row []workbook.Cell) []string {
	text := func(column string) string {
		for i, name := range header {
			if name == column && i < len(row) {
				return row[i].Text
			}
		}
		return ""
	}
	var values []string
	for column := range strings.SplitSeq(r.Column, ", ") {
		if column != "" {
			values = append(values, text(clean.Text(column)))
		}
	}
	customer := ""
	if t, err := cell.ParseTemplate(o.Job.Mapping.Columns.Member); err == nil && len(t.Columns) == 1 {
		customer = text(clean.Text(t.Columns[0]))
	}
	line := []string{o.Report.Source, strconv.Itoa(r.Line), r.Column, strings.Join(values, ", "), customer,
		string(r.Code), r.Reason}
	for _, c := range row {
		line = append(line, c.Text)
	}
	return line
}
