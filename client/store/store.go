package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	refusal "tallystick/chaincode/fault"
	"tallystick/client/machine"
)

// Store is a node's own database. All methods may be called from many goroutines, and several processes may open one.
type Store struct {
	Reader
	db     *sql.DB
	begin  func(context.Context, *sql.DB) (*sql.Tx, error) // a transaction that no other writes beside
	turn   chan struct{}                                   // held by who writes
	schema string                                          // of PostgreSQL, to make; "" for a file
	text   func(string) string                             // tables as the database reads them
}

// readers are how many read at once, in one process.
const readers = 4

// Open opens a store, or makes it for its owner alone: a path, or a URL that begins postgres:// as
// [tallystick/client/config.Config.Index] has it. MACHINE for a file that can't be used; any other error for one that a
// newer version has written.
func Open(ctx context.Context, at string) (*Store, error) {
	open := openFile
	if strings.Contains(at, "://") {
		open = openPostgres
	}
	s, err := open(at)
	if err != nil {
		return nil, machine.Fault(err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(machine.Fault(err), s.Close())
	}
	return s, nil
}

// Close closes it.
func (s *Store) Close() error { return s.db.Close() }

// Write has do write in one transaction, which takes effect if do returns no error. No other writes beside it, in
// whichever process, so what it reads stays as it is until it ends. It has to be short, and asks nobody.
func (s *Store) Write(ctx context.Context, do func(Writer) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tx, err := s.begin(ctx, s.db)
	if err != nil {
		return fault(ctx, err)
	}
	ended := false
	defer func() {
		if !ended { // do has panicked: nobody else could write
			_ = tx.Rollback() // what it panics with says more
		}
	}()
	err = do(Writer{Reader{tx, s.words}})
	ended = true
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); machine.Gone(err) {
		return refusal.New(refusal.UnknownOutcome, "the node's database broke off while it wrote: ask again with the same id")
	} else if err != nil {
		return fault(ctx, err)
	}
	return nil
}

// asked is what is asked: the database, or a transaction.
type asked interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Reader asks in SQL that both databases understand; ? or ?1 stand for arguments.
type Reader struct {
	of    asked
	words func(string) string // a query as the database reads it
}

// Scan reads the columns of a row into variables.
type Scan func(into ...any) error

// One reads the one row that a query finds. false if it finds none.
func (r Reader) One(ctx context.Context, query string, args []any, into ...any) (found bool, err error) {
	err = r.of.QueryRowContext(ctx, r.words(query), args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, fault(ctx, err)
}

// Each visits the rows that a query finds, until visit returns an error.
func (r Reader) Each(ctx context.Context, query string, args []any, visit func(Scan) error) error {
	rows, err := r.of.QueryContext(ctx, r.words(query), args...)
	if err != nil {
		return fault(ctx, err)
	}
	for rows.Next() {
		if err := visit(rows.Scan); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return fault(ctx, errors.Join(rows.Err(), rows.Close()))
}

// Writer reads and writes within a transaction.
type Writer struct{ Reader }

// Exec writes, and returns how many rows it wrote.
func (w Writer) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	done, err := w.of.ExecContext(ctx, w.words(statement), args...)
	if err != nil {
		return 0, fault(ctx, err)
	}
	return done.RowsAffected()
}

// fault says of an error what is to be done about it. What drivers say of a context that has ended differs.
func fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the node's own database: %w", machine.Fault(err))
}
