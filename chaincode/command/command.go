// Package command is the protocol: what a transaction carries and what it
// answers.
//
// A transaction is a *batch*: 1 to 500 commands of one caller in one of its
// lanes. Each command takes effect whole or is refused with its code; a
// refused command never harms its neighbours, except those that are linked
// with it, which stand or fall together.
//
//	batch   [lane, sequence, source|null, [command…]]
//	command [kind, linked, request, body]
//	result  [cycle, date, [outcome…]]        only refused and repeated commands are listed
//
// One command can also be sent alone, as JSON, by the name of its kind:
// "points:Issue". Both ways run the same handler.
package command

import (
	"crypto/sha256"
	"encoding/json"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Batch is what one transaction asks for.
type Batch struct {
	_        struct{} `cbor:",toarray"`
	Lane     uint8    // 1 … 31, one of the caller's
	Seq      uint64   // the lane's next: its head's sequence plus one
	Source   *Source  // the numbered source that the commands came from, if any
	Commands []Command
}

// Source says which part of a numbered source (an import, an ERP feed) a batch
// covers. The ledger keeps one cursor per party and source; a batch whose From
// isn't the cursor is refused whole with SOURCE_MOVED, so a replayed file
// changes nothing.
type Source struct {
	_    struct{} `cbor:",toarray"`
	Name string   // id of the source, unique within the party
	From uint64   // the cursor before: positions below it are done
	To   uint64   // the cursor after, > From
}

// Command is one thing asked for.
type Command struct {
	_       struct{}        `cbor:",toarray"`
	Kind    Kind            // which verb
	Linked  bool            // stands or falls with the command after it
	Request string          // the name by which the ledger remembers it, and its intent (request.go), or ""
	Body    cbor.RawMessage // the kind's request, encoded
}

// New encodes a request as a command. Its name may be "".
func New(request string, body Request) Command {
	return Command{Kind: KindOf(body), Request: request, Body: codec.Encode(body)}
}

// Digest is what a lane's head seals of a transaction: SHA-256 over that of each of its
// arguments, the function's name first.
func Digest(args [][]byte) [sha256.Size]byte {
	h := sha256.New()
	for _, a := range args {
		sum := sha256.Sum256(a)
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Check refuses with BAD_REQUEST a batch that is malformed as a whole, then with
// LIMIT one of too many bytes. A malformed command is refused on its own.
func (b Batch) Check() error {
	if b.Lane < 1 || b.Lane >= number.Lanes || b.Seq < 1 || b.Seq > number.MaxSeq {
		return fault.New(fault.BadRequest, "batch: want a lane of 1 to %d and a sequence", number.Lanes-1)
	}
	if n := len(b.Commands); n < 1 || n > MaxCommands {
		return fault.New(fault.BadRequest, "batch: %d commands, want 1 to %d", n, MaxCommands)
	}
	if b.Commands[len(b.Commands)-1].Linked {
		return fault.New(fault.BadRequest, "batch: the last command is linked with nothing")
	}
	if s := b.Source; s != nil {
		if err := name.CheckID("source", s.Name); err != nil {
			return err
		}
		if s.To <= s.From || s.To > number.MaxSeq {
			return fault.New(fault.BadRequest, "source: want from < to")
		}
	}
	return b.checkSize()
}

// Result is what a committed batch answers.
type Result struct {
	_        struct{}  `cbor:",toarray"`
	Cycle    string    // settlement cycle in which it took effect
	Date     date.Date // business date
	Outcomes []Outcome // of commands that were refused or had been answered before, by index
}

// Outcome is what became of one command that didn't simply take effect.
type Outcome struct {
	_     struct{} `cbor:",toarray"`
	Index uint16
	Code  fault.Code     // "" if the request had been answered before
	Text  string         // for people
	First number.Command // the command that took effect then
	Cycle string         // of that command, and
	Date  date.Date      // its business date
}

// Err is the outcome's refusal, nil for a repeated request.
func (o Outcome) Err() error {
	if o.Code == "" {
		return nil
	}
	return &fault.Error{Code: o.Code, Text: o.Text}
}

// Receipt says which command took effect for a request.
type Receipt struct {
	Number    number.Command `json:"number"`
	Cycle     string         `json:"cycle"`
	Date      date.Date      `json:"date"`
	Duplicate bool           `json:"duplicate,omitempty"` // the request had taken effect before, as Number
}

// Receipts spreads a result over its batch: for every command a receipt or a
// refusal, exactly one of them.
func (b Batch) Receipts(caller string, result Result) ([]Receipt, []error) {
	receipts, refusals := make([]Receipt, len(b.Commands)), make([]error, len(b.Commands))
	for i := range b.Commands {
		at := number.Command{Party: caller, Lane: b.Lane, Seq: b.Seq, Index: uint16(i)}
		receipts[i] = Receipt{Number: at, Cycle: result.Cycle, Date: result.Date}
	}
	for _, o := range result.Outcomes {
		if int(o.Index) >= len(receipts) {
			continue
		}
		if refusals[o.Index] = o.Err(); o.Code == "" {
			receipts[o.Index] = Receipt{Number: o.First, Cycle: o.Cycle, Date: o.Date, Duplicate: true}
		} else {
			receipts[o.Index] = Receipt{}
		}
	}
	return receipts, refusals
}

// MarshalJSON writes the command for people, its body decoded.
func (c Command) MarshalJSON() ([]byte, error) {
	body, err := c.Decode()
	if err != nil {
		body = nil
	}
	name, intent, _ := strings.Cut(c.Request, ":")
	return json.Marshal(struct {
		Kind    string  `json:"kind"`
		Linked  bool    `json:"linked,omitempty"`
		Request string  `json:"request,omitempty"`
		Intent  string  `json:"intent,omitempty"`
		Body    Request `json:"body"`
	}{c.Kind.String(), c.Linked, name, intent, body})
}
