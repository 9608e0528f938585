package books

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

var (
	scope  = Scope{Network: "alliance", Issuer: "G", Programme: "GP", Cycle: "2026-11", Height: 42}
	secret = []byte("of the issuer's node")
)

func members(n int) []Owed {
	list := make([]Owed, n)
	for i := range list {
		list[i] = Owed{Member: fmt.Sprintf("m-%d", i), Points: amount.Units(i * i)}
	}
	return list
}

func proofOf(t interface{ Fatal(...any) }, list []Owed, member string) (*Sums, Inclusion) {
	s, err := SumUp(scope, secret, list)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Prove(member)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

// TestEveryMemberIsCounted: the sum is that of the list, in whatever order it comes,
// and every member's path holds.
func TestEveryMemberIsCounted(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 5, 8, 9, 100} {
		list := members(n)
		s, err := SumUp(scope, secret, list)
		if err != nil {
			t.Fatal(err)
		}
		sum := amount.Units(0)
		for _, o := range list {
			sum += o.Points
			p, err := s.Prove(o.Member)
			if err != nil || p.Points != o.Points {
				t.Fatal(p, err)
			}
			if err := p.Verify(s.Root); err != nil {
				t.Errorf("%s of %d: %v", o.Member, n, err)
			}
		}
		slices.Reverse(list)
		again, err := SumUp(scope, secret, list)
		if err != nil || s.Sum != sum || again.Root.String() != s.Root.String() || int(s.Leaves) < n ||
			s.Leaves&(s.Leaves-1) != 0 {
			t.Errorf("%d members: sum %d, not %d; %d leaves, %v", n, s.Sum, sum, s.Leaves, err)
		}
		if _, err := s.Prove("nobody"); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("nobody: %v", err)
		}
	}
}

// TestAnyChangeShows: every field of a proof is bound by the root.
func TestAnyChangeShows(t *testing.T) {
	s, good := proofOf(t, members(9), "m-5")
	other := make(codec.Hash, 32)
	for _, c := range []struct {
		name   string
		change func(*Inclusion)
		code   fault.Code
	}{
		{"nothing", func(*Inclusion) {}, ""},
		{"points", func(p *Inclusion) { p.Points++ }, fault.Conflict},
		{"member", func(p *Inclusion) { p.Member = "m-6" }, fault.Conflict},
		{"salt", func(p *Inclusion) { p.Salt = other }, fault.Conflict},
		{"side", func(p *Inclusion) { p.Index ^= 1 }, fault.Conflict},
		{"a sibling", func(p *Inclusion) { p.Path[1].Hash = other }, fault.Conflict},
		{"a sibling's sum", func(p *Inclusion) { p.Path[2].Sum++ }, fault.Conflict},
		{"points moved to a sibling", func(p *Inclusion) { p.Points--; p.Path[0].Sum++ }, fault.Conflict},
		{"the sum", func(p *Inclusion) { p.Sum-- }, fault.Conflict},
		{"the issuer", func(p *Inclusion) { p.Issuer = "D" }, fault.Conflict},
		{"the programme", func(p *Inclusion) { p.Programme = "DP" }, fault.Conflict},
		{"the cycle", func(p *Inclusion) { p.Cycle = "2026-12" }, fault.Conflict},
		{"the height", func(p *Inclusion) { p.Height++ }, fault.Conflict},
		{"the network", func(p *Inclusion) { p.Network = "" }, fault.Conflict},
		{"the root it says", func(p *Inclusion) { p.Root = other }, fault.Conflict},
		{"fewer leaves", func(p *Inclusion) { p.Leaves /= 2 }, fault.BadRequest},
		{"a shorter path", func(p *Inclusion) { p.Path = p.Path[1:] }, fault.BadRequest},
		{"a sum under 0", func(p *Inclusion) { p.Path[0].Sum = -1 }, fault.BadRequest},
		{"a short salt", func(p *Inclusion) { p.Salt = nil }, fault.BadRequest},
		{"no member", func(p *Inclusion) { p.Member = "" }, fault.BadRequest},
		{"negative points", func(p *Inclusion) { p.Points = -1 }, fault.BadRequest},
		{"past the leaves", func(p *Inclusion) { p.Index = p.Leaves }, fault.BadRequest},
		{"more than can be", func(p *Inclusion) { p.Path[0].Sum = amount.Max }, fault.Limit},
	} {
		p := good
		p.Path = slices.Clone(good.Path)
		c.change(&p)
		if err := p.Verify(s.Root); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	if err := good.Verify(other); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another root: %v", err)
	}
}

// TestASumCannotBeShared: with a node that hashed left + right as one number, a prover
// could show the left half a tree in which the right one has nothing, and commit to less
// than both. Here the two sums are bound, each for itself.
func TestASumCannotBeShared(t *testing.T) {
	left, right := leafOf(secret, "l", 60), leafOf(secret, "r", 40)
	honest, err := above(left, right)
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range [][2]amount.Units{{100, 0}, {0, 100}, {40, 60}} {
		forged, err := above(node{left.hash, split[0]}, node{right.hash, split[1]})
		if err != nil || forged.sum != honest.sum {
			t.Fatal(forged, err)
		}
		if forged.hash.String() == honest.hash.String() {
			t.Errorf("%v has the same hash", split)
		}
	}
}

// TestNobodyIsNamed: a member's file has no other member's name, a repeated leaf of
// another height looks like another, and padding looks like anybody.
func TestNobodyIsNamed(t *testing.T) {
	_, p := proofOf(t, members(5), "m-1")
	later := scope
	later.Height++
	s, err := SumUp(later, secret, members(5))
	if err != nil {
		t.Fatal(err)
	}
	q, err := s.Prove("m-1")
	if err != nil || q.Salt.String() == p.Salt.String() {
		t.Errorf("the salt is the same at another height: %v", err)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if name := fmt.Sprintf(`"m-%d"`, i); i != 1 && bytes.Contains(data, []byte(name)) {
			t.Errorf("the file names %s", name)
		}
	}
	other, err := SumUp(scope, []byte("another's secret"), members(5))
	if err != nil || other.Root.String() == p.Root.String() {
		t.Errorf("anybody could make the tree: %v", err)
	}
}

func TestSumUpRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		list []Owed
		code fault.Code
	}{
		{"a member with nothing", []Owed{{Member: "a"}}, ""},
		{"a member twice", []Owed{{Member: "a", Points: 1}, {Member: "a", Points: 2}}, fault.BadRequest},
		{"nobody", []Owed{{Points: 1}}, fault.BadRequest},
		{"under 0", []Owed{{Member: "a", Points: -1}}, fault.BadRequest},
		{"above the limit", []Owed{{Member: "a", Points: amount.Max + 1}}, fault.Limit},
		{"above the limit together", []Owed{{Member: "a", Points: amount.Max}, {Member: "b", Points: 1}}, fault.Limit},
	} {
		if _, err := SumUp(scope, secret, c.list); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestKeptFiles(t *testing.T) {
	s, _ := proofOf(t, members(7), "m-3")
	data, err := json.Marshal(s.Keep())
	if err != nil {
		t.Fatal(err)
	}
	var kept Kept
	if err := codec.DecodeJSON(data, &kept); err != nil {
		t.Fatal(err)
	}
	again, err := kept.Rebuild(secret)
	if err != nil || again.Root.String() != s.Root.String() {
		t.Fatal(again, err)
	}
	if _, err := kept.Rebuild([]byte("another")); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("under another secret: %v", err)
	}
	kept.Members[0].Points++
	if _, err := kept.Rebuild(secret); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("changed: %v", err)
	}
}

// TestProofsHoldAgainstADumbTree compares the root's node with one computed by
// recursion from the definition.
func TestProofsHoldAgainstADumbTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := members(rapid.IntRange(1, 20).Draw(t, "n"))
		for i := range list {
			list[i].Points = amount.Units(rapid.Int64Range(0, 1_000_000).Draw(t, "points"))
		}
		s, p := proofOf(t, list, list[rapid.IntRange(0, len(list)-1).Draw(t, "who")].Member)
		if err := p.Verify(s.Root); err != nil {
			t.Fatal(err)
		}
		if hash, sum := dumb(s.levels[0]); sum != uint64(s.Sum) || codec.Hash(hash).String() != s.Node.String() {
			t.Fatalf("%x over %d, not %s over %d", hash, sum, s.Node, s.Sum)
		}
	})
}

func dumb(leaves []node) ([]byte, uint64) {
	if len(leaves) == 1 {
		return leaves[0].hash, uint64(leaves[0].sum)
	}
	half := len(leaves) / 2
	left, l := dumb(leaves[:half])
	right, r := dumb(leaves[half:])
	text := binary.BigEndian.AppendUint64(nil, l)
	text = append(text, left...)
	text = binary.BigEndian.AppendUint64(text, r)
	return hashed(1, append(text, right...)), l + r
}

// TestFormat pins the bytes, as another implementation computed them: a root that was
// published must be checked for good.
func TestFormat(t *testing.T) {
	s, p := proofOf(t, []Owed{{Member: "li", Points: 350}, {Member: "zhang", Points: 1}, {Member: "wang", Points: 20}},
		"li")
	for what, pair := range map[string][2]string{
		"salt": {p.Salt.String(), "def5acce741cd44e9e8bb990401269a4ab244040f2860c53d68cbfe3853856c1"},
		"node": {s.Node.String(), "5939eb4ed1165aaf9fece495cccaa580b5b38249a151b39068626d6c89ab4ec2"},
		"root": {s.Root.String(), "53df6fe9f0848e738f8690d87273aac20698948811516aa07b18f51ab373b5b4"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %s", what, pair[0])
		}
	}
}
