package ledgersim

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// updates is what a block's valid transactions so far do to the state that was
// before it (core/ledger/kvledger/txmgmt/validation).
type updates struct {
	state  *store
	height uint64
	spaces map[string]map[string]entry
}

func newUpdates(state *store, height uint64) *updates {
	return &updates{state: state, height: height, spaces: map[string]map[string]entry{}}
}

func (u *updates) set(spaceName, key string, e entry) {
	if u.spaces[spaceName] == nil {
		u.spaces[spaceName] = map[string]entry{}
	}
	u.spaces[spaceName][key] = e
}

// checkReads compares what a transaction saw with what it would see now; the
// first difference decides: per namespace keys, then ranges, then collections.
func (u *updates) checkReads(tx *Tx) {
	for _, ns := range tx.RWSet().Namespaces {
		if r, ok := u.sameReads(ns.Namespace, ns.Reads); !ok {
			tx.invalid(peer.TxValidationCode_MVCC_READ_CONFLICT, "%s key %q was read at %v and has changed",
				ns.Namespace, r.Key, r.Version)
			return
		}
		for _, r := range ns.Ranges {
			if !u.sameRange(ns.Namespace, r) {
				tx.invalid(peer.TxValidationCode_PHANTOM_READ_CONFLICT, "%s range [%q, %q) has changed",
					ns.Namespace, r.Start, r.End)
				return
			}
		}
		for _, c := range ns.Collections {
			if r, ok := u.sameReads(hashSpace(ns.Namespace, c.Collection), c.Reads); !ok {
				tx.invalid(peer.TxValidationCode_MVCC_READ_CONFLICT, "%s collection %s key hash %x has changed",
					ns.Namespace, c.Collection, r.Key)
				return
			}
		}
	}
}

// sameReads: any write of an earlier transaction of the block is a conflict,
// whatever the version that was read.
func (u *updates) sameReads(spaceName string, reads []Read) (Read, bool) {
	changed := u.spaces[spaceName]
	for _, r := range reads {
		if _, ok := changed[r.Key]; ok {
			return r, false
		}
		committed := Version{}
		if e := u.state.get(spaceName, r.Key, u.height); e != nil {
			committed = e.version
		}
		if committed != r.Version {
			return r, false
		}
	}
	return Read{}, true
}

// sameRange runs the range again over the state and the block's updates. One
// that was not read to its end includes its last key.
func (u *updates) sameRange(ns string, r RangeQuery) bool {
	now := u.rangeReads(ns, r.Start, r.End)
	if !r.Exhausted {
		if e, ok := u.spaces[ns][r.End]; ok {
			if !e.deleted {
				now = append(now, Read{r.End, e.version})
			}
		} else if e := u.state.get(ns, r.End, u.height); e != nil {
			now = append(now, Read{r.End, e.version})
		}
	}
	return slices.Equal(now, r.Reads)
}

func (u *updates) rangeReads(ns, start, end string) []Read {
	var out []Read
	changed := u.spaces[ns]
	cur := u.state.scan(ns, start, end, u.height)
	for key, e := cur.next(); e != nil; key, e = cur.next() {
		if _, ok := changed[key]; !ok {
			out = append(out, Read{key, e.version})
		}
	}
	sortAgain := false
	for key, e := range changed {
		if key >= start && (end == "" || key < end) && !e.deleted {
			out = append(out, Read{key, e.version})
			sortAgain = true
		}
	}
	if sortAgain {
		slices.SortFunc(out, func(a, b Read) int { return cmp.Compare(a.Key, b.Key) })
	}
	return out
}

// add applies a valid transaction's writes to the updates (tx_ops.go). A value
// keeps the key's policy, a policy keeps the key's value; a policy for an absent
// key is nothing; deleting a key removes both.
func (u *updates) add(tx *Tx, private map[string][]PrivateWrite) error {
	v := Version{tx.Block, uint64(tx.Index)}
	for _, ns := range tx.RWSet().Namespaces {
		if err := u.addSpace(ns.Namespace, ns.Writes, ns.MetadataWrites, v); err != nil {
			return err
		}
		for _, c := range ns.Collections {
			if err := u.addSpace(hashSpace(ns.Namespace, c.Collection), c.Writes, c.MetadataWrites, v); err != nil {
				return err
			}
		}
	}
	if len(private) == 0 {
		return nil
	}
	for _, w := range private[string(hash(tx.payload))] {
		u.addPrivate(w, v)
	}
	return nil
}

func (u *updates) addSpace(spaceName string, writes []Write, policies []MetadataWrite, v Version) error {
	if len(policies) == 0 {
		for _, w := range writes {
			u.addValue(spaceName, w, v)
		}
		return nil
	}
	set := map[string][]byte{}
	for _, m := range policies {
		set[m.Key] = m.Policy
	}
	for _, w := range writes {
		u.addValue(spaceName, w, v)
		if policy, ok := set[w.Key]; ok {
			delete(set, w.Key)
			if e := u.spaces[spaceName][w.Key]; !e.deleted {
				e.policy = policy
				u.set(spaceName, w.Key, e)
			}
		}
	}
	for key, policy := range set {
		latest, inBlock := u.latest(spaceName, key)
		if latest == nil {
			continue
		}
		if inBlock && latest.deleted {
			return fmt.Errorf(
				"the policy of key %q is set after its deletion in the same block: 'Nil value not allowed. Instead call 'Delete' function'",
				key)
		}
		u.set(spaceName, key, entry{version: v, value: latest.value, policy: policy})
	}
	return nil
}

func (u *updates) addValue(spaceName string, w Write, v Version) {
	if w.Delete {
		u.set(spaceName, w.Key, entry{version: v, deleted: true})
		return
	}
	e := entry{version: v, value: w.Value}
	if latest, _ := u.latest(spaceName, w.Key); latest != nil {
		e.policy = latest.policy
	}
	u.set(spaceName, w.Key, e)
}

// latest is a key's entry as of now, a deletion in this block included.
func (u *updates) latest(spaceName, key string) (e *entry, inBlock bool) {
	if e, ok := u.spaces[spaceName][key]; ok {
		return &e, true
	}
	return u.state.get(spaceName, key, u.height), false
}

// addPrivate writes plaintext, for the members' peers to read. The version of a
// key whose policy alone was set follows its hash's.
func (u *updates) addPrivate(w PrivateWrite, v Version) {
	name := privateSpace(w.Namespace, w.Collection)
	if !w.MetadataOnly {
		u.set(name, w.Key, entry{version: v, value: w.Value, deleted: w.Delete})
		return
	}
	if latest, _ := u.latest(name, w.Key); latest != nil && !latest.deleted {
		u.set(name, w.Key, entry{version: v, value: latest.value})
	}
}

// apply writes the updates to the store and chains the block's digest and commit hash.
func (n *Network) apply(b *Block, u *updates) {
	h := sha256.New()
	if b.Number > 0 {
		h.Write(n.blocks[b.Number-1].Digest[:])
		b.commitHash = b.hashOf(u, n.blocks[b.Number-1].commitHash)
	}
	for _, name := range slices.Sorted(maps.Keys(u.spaces)) {
		for _, key := range slices.Sorted(maps.Keys(u.spaces[name])) {
			e := u.spaces[name][key]
			n.state.put(name, key, e)
			if !isPrivate(name) {
				h.Write(e.encode(name, key))
			}
		}
	}
	h.Sum(b.Digest[:0])
}

// encode is an entry's unambiguous form for digests.
func (e entry) encode(spaceName, key string) []byte {
	out := make([]byte, 0, 64+len(spaceName)+len(key)+len(e.value)+len(e.policy))
	for _, part := range []string{spaceName, key, string(e.value), string(e.policy)} {
		out = binary.AppendUvarint(out, uint64(len(part)))
		out = append(out, part...)
	}
	out = binary.AppendUvarint(out, e.version.Block)
	out = binary.AppendUvarint(out, e.version.Tx)
	if e.deleted {
		return append(out, 1)
	}
	return append(out, 0)
}
