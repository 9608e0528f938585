package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/node"
	"tallystick/network/wholefile"
)

// KeepFile writes a file that its owner alone may read, at once or not at all. If it is
// there with the same bytes nothing is done; with others it is a CONFLICT.
func KeepFile(path string, data []byte) error {
	switch before, err := bounds.File(path, bounds.Evidence); {
	case err == nil && bytes.Equal(before, data):
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "%s has something else in it; name another file", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return WriteWhole(path, data)
}

// WriteWhole writes a file that its owner alone can read, whole or not at all, on disk when
// it returns.
func WriteWhole(path string, data []byte) error {
	err := wholefile.Write(path, data, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.BadRequest, "%s can't be written: there is no folder %s", path, filepath.Dir(path))
	}
	return err
}

// WriteNew writes a file that only its owner can read. It refuses one that is there: a
// kept file is not made twice.
func WriteNew(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// maxRead is the most that a file has which a flag names, in bytes.
const maxRead = 64 << 20

// FileFlag is a flag with a file, which is read at once.
func FileFlag(cmd *cobra.Command, to *[]byte, name, usage string) {
	v := flagOf(cmd, name, usage)
	v.set = func(path string) (err error) {
		v.forms = []string{path}
		*to, err = bounds.File(path, maxRead)
		return err
	}
}

// SendFile has a file go with the request: of a path, or of standard input for -.
func (a *App) SendFile(path string) error {
	if path == "-" {
		a.Call.Upload = node.Upload{Name: "standard input",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(os.Stdin), nil }}
		return nil
	}
	a.Call.Upload = node.Upload{Name: path, Open: bounds.At(path)}
	file, err := os.Open(path) // a file that isn't there is refused before the network is asked
	if err != nil {
		return err
	}
	return file.Close()
}

// TextOf reads a file of settings, whose text goes with a request; nothing if none is named.
func TextOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := bounds.File(path, bounds.Settings)
	return string(text), err
}
