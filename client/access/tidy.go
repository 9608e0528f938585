package access

import (
	"context"
	"time"

	"tallystick/client/store"
)

// Tidy forgets what ended long ago: what requests with limits moved, and what a second person had to decide. What was
// approved and hasn't been sent stays, and so does the log.
func (g *Guard) Tidy(ctx context.Context) error {
	before := g.clock().Add(-g.Kept().Requests)
	for _, old := range []struct {
		table, key, where string
		args              []any
	}{
		{"moved", "caller, request, body", "at < ?", []any{before.UnixMilli()}},
		{"moved_days", "caller, day", "day < ?", []any{before.In(g.place()).Format(time.DateOnly)}},
		{"begun", "caller, second", "second < ?", []any{before.Unix()}},
		{"approvals", "id", "state IN (?, ?, ?) AND decided < ? OR state = ? AND until < ?",
			[]any{Rejected, Sent, Failed, before.Unix(), Waiting, before.Unix()}},
	} {
		some := "SELECT " + old.key + " FROM " + old.table + " WHERE " + old.where + " LIMIT ?"
		gone := "DELETE FROM " + old.table + " WHERE (" + old.key + ") IN (" + some + ")"
		if err := forget(ctx, g.own, gone, old.args); err != nil {
			return err
		}
	}
	return nil
}

// mostForgotten is how many rows one transaction takes away: requests wait for it.
const mostForgotten = 1000

// forget takes rows away, many times a few, until there are no more.
func forget(ctx context.Context, own *store.Store, statement string, args []any) error {
	for {
		var n int64
		if err := own.Write(ctx, func(w store.Writer) (err error) {
			n, err = w.Exec(ctx, statement, append(args[:len(args):len(args)], mostForgotten)...)
			return err
		}); err != nil || n < mostForgotten {
			return err
		}
	}
}
