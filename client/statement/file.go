package statement

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// File is a statement as a file has it, not checked yet.
type File struct {
	Form      string    // json, csv or xlsx
	Statement Statement // as the file says
	in        bounds.Input
	read      func(bounds.Input, Head, *document, func(entry) bool) error
}

// Open reads what a file says besides its lines; its name ends in its form. A PDF is for people and can't be read. The
// input stays its caller's.
func Open(in bounds.Input) (*File, error) {
	f := &File{in: in, Form: strings.ToLower(strings.TrimPrefix(filepath.Ext(in.Name), "."))}
	switch f.Form {
	case "json":
		f.read = readJSON
	case "csv":
		f.read = readCSV
	case "xlsx":
		f.read = readXLSX
	case "pdf":
		return nil, fault.New(fault.BadRequest,
			"a PDF is for reading: check the JSON, CSV or XLSX of the same statement, and compare the root on the PDF's last page")
	default:
		return nil, fault.New(fault.BadRequest, "file: want a name that ends in .json, .csv or .xlsx")
	}
	var d document
	if err := f.read(in, Head{}, &d, nil); err != nil {
		return nil, f.wrap(err)
	}
	if d.Format != Format {
		return nil, f.wrap(fmt.Errorf("its format is %.40q, want %q", d.Format, Format))
	}
	if err := d.Head.Check(); err != nil {
		return nil, f.wrap(err)
	}
	if len(d.Signatures) > MaxSignatures {
		return nil, f.wrap(fmt.Errorf("it has %d signatures, want %d at most", len(d.Signatures), MaxSignatures))
	}
	if err := d.checkPayments(); err != nil {
		return nil, f.wrap(err)
	}
	f.Statement = d.Statement
	return f, nil
}

// checkPayments refuses payments that aren't of the two.
func (s Statement) checkPayments() error {
	if len(s.Payments) > maxPayments {
		return fmt.Errorf("it has %d payments, want %d at most", len(s.Payments), maxPayments)
	}
	for _, p := range s.Payments {
		if p.ID == "" || len(p.ID) > maxPaymentID ||
			strings.ContainsFunc(p.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fmt.Errorf("a payment's id is malformed")
		}
		if p.Creditor != s.other(p.Debtor) || p.Debtor != s.other(p.Creditor) {
			return fmt.Errorf("payment %s is not between the two", p.ID)
		}
		if err := errors.Join(p.Fen.CheckOptional(), p.Due.Check()); err != nil {
			return err
		}
	}
	return nil
}

// wrap says of which file an error is; a refusal keeps its code.
func (f *File) wrap(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return fault.New(refusal.Code, "statement: %s: %s", f.in.Name, refusal.Text)
	}
	return fmt.Errorf("statement: %s: %w", f.in.Name, err)
}

// Lines are the lines as the file has them, for Diff. Whether they are what was signed
// is for Verify to say.
func (f *File) Lines() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for e, err := range f.entries() {
			if !yield(e.Line, err) {
				return
			}
		}
	}
}

func (f *File) entries() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		stopped := false
		err := f.read(f.in, f.Statement.Head, &document{}, func(e entry) bool {
			stopped = !yield(e, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(entry{}, f.wrap(err))
		}
	}
}
