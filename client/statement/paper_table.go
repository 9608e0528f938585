package statement

import (
	"slices"
	"strings"
)

// column is one of a table's.
type column struct {
	width float64
	right bool // amounts are read from their ends
	whole bool // one line, as small as it must be: amounts; others are wrapped
}

// table is how a table looks.
type table struct {
	size    float64 // of the text, points
	height  float64 // of a row of one line
	columns []column
	keep    float64 // room that must be left below a row, on a page that goes on
}

// padding is between a cell's text and its edges.
const padding = 0.8

// leading is how far apart the lines of a cell are, in sizes.
const leading = 1.15 * 0.3528 // mm of a point

// fit is a size at which a text is no wider than it may be.
func (p *paper) fit(text string, width, size float64) float64 {
	for p.width(size, text) > width && size > 1 {
		size -= 0.25
	}
	return size
}

// wrap cuts a text into lines that are no wider than they may be: where words end, beside Chinese
// characters, behind the signs that part ids, and wherever it must.
func (p *paper) wrap(text string, width, size float64) (lines []string) {
	letters := []rune(text)
	begin, end, wide := 0, 0, 0.0 // end: where the line can end
	for at := 0; at < len(letters); at++ {
		wide += p.advance(letters[at]).at(size)
		if at > begin && parts(letters[at-1], letters[at]) {
			end = at
		}
		if wide <= width || at == begin {
			continue
		}
		if end <= begin {
			end = at
		}
		lines = append(lines, strings.TrimSpace(string(letters[begin:end])))
		begin, at, wide = end, end-1, 0
	}
	return append(lines, strings.TrimSpace(string(letters[begin:])))
}

// parts says whether a line can end between two characters.
func parts(before, after rune) bool {
	if after == '）' || after == '，' || after == '。' || after == '、' || before == '（' {
		return false
	}
	return strings.ContainsRune(" -_.:/,;", before) || before > 0x2E80 || after > 0x2E80
}

// cell is a text in lines, at its size.
type cell struct {
	lines []string
	size  float64
}

func (p *paper) cell(t table, c column, text string) cell {
	width := c.width - 2*padding
	if c.whole {
		return cell{[]string{text}, p.fit(text, width, t.size)}
	}
	return cell{p.wrap(text, width, t.size), t.size}
}

// put writes a table's next row, on the next page if it doesn't fit on this.
func (p *paper) put(t table, texts ...string) {
	cells := make([]cell, len(texts))
	most := 1
	for i, text := range texts {
		cells[i] = p.cell(t, t.columns[i], text)
		most = max(most, len(cells[i].lines))
	}
	height := t.height + float64(most-1)*t.size*leading
	if p.y+height+t.keep > pageBottom && p.turning != nil {
		p.turning()
	}
	p.cells(t, cells, p.y+t.height*0.7)
	p.y += height
	p.line(p.y)
}

// cells writes a row's cells, the first of their lines at a height.
func (p *paper) cells(t table, cells []cell, y float64) {
	x := pageLeft
	for i, one := range cells {
		c := t.columns[i]
		for n, text := range one.lines {
			at := y + float64(n)*one.size*leading
			if c.right {
				p.right(x+c.width-padding, at, one.size, text)
				continue
			}
			p.text(x+padding, at, one.size, text)
		}
		x += c.width
	}
}

// head writes a table's head.
func (p *paper) head(t table, words ...string) {
	p.bold = true
	defer func() { p.bold = false }()
	cells := make([]cell, len(words))
	most := 1
	for i, word := range words {
		cells[i] = cell{p.wrap(word, t.columns[i].width-2*padding, t.size), t.size}
		most = max(most, len(cells[i].lines))
	}
	height := max(headHeight, float64(most+1)*t.size*leading)
	p.box(pageLeft, p.y, pageRight-pageLeft, height, "F")
	p.cells(t, cells, p.y+(height-float64(most-1)*t.size*leading)*0.62)
	p.y += height
}

// paragraph writes a text in as many lines as it needs, between two edges.
func (p *paper) paragraph(x, to, size float64, text string) {
	for _, line := range p.wrap(text, to-x, size) {
		p.text(x, p.y, size, line)
		p.y += size * leading * 1.2
	}
}

// tableOf are columns of these widths; the ones named hold amounts.
func tableOf(size, height float64, widths []float64, amounts ...int) table {
	t := table{size: size, height: height}
	for i, w := range widths {
		isAmount := slices.Contains(amounts, i)
		t.columns = append(t.columns, column{w, isAmount, isAmount})
	}
	return t
}
