package store

import (
	"context"
	"time"
)

// Hold takes a lease for a while, or longer if the holder has it: what it names is done by one process of the node at a
// time. It says whether the holder has it now; another's ends when its time is over.
func (s *Store) Hold(ctx context.Context, name, holder string, now time.Time, span time.Duration) (held bool,
	err error) {
	err = s.Write(ctx, func(w Writer) error {
		n, err := w.Exec(ctx, `INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3)
			ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?3 WHERE leases.holder = ?2 OR leases.until <= ?4`,
			name, holder, now.Add(span).UnixMilli(), now.UnixMilli())
		held = n == 1
		return err
	})
	return held, err
}

// Release gives a lease back, if the holder has it.
func (s *Store) Release(ctx context.Context, name, holder string) error {
	return s.Write(ctx, func(w Writer) error {
		_, err := w.Exec(ctx, `DELETE FROM leases WHERE name = ? AND holder = ?`, name, holder)
		return err
	})
}
