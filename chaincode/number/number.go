// Package number names commands and what they make.
//
// A command's number is (party, lane, sequence, index): the lane's head gives
// out each sequence once, so the number is unique by construction and the rows
// that the command makes are written without looking whether they exist.
// People read it as "D.3.42.17"; the second lot of that command is
// "D.3.42.17.1".
package number

import (
	"encoding/json"
	"strconv"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Limits of a number's parts.
const (
	Lanes    = 32        // lanes of a party, 0 … 31
	Single   = 0         // the lane of commands that were sent without one
	MaxSeq   = 1<<40 - 1 // batches of a lane
	MaxIndex = 499       // commands of a batch
	MaxOrd   = 255       // rows that one command makes, less one: what its two digits in a key have room for
)

// Command is the number of one command.
type Command struct {
	_     struct{} `cbor:",toarray"`
	Party string   // who sent it: its MSP
	Lane  uint8    // 0 … Lanes−1
	Seq   uint64   // 1 … MaxSeq: the batch in its lane
	Index uint16   // 0 … MaxIndex: the command in its batch
}

// Row is the number of one row that a command made, such as a lot.
type Row struct {
	_       struct{} `cbor:",toarray"`
	Command Command
	Ord     uint8 // 0 … MaxOrd
}

// Row returns the number of the command's n-th row, from 0.
func (c Command) Row(n int) Row { return Row{Command: c, Ord: uint8(n)} }

// IsZero says whether the number names nothing.
func (c Command) IsZero() bool { return c.Party == "" }

// IsZero says whether the number names nothing.
func (r Row) IsZero() bool { return r.Command.IsZero() }

// Check refuses with BAD_REQUEST a number that no command can have.
func (c Command) Check() error {
	if name.CheckID("party", c.Party) != nil || c.Lane >= Lanes || c.Seq < 1 || c.Seq > MaxSeq || c.Index > MaxIndex {
		return fault.New(fault.BadRequest, "no command has such a number")
	}
	return nil
}

// Check refuses with BAD_REQUEST a number that no row can have.
func (r Row) Check() error {
	return r.Command.Check()
}

// String writes "D.3.42.17", and "" for the zero number.
func (c Command) String() string {
	if c.IsZero() {
		return ""
	}
	return c.Party + "." + strconv.Itoa(int(c.Lane)) + "." + strconv.FormatUint(c.Seq, 10) + "." + strconv.Itoa(
		int(c.Index))
}

// String writes "D.3.42.17.0", and "" for the zero number.
func (r Row) String() string {
	if r.IsZero() {
		return ""
	}
	return r.Command.String() + "." + strconv.Itoa(int(r.Ord))
}

// ParseCommand reads "D.3.42.17". BAD_REQUEST for anything else.
func ParseCommand(text string) (Command, error) {
	c, rest, err := split(text)
	if err == nil && len(rest) > 0 {
		err = fault.New(fault.BadRequest, "%.90q has too many parts: want party.lane.sequence.index", text)
	}
	if err != nil {
		return Command{}, err
	}
	return c, c.Check()
}

// ParseRow reads "D.3.42.17.0". BAD_REQUEST for anything else.
func ParseRow(text string) (Row, error) {
	c, rest, err := split(text)
	if err != nil {
		return Row{}, err
	}
	if len(rest) != 1 {
		return Row{}, fault.New(fault.BadRequest, "%.90q: want party.lane.sequence.index.row", text)
	}
	ord, err := digits(rest[0], MaxOrd)
	if err != nil {
		return Row{}, err
	}
	r := Row{Command: c, Ord: uint8(ord)}
	return r, r.Check()
}

func split(text string) (Command, []string, error) {
	parts := strings.Split(text, ".")
	if len(parts) < 4 || len(text) > 120 {
		return Command{}, nil, fault.New(fault.BadRequest, "%.90q: want party.lane.sequence.index", text)
	}
	var values [3]uint64
	for i, max := range []uint64{Lanes - 1, MaxSeq, MaxIndex} {
		v, err := digits(parts[i+1], max)
		if err != nil {
			return Command{}, nil, err
		}
		values[i] = v
	}
	return Command{Party: parts[0], Lane: uint8(values[0]), Seq: values[1], Index: uint16(values[2])}, parts[4:], nil
}

// digits reads one canonical decimal number, so that no two texts name one row.
func digits(text string, max uint64) (uint64, error) {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil || v > max || strconv.FormatUint(v, 10) != text {
		return 0, fault.New(fault.BadRequest, "%.20q is not a whole number up to %d", text, max)
	}
	return v, nil
}

// MarshalJSON writes the number as text.
func (c Command) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// MarshalJSON writes the number as text.
func (r Row) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Command) UnmarshalJSON(data []byte) error { return unmarshal(data, c, ParseCommand) }

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Row) UnmarshalJSON(data []byte) error { return unmarshal(data, r, ParseRow) }

func unmarshal[T any](data []byte, to *T, parse func(string) (T, error)) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	var zero T
	if *to = zero; text == "" {
		return nil
	}
	parsed, err := parse(text)
	*to = parsed
	return err
}
