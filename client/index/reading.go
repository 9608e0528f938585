package index

import (
	"context"
	"database/sql"
	"errors"

	"tallystick/client/index/internal/database"
)

// Reading is one snapshot of the tables: every answer is of its height, whatever is
// applied meanwhile. It ends with the context that it was opened with, as does the
// question that is being asked then.
//
// One goroutine at a time may ask. Who ranges over Lines or Obligations, or is visited
// by EachLot, asks nothing else of the same reading before that has ended.
//
// An open reading has one of a few connections, and keeps the database from clearing
// away what is old by now. So close it before you send commands, and open no second
// one meanwhile.
type Reading struct {
	tx     database.Asking
	conn   *sql.Conn
	height uint64
}

// At waits until the index has so many blocks, and opens a reading of what it has
// then. A reader that wants to see its own write asks for the write's block plus one;
// for height 0 nothing is waited for.
func (ix *Index) At(ctx context.Context, height uint64) (*Reading, error) {
	if err := ix.Wait(ctx, height); err != nil {
		return nil, err
	}
	conn, err := ix.db.Readers().Conn(ctx)
	if err != nil {
		return nil, inIndex(ix.db.Note(err))
	}
	tx, err := conn.BeginTx(ctx, ix.db.Snapshot())
	if err != nil {
		return nil, errors.Join(inIndex(ix.db.Note(err)), conn.Close())
	}
	r := &Reading{tx: database.Asking{Ctx: ctx, Tx: tx, DB: ix.db}, conn: conn}
	err = r.tx.QueryRow("SELECT height FROM checkpoint").Scan(&r.height)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, errors.Join(inIndex(err), r.Close())
	}
	return r, nil
}

// Height is the number of blocks that the reading is of.
func (r *Reading) Height() uint64 { return r.height }

// Close ends the reading. A second time it does nothing. If the context has ended before,
// a connection to a server may be lost, and nothing else; that to a file is free when
// Close returns, so that the file can be closed.
func (r *Reading) Close() error {
	err := errors.Join(unlessDone(r.tx.Tx.Rollback()), unlessDone(r.conn.Close()))
	if err == nil || r.tx.Ctx.Err() != nil {
		return nil
	}
	return inIndex(err)
}

// unlessDone leaves out that something has ended already.
func unlessDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}
