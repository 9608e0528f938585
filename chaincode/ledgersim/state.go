package ledgersim

import (
	"slices"
	"strings"
)

// Version says which transaction wrote a value. The zero Version stands for a
// key that is absent: block 0 is the genesis block and writes no state.
type Version struct{ Block, Tx uint64 }

// entry is what one committed transaction left under a key.
type entry struct {
	version Version
	value   []byte
	policy  []byte // the key's own endorsement policy, nil when there is none
	deleted bool
}

// store keeps every version of every key, so that each peer reads the state of
// its own height without anything being copied; or only the latest one.
type store struct {
	spaces map[string]*space
	latest bool
}

// space is one namespace: a chaincode's public state, the hashes of one of its
// collections, or the plaintext of one.
type space struct {
	keys   map[string]*cell
	sorted []string // sorted
	fresh  []string // written since sorted was made
}

// cell is a key's life, oldest version first.
type cell struct{ versions []entry }

func newStore() *store { return &store{spaces: map[string]*space{}} }

// Collections live beside their chaincode's namespace, under Fabric's own names
// (core/ledger/kvledger/txmgmt/privacyenabledstate/db.go).
func hashSpace(ns, collection string) string    { return ns + "$$h" + collection }
func privateSpace(ns, collection string) string { return ns + "$$p" + collection }

// isPrivate tells plaintext of collections from what every peer holds.
func isPrivate(spaceName string) bool { return strings.Contains(spaceName, "$$p") }

func (s *store) space(name string) *space {
	sp := s.spaces[name]
	if sp == nil {
		sp = &space{keys: map[string]*cell{}}
		s.spaces[name] = sp
	}
	return sp
}

// get is the live entry under a key at a height, nil when there is none.
func (s *store) get(spaceName, key string, height uint64) *entry {
	sp := s.spaces[spaceName]
	if sp == nil {
		return nil
	}
	return sp.get(key, height)
}

func (sp *space) get(key string, height uint64) *entry {
	c := sp.keys[key]
	if c == nil {
		return nil
	}
	for i := len(c.versions) - 1; i >= 0; i-- {
		if e := &c.versions[i]; e.version.Block < height {
			if e.deleted {
				return nil
			}
			return e
		}
	}
	return nil
}

func (s *store) put(spaceName, key string, e entry) {
	sp := s.space(spaceName)
	c := sp.keys[key]
	if c == nil {
		c = &cell{}
		sp.keys[key] = c
		sp.fresh = append(sp.fresh, key)
	}
	if s.latest {
		c.versions = c.versions[:0]
	}
	c.versions = append(c.versions, e)
}

// order brings sorted up to date: keys are sorted only when somebody ranges.
func (sp *space) order() []string {
	if len(sp.fresh) > 0 {
		slices.Sort(sp.fresh)
		sp.sorted = mergeSorted(sp.sorted, sp.fresh)
		sp.fresh = nil
	}
	return sp.sorted
}

func mergeSorted(a, b []string) []string {
	if len(a) == 0 || a[len(a)-1] < b[0] {
		return append(a, b...)
	}
	out := make([]string, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// cursor walks the live keys of [next, end) in order; an empty end has no bound.
type cursor struct {
	space  *space
	keys   []string
	end    string
	height uint64
}

func (s *store) scan(spaceName, start, end string, height uint64) *cursor {
	sp := s.space(spaceName)
	keys := sp.order()
	from, _ := slices.BinarySearch(keys, start)
	return &cursor{space: sp, keys: keys[from:], end: end, height: height}
}

// next is the next key and its entry; the entry is nil at the end.
func (c *cursor) next() (string, *entry) {
	for len(c.keys) > 0 {
		key := c.keys[0]
		if c.end != "" && key >= c.end {
			break
		}
		c.keys = c.keys[1:]
		if e := c.space.get(key, c.height); e != nil {
			return key, e
		}
	}
	return "", nil
}
