package index

import (
	"bytes"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index/internal/database"
)

// made lists what makes a hidden position: what was sold, or came back, in its cycle, and in the cycles before from
// which it was carried over, as far back as that goes. all are the positions of every cycle.
func (r *Reading) made(v HiddenOwed, all []HiddenOwed, before map[string]string) ([]Supplied, error) {
	query, seller, party := soldIn, v.Debtor, v.Creditor
	if v.Back {
		query, seller, party = backIn, v.Creditor, v.Debtor
	}
	list, err := r.supplied(query, v.Cycle, seller, party, v.Fee)
	if err != nil {
		return nil, err
	}
	sums, err := r.carriedInto(v)
	if err != nil {
		return nil, err
	}
	for _, sum := range sums {
		from, found := source(v, sum, all, before)
		if !found {
			continue // then the deliveries don't come to the sum, which is said where it is opened
		}
		more, err := r.made(from, all, before) // of an earlier cycle: it ends with the first one
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// carriedInto are the parts of a position that were carried over into its cycle.
func (r *Reading) carriedInto(v HiddenOwed) (sums []codec.Hash, err error) {
	rows, err := r.tx.Query(
		"SELECT sum FROM obligations WHERE cycle = ? AND debtor = ? AND creditor = ? AND hidden = 1 AND back = ? AND fee = ? AND cause = ? ORDER BY key",
		v.Cycle, v.Debtor, v.Creditor, database.Bit(v.Back), v.Fee.String(),
		int64(command.KindOf(settlement.CarryRequest{})))
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var sum []byte
		if err := rows.Scan(&sum); err != nil {
			return nil, inIndex(err)
		}
		sums = append(sums, sum)
	}
	return sums, rows.Err()
}

// source is the position of an earlier cycle, the last one, that came to this sum and so can be what was carried over.
// Equal sums of one pair are opened by the same: it doesn't matter which of them it is.
func source(v HiddenOwed, sum codec.Hash, all []HiddenOwed, before map[string]string) (HiddenOwed, bool) {
	for cycle := before[v.Cycle]; cycle != ""; cycle = before[cycle] {
		i := slices.IndexFunc(all, func(w HiddenOwed) bool {
			return w.Cycle == cycle && w.Debtor == v.Debtor && w.Creditor == v.Creditor && w.Back == v.Back &&
				w.Fee == v.Fee && bytes.Equal(w.Sum.Commitment(), sum)
		})
		if i >= 0 {
			return all[i], true
		}
	}
	return HiddenOwed{}, false
}

// cyclesBefore names, for each cycle but the first, the one whose cut-off opened it.
func (r *Reading) cyclesBefore() (map[string]string, error) {
	before := map[string]string{}
	err := r.rows(func(_ string, _ uint64, value []byte) error {
		c, err := row.Decode[settlement.Close](value)
		before[c.Next] = c.ID
		return err
	}, "SELECT key, block, row FROM entries WHERE kind = ?", "close")
	return before, err
}
