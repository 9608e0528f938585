package importer

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// gather makes items of lines, merging neighbours where the mapping says so.
type gather struct {
	mapping *Mapping
	stores  Stores
	reading *Reading
	yield   func(*Item, error) bool
	stopped bool
	open    *Item             // to which the next line may belong
	seen    map[string]int    // items by key, or the first line with it, where the kind asks
	slugs   map[string]madeOf // ids that were made, and of what
	firsts  map[string]first  // lines by key, where all with one key must be alike

	spoilt   basket // of the last line that was rejected
	spoiltAt int    // its number
	unread   int    // a line that can't be read, since the last that can
}

// basket is whose lines belong together.
type basket struct{ member, reference string }

// first is the first line with a key, and what it says.
type first struct {
	line int
	says [sha256.Size]byte
}

// madeOf is the first text of which an id was made.
type madeOf struct {
	text string
	line int
}

func (g *gather) take(number int, l *line) {
	for i, w := range g.mapping.Where {
		ok, err := w.fulfilled(l.where[i], l.comma)
		if err != nil {
			g.reject(number, fmt.Errorf("column %s is not a number", w.Column), l)
			return
		}
		if !ok {
			g.reading.Skipped++
			return
		}
	}
	item, err := g.item(number, l)
	if err != nil {
		g.reject(number, err, l)
		return
	}
	if g.joins(number, item, l) || g.known(number, item) {
		return
	}
	g.flush()
	item.Lines = []int{number}
	if g.mapping.Merge && g.spoiltAt > 0 && g.spoilt.has(l.basket()) {
		item.spoiltBy = g.spoiltAt
	}
	g.open, g.unread = item, 0
}

// item is what a line becomes, if nothing is wrong with it.
func (g *gather) item(number int, l *line) (*Item, error) {
	if l.bad != nil {
		return nil, l.bad
	}
	for _, s := range l.slugged {
		key := partNames[s.part] + "/" + l.parts[s.part]
		text := strings.ToLower(s.text)
		if first, made := g.slugs[key]; !made {
			g.slugs[key] = madeOf{text, number}
		} else if first.text != text {
			return nil, l.wrong(s.part, "another text, on line %d, makes the same id: change one of them", first.line)
		}
	}
	return g.mapping.kind.item(g.mapping, g.stores, l)
}

// reject rejects a line, and with it the basket that it is of, whichever of its lines
// come before and after: what is left of it isn't what was bought.
func (g *gather) reject(number int, err error, l *line) {
	g.reading.rejectFor(number, err)
	if !g.mapping.Merge {
		return
	}
	if l == nil {
		g.unread = number
		return
	}
	mine := l.basket()
	g.spoilt, g.spoiltAt = mine, number
	if g.open != nil && mine.has(g.open.basket) {
		g.open.spoiltBy = number
	}
}

// has says whether a rejected line of the basket may be one of another's: a line without
// a member is of whoever has its receipt.
func (b basket) has(other basket) bool {
	return b == other || b.member == "" && b.reference == other.reference
}

func (l *line) basket() basket { return basket{l.parts[partMember], l.parts[partReference]} }

// joins adds a line to the open item if it is of the same basket.
func (g *gather) joins(number int, item *Item, l *line) bool {
	item.basket = l.basket()
	if g.open == nil || !g.mapping.Merge || item.key != g.open.key {
		return false
	}
	g.open.sum = g.open.sum.Add(item.sum)
	g.open.Lines = append(g.open.Lines, number)
	if g.unread > 0 {
		g.open.spoiltBy, g.unread = g.unread, 0
	}
	return true
}

// known says whether an earlier line has made the item.
func (g *gather) known(number int, item *Item) bool {
	if form := g.mapping.form; form.unique {
		if first, twice := g.seen[item.key]; twice {
			g.reading.reject(number, fmt.Sprintf("it is the same as line %d's; keep one of them", first))
			return true
		}
		g.seen[item.key] = number
	} else if form.once || form.counted {
		if g.differs(number, item) {
			return true
		}
		item.nth = g.seen[item.key]
		g.seen[item.key]++
		if form.once && item.nth > 0 {
			g.reading.Seen++
			return true
		}
	}
	return false
}

// differs rejects a line that says something else than an earlier one of the same thing.
func (g *gather) differs(number int, item *Item) bool {
	if item.alike == nil {
		return false
	}
	now := first{number, sha256.Sum256(fmt.Appendf(nil, "%+v", item.alike))}
	before, there := g.firsts[item.key]
	if !there {
		g.firsts[item.key] = now
		return false
	}
	if before.says == now.says {
		return false
	}
	g.reading.reject(number,
		fmt.Sprintf("line %d has the same id and says something else: keep one of them", before.line))
	return true
}

// flush finishes the item that is open and hands it on.
func (g *gather) flush() {
	item := g.open
	if item == nil || g.stopped {
		return
	}
	g.open = nil
	err := error(nil)
	switch {
	case item.spoiltBy > 0:
		err = fmt.Errorf("line %d of its basket is rejected, so none of the basket counts", item.spoiltBy)
	case item.finish != nil:
		err = item.finish(item)
	}
	if err != nil {
		for _, line := range item.Lines {
			g.reading.rejectFor(line, err)
		}
		return
	}
	if err := g.reading.Totals.add(item.Adds); err != nil {
		g.stopped = true
		g.yield(nil, fmt.Errorf("line %d: the sum of all awards: %w", item.Lines[0], err))
		return
	}
	g.reading.Commands += uint64(len(item.Drafts))
	g.stopped = !g.yield(item, nil)
}
