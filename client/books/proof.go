package books

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// A proof of liabilities is a Merkle tree whose nodes carry sums: what an issuer owes
// its members in one programme, so that everybody sees one total, each member can check
// that it is counted in it, and nobody learns who the others are.
//
//	root    SHA-256(0x02 ‖ CBOR [[network, issuer, programme, cycle, height], leaves, sum, node])
//	node    SHA-256(0x01 ‖ left sum ‖ left ‖ right sum ‖ right)     sums: 8 bytes, big-endian
//	leaf    SHA-256(0x00 ‖ CBOR [salt, member, points])
//	salt    HMAC-SHA-256(secret, CBOR [network, issuer, programme, height, member, pad])   pad: 0; of padding 1, 2 …
//
// Leaves stand in the order of their hashes, which salts make as good as random; the
// tree is filled up to a power of two with leaves of no member and no points, salted
// too, that look like any other.
//
// Sources. G. Maxwell's proof of liabilities (2013) sums leaves up a Merkle tree. As
// first written a node was H(left + right ‖ left ‖ right), which lets a prover show
// each half a sum of its own and commit to the larger only (K. Chalkias and others,
// 2019): a node here binds both sums, each for itself. A leaf under 0 would hide
// another's: sums are unsigned, at most 2⁵³−1, and whoever checks a path checks each
// sum on it.
//
// What leaks, which Provisions (2015) and DAPOL (2020) hide with commitments and range
// proofs and this doesn't: a member that is given its path learns the sums of the
// subtrees beside it, the nearest of which is another member's balance without a name,
// or none; and how many members there are, up to a power of two. Salts differ from
// height to height, so two paths can't be laid together. And a proof binds only if
// enough members check: whom an issuer leaves out is missed by nobody else.

// Owed is what one member has of a programme, held points included.
type Owed struct {
	_      struct{}     `cbor:",toarray"`
	Member string       `json:"member"` // pseudonym: the root of the member's names
	Points amount.Units `json:"points"`
}

// Scope is what a proof of liabilities speaks of.
type Scope struct {
	_         struct{} `cbor:",toarray"`
	Network   string   `json:"network"` // the channel's name
	Issuer    string   `json:"issuer"`
	Programme string   `json:"programme"`
	Cycle     string   `json:"cycle"`  // that was open
	Height    uint64   `json:"height"` // blocks that it speaks of
}

// Sealed is the root of a proof, with all that it is made of.
type Sealed struct {
	Scope
	Leaves uint32       `json:"leaves"` // a power of two: members, and padding
	Sum    amount.Units `json:"sum"`    // points that the issuer owes members
	Node   codec.Hash   `json:"node"`   // top of the tree
	Root   codec.Hash   `json:"root"`
}

// rootBody is what a root hashes.
type rootBody struct {
	_      struct{} `cbor:",toarray"`
	Scope  Scope
	Leaves uint32
	Sum    amount.Units
	Node   codec.Hash
}

func (s Sealed) root() codec.Hash {
	return hashed(2, codec.Encode(rootBody{Scope: s.Scope, Leaves: s.Leaves, Sum: s.Sum, Node: s.Node}))
}

func hashed(domain byte, data []byte) codec.Hash {
	sum := sha256.Sum256(append([]byte{domain}, data...))
	return sum[:]
}

// saltBody is what a salt is derived from. Member is "" for padding, which Pad numbers
// from 1.
type saltBody struct {
	_         struct{} `cbor:",toarray"`
	Network   string
	Issuer    string
	Programme string
	Height    uint64
	Member    string
	Pad       uint32
}

func (s Scope) salt(secret []byte, member string, pad uint32) codec.Hash {
	m := hmac.New(sha256.New, secret)
	m.Write(codec.Encode(saltBody{
		Network: s.Network, Issuer: s.Issuer, Programme: s.Programme, Height: s.Height, Member: member, Pad: pad,
	})) // it never fails
	return m.Sum(nil)
}

// leafBody is what a leaf hashes.
type leafBody struct {
	_      struct{} `cbor:",toarray"`
	Salt   codec.Hash
	Member string
	Points amount.Units
}

func leafOf(salt codec.Hash, member string, units amount.Units) node {
	return node{hashed(0, codec.Encode(leafBody{Salt: salt, Member: member, Points: units})), units}
}

// node is a hash and the sum under it.
type node struct {
	hash codec.Hash
	sum  amount.Units
}

// above joins two nodes. LIMIT above 2⁵³−1.
func above(left, right node) (node, error) {
	sum, err := left.sum.Add(right.sum)
	if err != nil {
		return node{}, err
	}
	data := make([]byte, 0, 80)
	for _, n := range []node{left, right} {
		data = append(binary.BigEndian.AppendUint64(data, uint64(n.sum)), n.hash...)
	}
	return node{hashed(1, data), sum}, nil
}

// Sums is the tree of a proof: the issuer keeps it, to give members their paths.
type Sums struct {
	Sealed
	levels [][]node // leaves first, the top last
	at     map[string]leaf
}

// leaf is where a member stands in the tree.
type leaf struct {
	index  int
	salt   codec.Hash
	points amount.Units
}

// SumUp builds the tree over what members have; those who have nothing may be left out.
// BAD_REQUEST for a member that stands twice or a negative amount, LIMIT for more than
// MaxLeaves or a sum above 2⁵³−1.
func SumUp(scope Scope, secret []byte, list []Owed) (*Sums, error) {
	leaves, at, err := scope.leaves(secret, list)
	if err != nil {
		return nil, err
	}
	s := &Sums{Sealed: Sealed{Scope: scope, Leaves: uint32(len(leaves))}, levels: [][]node{leaves}, at: at}
	for level := leaves; len(level) > 1; {
		next := make([]node, len(level)/2)
		for i := range next {
			if next[i], err = above(level[2*i], level[2*i+1]); err != nil {
				return nil, err
			}
		}
		s.levels, level = append(s.levels, next), next
	}
	top := s.levels[len(s.levels)-1][0]
	s.Sum, s.Node = top.sum, top.hash
	s.Root = s.root()
	return s, nil
}

// leaves lists the leaves by their hashes, padding among them.
func (s Scope) leaves(secret []byte, list []Owed) ([]node, map[string]leaf, error) {
	size := 1 << bits.Len(uint(max(1, len(list))-1))
	if size > MaxLeaves {
		return nil, nil, fault.New(fault.Limit, "a proof has at most %d members", MaxLeaves)
	}
	leaves, at := make([]node, 0, size), make(map[string]leaf, len(list))
	names := make(map[string]string, len(list)) // by hash
	for _, o := range list {
		if err := o.check(); err != nil {
			return nil, nil, err
		}
		if _, twice := at[o.Member]; twice {
			return nil, nil, fault.New(fault.BadRequest, "member %s stands twice", o.Member)
		}
		salt := s.salt(secret, o.Member, 0)
		n := leafOf(salt, o.Member, o.Points)
		leaves, at[o.Member], names[string(n.hash)] = append(leaves, n), leaf{salt: salt, points: o.Points}, o.Member
	}
	for pad := uint32(1); len(leaves) < size; pad++ {
		leaves = append(leaves, leafOf(s.salt(secret, "", pad), "", 0))
	}
	slices.SortFunc(leaves, func(a, b node) int { return bytes.Compare(a.hash, b.hash) })
	for i, n := range leaves {
		if member, is := names[string(n.hash)]; is {
			one := at[member]
			one.index = i
			at[member] = one
		}
	}
	return leaves, at, nil
}

func (o Owed) check() error {
	if err := name.CheckID("member", o.Member); err != nil {
		return err
	}
	return o.Points.CheckOptional()
}

// Inclusion is the proof that a member is counted in a root: the member's file. It names
// nobody else.
type Inclusion struct {
	Sealed
	Member string       `json:"member"`
	Points amount.Units `json:"points"`
	Salt   codec.Hash   `json:"salt"`
	Index  uint32       `json:"index"` // of the leaf, from 0: its bits say on which side each sibling stands
	Path   []Sibling    `json:"path"`  // the leaf's own first
}

// Sibling is what stands beside a node on the way up.
type Sibling struct {
	Hash codec.Hash   `json:"hash"`
	Sum  amount.Units `json:"sum"`
}

// Prove makes a member's proof. NOT_FOUND for one that the tree doesn't count.
func (s *Sums) Prove(member string) (Inclusion, error) {
	at, there := s.at[member]
	if !there {
		return Inclusion{},
			fault.New(fault.NotFound, "%.64s has no points of %s at height %d", member, s.Programme, s.Height)
	}
	p := Inclusion{Sealed: s.Sealed, Member: member, Points: at.points, Salt: at.salt, Index: uint32(at.index),
		Path: []Sibling{}}
	index := at.index
	for _, level := range s.levels[:len(s.levels)-1] {
		beside := level[index^1]
		p.Path = append(p.Path, Sibling{beside.hash, beside.sum})
		index /= 2
	}
	return p, nil
}

// Verify checks a proof against a root that was published: that the member's points are
// counted in the sum, and that the root says what the proof says of itself.
//
// Refused, first that applies: BAD_REQUEST (malformed), LIMIT (a sum above 2⁵³−1),
// CONFLICT (the path doesn't lead to the top, the sum isn't the root's, or the root is
// another).
func (p Inclusion) Verify(root codec.Hash) error {
	if err := p.check(); err != nil {
		return err
	}
	at, index := leafOf(p.Salt, p.Member, p.Points), p.Index
	for _, beside := range p.Path {
		left, right := at, node{beside.Hash, beside.Sum}
		if index&1 == 1 {
			left, right = right, left
		}
		next, err := above(left, right)
		if err != nil {
			return err
		}
		at, index = next, index/2
	}
	switch {
	case !bytes.Equal(at.hash, p.Node):
		return fault.New(fault.Conflict, "the path of %s doesn't lead to the top of the tree", p.Member)
	case at.sum != p.Sum:
		return fault.New(fault.Conflict, "the path sums up to %d points, the proof says %d", int64(at.sum),
			int64(p.Sum))
	case !bytes.Equal(p.Root, p.root()), !bytes.Equal(p.Root, root):
		return fault.New(fault.Conflict, "the proof is of root %s, not of %s", p.root(), root)
	}
	return nil
}

func (p Inclusion) check() error {
	if err := (Owed{Member: p.Member, Points: p.Points}).check(); err != nil {
		return err
	}
	// Lengths are the tree's: a path of another length could end in what is no leaf.
	if p.Leaves < 1 || p.Leaves > MaxLeaves || 1<<len(p.Path) != int(p.Leaves) || p.Index >= p.Leaves {
		return fault.New(fault.BadRequest, "the path doesn't fit a tree of %d leaves", p.Leaves)
	}
	if len(p.Salt) != sha256.Size {
		return fault.New(fault.BadRequest, "salt: want %d bytes", sha256.Size)
	}
	for _, s := range p.Path {
		if len(s.Hash) != sha256.Size || s.Sum < 0 || s.Sum > amount.Max {
			return fault.New(fault.BadRequest, "path: want hashes of %d bytes and sums from 0 to %d", sha256.Size,
				int64(amount.Max))
		}
	}
	return nil
}

// Kept is what an issuer keeps of a proof, to make its members' paths later. It names
// every member and balance: it is as secret as they are.
type Kept struct {
	Sealed
	Members []Owed `json:"members"`
}

// Keep is the file that an issuer keeps.
func (s *Sums) Keep() Kept {
	k := Kept{Sealed: s.Sealed, Members: make([]Owed, 0, len(s.at))}
	for member, l := range s.at {
		k.Members = append(k.Members, Owed{Member: member, Points: l.points})
	}
	slices.SortFunc(k.Members, func(a, b Owed) int { return bytes.Compare([]byte(a.Member), []byte(b.Member)) })
	return k
}

// Rebuild makes the tree of a kept file again, under the same secret. CONFLICT if that
// comes to another root: the file was changed, or another secret made it.
func (k Kept) Rebuild(secret []byte) (*Sums, error) {
	s, err := SumUp(k.Scope, secret, k.Members)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(s.Root, k.Root) {
		return nil, fault.New(fault.Conflict,
			"the file comes to root %s, not to %s: it was changed, or made under another secret", s.Root, k.Root)
	}
	return s, nil
}
