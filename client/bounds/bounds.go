// Package bounds reads what comes from outside, so much and no more.
//
// A file that somebody sends is a text of theirs until it has been read: a small
// one can unpack to gigabytes, nest a million deep or be one endless line. Every
// reader of files goes through here, so that what it can cost is known before it
// is paid:
//
//	File, All     a whole file or stream             so many bytes
//	Reader        a stream                           so many bytes
//	Parts         a stream that is read in parts     so many bytes each
//	Unpack        gzip                               so many bytes unpacked
//	NewCSV        lines                              so many, of so many bytes
//	YAML          a document                         bytes, depth, and no aliases
//
// The packages workbook and ../iso20022 bound their own kinds. What is above
// a bound is refused with LIMIT, which names the file and the bound.
package bounds

import (
	"io"
	"os"

	"tallystick/chaincode/fault"
)

// How much of each kind of file is read, in bytes.
const (
	Key      = 1 << 20 // keys, certificates, codes
	Settings = 1 << 20 // profiles, mappings, plans, policies
	Request  = 8 << 20 // a request or an answer, as JSON
	Evidence = 1 << 30 // documents whose hash alone counts
)

// File reads a whole file.
func File(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return All(file, path, most)
}

// All reads a whole stream; the name is for refusals.
func All(from io.Reader, name string, most int64) ([]byte, error) {
	return io.ReadAll(Reader(from, name, most))
}

// Reader hands on so many bytes, and refuses the one after them.
func Reader(from io.Reader, name string, most int64) io.Reader {
	return &bounded{from: from, name: name, most: most, left: most}
}

type bounded struct {
	from       io.Reader
	name       string
	most, left int64
}

// Read reads one byte more than is left, to tell an end from too much.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if int64(n) > b.left {
		return 0, tooLong(b.name, "it has", b.most)
	}
	b.left -= int64(n)
	return n, err
}

func tooLong(name, what string, most int64) error {
	return fault.New(fault.Limit, "%s: %s more than %d bytes", name, what, most)
}

// Parts hands a stream on that is read in parts, such as lines or values, of so
// many bytes each. Whoever reads begins each with Next.
type Parts struct {
	from       io.Reader
	name       string
	most, left int64
}

// NewParts bounds the parts of a stream; the name is for refusals.
func NewParts(from io.Reader, name string, most int64) *Parts {
	return &Parts{from: from, name: name, most: most, left: most}
}

// Next begins a part.
func (p *Parts) Next() { p.left = p.most }

// Read refuses what the part has above its bound.
func (p *Parts) Read(to []byte) (int, error) {
	if p.left <= 0 {
		return 0, tooLong(p.name, "it has a part of", p.most)
	}
	n, err := p.from.Read(to[:min(int64(len(to)), p.left)])
	p.left -= int64(n)
	return n, err
}

// Counter counts the bytes that are read through it: how far a reading is. It refuses nothing.
type Counter struct {
	From io.Reader
	N    int64 // bytes so far
}

// Read reads and counts.
func (c *Counter) Read(p []byte) (int, error) {
	n, err := c.From.Read(p)
	c.N += int64(n)
	return n, err
}
