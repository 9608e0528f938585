package database

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/machine"
)

// care keeps a file of SQLite whole. Each process that has it open holds a shared lock. The first to open it, alone,
// sees whether anybody else changed the file since the last one ended in order: what it finds damaged it throws
// away, for the tables are made again from the blocks. The last to close it notes what it left.
type care struct {
	path string
	lock *flock.Flock
	why  string // for which the tables are made again, "" if they aren't
}

// Files beside the tables.
const (
	lockSuffix = ".lock" // who has them open
	leftSuffix = ".left" // what the last one left: size and time
	badSuffix  = ".bad"  // somebody met damaged pages
)

// parts are the files of the tables.
func parts(path string) []string { return []string{path, path + "-wal", path + "-shm"} }

// takeCare opens a file's care. One that is damaged is gone when it returns.
func takeCare(path string) (*care, error) {
	c := &care{path: path, lock: flock.New(path+lockSuffix, flock.SetPermissions(0o600))}
	alone, err := c.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if alone {
		if err := c.look(); err != nil {
			return nil, errors.Join(err, c.lock.Unlock())
		}
	}
	return c, c.lock.RLock() // from alone to shared
}

// ownFile makes a file that its owner alone may read, or makes it so. SQLite gives its other files the same mode.
func ownFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

// look throws the tables away if they are damaged.
func (c *care) look() error {
	info, err := os.Stat(c.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.path + badSuffix); err == nil {
		return c.discard("it is damaged")
	}
	left, err := bounds.File(c.path+leftSuffix, maxStamp)
	if err == nil && string(left) == stamp(info) {
		return nil
	}
	log, logged := os.Stat(c.path + "-wal")
	crashed := logged == nil && log.Size() > 0
	if err == nil && !crashed {
		return c.discard("something else changed it")
	}
	if err := checkPages(c.path); err != nil {
		if machine.Damaged(err) || errors.Is(err, errPages) {
			return c.discard("it is damaged")
		}
		return err
	}
	return nil
}

// maxStamp is more bytes than a stamp has.
const maxStamp = 200

// stamp is by what a file is known again.
func stamp(info fs.FileInfo) string {
	return fmt.Sprintf("%d %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano))
}

var errPages = errors.New("its pages don't fit together")

// checkPages reads every page of a file whose last process didn't end in order.
func checkPages(path string) error {
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	var found string
	err = db.QueryRow("PRAGMA integrity_check(1)").Scan(&found)
	if err == nil && found != "ok" {
		err = errPages
	}
	return errors.Join(err, db.Close())
}

// discard removes the tables.
func (c *care) discard(why string) error {
	c.why = why
	for _, f := range append(parts(c.path), c.path+leftSuffix, c.path+badSuffix) {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// note says of an error what is to be done about it. Damaged pages are remembered, so that whoever opens the tables
// next makes them again.
func (c *care) note(err error) error {
	if !machine.Damaged(err) {
		return err
	}
	text := "the read model " + c.path +
		" is damaged, and answers nothing more: run it again, and it is made again from the blocks"
	if err := os.WriteFile(c.path+badSuffix, nil, 0o600); err != nil {
		return fault.New(fault.Machine, "%s; first remove %s: %v", text, c.path, err)
	}
	return fault.New(fault.Machine, "%s", text)
}

// end gives the lock back. The last process to do so notes what it left.
func (c *care) end() error {
	if err := c.lock.Unlock(); err != nil {
		return err
	}
	last, err := c.lock.TryLock()
	if !last || err != nil {
		return err
	}
	info, err := os.Stat(c.path)
	if err == nil {
		err = os.WriteFile(c.path+leftSuffix, []byte(stamp(info)), 0o600)
	}
	return errors.Join(err, c.lock.Unlock())
}
