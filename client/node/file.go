package node

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"io"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// File is what a request says of the file that comes with it. The node computes its hash, and a request id stands for
// that; a caller who states one is refused if another file came.
type File struct {
	Name   string     `json:"name,omitempty" cbor:"-"` // as its sender calls it: its extension may say its form
	SHA256 codec.Hash `json:"sha256,omitempty"`
}

// Upload is a file that comes with a request and is too long for JSON: an HTTP request's body, or what who asks opens.
// The node opens nothing by a name.
type Upload struct {
	Name string // for the request that names none
	Open func() (io.ReadCloser, error)
}

// Carrier is a request that a file comes with.
type Carrier interface {
	// Carries returns what the request says of its file, in which field, and how many bytes that may have.
	Carries() (said *File, field string, most int64)
}

// File returns the file that came with the request, as long as the operation lasts.
func (c *Call) File() bounds.Input { return c.file }

// take opens the file that comes with a request, and completes what the request says of it. BAD_REQUEST if none came,
// or another than the request states; LIMIT.
func (n *Node) take(c *Call, req Carrier) (err error) {
	said, field, most := req.Carries()
	if c.Upload.Open == nil {
		return fault.New(fault.BadRequest, "`%s`: the file doesn't come with it", field)
	}
	from, err := c.Upload.Open()
	if err != nil {
		return OfFile(err)
	}
	said.Name = cmp.Or(said.Name, c.Upload.Name, "the file")
	if c.file, err = bounds.Take(from, said.Name, n.cfg.State, most); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err = io.Copy(sum, c.file.Stream()); err == nil && len(said.SHA256) > 0 &&
		!bytes.Equal(sum.Sum(nil), said.SHA256) {
		err = fault.New(fault.BadRequest, "`%s`: what came has the SHA-256 %x, not %s", field, sum.Sum(nil),
			said.SHA256)
	}
	if err != nil {
		return errors.Join(err, c.file.Close())
	}
	said.SHA256 = sum.Sum(nil)
	return nil
}

// OfFile makes what is wrong with a file that came with a request the request's fault, unless it has a code.
func OfFile(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return err
	}
	return fault.New(fault.BadRequest, "%v", err)
}
