package books

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
	"tallystick/client/bounds"
	"tallystick/network/wholefile"
)

// Shelf is a directory in which a node keeps the periods of its books that are locked, a file each. They are its own:
// the ledger has what they are made of, but not the party's estimates.
type Shelf struct {
	dir  string
	lock *flock.Flock
}

// maxKept is the most that a kept period has, in bytes.
const maxKept = 1 << 30

// keptForm is the ending of a kept period's file.
const keptForm = ".period.json"

// OpenShelf opens it, for this process alone. Close it. UNAVAILABLE while another has it.
func OpenShelf(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Shelf{dir: dir, lock: flock.New(filepath.Join(dir, "lock"))}
	free, err := s.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !free {
		return nil, fault.New(fault.Unavailable, "another process is at the books in %s", dir)
	}
	return s, nil
}

// Close lets others open it.
func (s *Shelf) Close() error { return s.lock.Close() }

func (s *Shelf) path(period string) string { return filepath.Join(s.dir, period+keptForm) }

// Get reads a kept period; false if it isn't locked yet.
func (s *Shelf) Get(period string) (k Locked, found bool, err error) {
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

// Put keeps a period, on disk when it returns: a new one, or, of a restatement, the same one with more.
func (s *Shelf) Put(k Locked) error {
	data, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return wholefile.Write(s.path(k.Summary.Period), data, 0o600)
}

// All lists the kept periods in their order, from the one with which the books begin.
func (s *Shelf) All() ([]Locked, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "*"+keptForm))
	if err != nil {
		return nil, err
	}
	var list []Locked
	for _, f := range files {
		k, _, err := s.Get(strings.TrimSuffix(filepath.Base(f), keptForm))
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b Locked) int { return int(min(max(int64(a.Height)-int64(b.Height), -1), 1)) })
	return list, nil
}
