package node

import (
	"errors"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// File is a file that comes with a request and is too long for JSON, such as a bank's. Its hash stands for it in what a
// request id means.
type File struct {
	SHA256 codec.Hash `json:"sha256,omitempty"`
	Path   string     `json:"-"` // where it lies, named as its sender named it: its extension may say its form
}

// Located returns where the file lies. BAD_REQUEST if a request came without it.
func (f File) Located(field string) (string, error) {
	if f.Path == "" {
		return "", fault.New(fault.BadRequest, "`%s`: the file doesn't come with it", field)
	}
	return f.Path, nil
}

// OfFile makes what is wrong with a file that came with a request the request's fault, unless it has a code.
func OfFile(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return err
	}
	return fault.New(fault.BadRequest, "%v", err)
}
