package payments

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"tallystick/chaincode/fault"
	"tallystick/client/banktable"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
)

// File is what a bank tells in a file, in whatever form.
type File struct {
	Advices iter.Seq2[iso20022.Advice, error]
	Notes   []string // what was found out about the file
	io.Closer
}

// Open opens a camt, or, by a mapping, a table; by what is in it. The input stays its caller's.
func Open(in bounds.Input, mapping *banktable.Mapping, mark string) (File, error) {
	xml, err := isXML(in.Stream())
	switch {
	case err != nil:
		return File{}, err
	case xml:
		return File{Advices: iso20022.Advices(in.Stream()), Closer: io.NopCloser(nil)}, nil
	case mapping == nil:
		return File{}, fault.New(fault.BadRequest,
			"`mapping`: the file is no XML, and of a bank's CSV or workbook it says which column holds what")
	}
	rows, err := banktable.Open(in, mapping, mark)
	if err != nil {
		return File{}, err
	}
	return File{rows.Advices(), rows.Notes, rows}, nil
}

// isXML says whether a file is XML. BAD_REQUEST for a web page, as some banks name
// .xls.
func isXML(file io.Reader) (bool, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	head = bytes.ToLower(
		bytes.TrimLeft(bytes.ReplaceAll(head[:n], []byte{0}, nil), "\xef\xbb\xbf\xff\xfe \t\r\n")) // UTF-16, too
	for _, page := range []string{"<html", "<!doctype html", "<table", "<meta", "<style"} {
		if bytes.HasPrefix(head, []byte(page)) {
			return false, fault.New(fault.BadRequest,
				"the file is a web page, whatever its name is: open it in a spreadsheet and save it as .xlsx or CSV")
		}
	}
	return bytes.HasPrefix(head, []byte("<")), nil
}
