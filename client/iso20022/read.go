package iso20022

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
)

// Read lists the advices of a camt.054 (notification) or camt.053 (statement), any
// version from 02 to 13, by itself or in the envelope of a business message, in the
// order of the file.
//
// A file that can't be read as a whole is refused, where in the file it first applies,
// with BAD_REQUEST: what is not well-formed XML, has a document type, or is another
// message or version; with LIMIT a file, depth or count above its limit. An entry that
// can't be read by itself is told as an advice that says so (Advice.Odd), with what
// could be read of it.
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
	return advices(file, FileLimit, AdviceLimit)
}

func advices(file io.Reader, bytes, count int) iter.Seq2[Advice, error] {
	return func(yield func(Advice, error) bool) {
		r := reader{walker: newWalker(file, bytes), yield: yield, most: count}
		if err := r.run(); err != nil && !errors.Is(err, errStopped) {
			yield(Advice{}, err)
		}
	}
}

// errStopped ends the reading when nobody wants more.
var errStopped = errors.New("stopped")

// message names the elements of one kind of file: the document's one child, and in it
// each report.
type message struct {
	root, report string
	source       Source
}

// messages by what their namespace says.
var messages = map[string]message{
	"camt.053": {"BkToCstmrStmt", "Stmt", Statement},
	"camt.054": {"BkToCstmrDbtCdtNtfctn", "Ntfctn", Notice},
}

const spaces = "urn:iso:std:iso:20022:tech:xsd:"

// messageOf knows a file by its namespace.
func messageOf(space string) (message, error) {
	name, known := strings.CutPrefix(space, spaces)
	kind, version, _ := strings.Cut(name, ".001.")
	m, ok := messages[kind]
	if !known || !ok || len(version) != 2 || version < "02" || version > "13" || !all(version, isDigit) {
		return message{}, fault.New(fault.BadRequest, "the file is no camt.054 or camt.053 of versions 02 to 13")
	}
	return m, nil
}

// reader reads a file's advices.
type reader struct {
	*walker
	yield  func(Advice, error) bool
	space  string // the document's namespace
	source Source
	report int
	count  int
	most   int // advices
}

// run finds the one document, in whatever envelope, and reads it.
func (r *reader) run() error {
	found := false
	for {
		at, err := r.next()
		switch {
		case err != nil:
			return err
		case at == nil && !found:
			return fault.New(fault.BadRequest, "the file is no ISO 20022 document")
		case at == nil:
			return nil
		case at.kind != '<' || at.name != "Document":
			continue
		case found:
			return fault.New(fault.BadRequest, "the file has a second document; give each by itself")
		}
		found = true
		if err := r.document(at.space); err != nil {
			return err
		}
	}
}

func (r *reader) document(space string) error {
	m, err := messageOf(space)
	if err != nil {
		return err
	}
	r.space, r.source = space, m.source
	found := 0
	err = r.each(func(at *step) error {
		if at.name != m.root {
			return fault.New(fault.BadRequest, "the file has no %s", m.root)
		}
		found++
		return r.each(func(at *step) error {
			if at.name != m.report {
				return r.skip()
			}
			r.report++
			return r.oneReport()
		})
	})
	if err == nil && found != 1 {
		return fault.New(fault.BadRequest, "the file has not one %s", m.root)
	}
	return err
}

// each calls f for every child of the element that is open, which f must read to its
// end, and reads the element's own end.
func (r *reader) each(f func(*step) error) error {
	for {
		at, err := r.next()
		if err != nil || at == nil || at.kind == '>' {
			return err
		}
		if at.kind == 'a' {
			continue
		}
		if at.space != r.space {
			return fault.New(fault.BadRequest, "an element is of another namespace than the file")
		}
		if err := f(at); err != nil {
			return err
		}
	}
}

// accountShape is what is read of a report's account.
var accountShape = shapeOf(map[string]field{
	"Id/IBAN":    func(e *entry, t, _ string) { e.details[0].debtor.iban = t },
	"Id/Othr/Id": func(e *entry, t, _ string) { e.details[0].debtor.other = t },
})

// oneReport reads the account of a report, which comes first, and its entries.
func (r *reader) oneReport() error {
	account, number := "", 0
	return r.each(func(at *step) error {
		switch at.name {
		case "Acct":
			held := entry{details: make([]details, 1)}
			err := r.fill(&held, accountShape, "")
			account = held.details[0].debtor.number()
			return err
		case "Ntry":
			number++
			var e entry
			if err := r.fill(&e, entryShape, ""); err != nil {
				return fmt.Errorf("%s: %w", Position{Report: r.report, Entry: number}, err)
			}
			return r.tell(e, Advice{At: Position{Report: r.report, Entry: number}, Source: r.source, Account: account})
		}
		return r.skip()
	})
}

// fill reads the element that is open, of a shape, into an entry.
func (r *reader) fill(e *entry, s *shape, currency string) error {
	if s.opens {
		if e.details = append(e.details, details{}); len(e.details) > r.most {
			return fault.New(fault.Limit, "the file has more than %d advices", r.most)
		}
	}
	var text []byte
	for {
		at, err := r.next()
		switch {
		case err != nil:
			return err
		case at == nil || at.kind == '>':
			if s.take != nil {
				s.take(e, strings.TrimSpace(string(text)), currency)
			}
			return nil
		case at.kind == 'a':
			if s.take != nil && len(text) < fieldLimit {
				text = append(text, at.text...)
			}
			continue
		}
		child := s.children[at.name]
		if child == nil || at.space != r.space {
			err = r.skip()
		} else {
			err = r.fill(e, child, currencyOf(at))
		}
		if err != nil {
			return err
		}
	}
}

// currencyOf is the currency that an amount's element says.
func currencyOf(at *step) string {
	i := slices.IndexFunc(at.attrs, func(a xml.Attr) bool { return a.Name.Space == "" && a.Name.Local == "Ccy" })
	if i < 0 {
		return ""
	}
	return at.attrs[i].Value
}
