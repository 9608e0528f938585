package row

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
)

// Seal is what one transaction seals: a batch of one party, as the next of one of its
// lanes. It says which rows the batch may write. That is less than executing it: a
// row that a Seal explains can still have another value than the rules give it.
type Seal struct {
	Party    string
	Lane     uint8
	Seq      uint64
	Commands []command.Command

	operator bool
	founding bool
	source   string // the numbered source that the batch is of, or ""
	batch    string // what the keys of rows that its commands name begin with
	kinds    kinds
}

// Source is the numbered source that the batch is of, or "".
func (s *Seal) Source() string { return s.source }

// NewSeal is the seal of a party's batch; a single command's has one command.
func NewSeal(party string, operator bool, b command.Batch) *Seal {
	s := &Seal{
		Party: party, Lane: b.Lane, Seq: b.Seq, Commands: b.Commands, operator: operator,
		batch: Batch(party, b.Lane, b.Seq),
	}
	if b.Source != nil {
		s.source = b.Source.Name
	}
	for _, c := range b.Commands {
		s.kinds.add(c.Kind)
	}
	return s
}

// Founding is the seal of a network's first transaction, which no lane numbers.
func Founding(party string) *Seal { return &Seal{Party: party, operator: true, founding: true} }

// IsFounding says whether this is the network's first transaction.
func (s *Seal) IsFounding() bool { return s.founding }

// Has says whether the batch has a command of one of the kinds.
func (s *Seal) Has(list ...command.Kind) bool { return s.kinds.meets(kindsOf(list)) }

// Explain answers why the batch may not have written a row; nil if it may. before is
// nil for a row that wasn't there, and for one of this batch's own number.
func (s *Seal) Explain(key string, before, after any) error {
	prefix, id, _ := strings.Cut(key, "/")
	r, known := readers[prefix]
	if !known {
		return fmt.Errorf("there is no such row")
	}
	if before != nil && r.keeps != nil && !r.keeps(s, before, after) {
		return fmt.Errorf("what never changes in this %s is another", r.kind)
	}
	at := place{s, r.shape, id}
	for i := range r.rules {
		if r.rules[i].explains(at, before, after) {
			return nil
		}
	}
	verb := "changes"
	if before == nil {
		verb = "makes"
	}
	return fmt.Errorf("no command of %s's batch %s this %s", s.Party, verb, r.kind)
}

// NumberedBy says whether the key is that of a row that one of the batch's commands names.
func (s *Seal) NumberedBy(key string) bool {
	prefix, id, _ := strings.Cut(key, "/")
	return readers[prefix].numbered && !s.founding && strings.HasPrefix(id, s.batch)
}

// Writers visits every kind of row with every command that may write it.
func Writers(visit func(prefix string, kind command.Kind)) {
	for prefix := range readers {
		for _, kind := range all() {
			if MayWrite(prefix, kind) {
				visit(prefix, kind)
			}
		}
	}
}

// MayWrite says whether a kind of command may write the row with this key at all.
func MayWrite(key string, kind command.Kind) bool {
	prefix, _, _ := strings.Cut(key, "/")
	return slices.ContainsFunc(readers[prefix].rules, func(one rule) bool { return one.kinds.has(kind) })
}

// rule says who makes or changes rows of a kind, by which commands.
type rule struct {
	who      who
	kinds    kinds
	new, old bool // it is for rows that weren't there, or were
	founding bool // the founding makes them
	keeps    keeps
}

// place is a row's place beside a seal.
type place struct {
	*Seal
	shape, id string
}

// who says whether the batch is of somebody, or of the command, that may write a row.
type who func(at place, by kinds, row any) bool

// keeps says whether a row's next value keeps what never changes.
type keeps func(s *Seal, before, after any) bool

func (r *rule) explains(at place, before, after any) bool {
	if at.founding {
		return r.founding && before == nil
	}
	if r.who == nil || before == nil && !r.new || before != nil && !r.old || !r.kinds.meets(at.kinds) {
		return false
	}
	return r.who(at, r.kinds, after) && (before == nil || r.who(at, r.kinds, before))
}

// makes is for rows that weren't there.
func makes(by who, list ...command.Kind) rule { return rule{who: by, kinds: kindsOf(list), new: true} }

// changes is for rows that were there.
func changes(by who, list ...command.Kind) rule {
	return rule{who: by, kinds: kindsOf(list), old: true}
}

// writes is for both.
func writes(by who, list ...command.Kind) rule {
	return rule{who: by, kinds: kindsOf(list), new: true, old: true}
}

// founded is for rows that the founding makes.
func founded() rule { return rule{founding: true} }

// keeping is for what never changes in rows of type T.
func keeping[T any](same func(before, after T) bool) rule {
	return keepingBy(func(_ *Seal, before, after T) bool { return same(before, after) })
}

// keepingBy is keeping, where it depends on the batch's commands.
func keepingBy[T any](same func(s *Seal, before, after T) bool) rule {
	return rule{keeps: func(s *Seal, before, after any) bool {
		b, is := before.(T)
		a, too := after.(T)
		return is && too && same(s, b, a)
	}}
}

// anyone is whoever sends such a command: the row doesn't say whose it is, or
// others act on it too.
func anyone(place, kinds, any) bool { return true }

// operator is the party that runs the network.
func operator(at place, _ kinds, _ any) bool { return at.operator }

// itsCommand is the command that the row's key names.
func itsCommand(at place, by kinds, _ any) bool {
	index, is := strings.CutPrefix(at.id, at.batch)
	if !is || len(index) < 3 {
		return false
	}
	i, err := strconv.ParseUint(index[:3], 16, 16)
	return err == nil && i < uint64(len(at.Commands)) && by.has(at.Commands[i].Kind)
}

// itsBatch is the batch that the row's key names.
func itsBatch(at place, _ kinds, _ any) bool { return strings.HasPrefix(at.id, at.batch) }

// itsLane is the lane that the row's key ends with: PARTY/LANE.
func itsLane(at place, _ kinds, _ any) bool {
	const lane = len("/00")
	rest, is := strings.CutSuffix(at.id, at.batch[:len(at.Party)+lane])
	return is && strings.HasSuffix(rest, "/")
}

// inKey is the party that stands in the key, where its shape has the word.
func inKey(word string) who {
	return func(at place, _ kinds, _ any) bool {
		for shape, id := at.shape, at.id; shape != ""; {
			var name, part string
			name, shape, _ = strings.Cut(shape, "/")
			part, id, _ = strings.Cut(id, "/")
			if name == word {
				return part == at.Party
			}
		}
		return false
	}
}

// owner is a party that the row names, before and after.
func owner[T any](names ...func(T) string) who {
	return func(at place, _ kinds, row any) bool {
		r, is := row.(T)
		for _, name := range names {
			if is && name(r) == at.Party {
				return true
			}
		}
		return false
	}
}

// asked is the command that a named request was: its number says which.
func asked(at place, _ kinds, row any) bool {
	r, is := row.(Request)
	n := r.Number
	if !is || n != (number.Command{Party: at.Party, Lane: at.Lane, Seq: at.Seq, Index: n.Index}) ||
		int(n.Index) >= len(at.Commands) {
		return false
	}
	return at.id == at.Party+"/"+at.Commands[n.Index].Name()
}

// itsSource is the batch that was taken from the source.
func itsSource(at place, _ kinds, _ any) bool {
	return at.source != "" && at.id == at.Party+"/"+at.source
}

// kinds is a set of kinds of commands.
type kinds [4]uint64

func kindsOf(list []command.Kind) (set kinds) {
	for _, k := range list {
		set.add(k)
	}
	return set
}

func (s *kinds) add(k command.Kind)     { s[k>>6] |= 1 << (k & 63) }
func (s kinds) has(k command.Kind) bool { return s[k>>6]&(1<<(k&63)) != 0 }

func (s kinds) meets(t kinds) bool {
	return s[0]&t[0] != 0 || s[1]&t[1] != 0 || s[2]&t[2] != 0 || s[3]&t[3] != 0
}

// all is every kind of command.
func all() (list []command.Kind) {
	command.Kinds(func(kind command.Kind, _ string) { list = append(list, kind) })
	return list
}
