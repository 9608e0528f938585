// Package event says what an event of a party's node is: a command that took effect and concerns the party.
//
//	block 12, transaction 0, command 3   points.captured   {"hold": "D.3.41.2", "amount": 1860}
//
// Its [Cursor] is its place on the ledger, so events have one order, which is that of the ledger, and are the same for
// whoever reads them, at any time. An event says which command it was and the ids and figures that the command named;
// what else there is to know is asked by them. Nothing in it is personal or a private price: see [told].
//
// The package is pure. The read model makes events of blocks, in the same transaction as all else that it makes of
// them.
package event

import (
	"encoding/json"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
)

// Event is a command that took effect, as it is told.
type Event struct {
	ID   string    `json:"id"`   // its cursor: ask for what came after it by this
	Type string    `json:"type"` // such as points.captured
	Time time.Time `json:"time"` // as the command's sender said; endorsers let it be minutes off
	// of the command; rows that it made have its number: a hold, an order, the lots D.3.42.17.0 …
	Command number.Command  `json:"command"`
	Date    date.Date       `json:"date"` // business date
	Data    json.RawMessage `json:"data"` // ids and figures that the command named

	// At is its cursor.
	At Cursor `json:"-"`
}

// Done is what is kept of a transaction's commands that took effect.
type Done struct {
	_    struct{} `cbor:",toarray"`
	Tag  uint32   // of the transaction; see Cursor
	Time int64    // UTC seconds
	Date date.Date

	Party string // that sent it
	Lane  uint8
	Seq   uint64

	Commands []Command // by their index
}

// Command is what is kept of one of them.
type Command struct {
	_       struct{} `cbor:",toarray"`
	Index   uint16
	Kind    command.Kind
	Parties []string // whom it concerns, sorted; none if everyone is told
	Data    []byte   // ids and figures that it named, as JSON
}

// Concerns says whether a party is told.
func (c Command) Concerns(party string) bool {
	for _, p := range c.Parties {
		if p == party {
			return true
		}
	}
	return len(c.Parties) == 0
}

// Event is the event of a transaction's command.
func (d Done) Event(block, place uint64, c Command) Event {
	at := Cursor{Block: block, Place: place, Index: c.Index, Tag: d.Tag}
	return Event{
		ID: at.String(), Type: TypeOf(c.Kind), Time: time.Unix(d.Time, 0).UTC(),
		Command: number.Command{Party: d.Party, Lane: d.Lane, Seq: d.Seq, Index: c.Index},
		Date:    d.Date, Data: c.Data, At: at,
	}
}
