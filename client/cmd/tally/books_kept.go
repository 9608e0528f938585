package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/bounds"
	"tallystick/network/wholefile"
)

// shelf is where a node keeps the periods of its books that are locked, a file each. They
// are its own: the ledger has what they are made of, but not the party's estimates.
type shelf struct {
	dir  string
	lock *flock.Flock
}

// maxKept is the most that a kept period has, in bytes.
const maxKept = 1 << 30

// keptForm is the ending of a kept period's file.
const keptForm = ".period.json"

// openShelf opens it, for this process alone. Close it.
func openShelf(state string) (*shelf, error) {
	dir := filepath.Join(state, "books")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &shelf{dir: dir, lock: flock.New(filepath.Join(dir, "lock"))}
	free, err := s.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !free {
		return nil, fault.New(fault.Unavailable, "another process is at the books in %s", dir)
	}
	return s, nil
}

func (s *shelf) close() error { return s.lock.Close() }

func (s *shelf) path(period string) string { return filepath.Join(s.dir, period+keptForm) }

// get reads a kept period; false if it isn't locked yet.
func (s *shelf) get(period string) (k books.Locked, found bool, err error) {
	data, err := bounds.File(s.path(period), maxKept)
	if errors.Is(err, fs.ErrNotExist) {
		return k, false, nil
	}
	if err != nil {
		return k, false, err
	}
	if err := json.Unmarshal(data, &k); err != nil {
		return k, false, fault.New(fault.Internal, "%s is damaged: %v; put it back from a copy", s.path(period), err)
	}
	return k, true, nil
}

// put keeps a period, on disk when it returns: a new one, or, of a restatement, the same
// one with more.
func (s *shelf) put(k books.Locked) error {
	data, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return writeWhole(s.path(k.Summary.Period), data)
}

// all lists the kept periods in their order, from the one with which the books begin.
func (s *shelf) all() ([]books.Locked, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "*"+keptForm))
	if err != nil {
		return nil, err
	}
	var list []books.Locked
	for _, f := range files {
		k, _, err := s.get(strings.TrimSuffix(filepath.Base(f), keptForm))
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b books.Locked) int { return int(min(max(int64(a.Height)-int64(b.Height), -1), 1)) })
	return list, nil
}

// upTo lists the kept periods as far as one. NOT_FOUND if that isn't locked.
func (s *shelf) upTo(period string) ([]books.Locked, error) {
	list, err := s.all()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(k books.Locked) bool { return k.Summary.Period == period })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "period %s isn't booked yet: tally books journal --period %s --out FILE", period, period)
	}
	return list[:i+1], nil
}

// writeWhole writes a file that its owner alone can read, whole or not at all, on disk when
// it returns.
func writeWhole(path string, data []byte) error {
	err := wholefile.Write(path, data, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.BadRequest, "%s can't be written: there is no folder %s", path, filepath.Dir(path))
	}
	return err
}
