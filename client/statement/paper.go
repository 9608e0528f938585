package statement

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/go-pdf/fpdf"
)

// paper is a PDF that is being written. What a page says is drawn when it is full, font by
// font: to name the font again for every word makes pages three times as long.
type paper struct {
	file  *fpdf.Fpdf
	ruler *fpdf.Fpdf  // has no page, so that measuring leaves no trace
	faces []*typeface // those that were needed so far
	words []piece     // of the page
	in    Language
	s     Statement
	pages int
	y     float64 // where the next row begins
	bold  bool    // Latin letters and digits only: the other fonts have no bold
}

// lineColour is the grey of a table's lines.
const lineColour = 205

// face is a font as fpdf names it.
type face struct {
	family, style string
	size          float64
}

// piece is a text in one face at its place.
type piece struct {
	face  face
	x, y  float64
	text  string  // in the font's encoding
	means string  // as of run
	frame float64 // width of the frame around it, 0 for none
}

// column is one of a table's.
type column struct {
	width float64
	right bool // amounts are read from their ends
	whole bool // never cut, but made as small as it must be: amounts and numbers of lines
}

// table is how a table looks.
type table struct {
	size    float64 // of the text, points
	height  float64 // of a row
	columns []column
}

func newPaper(s Statement, in Language) (*paper, error) {
	f := fpdf.New("L", "mm", "A4", "")
	f.SetCatalogSort(true) // so that the same statement is the same bytes
	f.SetCreationDate(s.moment())
	f.SetModificationDate(s.moment())
	f.SetProducer("Tallystick", true)
	f.SetTitle(fmt.Sprintf("%s %s %s-%s", in.of(wordTitle), s.Head.Cycle, s.Head.A.ID, s.Head.B.ID), true)
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(pageLeft, pageTop, 297-pageRight)
	ruler := fpdf.New("L", "mm", "A4", "")
	f.SetDrawColor(lineColour, lineColour, lineColour)
	f.SetFillColor(232, 238, 244)
	f.SetLineWidth(0.1)
	return &paper{file: f, ruler: ruler, in: in, s: s, pages: pagesOf(s)}, errors.Join(f.Error(), ruler.Error())
}

// face is the font of a run. A font is added to the file when a text first needs it.
func (p *paper) face(r run, size float64) face {
	switch {
	case r.font == framed:
		return face{latinFont, "", size * framedSize}
	case r.font == latinFont && p.bold:
		return face{latinFont, "B", size}
	case r.font == latinFont:
		return face{latinFont, "", size}
	}
	p.add(r.font)
	return face{r.font, "", size}
}

// add makes a font known to the file, once.
func (p *paper) add(font string) {
	for _, f := range p.faces {
		if f.name == font && !f.added {
			f.added = true
			p.file.AddUTF8FontFromBytes(font, "", f.file)
			p.ruler.AddUTF8FontFromBytes(font, "", f.file)
		}
	}
}

// How what no font has is set: smaller than the text, with so much room in the frame and beside it.
const (
	framedSize = 0.7
	framedRoom = 0.5 // mm
)

// measure is how wide a run is, in millimetres.
func (p *paper) measure(r run, size float64) float64 {
	f := p.face(r, size)
	p.ruler.SetFont(f.family, f.style, f.size)
	w := p.ruler.GetStringWidth(r.text)
	if r.font == framed {
		w += 4 * framedRoom
	}
	return w
}

// width is how wide a text is.
func (p *paper) width(size float64, list []run) (w float64) {
	for _, r := range list {
		w += p.measure(r, size)
	}
	return w
}

// finish draws what the page says.
func (p *paper) finish() {
	slices.SortStableFunc(p.words, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.face.family, b.face.family), cmp.Compare(a.face.style, b.face.style), cmp.Compare(a.face.size, b.face.size))
	})
	for _, w := range p.words {
		p.file.SetFont(w.face.family, w.face.style, w.face.size)
		p.write(w)
	}
	p.words = p.words[:0]
}

func (p *paper) write(w piece) {
	switch {
	case w.frame > 0:
		high := w.face.size * 0.36 // mm of a point, and a little more
		p.file.SetDrawColor(0, 0, 0)
		p.file.Rect(w.x+framedRoom, w.y-high*0.9, w.frame-2*framedRoom, high*1.1, "D")
		p.file.SetDrawColor(lineColour, lineColour, lineColour)
		p.file.Text(w.x+2*framedRoom, w.y, w.text)
	case w.means != "":
		p.file.RawWriteStr(actualText(w.means))
		p.file.Text(w.x, w.y, w.text)
		p.file.RawWriteStr("EMC")
	default:
		p.file.Text(w.x, w.y, w.text)
	}
}

// text writes at a place: the left end of the text's line.
func (p *paper) text(x, y, size float64, text string) { p.draw(x, y, size, p.runs(text)) }

// right writes so that the text ends there.
func (p *paper) right(x, y, size float64, text string) {
	list := p.runs(text)
	p.draw(x-p.width(size, list), y, size, list)
}

func (p *paper) draw(x, y, size float64, list []run) {
	for _, r := range list {
		w := piece{face: p.face(r, size), x: x, y: y, text: r.text, means: r.means}
		wide := p.measure(r, size)
		if r.font == framed {
			w.frame = wide
		}
		p.words = append(p.words, w)
		x += wide
	}
}

// padding is between a cell's text and its edges.
const padding = 0.8

// smallest is the size under which a text is cut rather than made smaller.
const smallest = 4.5

// cell writes a text into a column whose left edge is given. One that is too wide is made
// smaller; then cut, unless it must stay whole.
func (p *paper) cell(x, y, size float64, c column, text string) {
	list := p.runs(text)
	x, w := x+padding, c.width-2*padding
	wide := p.width(size, list)
	for wide > w && size > smallest || wide > w && c.whole && size > 1 {
		size -= 0.25
		wide = p.width(size, list)
	}
	for cut := []rune(text); wide > w && len(cut) > 0; {
		cut = cut[:len(cut)-1]
		list = p.runs(string(cut) + "…")
		wide = p.width(size, list)
	}
	if c.right {
		x += w - wide
	}
	p.draw(x, y, size, list)
}

// put writes a table's next row.
func (p *paper) put(t table, cells ...string) {
	x := pageLeft
	for i, text := range cells {
		c := t.columns[i]
		if text != "" {
			p.cell(x, p.y+t.height*0.7, t.size, c, text)
		}
		x += c.width
	}
	p.y += t.height
	p.file.Line(pageLeft, p.y, pageRight, p.y)
}

// head writes a table's head, of two rows if a word needs them.
func (p *paper) head(t table, words ...string) {
	p.file.Rect(pageLeft, p.y, pageRight-pageLeft, headHeight, "F")
	x := pageLeft
	p.bold = true
	for i, word := range words {
		c := t.columns[i]
		c.whole = false
		first, second := p.fold(word, c.width-2*padding, t.size)
		at := p.y + headHeight*0.62
		if second != "" {
			at = p.y + headHeight*0.42
			p.cell(x, p.y+headHeight*0.82, t.size, c, second)
		}
		p.cell(x, at, t.size, c, first)
		x += c.width
	}
	p.bold = false
	p.y += headHeight
}

// fold cuts a word of a table's head in two if it is too wide: before what stands in
// brackets, else at a space.
func (p *paper) fold(word string, w, size float64) (first, second string) {
	if p.width(size, p.runs(word)) <= w {
		return word, ""
	}
	at := -1
	for i, r := range word {
		if r == '（' || r == '(' {
			return word[:i], word[i:]
		}
		if r == ' ' {
			at = i
		}
	}
	if at < 0 {
		return word, ""
	}
	return word[:at], word[at+1:]
}
