package statement

import (
	"iter"

	"tallystick/chaincode/number"
)

// Difference is one way in which two parties' lines differ.
type Difference struct {
	ID     string `json:"id"`    // of the line
	Field  string `json:"field"` // by its name in JSON; "" if only one of the two has the line
	Ours   string `json:"ours"`  // what stands there; the kind and fen, if only one has the line
	Theirs string `json:"theirs"`
}

// Missing says whether we lack a line that they have.
func (d Difference) Missing() bool { return d.Field == "" && d.Ours == "" }

// Extra says whether they lack a line that we have.
func (d Difference) Extra() bool { return d.Field == "" && d.Theirs == "" }

// Diff compares two sources of lines, and yields each line and field in which they
// differ, in the lines' order. It holds two lines at a time. What is not under
// the root, that a line is disputed, is not compared.
func Diff(ours, theirs Source) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		left, stopLeft := newSide(ours)
		defer stopLeft()
		right, stopRight := newSide(theirs)
		defer stopRight()
		left.advance()
		right.advance()
		for left.err == nil && right.err == nil && (left.more || right.more) {
			which := compareSides(left, right)
			for _, d := range differ(left.line, right.line, which) {
				if !yield(d, nil) {
					return
				}
			}
			if which <= 0 {
				left.advance()
			}
			if which >= 0 {
				right.advance()
			}
		}
		for _, err := range []error{left.err, right.err} {
			if err != nil {
				yield(Difference{}, err)
				return
			}
		}
	}
}

// side is one of two sources, at one of its lines.
type side struct {
	next func() (Line, error, bool)
	line Line
	at   number.Row
	more bool
	err  error
}

func newSide(source Source) (*side, func()) {
	next, stop := iter.Pull2(source())
	return &side{next: next}, stop
}

func (s *side) advance() {
	s.line, s.err, s.more = s.next()
	if s.err == nil && s.more {
		s.at, s.err = number.ParseRow(s.line.ID)
	}
}

// compareSides says which of two sides has the earlier line: −1, 1, or 0 if both are at one.
func compareSides(left, right *side) int {
	switch {
	case !right.more:
		return -1
	case !left.more:
		return 1
	}
	return order(left.at, right.at)
}

// differ lists the differences of two lines that have one number, or names the one that the
// other lacks.
func differ(ours, theirs Line, which int) (list []Difference) {
	switch {
	case which < 0:
		return []Difference{{ID: ours.ID, Ours: ours.brief()}}
	case which > 0:
		return []Difference{{ID: theirs.ID, Theirs: theirs.brief()}}
	}
	other := theirs.fields()
	for i, f := range ours.fields() {
		if f[1] != other[i][1] {
			list = append(list, Difference{ID: ours.ID, Field: f[0], Ours: f[1], Theirs: other[i][1]})
		}
	}
	return list
}

// brief is a line in a few words.
func (l Line) brief() string {
	return l.Kind + " " + l.Debtor + " → " + l.Creditor + " " + units(l.Fen) + " fen"
}
