package index

import (
	"fmt"
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
	Entitlements []Noun[benefit.Entitlement]
}

// shardOf is what a shard's name adds to its source's.
var shardOf = regexp.MustCompile(`^(_[0-9]+_[0-9]+)?$`)

// Made finds the lots and entitlements that a party's numbered source has made, and those
// of some commands beside it, by their numbers.
func (ix *Index) Made(party, source string, beside ...number.Command) (m Made, err error) {
	err = ix.reading(func(r at) error {
		m.Height = r.height
		keys, err := r.batchesOf(party, source)
		if err != nil {
			return err
		}
		m.Batches = len(keys)
		for _, n := range beside {
			keys = append(keys, row.Digits(n))
		}
		for _, key := range keys {
			if err := r.madeBy(key, &m); err != nil {
				return err
			}
		}
		return nil
	})
	return m, err
}

// batchesOf are the keys of a source's batches, all shards.
func (r at) batchesOf(party, source string) (keys []string, err error) {
	from := party + "/" + source
	rows, err := r.tx.Query("SELECT key, source FROM batches WHERE source >= ? AND source < ? ORDER BY key", from, from+"`") // what follows _
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key, shard string
		if err := rows.Scan(&key, &shard); err != nil {
			return nil, fmt.Errorf("index: %w", err)
		}
		if shardOf.MatchString(strings.TrimPrefix(shard, from)) {
			keys = append(keys, key)
		}
	}
	return keys, rows.Err()
}

// madeBy adds what the commands have made whose numbers begin with a key.
func (r at) madeBy(key string, m *Made) error {
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
			return fmt.Errorf("index: %w", err)
		}
		if e, is := named.Row.(benefit.Entitlement); is {
			m.Entitlements = append(m.Entitlements, Noun[benefit.Entitlement]{ID: named.ID, Row: e, Block: block})
		}
		return nil
	}, "SELECT key, block, row FROM nouns WHERE key >= ? AND key < ? ORDER BY key", from, to)
}
