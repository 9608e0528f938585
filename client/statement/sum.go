package statement

import (
	"cmp"
	"maps"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Of sums lines up to a statement without signatures. The lines come sorted as
// their rows' keys are, each once.
//
// Refused, first that applies: BAD_REQUEST (the head; a line that is malformed, out of its
// order, or not of the two), LIMIT, and what the source fails with.
func Of(head Head, lines Source) (Statement, error) {
	sum, err := newSumming(head)
	if err != nil {
		return Statement{}, err
	}
	for l, err := range lines() {
		if err != nil {
			return Statement{}, err
		}
		if _, err := sum.add(l); err != nil {
			return Statement{}, err
		}
	}
	return sum.statement()
}

// summing is a statement of the lines so far.
type summing struct {
	head      Head
	last      number.Row
	movements map[Movement]*Movement // by what they are of, their sums left out
	total     Sum
	carved    Sum
	tree      Tree
}

func newSumming(head Head) (*summing, error) {
	return &summing{head: head, movements: map[Movement]*Movement{}}, head.Check()
}

// add adds the next line, and answers its leaf. What it refuses names the line.
func (s *summing) add(l Line) (leaf [32]byte, err error) {
	if err := l.Check(); err != nil {
		return leaf, fault.New(fault.CodeOf(err), "line %.90q: %s", l.ID, textOf(err))
	}
	if err := s.place(l); err != nil {
		return leaf, err
	}
	s.sum(l)
	leaf = l.leaf()
	s.tree.add(leaf)
	return leaf, nil
}

// place refuses a line that doesn't follow the last one, or is of others.
func (s *summing) place(l Line) error {
	n, err := number.ParseRow(l.ID)
	if err != nil {
		return err
	}
	if !s.last.IsZero() && order(s.last, n) >= 0 {
		return fault.New(fault.BadRequest, "line %s: it doesn't come after %s", l.ID, s.last)
	}
	s.last = n
	if a, b := s.head.A.ID, s.head.B.ID; !(l.Debtor == a && l.Creditor == b || l.Debtor == b && l.Creditor == a) {
		return fault.New(fault.BadRequest, "line %s: it is not of %s and %s", l.ID, a, b)
	}
	if s.total.Lines >= MaxLines {
		return fault.New(fault.Limit, "the statement has more than %d lines", MaxLines)
	}
	return nil
}

func (s *summing) sum(l Line) {
	s.total.add(l, s.head.A.ID)
	if l.Disputed {
		s.carved.add(l, s.head.A.ID)
	}
	m := s.movement(Movement{Debtor: l.Debtor, Kind: l.Kind, Scene: l.Scene, Programme: l.Programme})
	m.Lines++
	m.Points, m.Fen, m.Tax = m.Points.AddUpTo(l.Points), m.Fen.AddUpTo(l.Fen), m.Tax.AddUpTo(l.TaxFen())
}

// movement is the sum of the lines that are of the same, a new one if there is none. Beyond MaxMovements, what is of
// another scene or programme is summed up without.
func (s *summing) movement(of Movement) *Movement {
	if m := s.movements[of]; m != nil {
		return m
	}
	if len(s.movements) >= MaxMovements && (of.Scene != "" || of.Programme != "") {
		return s.movement(Movement{Debtor: of.Debtor, Kind: of.Kind})
	}
	m := of
	s.movements[of] = &m
	return &m
}

// add counts a line. Sums stay at 2⁵³−1, as the ledger's do: nobody can make a statement that the other can't sign.
func (s *Sum) add(l Line, a string) {
	s.Lines++
	owes, tax := &s.Owes.BA, &s.Tax.BA
	if l.Debtor == a {
		owes, tax = &s.Owes.AB, &s.Tax.AB
	}
	*owes, *tax = owes.AddUpTo(l.Fen), tax.AddUpTo(l.TaxFen())
}

// statement is what the lines so far come to.
func (s *summing) statement() (Statement, error) {
	done := Statement{Head: s.head, Total: s.total, Carved: s.carved, Tree: s.tree.Root(), Movements: []Movement{},
		Payments: []Payment{}, Signatures: []Signature{}}
	for _, m := range slices.SortedFunc(maps.Values(s.movements), s.compare) {
		done.Movements = append(done.Movements, *m)
	}
	done.Closing = closing(s.head.Opening, s.total.Owes, s.carved.Owes)
	done.Root = done.Signed().Root()
	return done, nil
}

// compare sorts movements: what A owes, then what B owes; by kind in the order of
// Kinds, then scene and programme.
func (s *summing) compare(m, n *Movement) int {
	return cmp.Or(cmp.Compare(m.Debtor, n.Debtor), cmp.Compare(kindPlace(m.Kind), kindPlace(n.Kind)),
		cmp.Compare(m.Kind, n.Kind),
		cmp.Compare(m.Scene, n.Scene), cmp.Compare(m.Programme, n.Programme))
}

// closing is opening + total − carved, each way, and then netted.
func closing(opening, total, carved Owes) Owes {
	ab := opening.AB.AddUpTo(max(0, total.AB-carved.AB))
	ba := opening.BA.AddUpTo(max(0, total.BA-carved.BA))
	both := min(ab, ba)
	return Owes{AB: ab - both, BA: ba - both}
}
