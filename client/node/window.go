package node

import (
	"context"

	"tallystick/chaincode/fault"
	"tallystick/client/index"
)

// Window says which part of a list a call wants, or whom to tell the whole of it.
type Window struct {
	Limit int    // rows at most, 1 to [index.MaxPage]
	After string // bookmark of the last row that the caller has, "" for none
	// Bookmark writes the bookmark of the part that follows as the answer's Next.
	Bookmark func(next string) (string, error)
	// Each is told the whole list part by part, of one height, instead of an answer with rows; nil for one part. rows
	// is a slice.
	Each func(height uint64, rows any) error
}

// Paged makes an operation of a list that is answered by [Pages].
func Paged[Req, Ans any](row Row, do func(ctx context.Context, n *Node, c *Call, req Req) (Ans, error)) Op[Req, Ans] {
	return Op[Req, Ans]{Row: row, pages: true, do: do}
}

// PagedAlone is Paged of a list that an [Offline] node has, too.
func PagedAlone[Req, Ans any](row Row, do func(ctx context.Context, n *Node, c *Call, req Req) (Ans, error)) Op[Req,
	Ans] {
	return Op[Req, Ans]{Row: row, pages: true, alone: true, do: do}
}

// Listed answers the part that a call wants of a list that the node has of its own, or all of it. part lists so many
// rows at most behind a place, "" for the first, and says the place of the last of them if there may be more.
func Listed[T any](c *Call, part func(after string, most int) (rows []T, next string, err error)) (list List[T],
	err error) {
	list.Rows, list.Next, err = Windowed(c, func(p index.Page) (index.Part[T], error) {
		rows, next, err := part(p.After, p.Limit)
		return index.Part[T]{Rows: rows, Next: next}, err
	})
	return list, err
}

// Windowed answers the part of a list that a call wants, and the bookmark of the next as it is written, "" after the
// last: of all pages that a reading has, if the call wants no part of it.
func Windowed[T any](c *Call, ask func(index.Page) (index.Part[T], error)) (rows []T, next string, err error) {
	w := c.Window
	switch {
	case w == nil:
		rows, err = All(ask)
		return rows, "", err
	case w.Each != nil:
		return []T{}, "", each(w, ask)
	}
	part, err := ask(index.Page{Limit: w.Limit, After: w.After})
	if err != nil || part.Next == "" {
		return part.Rows, "", err
	}
	next, err = w.Bookmark(part.Next)
	return part.Rows, next, err
}

// each tells a window all parts of a list.
func each[T any](w *Window, ask func(index.Page) (index.Part[T], error)) error {
	for page := (index.Page{Limit: index.MaxPage}); ; {
		part, err := ask(page)
		if err != nil {
			return err
		}
		if err := w.Each(part.Height, part.Rows); err != nil || part.Next == "" {
			return err
		}
		page.After = part.Next
	}
}

// errWindow is why a call can't have a part of what isn't a list of pages.
var errWindow = fault.New(fault.BadRequest, "it is no list that has parts")
