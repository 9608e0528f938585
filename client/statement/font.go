package statement

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/encoding/charmap"
)

// fonts are those of a paper beside Helvetica; see font/README.md.
//
//go:embed font/*.ttf.gz
var fonts embed.FS

// typefaces are the fonts that a character is looked for in, the first that has it wins.
// Helvetica comes before them, the code point in a frame after them.
// Those with high characters write them in their private codes.
var typefaces = []struct {
	name string
	high bool
}{{"DroidSansFallback", false}, {"HanaMin", true}, {"DejaVuSans", true}}

// latinFont is a font that every PDF reader has.
const latinFont = "Helvetica"

// typeface is a font with a file of its own.
type typeface struct {
	name  string
	file  []byte // TrueType
	table *sfnt.Font
	high  map[rune]rune // what stands for characters above U+FFFF, which fpdf can't write
	room  sfnt.Buffer
	ruled bool // the ruler knows it
	added bool // the file has it
}

// firstPrivate is what stands for a font's first character above U+FFFF; the others follow
// in their order.
const firstPrivate = 0xE000

// planes are where characters above U+FFFF stand that a font may have.
var planes = [][2]rune{{0x10000, 0x1FFFF}, {0x20000, 0x33479}}

func openTypeface(name string, high bool) (*typeface, error) {
	packed, err := fonts.ReadFile("font/" + name + ".ttf.gz")
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("statement: font %s: %w", name, err)
	}
	f := &typeface{name: name, high: map[rune]rune{}}
	if f.file, err = io.ReadAll(r); err != nil {
		return nil, fmt.Errorf("statement: font %s: %w", name, err)
	}
	if f.table, err = sfnt.Parse(f.file); err != nil {
		return nil, fmt.Errorf("statement: font %s: %w", name, err)
	}
	if high {
		f.number()
	}
	return f, nil
}

// number gives the characters above U+FFFF their private codes.
func (f *typeface) number() {
	private := rune(firstPrivate)
	for _, plane := range planes {
		for r := plane[0]; r <= plane[1]; r++ {
			if f.glyph(r) != 0 {
				f.high[r] = private
				private++
			}
		}
	}
}

// glyph is the number of a character's picture, 0 if the font has none.
func (f *typeface) glyph(r rune) sfnt.GlyphIndex {
	at, err := f.table.GlyphIndex(&f.room, r)
	if err != nil {
		return 0
	}
	return at
}

// code is what fpdf writes for a character of this font, if it has it.
func (f *typeface) code(r rune) (rune, bool) {
	if r > 0xFFFF {
		code, has := f.high[r]
		return code, has
	}
	return r, !isPrivate(r) && f.glyph(r) != 0
}

// isPrivate says whether a character means what who uses it agrees on: no font shows it.
func isPrivate(r rune) bool { return r >= 0xE000 && r <= 0xF8FF }

// fontFor is the first font that has a character, and what fpdf writes for it there; nil if
// none has it. Fonts are opened when they are first asked: most documents need one.
func (p *paper) fontFor(r rune) (*typeface, rune) {
	for i, t := range typefaces {
		if i == len(p.faces) {
			f, err := openTypeface(t.name, t.high)
			if err != nil {
				p.file.SetError(err)
				return nil, 0
			}
			p.faces = append(p.faces, f)
		}
		if code, has := p.faces[i].code(r); has {
			return p.faces[i], code
		}
	}
	return nil, 0
}

// run is a piece of text in one font.
type run struct {
	font  string
	text  string // in the font's encoding
	means string // the characters, if the font's encoding has others in their places
}

// says is what characters a run is of.
func (r run) says() string {
	switch {
	case r.means != "":
		return r.means
	case r.font == latinFont:
		text := []rune{}
		for i := range len(r.text) {
			text = append(text, charmap.Windows1252.DecodeByte(r.text[i]))
		}
		return string(text)
	}
	return r.text
}

// framed is the font of what no font has: its code point, framed.
const framed = ""

// runs cuts a text where the font changes. What chooses a form of the character before it,
// or joins two, is not drawn.
func (p *paper) runs(text string) (list []run) {
	for _, r := range text {
		if isSelector(r) {
			continue
		}
		next := p.runOf(r)
		last := len(list) - 1
		if last < 0 || list[last].font != next.font || next.font == framed ||
			(list[last].means == "") != (next.means == "") {
			list = append(list, next)
			continue
		}
		list[last].text += next.text
		list[last].means += next.means
	}
	return list
}

func (p *paper) runOf(r rune) run {
	if b, has := latin(r); has {
		return run{font: latinFont, text: string([]byte{b})}
	}
	f, code := p.fontFor(r)
	switch {
	case f == nil:
		return run{font: framed, text: fmt.Sprintf("U+%04X", r), means: string(r)}
	case code != r:
		return run{font: f.name, text: string(code), means: string(r)}
	}
	return run{font: f.name, text: string(r)}
}

// isSelector says whether a character has no picture of its own: joiners and variation selectors.
func isSelector(r rune) bool {
	return r == 0x034F || r == 0x200C || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// latin is what Helvetica calls a rune, if it has it.
func latin(r rune) (byte, bool) {
	b, has := charmap.Windows1252.EncodeRune(r)
	return b, has && r >= ' ' && r != 0x7f
}

// actualText says which characters a piece of a page means, whatever its font calls them: readers
// copy and search these.
func actualText(means string) string {
	var hexes strings.Builder
	for _, unit := range utf16.Encode([]rune(means)) {
		hexes.WriteString(hex.EncodeToString([]byte{byte(unit >> 8), byte(unit)}))
	}
	return "/Span <</ActualText <feff" + hexes.String() + ">>> BDC"
}
