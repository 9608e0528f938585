package bounds

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"

	"tallystick/chaincode/fault"
)

// What a table can have, packed or not.
const (
	maxUnpacked = 2 << 30    // bytes
	maxLine     = 1 << 20    // bytes
	maxLines    = 20_000_000 // with the header
)

// Table is how much of a table is read, in bytes.
const Table = maxUnpacked

// Unpack reads gzip. A file of a few megabytes can unpack to many gigabytes, which
// nobody's ledger needs.
func Unpack(from io.Reader, name string) (io.Reader, error) {
	unpacked, err := gzip.NewReader(bufio.NewReader(from))
	if err != nil {
		return nil, err
	}
	return Reader(unpacked, name, maxUnpacked), nil
}

// CSV reads a table line by line.
type CSV struct {
	*csv.Reader
	parts *Parts
	name  string
	lines int
}

// NewCSV reads a table whose lines are bounded, one that a quote opens and nothing
// closes included; the name is for refusals.
func NewCSV(from io.Reader, name string) *CSV {
	parts := NewParts(bufio.NewReader(from), name, maxLine)
	return &CSV{Reader: csv.NewReader(parts), parts: parts, name: name}
}

// Read reads the next line. io.EOF is the end.
func (c *CSV) Read() ([]string, error) {
	if c.lines++; c.lines > maxLines {
		return nil, fault.New(fault.Limit, "%s: it has more than %d lines; send it in parts", c.name, maxLines)
	}
	c.parts.Next()
	return c.Reader.Read()
}
