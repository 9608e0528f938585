package main

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"

	"tallystick/chaincode/fault"
	"tallystick/client/banktable"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
)

// bankFile is what a bank tells in a file, in whatever form.
type bankFile struct {
	advices iter.Seq2[iso20022.Advice, error]
	notes   []string // what was found out about the file
	io.Closer
}

// openBankFile opens a camt, or, by a mapping, a table; by what is in it.
func openBankFile(path string, mapping *banktable.Mapping, mark string) (bankFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return bankFile{}, err
	}
	xml, err := isXML(file)
	switch {
	case err == nil && xml:
		return bankFile{advices: iso20022.Advices(file), Closer: file}, nil
	case err == nil && mapping == nil:
		err = fault.New(fault.BadRequest, "the file is no XML; for a bank's CSV or workbook say with --mapping which column holds what: tally payment advise --help")
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return bankFile{}, err
	}
	rows, err := banktable.Open(path, mapping, mark)
	if err != nil {
		return bankFile{}, err
	}
	return bankFile{rows.Advices(), rows.Notes, rows}, nil
}

// isXML says whether a file is XML, and goes back to its beginning. BAD_REQUEST for a web page, as some banks name .xls.
func isXML(file io.ReadSeeker) (bool, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	head = bytes.ToLower(bytes.TrimLeft(bytes.ReplaceAll(head[:n], []byte{0}, nil), "\xef\xbb\xbf\xff\xfe \t\r\n")) // UTF-16, too
	for _, page := range []string{"<html", "<!doctype html", "<table", "<meta", "<style"} {
		if bytes.HasPrefix(head, []byte(page)) {
			return false, fault.New(fault.BadRequest, "the file is a web page, whatever its name is: open it in a spreadsheet and save it as .xlsx or CSV")
		}
	}
	_, err = file.Seek(0, io.SeekStart)
	return bytes.HasPrefix(head, []byte("<")), err
}

// spooled is where a file is: that of standard input is kept for its two readings, and
// removed by done.
func (a *app) spooled(path string) (at string, done func() error, err error) {
	done = func() error { return nil }
	if path != "-" {
		return path, done, nil
	}
	cfg, err := a.config(nil)
	if err != nil {
		return "", done, err
	}
	if err := os.MkdirAll(cfg.State, 0o700); err != nil {
		return "", done, err
	}
	file, err := os.CreateTemp(cfg.State, "import-*") // readable by its owner only
	if err != nil {
		return "", done, err
	}
	done = func() error { return os.Remove(file.Name()) }
	_, err = io.Copy(file, bounds.Reader(os.Stdin, "standard input", bounds.Table))
	if err := errors.Join(err, file.Close()); err != nil {
		return "", done, errors.Join(err, done())
	}
	return file.Name(), done, nil
}
