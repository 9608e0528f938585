package index

import (
	"regexp"
	"strings"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// Made is what the batches of a numbered source have made, as it is now.
type Made struct {
	Height       uint64
	Batches      int
	Lots         []Lot
	Entitlements []Entry[benefit.Entitlement]
}

// shardOf is what a shard's name adds to its source's.
var shardOf = regexp.MustCompile(`^(_[0-9]+_[0-9]+)?$`)

// Made finds the lots and entitlements that a party's numbered source has made, and those
// of some commands beside it, by their numbers.
func (r *Reading) Made(party, source string, beside ...number.Command) (m Made, err error) {
	m.Height = r.height
	keys, err := r.batchesOf(party, source)
	if err != nil {
		return m, err
	}
	m.Batches = len(keys)
	for _, n := range beside {
		keys = append(keys, row.Digits(n))
	}
	for _, key := range keys {
		if err := r.madeBy(key, &m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// batchesOf are the keys of a source's batches, all shards.
func (r *Reading) batchesOf(party, source string) (keys []string, err error) {
	from := party + "/" + source
	rows, err := r.tx.Query("SELECT key, source FROM batches WHERE source >= ? AND source < ? ORDER BY key", from,
		from+"`") // what follows _
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key, shard string
		if err := rows.Scan(&key, &shard); err != nil {
			return nil, inIndex(err)
		}
		if shardOf.MatchString(strings.TrimPrefix(shard, from)) {
			keys = append(keys, key)
		}
	}
	return keys, rows.Err()
}

// madeBy adds what the commands have made whose numbers begin with a key.
func (r *Reading) madeBy(key string, m *Made) error {
	from, to := row.LotsBy(key).Bounds()
	lots, err := r.lots("SELECT key, block, row FROM lots WHERE key >= ? AND key < ? ORDER BY key", from, to)
	if err != nil {
		return err
	}
	m.Lots = append(m.Lots, lots...)
	from, to = row.EntitlementsBy(key).Bounds()
	return r.rows(func(at string, block uint64, value []byte) error {
		named, err := row.Read(at, value)
		if err != nil {
			return inIndex(err)
		}
		if e, is := named.Row.(benefit.Entitlement); is {
			m.Entitlements = append(m.Entitlements, Entry[benefit.Entitlement]{ID: named.ID, Row: e, Block: block})
		}
		return nil
	}, "SELECT key, block, row FROM entries WHERE key >= ? AND key < ? ORDER BY key", from, to)
}
