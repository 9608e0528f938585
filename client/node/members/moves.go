package members

import (
	"tallystick/chaincode/member"
	"tallystick/client/node"
)

// Moves says what this package's operations move: see [node.Move]. Who lets an acceptor spend a member's points
// moves as many.
func Moves() []node.Move {
	return []node.Move{
		node.Still(MemberLabel),
		node.Moving(MemberAuthorise, allowed, nil), node.Moving(MemberAuthoriseCode, allowed, nil),
		node.Moving(MemberAuthoriseSigned, func(r member.AuthoriseRequest) node.MovedOf {
			var m node.Moved
			for _, c := range r.Caps {
				m.Points = append(m.Points, node.Part{Programme: c.Programme, Points: c.Amount})
			}
			return node.Is(m)
		}, nil),
	}
}

func allowed(r AuthoriseRequest) node.MovedOf { return node.Is(node.Moved{Points: r.Allow}) }
