package index

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/client/block"
)

// seals lists the batches that a transaction sealed, as row.Sealed names them. A
// head counts only in its party's own namespace: anywhere else others can endorse it.
func (f *fold) seals(sets []block.Set) (map[string]bool, error) {
	sealed := map[string]bool{}
	for _, set := range sets {
		if !strings.HasPrefix(set.Namespace, sealSpace) {
			continue
		}
		if err := f.sealsOf(set, sealed); err != nil {
			return nil, err
		}
	}
	return sealed, nil
}

func (f *fold) sealsOf(set block.Set, sealed map[string]bool) error {
	for _, w := range set.Writes {
		id, lane, _ := strings.Cut(w.Key, "/")
		peer, err := f.runsPeer(id)
		if err != nil {
			return err
		}
		if set.Namespace != row.SealOf(id, peer) {
			continue
		}
		head, err := row.Decode[row.Head](w.Value)
		if err != nil {
			return fmt.Errorf("head %s: %w", w.Key, err)
		}
		var at uint8
		if _, err := fmt.Sscanf(lane, "%02x", &at); err != nil {
			return fmt.Errorf("head %s: %w", w.Key, err)
		}
		sealed[row.Batch(id, at, head.Seq)] = true
	}
	return nil
}

// runsPeer says whether the ledger has a party as one with a peer.
func (f *fold) runsPeer(id string) (bool, error) {
	key := string(row.Party(id))
	value := f.rows[key].value
	if value == nil {
		find, err := f.stmt("SELECT row FROM facts WHERE key = ?")
		if err != nil {
			return false, err
		}
		err = find.QueryRow(key).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	found, err := row.Decode[party.Party](value)
	return found.Peer, err
}

// honoured says whether a transaction may write a row. A row that is named by a
// command must be there already, or be made now by the transaction that seals its
// number.
func (f *fold) honoured(key string, sealed map[string]bool) (bool, error) {
	batch, numbered := row.Sealed(key)
	if !numbered || sealed[batch] {
		return true, nil
	}
	if _, there := f.rows[key]; there {
		return true, nil
	}
	find, err := f.stmt("SELECT 1 FROM " + tableOf(key) + " WHERE key = ?")
	if err != nil {
		return false, err
	}
	var one int
	err = find.QueryRow(key).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// tableOf is where a row that is named by a command is kept.
func tableOf(key string) string {
	switch {
	case strings.HasPrefix(key, "l/"):
		return "lots"
	case strings.HasPrefix(key, "h/"):
		return "holds"
	case strings.HasPrefix(key, "wo/"):
		return "orders"
	case strings.HasPrefix(key, "wr/"):
		return "returns"
	case strings.HasPrefix(key, "ob/"):
		return "facts" // a batch's obligations never change: they are in none
	}
	return "nouns"
}
