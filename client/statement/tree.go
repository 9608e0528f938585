package statement

import (
	"crypto/sha256"
	"math/bits"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// Tree builds the Merkle tree of RFC 6962 over leaves that come one by one. It
// holds one hash a level, whatever the number of leaves.
type Tree struct {
	n     uint64
	peaks [][32]byte // roots of the full subtrees so far, large ones first
}

// Add adds the next leaf's hash, as Line.Leaf has it. It panics for what is no SHA-256.
func (t *Tree) Add(leaf codec.Hash) { t.add([32]byte(leaf)) }

func (t *Tree) add(leaf [32]byte) {
	t.peaks = append(t.peaks, leaf)
	for n := t.n; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		t.peaks[last-1] = node(t.peaks[last-1], t.peaks[last])
		t.peaks = t.peaks[:last]
	}
	t.n++
}

// Count is how many leaves were added.
func (t *Tree) Count() uint64 { return t.n }

// Root is the root over the leaves so far: SHA-256 of nothing if there are none.
func (t *Tree) Root() codec.Hash {
	sum := t.root()
	return sum[:]
}

func (t *Tree) root() [32]byte {
	if len(t.peaks) == 0 {
		return sha256.Sum256(nil)
	}
	sum := t.peaks[len(t.peaks)-1]
	for _, peak := range slices.Backward(t.peaks[:len(t.peaks)-1]) {
		sum = node(peak, sum)
	}
	return sum
}

// node is SHA-256(0x01 ‖ left ‖ right).
func node(left, right [32]byte) [32]byte {
	var text [65]byte
	text[0] = 1
	copy(text[1:], left[:])
	copy(text[33:], right[:])
	return sha256.Sum256(text[:])
}

// Signed is what a statement's root is over: who owes whom how much in how many
// lines, and the tree over these.
type Signed struct {
	_       struct{}     `cbor:",toarray"`
	Format  string       `json:"format"`
	Network string       `json:"network"`
	Cycle   string       `json:"cycle"`
	A       string       `json:"a"`
	B       string       `json:"b"`
	Lines   uint64       `json:"lines"`
	AB      amount.Units `json:"aOwesB"` // fen
	BA      amount.Units `json:"bOwesA"` // fen
	Tree    codec.Hash   `json:"tree"`
}

// Format names the form of what is signed, and of the files.
const Format = "tallystick statement v1"

// Root is SHA-256(0x02 ‖ the bytes of what is signed).
func (s Signed) Root() codec.Hash {
	sum := sha256.Sum256(codec.Append([]byte{2}, s))
	return sum[:]
}

// Signed is what a party that signs this statement signs.
func (s Statement) Signed() Signed {
	return Signed{Format: Format, Network: s.Head.Network, Cycle: s.Head.Cycle, A: s.Head.A.ID, B: s.Head.B.ID,
		Lines: s.Total.Lines, AB: s.Total.Owes.AB, BA: s.Total.Owes.BA, Tree: s.Tree}
}

// Inclusion proves that a line is in a statement, to who has nothing but the
// root that was signed.
type Inclusion struct {
	Line   Line         `json:"line"`
	Index  uint64       `json:"index"` // of the line, from 0
	Path   []codec.Hash `json:"path"`  // siblings, from the leaf up
	Signed Signed       `json:"signed"`
}

// span are leaves [from, to), which have one node above them that a path needs.
type span struct {
	from, to uint64
	tree     Tree
}

// Prove proves that a line is in the statement that was made of these lines.
// NOT_FOUND if it isn't.
func Prove(s Statement, lines Source, id string) (Inclusion, error) {
	in := Inclusion{Signed: s.Signed()}
	at, found := uint64(0), false
	for l, err := range lines() {
		if err != nil {
			return Inclusion{}, err
		}
		if l.ID == id {
			in.Line, in.Index, found = l, at, true
		}
		at++
	}
	if !found {
		return Inclusion{}, fault.New(fault.NotFound, "the statement has no line %.90s", id)
	}
	spans := spansOf(in.Index, at)
	if err := fill(spans, lines); err != nil {
		return Inclusion{}, err
	}
	for _, one := range spans {
		in.Path = append(in.Path, one.tree.Root())
	}
	return in, in.Verify(s.Root)
}

// spansOf are the siblings on the way from a leaf up, as RFC 6962 has them.
func spansOf(at, n uint64) (spans []*span) {
	for from, to := uint64(0), n; to-from > 1; {
		half := from + 1<<(bits.Len64(to-from-1)-1) // the largest power of two under the size
		if at < half {
			spans, to = append(spans, &span{from: half, to: to}), half
		} else {
			spans, from = append(spans, &span{from: from, to: half}), half
		}
	}
	slices.Reverse(spans)
	return spans
}

// fill adds each leaf to the span it lies in: they don't overlap.
func fill(spans []*span, lines Source) error {
	at := uint64(0)
	for l, err := range lines() {
		if err != nil {
			return err
		}
		for _, one := range spans {
			if one.from <= at && at < one.to {
				one.tree.add(l.leaf())
				break
			}
		}
		at++
	}
	return nil
}

// Verify checks the proof against a root that was signed. BAD_REQUEST says that it
// proves nothing.
func (in Inclusion) Verify(root codec.Hash) error {
	if err := in.Line.Check(); err != nil {
		return err
	}
	bad := fault.New(fault.BadRequest, "line %s is not shown to be under this root", in.Line.ID)
	if in.Index >= in.Signed.Lines || in.Signed.Lines > MaxLines || in.Signed.Format != Format {
		return bad
	}
	spans := spansOf(in.Index, in.Signed.Lines)
	if len(spans) != len(in.Path) {
		return bad
	}
	sum := in.Line.leaf()
	for i, one := range spans {
		if len(in.Path[i]) != len(sum) {
			return bad
		}
		if sibling := [32]byte(in.Path[i]); one.from > in.Index {
			sum = node(sum, sibling)
		} else {
			sum = node(sibling, sum)
		}
	}
	if !slices.Equal(sum[:], in.Signed.Tree) || !slices.Equal(in.Signed.Root(), root) {
		return bad
	}
	return nil
}
