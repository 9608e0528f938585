package table

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tallystick/chaincode/fault"
)

// The encodings that are found out.
const (
	utf8Name    = "utf-8"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	gbName      = "gb18030"
)

// CheckEncoding refuses a name that is no encoding's: those of the web are known, such
// as utf-8, utf-16le, gb18030, gbk, big5, shift_jis, windows-1252.
func CheckEncoding(name string) error {
	if _, err := htmlindex.Get(name); err != nil {
		return fault.New(fault.BadRequest,
			"encoding: want utf-8, utf-16le, utf-16be, gb18030, gbk, big5, or another that browsers know")
	}
	return nil
}

// decoded reads a text of an encoding as UTF-8, without a mark at its beginning.
func decoded(from io.Reader, name string) (io.Reader, error) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, CheckEncoding(name)
	}
	if canonical, _ := htmlindex.Name(e); canonical == utf8Name {
		return unmarked(from), nil
	}
	// A mark at the beginning says it is UTF-16 of one order or the other, or UTF-8.
	return transform.NewReader(from, unicode.BOMOverride(encodingOf(e))), nil
}

func encodingOf(e encoding.Encoding) transform.Transformer { return e.NewDecoder() }

// unmarked leaves the mark of UTF-8 out.
func unmarked(from io.Reader) io.Reader {
	head := make([]byte, len(mark8))
	n, err := io.ReadFull(from, head)
	if head = head[:n]; bytes.Equal(head, mark8) {
		head = nil
	}
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return io.MultiReader(bytes.NewReader(head), failing{err})
	}
	return io.MultiReader(bytes.NewReader(head), from)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// The marks that texts begin with.
var (
	mark8    = []byte("\xef\xbb\xbf")
	mark16LE = []byte("\xff\xfe")
	mark16BE = []byte("\xfe\xff")
)

// detect reads a whole text to tell its encoding. It is UTF-8 if all of it is; GB18030
// if all of it is and nearly all characters are those that Chinese is written with:
// most texts in other encodings have others. BAD_REQUEST if it is neither.
func detect(from io.Reader, path string) (string, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(from, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, mark8):
		return utf8Name, nil
	case bytes.HasPrefix(head, mark16LE):
		return utf16LEName, nil
	case bytes.HasPrefix(head, mark16BE):
		return utf16BEName, nil
	case zeros(head, 1) > n/8:
		return utf16LEName, nil
	case zeros(head, 0) > n/8:
		return utf16BEName, nil
	}
	c := &census{utf8: true, gb: true}
	if _, err := io.CopyBuffer(struct{ io.Writer }{c}, io.MultiReader(bytes.NewReader(head), from),
		make([]byte, 256<<10)); err != nil {
		return "", err
	}
	switch {
	case c.utf8 && len(c.rest) == 0:
		return utf8Name, nil
	case c.gb && c.lead == 0 && c.usual*20 >= c.pairs*19:
		return gbName, nil
	}
	return "", fault.New(fault.BadRequest,
		"%s: its encoding can't be told: it is neither UTF-8 nor, for sure, GB18030; say which in the mapping, such as encoding: gb18030 or big5",
		path)
}

// zeros counts the bytes at even or odd places that are 0: half a letter of UTF-16.
func zeros(text []byte, from int) (n int) {
	for i := from; i < len(text); i += 2 {
		if text[i] == 0 {
			n++
		}
	}
	return n
}

// census says what a text may be.
type census struct {
	utf8, gb     bool
	rest         []byte // of UTF-8, what begins a character
	lead         byte   // of GB18030: the byte that began a character
	four         int    // bytes of a character of four that are still to come
	pairs, usual int    // characters of two bytes, and those that GB 2312 has
}

// Write looks at more of the text.
func (c *census) Write(p []byte) (int, error) {
	if c.utf8 {
		c.asUTF8(p)
	}
	if c.gb && !(c.utf8 && c.lead == 0 && c.four == 0 && isASCII(p)) {
		c.asGB(p)
	}
	return len(p), nil
}

func (c *census) asUTF8(p []byte) {
	if len(c.rest) > 0 {
		p = append(c.rest, p...)
	}
	whole := len(p)
	for back := 1; back <= min(3, len(p)); back++ {
		if b := p[len(p)-back]; b >= 0xC0 {
			if !utf8.FullRune(p[len(p)-back:]) {
				whole = len(p) - back
			}
			break
		} else if b < 0x80 {
			break
		}
	}
	c.utf8 = utf8.Valid(p[:whole])
	c.rest = slices.Clone(p[whole:])
}

func isASCII(p []byte) bool {
	for _, b := range p {
		if b >= 0x80 {
			return false
		}
	}
	return true
}

func (c *census) asGB(p []byte) {
	for _, b := range p {
		switch {
		case c.four > 0:
			digit := c.four == 2 // of the third byte it is a lead, of the fourth a digit
			if c.four--; digit && (b < 0x81 || b == 0xFF) || !digit && (b < 0x30 || b > 0x39) {
				c.gb = false
				return
			}
		case c.lead == 0 && b < 0x80:
		case c.lead == 0 && b != 0x80 && b != 0xFF:
			c.lead = b
		case c.lead == 0:
			c.gb = false
			return
		case b >= 0x30 && b <= 0x39:
			c.lead, c.four = 0, 2
		case b < 0x40 || b == 0x7F || b == 0xFF:
			c.gb = false
			return
		default:
			c.pairs++
			if b >= 0xA1 && (c.lead >= 0xB0 && c.lead <= 0xF7 || c.lead >= 0xA1 && c.lead <= 0xA3) {
				c.usual++
			}
			c.lead = 0
		}
	}
}

// unreadable says whether a text has what its encoding couldn't read.
func unreadable(text string) bool {
	return strings.ContainsRune(text, utf8.RuneError) || !utf8.ValidString(text)
}
