package event

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Cursor is where an event stands on the ledger: block, transaction, and command, and eight digits of the transaction's
// id. By these a cursor of another network is told from one of this: 12.0.3-9f8e7d6c.
type Cursor struct {
	Block, Place uint64 // of the transaction
	Index        uint16 // of the command
	Tag          uint32 // the first bytes of the transaction's id
}

// TagOf is a transaction's tag.
func TagOf(tx string) uint32 {
	raw, err := hex.DecodeString(tx[:min(8, len(tx))])
	if err != nil || len(raw) != 4 {
		return 0 // of no network of Fabric's
	}
	return uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3])
}

// String writes the cursor.
func (c Cursor) String() string {
	return fmt.Sprintf("%d.%d.%d-%08x", c.Block, c.Place, c.Index, c.Tag)
}

// Before says whether an event comes before another.
func (c Cursor) Before(other Cursor) bool {
	switch {
	case c.Block != other.Block:
		return c.Block < other.Block
	case c.Place != other.Place:
		return c.Place < other.Place
	}
	return c.Index < other.Index
}

var cursorForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,2})-([0-9a-f]{8})$`)

// Parse reads a cursor as String writes it. BAD_REQUEST for anything else.
func Parse(text string) (Cursor, error) {
	m := cursorForm.FindStringSubmatch(text)
	if m == nil {
		return Cursor{}, fault.New(fault.BadRequest,
			"`after`: want the id of an event, such as 12.0.3-9f8e7d6c, or nothing to begin at the first")
	}
	var c Cursor
	c.Block, _ = strconv.ParseUint(m[1], 10, 64) // digits, as the form has them
	c.Place, _ = strconv.ParseUint(m[2], 10, 64)
	index, _ := strconv.ParseUint(m[3], 10, 16)
	tag, _ := strconv.ParseUint(m[4], 16, 32)
	c.Index, c.Tag = uint16(index), uint32(tag)
	if c.Index > number.MaxIndex {
		return Cursor{}, fault.New(fault.BadRequest, "`after`: no transaction has so many commands: %s",
			strings.ToValidUTF8(text, ""))
	}
	return c, nil
}
