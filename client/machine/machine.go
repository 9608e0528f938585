// Package machine tells faults of the machine as such: a full disk, a file that is damaged, missing or not to be read,
// no memory. None is a fault of the software, nor of the request; each says what a person does about it.
package machine

import (
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tallystick/chaincode/fault"
)

// advice is what to do about an error of the operating system.
var advice = []struct {
	err  error
	text string
}{
	{syscall.ENOSPC, "the disk is full: make room, and run it again"},
	{syscall.EDQUOT, "the quota of the disk is used up: make room, and run it again"},
	{syscall.EROFS, "the disk can only be read: mount it for writing"},
	{syscall.EMFILE, "the program may open no more files: raise ulimit -n"},
	{syscall.ENFILE, "the machine may open no more files"},
	{syscall.ENOMEM, "the machine has no memory left"},
	{syscall.EIO, "the disk fails: look at the machine's log"},
	{diskFull{}, "the database server's disk is full: make room there, and run it again"},
	{fs.ErrPermission, "the file or directory may not be used so: mend its owner and mode"},
	{fs.ErrNotExist, "a file or directory is missing: put it back, or name the right one"},
}

// diskFull is what a PostgreSQL server says of its disk.
type diskFull struct{}

func (diskFull) Error() string { return "disk_full" }

// databases is what to do about an error of a database file, by its primary code.
var databases = map[int]string{
	sqlite3.SQLITE_FULL:     "the disk is full: make room, and run it again",
	sqlite3.SQLITE_NOMEM:    "the machine has no memory left",
	sqlite3.SQLITE_READONLY: "the database's file or directory can only be read: mend its owner and mode",
	sqlite3.SQLITE_PERM:     "the database's file may not be used so: mend its owner and mode",
	sqlite3.SQLITE_CANTOPEN: "the database's file can't be opened: mend its owner and mode, and that of its directory",
	sqlite3.SQLITE_IOERR:    "the disk fails, or is full: look at the machine's log",
	sqlite3.SQLITE_CORRUPT:  "the database's file is damaged: put a copy of it back",
	sqlite3.SQLITE_NOTADB:   "the database's file is damaged, or is none: put a copy of it back",
}

// Advice is what to do about an error, "" if it isn't the machine's.
func Advice(err error) string {
	var of *sqlite.Error
	if errors.As(err, &of) {
		return databases[of.Code()&0xFF]
	}
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "53100" {
		err = diskFull{}
	}
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return a.text
		}
	}
	return ""
}

// Public is a refusal as it is told to whoever isn't at the machine: of a fault of the machine only what to do about
// it, without paths and without what a library says.
func Public(refusal *fault.Error) *fault.Error {
	if refusal.Code != fault.Machine {
		return refusal
	}
	told := func(text string) bool { return strings.HasSuffix(refusal.Text, ": "+text) }
	for _, a := range advice {
		if told(a.text) {
			return fault.New(fault.Machine, "%s", a.text)
		}
	}
	for _, text := range databases {
		if told(text) {
			return fault.New(fault.Machine, "%s", text)
		}
	}
	return fault.New(fault.Machine, "the node's machine has a fault; its log says which")
}

// Gone says whether an error is that of a PostgreSQL server that isn't there, ends just now, begins just now, or takes
// no more connections. That passes by itself once it is there.
func Gone(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return strings.HasPrefix(said.Code, "08") ||
			slices.Contains([]string{"57P01", "57P02", "57P03", "53300"}, said.Code)
	}
	var connecting *pgconn.ConnectError
	var connection *net.OpError
	return errors.As(err, &connecting) || errors.As(err, &connection) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// Damaged says whether an error is that of a database whose pages are damaged.
func Damaged(err error) bool {
	var of *sqlite.Error
	if !errors.As(err, &of) {
		return false
	}
	code := of.Code() & 0xFF
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// Fault makes an error of the machine a MACHINE refusal, and one of a database server that is gone UNAVAILABLE; any
// other, and one that is coded already, stays as it is.
func Fault(err error) error {
	var coded *fault.Error
	if err == nil || errors.As(err, &coded) {
		return err
	}
	if Gone(err) {
		return fault.New(fault.Unavailable, "the node's database doesn't answer: see that PostgreSQL runs, and try again")
	}
	if text := Advice(err); text != "" {
		return fault.New(fault.Machine, "%v: %s", err, text)
	}
	return err
}
