package index

import (
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

// had is what the tables had before the fold, of what it asks for.
type had struct {
	rows  map[string]bool   // keys of rows that are named by a command
	facts map[string][]byte // rows of parties and of the cycle, by key
}

// lookUp reads what seals, batches and honoured ask for, table by table.
func (f *fold) lookUp() error {
	f.had = had{map[string]bool{}, map[string][]byte{}}
	numbered, facts := map[string][]string{}, map[string]bool{string(row.Cycle()): true}
	for _, t := range f.txs {
		for _, set := range t.sets {
			for _, w := range set.Writes {
				if strings.HasPrefix(set.Namespace, sealSpace) {
					id, _, _ := strings.Cut(w.Key, "/")
					facts[string(row.Party(id))] = true
				}
				if _, is := row.Sealed(w.Key); is && set.Namespace == ledgerSpace {
					numbered[tableOf(w.Key)] = append(numbered[tableOf(w.Key)], w.Key)
				}
			}
		}
	}
	for _, table := range sortedKeys(numbered) {
		if err := f.found(table, "''", numbered[table], func(key string, _ []byte) { f.had.rows[key] = true }); err != nil {
			return err
		}
	}
	return f.found("facts", "row", sortedKeys(facts), func(key string, value []byte) { f.had.facts[key] = value })
}

// fact is the value of a party or of the cycle as the fold has it so far; nil if there is none.
func (f *fold) fact(key string) []byte {
	if value := f.rows[key].value; value != nil {
		return value
	}
	return f.had.facts[key]
}

// runsPeer says whether the ledger has a party as one with a peer.
func (f *fold) runsPeer(id string) (bool, error) {
	value := f.fact(string(row.Party(id)))
	if value == nil {
		return false, nil
	}
	found, err := row.Decode[party.Party](value)
	return found.Peer, err
}

// honoured says whether a transaction may write a row. A row that is named by a
// command must be there already, or be made now by the transaction that seals its
// number.
func (f *fold) honoured(key string, sealed map[string]bool) bool {
	batch, numbered := row.Sealed(key)
	if !numbered || sealed[batch] {
		return true
	}
	_, now := f.rows[key]
	return now || f.had.rows[key]
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
