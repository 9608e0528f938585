package main

import (
	"bytes"
	"errors"
	"io/fs"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/node"
)

// keepFile writes a file that its owner alone may read, at once or not at all. If it is
// there with the same bytes nothing is done; with others it is a CONFLICT.
func keepFile(path string, data []byte) error {
	switch before, err := bounds.File(path, bounds.Evidence); {
	case err == nil && bytes.Equal(before, data):
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "%s has something else in it; name another file", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return writeWhole(path, data)
}

// fileAt is a file that goes with a request.
func fileAt(path string) (node.File, error) {
	hash, err := hashFile(path)
	return node.File{SHA256: hash, Path: path}, err
}

// textOf reads a file of settings, whose text goes with a request; nothing if none is named.
func textOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := bounds.File(path, bounds.Settings)
	return string(text), err
}
