package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// privateKey is a key of a private data collection.
type privateKey struct{ collection, key string }

// privateUndo restores what was to be written to a collection's key.
type privateUndo struct {
	at     privateKey
	before []byte
	known  bool // something was to be written before
}

func (u *privateUndo) restore(private map[privateKey][]byte) {
	if u.known {
		private[u.at] = u.before
	} else {
		delete(private, u.at)
	}
}

// PutPrivate writes a value, of one byte at least, that the collection's parties
// alone hold; the block has its SHA-256. Like Put it is in memory until Flush and
// taken back by Rollback. A transaction can't read what it put.
func (tx *Tx) PutPrivate(collection, key string, value []byte) {
	tx.setPrivate(privateKey{collection, key}, value)
}

// Purge removes a value from the collection, with all that it was before.
func (tx *Tx) Purge(collection, key string) { tx.setPrivate(privateKey{collection, key}, nil) }

func (tx *Tx) setPrivate(at privateKey, value []byte) {
	before, known := tx.private[at]
	tx.journal = append(tx.journal, undo{private: &privateUndo{at, before, known}})
	tx.private[at] = value
}

// sendPrivate adds the writes to collections to the stub's batch.
func (tx *Tx) sendPrivate() error {
	keys := slices.SortedFunc(maps.Keys(tx.private), func(a, b privateKey) int {
		return cmp.Or(cmp.Compare(a.collection, b.collection), cmp.Compare(a.key, b.key))
	})
	for _, at := range keys {
		err := error(nil)
		if value := tx.private[at]; value == nil {
			err = tx.stub.PurgePrivateData(at.collection, at.key)
		} else {
			err = tx.stub.PutPrivateData(at.collection, at.key, value)
		}
		if err != nil {
			return fmt.Errorf("ledger: writing to a collection: %w", err)
		}
	}
	return nil
}
