// Package wholefile writes files that are there whole or not at all, whatever ends the
// process or the machine. Nodes and networks write so what others read.
package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Write puts data at a path, in the place of what was there, which stays if that fails.
// The file has just these permissions, whatever the old one had, and is on disk when
// Write returns.
func Write(path string, data []byte, perm fs.FileMode) error {
	return WriteTo(path, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteTo is Write of what a function writes. Its error is returned as it is.
func WriteTo(path string, perm fs.FileMode, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithPermissions(perm),
		renameio.WithStaticPermissions(perm))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Cleanup()) }()
	if err := write(file); err != nil {
		return err
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return sync(dir)
}

// sync has the names in a directory on disk.
func sync(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
