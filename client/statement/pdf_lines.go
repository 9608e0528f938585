package statement

import (
	"strconv"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// linesTable is the table of lines on every page, with room for two rows of sums.
var linesTable = func() table {
	t := tableOf(textSize, rowHeight, []float64{11, 29, 16, 22, 20, 18, 20, 25, 25, 18, 22, 11, 25, 11}, 0, 6, 7, 8, 9,
		11)
	t.keep = 2 * rowHeight
	return t
}()

// sofar are the sums of a page, or of all pages up to it. There is none of the tax: one's output tax is the other's
// input tax, so what both owe isn't added up. The statement's sums have it by direction.
type sofar struct{ ab, ba amount.Units }

func (t *sofar) add(e entry, a string) {
	if e.Debtor == a {
		t.ab += e.Fen // all of them were added up before, within the limit
		return
	}
	t.ba += e.Fen
}

func (p *paper) lines(lines Source) error {
	var page, all sofar
	p.turning = func() {
		p.totals(wordPageTotal, page)
		p.totals(wordForward, all)
		p.linesHead()
		p.totals(wordBrought, all)
		page = sofar{}
	}
	n := 0
	for e, err := range p.s.entries(lines) {
		if err != nil {
			return err
		}
		if n == 0 {
			p.linesHead()
		}
		if n++; n > MaxPaperLines {
			return fault.New(fault.Limit, "more than %d lines", MaxPaperLines)
		}
		p.entry(n, e)
		page.add(e, p.s.Head.A.ID)
		all.add(e, p.s.Head.A.ID)
	}
	if n > 0 {
		p.totals(wordPageTotal, page)
		p.totals(wordTotal, all)
	}
	return nil
}

// linesHead begins a page of lines.
func (p *paper) linesHead() {
	p.running()
	a, b := p.s.Head.A.ID, p.s.Head.B.ID
	head := []string{p.in.of(wordNumber)}
	for _, c := range []int{colID, colDate, colKind, colScene, colProgramme, colPoints} {
		head = append(head, p.in.of(columns[c]))
	}
	head = append(head, p.in.money(p.in.owes(a, b)), p.in.money(p.in.owes(b, a)), p.in.money(p.in.of(wordTax)))
	for _, c := range []int{colCause, colBlock, colTx} {
		head = append(head, p.in.of(columns[c]))
	}
	p.head(linesTable, append(head, "")...)
}

func (p *paper) entry(n int, e entry) {
	ab, ba, tax, mark := "", "", "", ""
	if e.Debtor == p.s.Head.A.ID {
		ab = grouped(e.Fen)
	} else {
		ba = grouped(e.Fen)
	}
	if e.Tax.Num > 0 {
		tax = grouped(e.TaxFen())
	}
	if e.Disputed {
		mark = p.in.of(wordDisputed)
	}
	p.put(linesTable, strconv.Itoa(n), e.ID, e.Date.String(), p.in.kind(e.Kind), p.in.scene(e.Scene), e.Programme,
		p.points(e.Programme, e.Points), ab, ba, tax, p.in.cause(e.Cause), strconv.FormatUint(e.Block, 10),
		e.Tx[:min(txDigits, len(e.Tx))], mark)
}

// points writes an amount of a programme's points; nothing for what isn't for points.
func (p *paper) points(programme string, u amount.Units) string {
	if programme == "" && u == 0 {
		return ""
	}
	return commas(p.s.Head.points(programme, u))
}

// totals writes a row of sums, for which there is room.
func (p *paper) totals(word phrase, t sofar) {
	room := linesTable
	room.keep = -room.keep
	p.bold = true
	p.put(room, "", p.in.of(word), "", "", "", "", "", grouped(t.ab), grouped(t.ba))
	p.bold = false
}
