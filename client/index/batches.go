package index

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// batch notes the batch that a transaction seals, under the cycle and the business date
// that it was endorsed in: those before its own writes.
func (f *fold) batch(t written, v verdict) error {
	if v.batch == "" {
		return nil
	}
	cycle, err := f.cycle()
	if err != nil {
		return err
	}
	f.had.batches[v.batch] = true
	return f.put("batches", v.batch, int64(cycle.Date), cycle.ID, t.id, v.source, t.block)
}

// cycle is the open cycle as the fold has it so far; the zero one before the founding.
func (f *fold) cycle() (settlement.Cycle, error) {
	value := f.fact(string(row.Cycle()))
	if value == nil {
		return settlement.Cycle{}, nil
	}
	return row.Decode[settlement.Cycle](value)
}

// moment is when a command took effect.
type moment struct {
	date  date.Date
	cycle string
}

// moments are those of all batches.
func (r *Reading) moments() (map[string]moment, error) {
	rows, err := r.tx.Query("SELECT key, date, cycle FROM batches")
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	all := map[string]moment{}
	for rows.Next() {
		var key string
		var m moment
		if err := rows.Scan(&key, &m.date, &m.cycle); err != nil {
			return nil, inIndex(err)
		}
		all[key] = m
	}
	return all, rows.Err()
}
