package index

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// Stray is a row that is on the ledger and isn't honoured, for no sealed batch explains it.
type Stray struct {
	Block   uint64   `json:"block"`
	Tx      string   `json:"tx"`
	Key     string   `json:"key"`
	Party   string   `json:"party"`   // that sent the transaction
	Signers []string `json:"signers"` // parties whose peers endorsed it
	Reason  string   `json:"reason"`
}

// Trace is a transaction that read a row which isn't honoured: what came of it.
type Trace struct {
	Block    uint64       `json:"block"`
	Tx       string       `json:"tx"`
	Key      string       `json:"key"` // that it read
	Party    string       `json:"party"`
	Signers  []string     `json:"signers"`
	Commands []string     `json:"commands"` // that it was proposed with: points:Hold …
	Points   amount.Units `json:"points"`   // that it took, if the row is a lot
	Source   string       `json:"source"`   // transaction that had written the row

	Programme string `json:"programme,omitempty"` // of the points
}

// Unsealed lists what is not honoured, as it stands on the ledger.
func (r *Reading) Unsealed() (list []Stray, err error) {
	list = []Stray{}
	rows, err := r.tx.Query("SELECT block, tx, key, party, signers, reason FROM unsealed ORDER BY block, place, key")
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Stray
		var signers string
		if err := rows.Scan(&s.Block, &s.Tx, &s.Key, &s.Party, &signers, &s.Reason); err != nil {
			return nil, inIndex(err)
		}
		s.Signers = strings.Fields(signers)
		list = append(list, s)
	}
	return list, rows.Err()
}

// Traces lists the transactions that read what is not honoured. Whether they are
// honoured themselves Unsealed says: those that wrote such a row further aren't.
func (r *Reading) Traces() (list []Trace, err error) {
	list = []Trace{}
	rows, err := r.tx.Query(
		`SELECT t.block, t.tx, t.key, t.party, t.signers, t.commands, t.points, t.source, u.row FROM traces t
			LEFT JOIN unsealed u ON u.key = t.key AND u.tx = t.source ORDER BY t.block, t.place, t.key`)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var t Trace
		var signers, commands string
		var value []byte
		if err := rows.Scan(&t.Block, &t.Tx, &t.Key, &t.Party, &signers, &commands, &t.Points, &t.Source,
			&value); err != nil {
			return nil, inIndex(err)
		}
		if named, err := row.Read(t.Key, value); err == nil {
			lot, _ := named.Row.(points.Lot)
			t.Programme = lot.Programme
		}
		t.Signers, t.Commands = strings.Fields(signers), strings.Fields(commands)
		list = append(list, t)
	}
	return list, rows.Err()
}

// wrote is what Fabric calls one write of a key: the transaction's block, and its place there.
type wrote struct {
	block, place uint64
	tx           string
}

// lookUpStrays reads what isn't honoured so far.
func (f *fold) lookUpStrays() error {
	f.astray = map[string]wrote{}
	rows, err := f.Query("SELECT key, block, place, tx FROM unsealed ORDER BY block, place")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var v wrote
		if err := rows.Scan(&key, &v.block, &v.place, &v.tx); err != nil {
			return err
		}
		f.astray[key] = v
	}
	return rows.Err()
}

// leaveOut names the rows of a transaction that doesn't count.
func (f *fold) leaveOut(t written, strays []strayRow) error {
	for _, s := range strays {
		f.astray[shown(s.key)] = wrote{t.block, t.place, t.id}
		if err := f.put("unsealed", t.block, t.place, shown(s.key), t.id, t.party, strings.Join(t.Endorsers, " "),
			s.reason, s.value); err != nil {
			return err
		}
	}
	return nil
}

// trace notes which rows that aren't honoured a transaction read, and what it took of them.
func (f *fold) trace(t written) error {
	if len(f.astray) == 0 {
		return nil
	}
	for _, set := range t.Sets {
		if set.Namespace != ledgerSpace {
			continue
		}
		for _, r := range set.Reads {
			source, is := f.astray[r.Key]
			if !is || source.block != r.Block || source.place != r.Place {
				continue
			}
			if err := f.put("traces", t.block, t.place, r.Key, t.id, t.party, strings.Join(t.Endorsers, " "),
				commandsOf(t.Args), int64(t.took(r.Key)), source.tx); err != nil {
				return err
			}
		}
	}
	return nil
}

// commandsOf lists the kinds of commands that a transaction was proposed with, each once.
func commandsOf(args [][]byte) string {
	batch, err := batchOf(args)
	if err != nil {
		return ""
	}
	var names []string
	for _, c := range batch.Commands {
		if !slices.Contains(names, c.Kind.String()) {
			names = append(names, c.Kind.String())
		}
	}
	return strings.Join(names, " ")
}

// took is how many points of a lot the rows that a transaction writes have.
func (t written) took(lot string) (sum amount.Units) {
	for _, w := range t.writes(ledgerSpace) {
		named, err := row.Read(w.Key, w.Value)
		if err != nil {
			continue
		}
		for _, p := range piecesOf(named.Row) {
			if string(row.Lot(p.Lot)) == lot {
				sum += p.Amount
			}
		}
	}
	return sum
}

// piecesOf are the points that a row took out of lots.
func piecesOf(of any) (list spend.Line) {
	switch r := of.(type) {
	case points.Hold:
		return r.Pieces
	case points.Trade:
		return r.Pieces
	case benefit.Entitlement:
		return r.Pieces
	case goods.Order:
		for _, p := range r.Parts {
			list = append(list, p.Pieces...)
		}
	}
	return list
}

// maxShown is how much of a key is shown: more than any key of a row has.
const maxShown = 300

// odd says whether a key is none of ours: too long, or not to be printed.
func odd(key string) bool {
	return len(key) > maxShown || strings.ContainsFunc(key, func(r rune) bool { return !strconv.IsPrint(r) })
}

// shown is a key as it is listed: itself, unless it is odd.
func shown(key string) string {
	if !odd(key) {
		return key
	}
	return fmt.Sprintf("%.200q… (%d bytes, SHA-256 %x)", key, len(key), sha256.Sum256([]byte(key)))
}
