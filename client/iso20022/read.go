package iso20022

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"tallystick/chaincode/fault"
)

// Read lists the advices of a camt.054 (notification) or camt.053 (statement), any
// version from 02 to 08, in the order of the file. A file is good as a whole or
// refused as a whole.
//
// Refused, where in the file it first applies, with BAD_REQUEST: what is not well-formed
// XML in UTF-8, has a document type, or is another message or version; an entry whose
// amount, direction, status or dates are missing or malformed, whose amounts are
// negative or have more than two digits after the point, or which is booked without a
// date; with LIMIT a file, depth, amount or count above its limit. What is wrong with
// an entry is said with its position.
func Read(file io.Reader) ([]Advice, error) {
	var all []Advice
	for advice, err := range Advices(file) {
		if err != nil {
			return nil, err
		}
		all = append(all, advice)
	}
	return all, nil
}

// Advices is Read one by one, with one entry in memory at a time. It ends with the
// first error; until it has ended without one, nothing that it yielded may be
// relied on.
func Advices(file io.Reader) iter.Seq2[Advice, error] {
	return func(yield func(Advice, error) bool) {
		g := newGuard(file)
		r := reader{guard: g, tokens: xml.NewTokenDecoder(g), yield: yield}
		if err := r.run(); err != nil && !errors.Is(err, errStopped) {
			yield(Advice{}, err)
		}
	}
}

// errStopped ends the reading when nobody wants more.
var errStopped = errors.New("stopped")

// message names the elements of one kind of file: the document's one child, and in it
// each report.
type message struct{ root, report string }

// messages by what their namespace says.
var messages = map[string]message{
	"camt.053": {"BkToCstmrStmt", "Stmt"},
	"camt.054": {"BkToCstmrDbtCdtNtfctn", "Ntfctn"},
}

const spaces = "urn:iso:std:iso:20022:tech:xsd:"

// messageOf knows a file by its namespace.
func messageOf(space string) (message, error) {
	name, known := strings.CutPrefix(space, spaces)
	kind, version, _ := strings.Cut(name, ".001.")
	m, ok := messages[kind]
	if !known || !ok || len(version) != 2 || version < "02" || version > "08" {
		return message{}, fault.New(fault.BadRequest, "the file is no camt.054 or camt.053 of versions 02 to 08")
	}
	return m, nil
}

// reader walks a file.
type reader struct {
	guard  *guard
	tokens *xml.Decoder
	yield  func(Advice, error) bool
	space  string // the file's namespace
	report int
	count  int
}

// run reads the document and makes sure that nothing follows it.
func (r *reader) run() error {
	start, err := r.child()
	if err != nil {
		return err
	}
	if start == nil || start.Name.Local != "Document" {
		return fault.New(fault.BadRequest, "the file is no ISO 20022 document")
	}
	r.space = start.Name.Space
	m, err := messageOf(r.space)
	if err != nil {
		return err
	}
	found := 0
	err = r.each(func(start *xml.StartElement) error {
		if start.Name.Local != m.root {
			return fault.New(fault.BadRequest, "the file has no %s", m.root)
		}
		found++
		return r.each(r.reports(m.report))
	})
	if err != nil {
		return err
	}
	if found != 1 {
		return fault.New(fault.BadRequest, "the file has not one %s", m.root)
	}
	return r.end()
}

// end refuses anything but space, comments and instructions after the document.
func (r *reader) end() error {
	extra, err := r.child()
	if err == nil && extra != nil {
		return fault.New(fault.BadRequest, "the file goes on after its end")
	}
	return err
}

// reports reads each report among the children of the message.
func (r *reader) reports(name string) func(*xml.StartElement) error {
	return func(start *xml.StartElement) error {
		if start.Name.Local != name {
			return r.skip()
		}
		r.report++
		return r.oneReport()
	}
}

// oneReport reads the account of a report, which comes first, and its entries.
func (r *reader) oneReport() error {
	var told holding
	number := 0
	return r.each(func(start *xml.StartElement) error {
		switch start.Name.Local {
		case "Acct":
			return r.decode(&told, start)
		case "Ntry":
			number++
			at := Position{Report: r.report, Entry: number}
			var e entry
			if err := r.decode(&e, start); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
			return r.tell(e, Advice{At: at, Account: told.number()})
		}
		return r.skip()
	})
}

// each calls f for every child of the element that is open, which f must read to its
// end, and reads the element's own end.
func (r *reader) each(f func(*xml.StartElement) error) error {
	for {
		start, err := r.child()
		if err != nil || start == nil {
			return err
		}
		if start.Name.Space != r.space {
			return fault.New(fault.BadRequest, "an element is of another namespace than the file")
		}
		if err := f(start); err != nil {
			return err
		}
	}
}

// child is the next start of an element, nil at the end of the one that is open, or of
// the file.
func (r *reader) child() (*xml.StartElement, error) {
	for {
		token, err := r.tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, r.guard.coded(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.EndElement:
			return nil, nil
		}
	}
}

func (r *reader) decode(into any, start *xml.StartElement) error {
	return r.guard.coded(r.tokens.DecodeElement(into, start))
}

func (r *reader) skip() error { return r.guard.coded(r.tokens.Skip()) }
