package iso20022

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tallystick/chaincode/fault"
)

// walker walks a file's elements one by one. It refuses what a bank's file never has and
// an attacker's would: document types with the entities that they declare, elements deep
// in each other, more than FileLimit bytes.
type walker struct {
	tokens *xml.Decoder
	open   []xml.Name // the elements that are open, as written
	scopes []scope    // the namespaces that are declared, innermost last
	rooted bool       // the first element was seen
}

// scope is one declaration of a namespace.
type scope struct {
	depth         int
	prefix, space string
}

// step is one thing in a file: an element's start, its end, or text.
type step struct {
	kind  byte // '<', '>', 'a'
	name  string
	space string
	attrs []xml.Attr
	text  []byte // until the next step
}

func newWalker(file io.Reader, most int) *walker {
	// What has a byte order mark is in its encoding, whatever it says of itself; what has none is as it says.
	marked := unicode.BOMOverride(encoding.Nop.NewDecoder())
	w := walker{tokens: xml.NewDecoder(transform.NewReader(&bounded{file: file, most: most, left: most}, marked))}
	w.tokens.CharsetReader = charset
	return &w
}

// encodings are what a file may say that it is in, besides UTF-8.
var encodings = map[string]encoding.Encoding{
	"gb18030": simplifiedchinese.GB18030, "gbk": simplifiedchinese.GBK, "gb2312": simplifiedchinese.GBK,
	"cp936":      simplifiedchinese.GBK,
	"iso-8859-1": charmap.ISO8859_1, "us-ascii": charmap.Windows1252, "windows-1252": charmap.Windows1252,
}

// charset reads what isn't UTF-8. UTF-16 has a mark, by which it was read already.
func charset(label string, file io.Reader) (io.Reader, error) {
	label = strings.ToLower(label)
	if strings.HasPrefix(label, "utf-16") {
		return file, nil
	}
	known, ok := encodings[label]
	if !ok {
		return nil, fault.New(fault.BadRequest,
			"the file is in an encoding that isn't read; want UTF-8, UTF-16, GB18030 or GBK")
	}
	return known.NewDecoder().Reader(file), nil
}

// next is the next step, nil after the last.
func (w *walker) next() (*step, error) {
	for {
		token, err := w.tokens.RawToken()
		switch {
		case errors.Is(err, io.EOF) && len(w.open) == 0:
			return nil, nil
		case errors.Is(err, io.EOF):
			return nil, w.malformed()
		case err != nil:
			return nil, w.coded(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, fault.New(fault.BadRequest, "the file has a document type")
		case xml.StartElement:
			return w.start(t)
		case xml.EndElement:
			return w.end(t)
		case xml.CharData:
			if len(w.open) > 0 {
				return &step{kind: 'a', text: t}, nil
			}
		}
	}
}

func (w *walker) start(t xml.StartElement) (*step, error) {
	if len(w.open) == 0 && w.rooted {
		return nil, fault.New(fault.BadRequest, "the file goes on after its end")
	}
	if len(w.open) >= DepthLimit {
		return nil, fault.New(fault.Limit, "elements are more than %d deep", DepthLimit)
	}
	w.rooted, w.open = true, append(w.open, t.Name)
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "xmlns":
			w.scopes = append(w.scopes, scope{len(w.open), a.Name.Local, a.Value})
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			w.scopes = append(w.scopes, scope{len(w.open), "", a.Value})
		}
	}
	return &step{kind: '<', name: t.Name.Local, space: w.spaceOf(t.Name.Space), attrs: t.Attr}, nil
}

func (w *walker) end(t xml.EndElement) (*step, error) {
	depth := len(w.open)
	if depth == 0 || w.open[depth-1] != t.Name {
		return nil, w.malformed()
	}
	for n := len(w.scopes); n > 0 && w.scopes[n-1].depth == depth; n-- {
		w.scopes = w.scopes[:n-1]
	}
	w.open = w.open[:depth-1]
	return &step{kind: '>', name: t.Name.Local}, nil
}

// spaceOf is the namespace that a prefix stands for.
func (w *walker) spaceOf(prefix string) string {
	for i := len(w.scopes) - 1; i >= 0; i-- {
		if w.scopes[i].prefix == prefix {
			return w.scopes[i].space
		}
	}
	return ""
}

// skip passes over what is left of the element that was opened last.
func (w *walker) skip() error {
	for depth := len(w.open); len(w.open) >= depth; {
		if at, err := w.next(); err != nil || at == nil {
			return err
		}
	}
	return nil
}

func (w *walker) malformed() error {
	line, _ := w.tokens.InputPos()
	return fault.New(fault.BadRequest, "line %d: the file is not well-formed XML; if it is in GB18030, it must say so",
		line)
}

// coded makes a refusal of an error of the decoder, whose words could quote the file:
// only the line is kept.
func (w *walker) coded(err error) error {
	var refusal *fault.Error
	var broken *unreadable
	if errors.As(err, &refusal) || errors.As(err, &broken) {
		return err
	}
	return w.malformed()
}

// bounded reads no more than so many bytes.
type bounded struct {
	file       io.Reader
	most, left int
}

// Read refuses with LIMIT the byte after the last that is allowed.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.file.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, fault.New(fault.Limit, "the file is longer than %d bytes", b.most)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = &unreadable{err}
	}
	return n, err
}

// unreadable is an error of whatever the file is read from, not of its content.
type unreadable struct{ cause error }

// Error says what went wrong.
func (u *unreadable) Error() string { return fmt.Sprintf("read: %v", u.cause) }

// Unwrap is the cause.
func (u *unreadable) Unwrap() error { return u.cause }
