package ledgersim

import (
	"cmp"
	"maps"
	"slices"
)

// RWSet is what a transaction read and would write, by namespace; everything in
// it is sorted, so that equal effects are equal bytes.
type RWSet struct{ Namespaces []NamespaceRWSet }

// NamespaceRWSet is the part of one chaincode.
type NamespaceRWSet struct {
	Namespace      string
	Reads          []Read
	Writes         []Write
	MetadataWrites []MetadataWrite
	Ranges         []RangeQuery // in the order in which they were begun
	Collections    []CollectionRWSet
}

// CollectionRWSet is a private collection's public part: keys and values are
// SHA-256 hashes, raw bytes in a string.
type CollectionRWSet struct {
	Collection     string
	Reads          []Read
	Writes         []Write
	MetadataWrites []MetadataWrite
	PrivateHash    []byte // of the private write set, nil when nothing private was written
}

// Read is a key and the version seen; the zero Version when it was absent.
type Read struct {
	Key     string
	Version Version
}

// Write is a key's new value. A write of no bytes is a deletion (FAB-18386).
type Write struct {
	Key    string
	Value  []byte
	Delete bool
	Purge  bool // collections only: a deletion that also removes history
}

// MetadataWrite sets the endorsement policy of a key; an empty one removes it.
type MetadataWrite struct {
	Key    string
	Policy []byte
}

// RangeQuery is a range and what it gave, for the check against phantoms. When
// the reader stopped early, End is the last key fetched (inclusive) and
// Exhausted is false.
type RangeQuery struct {
	Start, End string
	Exhausted  bool
	Reads      []Read
}

// PrivateWrite is the plaintext behind a hashed write. It travels beside the
// transaction, never in it.
type PrivateWrite struct {
	Namespace, Collection, Key string
	Value                      []byte
	Delete                     bool
	MetadataOnly               bool // the key's policy was set, not its value
}

// Namespace is one chaincode's part, or nil.
func (rw *RWSet) Namespace(name string) *NamespaceRWSet {
	for i := range rw.Namespaces {
		if rw.Namespaces[i].Namespace == name {
			return &rw.Namespaces[i]
		}
	}
	return nil
}

// writes says whether the transaction changes anything in the namespace.
func (ns *NamespaceRWSet) writes() bool {
	if len(ns.Writes) > 0 || len(ns.MetadataWrites) > 0 {
		return true
	}
	return slices.ContainsFunc(ns.Collections, func(c CollectionRWSet) bool {
		return len(c.Writes) > 0 || len(c.MetadataWrites) > 0
	})
}

// rwBuilder gathers a simulation's reads and writes; a later write of a key
// replaces an earlier one, and so does a later read.
type rwBuilder struct{ spaces map[string]*spaceBuilder }

// spaceBuilder serves a namespace and, inside one, a collection.
type spaceBuilder struct {
	reads       map[string]Version
	writes      map[string]Write
	policies    map[string][]byte
	ranges      []*RangeQuery
	collections map[string]*spaceBuilder
	private     map[string]PrivateWrite // collections only, by plaintext key
	metadata    map[string]PrivateWrite // collections only: keys whose policy was set
}

func newSpaceBuilder() *spaceBuilder {
	return &spaceBuilder{reads: map[string]Version{}, writes: map[string]Write{}}
}

func (b *rwBuilder) space(ns string) *spaceBuilder {
	if b.spaces == nil {
		b.spaces = map[string]*spaceBuilder{}
	}
	sp := b.spaces[ns]
	if sp == nil {
		sp = newSpaceBuilder()
		b.spaces[ns] = sp
	}
	return sp
}

func (b *rwBuilder) collection(ns, name string) *spaceBuilder {
	sp := b.space(ns)
	if sp.collections == nil {
		sp.collections = map[string]*spaceBuilder{}
	}
	c := sp.collections[name]
	if c == nil {
		c = newSpaceBuilder()
		c.private, c.metadata = map[string]PrivateWrite{}, map[string]PrivateWrite{}
		sp.collections[name] = c
	}
	return c
}

func (sp *spaceBuilder) setPolicy(key string, policy []byte) {
	if sp.policies == nil {
		sp.policies = map[string][]byte{}
	}
	sp.policies[key] = policy
}

// build ends the simulation: the public read-write set and the private writes.
func (b *rwBuilder) build() (*RWSet, []PrivateWrite) {
	rw := &RWSet{}
	var private []PrivateWrite
	for _, name := range slices.Sorted(maps.Keys(b.spaces)) {
		sp := b.spaces[name]
		ns := NamespaceRWSet{Namespace: name, Reads: sp.sortedReads(), Writes: sp.sortedWrites(),
			MetadataWrites: sp.sortedPolicies(), Ranges: sp.distinctRanges()}
		for _, coll := range slices.Sorted(maps.Keys(sp.collections)) {
			c := sp.collections[coll]
			writes := c.privateWrites()
			private = append(private, writes...)
			ns.Collections = append(ns.Collections, CollectionRWSet{Collection: coll, Reads: c.sortedReads(),
				Writes: c.sortedWrites(), MetadataWrites: c.sortedPolicies(), PrivateHash: privateHash(writes)})
		}
		rw.Namespaces = append(rw.Namespaces, ns)
	}
	return rw, private
}

func (sp *spaceBuilder) sortedReads() []Read {
	var out []Read
	for key, v := range sp.reads {
		out = append(out, Read{key, v})
	}
	slices.SortFunc(out, func(a, b Read) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (sp *spaceBuilder) sortedWrites() []Write {
	out := slices.Collect(maps.Values(sp.writes))
	slices.SortFunc(out, func(a, b Write) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (sp *spaceBuilder) sortedPolicies() []MetadataWrite {
	var out []MetadataWrite
	for key, policy := range sp.policies {
		out = append(out, MetadataWrite{key, policy})
	}
	slices.SortFunc(out, func(a, b MetadataWrite) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// distinctRanges keeps the first of ranges that are told by the same bounds.
func (sp *spaceBuilder) distinctRanges() []RangeQuery {
	type bounds struct {
		start, end string
		exhausted  bool
	}
	seen := map[bounds]bool{}
	var out []RangeQuery
	for _, r := range sp.ranges {
		if b := (bounds{r.Start, r.End, r.Exhausted}); !seen[b] {
			seen[b] = true
			out = append(out, *r)
		}
	}
	return out
}

func (sp *spaceBuilder) privateWrites() []PrivateWrite {
	out := slices.Collect(maps.Values(sp.private))
	for key, w := range sp.metadata {
		if _, written := sp.private[key]; !written {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b PrivateWrite) int { return cmp.Compare(a.Key, b.Key) })
	return out
}
