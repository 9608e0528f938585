package node

import (
	"context"
	"encoding/json"

	"tallystick/client/index"
)

// List is how a list is answered: its rows, never null, and the number of blocks that it speaks of where that is known.
type List[T any] struct {
	Height uint64 `json:"height,omitempty"`
	Rows   []T    `json:"rows"`
	Next   string `json:"next,omitempty"` // where the next part begins, if one was asked for: say it as the cursor
}

// MarshalJSON writes no rows as [].
func (l List[T]) MarshalJSON() ([]byte, error) {
	type plain List[T]
	if l.Rows == nil {
		l.Rows = []T{}
	}
	return json.Marshal(plain(l))
}

// All asks the read model for all pages of a list.
func All[T any](ask func(index.Page) (index.Part[T], error)) ([]T, error) {
	list := []T{}
	for page := (index.Page{Limit: index.MaxPage}); ; {
		part, err := ask(page)
		if err != nil {
			return nil, err
		}
		if list = append(list, part.Rows...); part.Next == "" {
			return list, nil
		}
		page.After = part.Next
	}
}

// Found is a list of the read model's rows, with the number of blocks that it speaks of.
type Found[T any] struct {
	Height uint64           `json:"height"`
	Rows   []index.Entry[T] `json:"rows"`
	// where the next part begins, if one was asked for: say it as the cursor
	Next string `json:"next,omitempty"`
}

// Pages answers the rows of one kind that a call wants of those that the pages of a reading have: a part, or all.
func Pages[T any](ctx context.Context, n *Node, c *Call,
	of func(*index.Reading, index.Page) (index.Part[index.Entry[T]],
		error)) (Found[T], error) {
	return Ask(ctx, n, func(r *index.Reading) (Found[T], error) {
		rows, next, err := Windowed(c, func(p index.Page) (index.Part[index.Entry[T]], error) { return of(r, p) })
		return Found[T]{r.Height(), rows, next}, err
	})
}

// filterer is a request that narrows a list of rows of one kind.
type filterer interface{ Filter() index.Filter }

// Lists makes the operation of a list of rows of one kind. NOT_FOUND for a member or a party that isn't there.
func Lists[Req filterer, T any](row Row) Op[Req, Found[T]] {
	return Paged(row, func(ctx context.Context, n *Node, c *Call, req Req) (Found[T], error) {
		return Ask(ctx, n, func(r *index.Reading) (found Found[T], err error) {
			filter := req.Filter()
			if err := (Narrowed{filter.Member, filter.Party}).There(r); err != nil {
				return found, err
			}
			found.Height = r.Height()
			if c.Window == nil {
				found.Rows, err = index.All[T](r, filter)
				return found, err
			}
			found.Rows, found.Next, err = Windowed(c, func(p index.Page) (index.Part[index.Entry[T]], error) {
				return index.Search[T](r, filter, p)
			})
			return found, err
		})
	})
}
