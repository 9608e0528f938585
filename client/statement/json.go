package statement

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tallystick/chaincode/codec"
	"tallystick/client/bounds"
)

// WriteJSON writes the form for programs: one object whose fields come in the order of
// FORMAT.md, each line with its leaf, each on one line of text.
func WriteJSON(to io.Writer, s Statement, lines Source) error {
	out := bufio.NewWriterSize(to, 1<<16)
	before, after := s.fields()
	if _, err := out.WriteString("{\n"); err != nil {
		return err
	}
	for _, f := range before {
		if err := writeField(out, f, ",\n"); err != nil {
			return err
		}
	}
	if err := s.writeEntries(out, lines); err != nil {
		return err
	}
	for i, f := range after {
		end := ",\n"
		if i == len(after)-1 {
			end = "\n"
		}
		if err := writeField(out, f, end); err != nil {
			return err
		}
	}
	if _, err := out.WriteString("}\n"); err != nil {
		return err
	}
	return out.Flush()
}

// field is one of a document's, and where it is read to.
type field struct {
	name  string
	value any
}

// linesField holds the lines, between the document's other fields.
const linesField = "lines"

// fields are a document's, before the lines and after them.
func (d *document) fields() (before, after []field) {
	return []field{{"format", &d.Format}, {"head", &d.Head}},
		[]field{
			{"movements", &d.Movements}, {"total", &d.Total}, {"carved", &d.Carved}, {"closing", &d.Closing},
			{"payments", &d.Payments},
			{"tree", &d.Tree}, {"root", &d.Root}, {"signatures", &d.Signatures}, {"proof", &d.Proof},
		}
}

func (s Statement) fields() (before, after []field) {
	d := s.document()
	return d.fields()
}

func writeField(out *bufio.Writer, f field, end string) error {
	text, err := oneLine(f.value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%q: %s%s", f.name, text, end)
	return err
}

func (s Statement) writeEntries(out *bufio.Writer, lines Source) error {
	if _, err := fmt.Fprintf(out, "%q: [", linesField); err != nil {
		return err
	}
	end := "\n"
	for e, err := range s.entries(lines) {
		if err != nil {
			return err
		}
		text, err := oneLine(e)
		if err != nil {
			return err
		}
		if _, err := out.WriteString(end + string(text)); err != nil {
			return err
		}
		end = ",\n"
	}
	_, err := out.WriteString("\n],\n")
	return err
}

// jsonReader reads a JSON file part by part.
type jsonReader struct {
	parts *bounds.Parts
	d     *json.Decoder
}

func newJSONReader(from io.Reader) *jsonReader {
	parts := bounds.NewParts(from, "the file", maxPart)
	return &jsonReader{parts, json.NewDecoder(parts)}
}

// expect reads a token that must be there.
func (r *jsonReader) expect(want json.Token) error {
	got, err := r.d.Token()
	if err != nil {
		return fmt.Errorf("it can't be read: %w", err)
	}
	if got != want {
		return fmt.Errorf("it has %.40q where %q belongs", fmt.Sprint(got), fmt.Sprint(want))
	}
	return nil
}

// value reads the next value strictly.
func (r *jsonReader) value(to any) error {
	r.parts.Next()
	var raw json.RawMessage
	if err := r.d.Decode(&raw); err != nil {
		return fmt.Errorf("it can't be read: %w", err)
	}
	return codec.DecodeJSON(raw, to)
}

// read reads a whole document, and yields its lines as they come. A nil yield passes
// them over.
func (r *jsonReader) read(d *document, yield func(entry) bool) error {
	before, after := d.fields()
	if err := r.expect(json.Delim('{')); err != nil {
		return err
	}
	if err := r.fields(before); err != nil {
		return err
	}
	if stopped, err := r.lines(yield); err != nil || stopped {
		return err
	}
	if err := r.fields(after); err != nil {
		return err
	}
	if err := r.expect(json.Delim('}')); err != nil {
		return err
	}
	if _, err := r.d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the statement")
	}
	return nil
}

func (r *jsonReader) fields(list []field) error {
	for _, f := range list {
		if err := r.expect(f.name); err != nil {
			return err
		}
		if err := r.value(f.value); err != nil {
			return fmt.Errorf("%s: %s", f.name, textOf(err))
		}
	}
	return nil
}

func (r *jsonReader) lines(yield func(entry) bool) (stopped bool, err error) {
	if err := errors.Join(r.expect(linesField), r.expect(json.Delim('['))); err != nil {
		return false, err
	}
	for n := 1; r.d.More(); n++ {
		r.parts.Next()
		var raw json.RawMessage
		if err := r.d.Decode(&raw); err != nil {
			return false, fmt.Errorf("line %d of it can't be read: %w", n, err)
		}
		if yield == nil {
			continue
		}
		e, err := asWritten(raw)
		if err != nil {
			return false, fmt.Errorf("line %d of it: %s", n, textOf(err))
		}
		if !yield(e) {
			return true, nil
		}
	}
	return false, r.expect(json.Delim(']'))
}

// asWritten reads a line that is written as WriteJSON does, spaces aside: so it has each
// field once, in order, and nothing besides.
func asWritten(raw json.RawMessage) (e entry, err error) {
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, err
	}
	again, err := oneLine(e)
	if err != nil {
		return e, err
	}
	var shown bytes.Buffer
	if err := json.Compact(&shown, raw); err != nil {
		return e, err
	}
	if !bytes.Equal(shown.Bytes(), again) {
		return e, fmt.Errorf("%.90s is not written as a statement's lines are", e.ID)
	}
	return e, nil
}

// readJSON reads a JSON file.
func readJSON(in bounds.Input, _ Head, d *document, yield func(entry) bool) error {
	return newJSONReader(bufio.NewReaderSize(in.Stream(), 1<<16)).read(d, yield)
}
