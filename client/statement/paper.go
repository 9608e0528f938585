package statement

import (
	"cmp"
	"fmt"
	"slices"

	"codeberg.org/go-pdf/fpdf"

	"tallystick/client/sheets"
)

// paper is a PDF that is being written. What a page says is drawn when it is full, font by
// font: to name the font again for every word makes pages three times as long.
//
// It is laid out twice: first to count the pages, so that each can say of how many it is.
type paper struct {
	file    *fpdf.Fpdf
	ruler   *fpdf.Fpdf  // has no page, so that measuring leaves no trace
	faces   []*typeface // those that were needed so far
	widths  map[letter]measure
	words   []piece // of the page
	in      Language
	s       Statement
	page    int
	pages   int     // 0 while they are counted, and nothing is drawn
	y       float64 // where the next row begins
	bold    bool    // Latin letters and digits only: the other fonts have no bold
	turning func()  // begins the next page of a table
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

// newPaper is a paper of so many pages; of 0 if they are to be counted.
func newPaper(s Statement, o Options, pages int) *paper {
	f := fpdf.New("L", "mm", "A4", "")
	f.SetCatalogSort(true) // so that the same statement is the same bytes
	f.SetCreationDate(s.moment())
	f.SetModificationDate(s.moment())
	f.SetProducer(sheets.Program, true)
	f.SetCreator(sheets.Program, true)
	f.SetAuthor(plain(o.Maker), true)
	f.SetTitle(s.title(o.Language), true)
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(pageLeft, pageTop, 297-pageRight)
	f.SetDrawColor(lineColour, lineColour, lineColour)
	f.SetFillColor(232, 238, 244)
	f.SetLineWidth(0.1)
	return &paper{file: f, ruler: fpdf.New("L", "mm", "A4", ""), widths: map[letter]measure{}, in: o.Language, s: s,
		pages: pages}
}

// plain is a text for a PDF's properties, which fpdf writes in 16 bits.
func plain(text string) string {
	list := []rune(text)
	for i, r := range list {
		if r > 0xFFFF {
			list[i] = '\ufffd'
		}
	}
	return string(list)
}

// title says which statement it is.
func (s Statement) title(in Language) string {
	return fmt.Sprintf("%s %s %s-%s", in.of(wordTitle), s.Head.Cycle, s.Head.A.ID, s.Head.B.ID)
}

// face is the font of a run. A font is added to the file when a text first needs it.
func (p *paper) face(r run, size float64, bold bool) face {
	switch {
	case r.font == framed:
		return face{latinFont, "", size * framedSize}
	case r.font == latinFont && bold:
		return face{latinFont, "B", size}
	case r.font == latinFont:
		return face{latinFont, "", size}
	}
	p.add(r.font)
	return face{r.font, "", size}
}

// add makes a font known, once: to the ruler, and to the file when pages are drawn.
func (p *paper) add(font string) {
	for _, f := range p.faces {
		if f.name != font {
			continue
		}
		if !f.ruled {
			f.ruled = true
			p.ruler.AddUTF8FontFromBytes(font, "", f.file)
		}
		if !f.added && p.pages > 0 {
			f.added = true
			p.file.AddUTF8FontFromBytes(font, "", f.file)
		}
	}
}

// How what no font has is set: smaller than the text, with so much room in the frame and beside it.
const (
	framedSize = 0.7
	framedRoom = 0.5 // mm
)

// letter is what has a width: a character, bold or not.
type letter struct {
	rune rune
	bold bool
}

// measure is a width in millimetres: so much for each point of size, and so much at any.
type measure struct{ point, fixed float64 }

func (m measure) at(size float64) float64 { return m.point*size + m.fixed }

// advance is how wide a character is.
func (p *paper) advance(r rune) measure {
	key := letter{r, p.bold}
	if m, known := p.widths[key]; known {
		return m
	}
	var m measure
	for _, one := range p.runs(string(r)) {
		f := p.face(one, 1, p.bold)
		p.ruler.SetFont(f.family, f.style, f.size*ruledAt)
		m.point += p.ruler.GetStringWidth(one.text) / ruledAt
		if one.font == framed {
			m.fixed += 4 * framedRoom
		}
	}
	p.widths[key] = m
	return m
}

// ruledAt is the size at which widths are ruledAt.
const ruledAt = 100

// width is how wide a text is.
func (p *paper) width(size float64, text string) (w float64) {
	for _, r := range text {
		w += p.advance(r).at(size)
	}
	return w
}

// next begins a page.
func (p *paper) next() {
	p.finish()
	p.page++
	if p.pages > 0 {
		p.file.AddPage()
	}
}

// finish draws what the page says.
func (p *paper) finish() {
	slices.SortStableFunc(p.words, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.face.family, b.face.family), cmp.Compare(a.face.style, b.face.style),
			cmp.Compare(a.face.size, b.face.size))
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

// line draws one across the page.
func (p *paper) line(y float64) {
	if p.pages > 0 {
		p.file.Line(pageLeft, y, pageRight, y)
	}
}

// box draws a box: filled (F) or only its edge (D).
func (p *paper) box(x, y, w, h float64, style string) {
	if p.pages > 0 {
		p.file.Rect(x, y, w, h, style)
	}
}

// text writes at a place: the left end of the text's line.
func (p *paper) text(x, y, size float64, text string) {
	if p.pages == 0 {
		return
	}
	for _, r := range p.runs(text) {
		wide := p.width(size, r.says())
		w := piece{face: p.face(r, size, p.bold), x: x, y: y, text: r.text, means: r.means}
		if r.font == framed {
			w.frame, w.means = wide, ""
		}
		p.words = append(p.words, w)
		x += wide
	}
}

// right writes so that the text ends there.
func (p *paper) right(x, y, size float64, text string) { p.text(x-p.width(size, text), y, size, text) }
