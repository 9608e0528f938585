package statement

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// Options are how a statement is written.
type Options struct {
	Language Language // of CSV, XLSX and PDF; JSON has no words
	Maker    string   // who makes it, as XLSX and PDF name it in their properties; "" for the program alone
	Bare     bool     // a CSV of the lines alone, which Verify then can't check
}

// Forms are the names of the forms that Write writes: extensions of files.
func Forms() []string { return []string{"json", "csv", "xlsx", "pdf"} }

// Write writes a statement and its lines, which must be those that it was summed up
// from. BAD_REQUEST for a form or language that there isn't, LIMIT for more lines than
// the form holds.
func Write(to io.Writer, form string, s Statement, lines Source, o Options) error {
	switch form {
	case "json":
		return WriteJSON(to, s, lines)
	case "csv":
		return WriteCSV(to, s, lines, o)
	case "xlsx":
		return WriteXLSX(to, s, lines, o)
	case "pdf":
		return WritePDF(to, s, lines, o)
	}
	return fault.New(fault.BadRequest, "form: want one of %v", Forms())
}

// entry is a line as files have it: with its leaf, so that a line which was changed can
// be named.
type entry struct {
	Line
	Leaf codec.Hash `json:"leaf"`
}

// entries are a statement's lines for a file. At their end it is an error if they are
// not those that the statement was summed up from.
func (s Statement) entries(lines Source) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		var tree Tree
		for l, err := range lines() {
			if err != nil {
				yield(entry{}, err)
				return
			}
			leaf := l.leaf()
			tree.add(leaf)
			if !yield(entry{l, leaf[:]}, nil) {
				return
			}
		}
		if !slices.Equal(tree.Root(), s.Tree) {
			yield(entry{}, fault.New(fault.Conflict, "these lines are not those that the statement was summed up from"))
		}
	}
}

// document is what a file has besides its lines.
type document struct {
	Format string `json:"format"`
	Statement
}

// document is the statement as files have it: lists are never null.
func (s Statement) document() document {
	if s.Head.Scales == nil {
		s.Head.Scales = []Scale{}
	}
	if s.Movements == nil {
		s.Movements = []Movement{}
	}
	if s.Payments == nil {
		s.Payments = []Payment{}
	}
	if s.Signatures == nil {
		s.Signatures = []Signature{}
	}
	return document{Format, s}
}

// text is the document on one line.
func (s Statement) text() ([]byte, error) {
	return oneLine(s.document())
}

// oneLine is a value as JSON on one line, in which only what must be is escaped: what
// peers signed is not to be written otherwise.
func oneLine(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

// chunks cuts what a table can't show into cells.
func chunks(text []byte) (list []string, err error) {
	for rest := []rune(string(text)); len(rest) > 0; {
		n := min(len(rest), maxChunk)
		list, rest = append(list, string(rest[:n])), rest[n:]
	}
	if len(list) > maxSeals {
		return nil, fault.New(fault.Limit, "the proof is too long for a table; write JSON")
	}
	return list, nil
}
