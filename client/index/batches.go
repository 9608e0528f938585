package index

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tallystick/chaincode/date"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// batch is when a lane's batch took effect, and in which transaction.
type batch struct {
	key   string // as row.Batch names it
	cycle settlement.Cycle
	tx    string
	block uint64
}

// batches notes what a transaction seals, under the cycle and the business date that
// it was endorsed in: those before its own writes.
func (f *fold) batches(block uint64, tx string, sealed map[string]bool) error {
	if len(sealed) == 0 {
		return nil
	}
	cycle, err := f.cycle()
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(sealed)) {
		f.sealed = append(f.sealed, batch{key, cycle, tx, block})
	}
	return nil
}

// cycle is the open cycle as the fold has it so far; the zero one before the founding.
func (f *fold) cycle() (settlement.Cycle, error) {
	key := string(row.Cycle())
	value := f.rows[key].value
	if value == nil {
		find, err := f.stmt("SELECT row FROM facts WHERE key = ?")
		if err != nil {
			return settlement.Cycle{}, err
		}
		err = find.QueryRow(key).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) {
			return settlement.Cycle{}, nil
		}
		if err != nil {
			return settlement.Cycle{}, err
		}
	}
	return row.Decode[settlement.Cycle](value)
}

func (f *fold) writeBatches() error {
	for _, b := range f.sealed {
		if err := f.exec("INSERT INTO batches VALUES (?,?,?,?,?) ON CONFLICT (key) DO NOTHING", b.key, int64(b.cycle.Date), b.cycle.ID, b.tx, b.block); err != nil {
			return err
		}
	}
	return nil
}

// moment is when a command took effect.
type moment struct {
	date  date.Date
	cycle string
}

// moments are those of all batches.
func (r at) moments() (map[string]moment, error) {
	rows, err := r.tx.Query("SELECT key, date, cycle FROM batches")
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	defer rows.Close()
	all := map[string]moment{}
	for rows.Next() {
		var key string
		var m moment
		if err := rows.Scan(&key, &m.date, &m.cycle); err != nil {
			return nil, fmt.Errorf("index: %w", err)
		}
		all[key] = m
	}
	return all, rows.Err()
}
