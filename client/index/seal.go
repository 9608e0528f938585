package index

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

// had is what the tables had before the fold, of what it asks for.
type had struct {
	rows    map[string][]byte // by key
	facts   map[string][]byte // the consortium, the cycle, parties
	batches map[string]bool   // that were sealed, before the fold and by it
}

// lookUp reads what the judge asks for, table by table.
func (f *fold) lookUp() error {
	f.had = had{map[string][]byte{}, map[string][]byte{}, map[string]bool{}}
	f.heads = map[string]row.Head{}
	rows, heads, batches := map[string]map[string]bool{}, map[string]bool{}, map[string]bool{}
	facts := map[string]bool{string(row.Cycle()): true, string(row.Consortium()): true}
	for _, t := range f.txs {
		facts[string(row.Party(t.party))] = true
		if len(t.Args) > 0 && string(t.Args[0]) == command.BeginPeer.String() {
			for lane := range uint8(number.Lanes) {
				heads[sharedHead(t.party, lane)] = true
			}
		}
		own := map[string]bool{} // batches that the transaction may seal: what they number wasn't there before
		for _, h := range t.heads() {
			if odd(h.name()) {
				continue
			}
			heads[h.name()], facts[string(row.Party(h.party()))] = true, true
			if batch, ok := h.batch(); ok {
				own[batch], batches[batch] = true, true
			}
		}
		for _, w := range t.writes(ledgerSpace) {
			table := tableOf(w.Key)
			if batch, numbered := row.Sealed(w.Key); table == "" || numbered && own[batch] || odd(w.Key) {
				continue
			}
			if rows[table] == nil {
				rows[table] = map[string]bool{}
			}
			rows[table][w.Key] = true
		}
	}
	for _, table := range sortedKeys(rows) {
		if err := f.Found(table, "row", sortedKeys(rows[table]),
			func(key string, value []byte) { f.had.rows[key] = value }); err != nil {
			return err
		}
	}
	if err := f.Found("batches", "''", sortedKeys(batches),
		func(key string, _ []byte) { f.had.batches[key] = true }); err != nil {
		return err
	}
	if err := f.Found("facts", "row", sortedKeys(facts),
		func(key string, value []byte) { f.had.facts[key] = value }); err != nil {
		return err
	}
	if err := f.Found("heads", "row", sortedKeys(heads), f.sawHead); err != nil {
		return err
	}
	return f.lookUpStrays()
}

// sawHead notes how far a lane's head is. One that can't be read is as if it weren't there.
func (f *fold) sawHead(name string, value []byte) {
	found, err := row.Decode[row.Head](value)
	if err != nil {
		found = row.Head{}
	}
	f.heads[name] = found
}

// batch is the batch that a head seals, if it is one.
func (h head) batch() (string, bool) {
	found, err := row.Decode[row.Head](h.value)
	for lane := uint8(0); err == nil && lane < number.Lanes; lane++ {
		if h.key == string(row.LaneHead(h.party(), lane)) {
			return row.Batch(h.party(), lane, found.Seq), true
		}
	}
	return "", false
}

// fact is the value of the consortium, the cycle or a party as the fold has it so far; nil if there is none.
func (f *fold) fact(key string) []byte {
	if value := f.rows[key].value; value != nil {
		return value
	}
	return f.had.facts[key]
}

// partyNamed is a party as the fold has it so far.
func (f *fold) partyNamed(id string) (party.Party, bool) {
	found, err := row.Decode[party.Party](f.fact(string(row.Party(id))))
	return found, err == nil
}

// before is a row as the fold has it so far; nil if there is none.
func (f *fold) before(key string) (any, error) {
	if c, now := f.rows[key]; now {
		return c.named.Row, nil
	}
	value, there := f.had.rows[key]
	if !there {
		return nil, nil
	}
	named, err := row.Read(key, value)
	return named.Row, err
}
