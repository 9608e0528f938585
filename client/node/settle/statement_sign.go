package settle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/node"
)

// SignStatementsRequest asks that the party's statements of a cycle are signed.
type SignStatementsRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
	With  string `json:"with,omitempty"`  // only the statement with this party
}

// SignedStatement is a statement that was signed, or why it wasn't.
type SignedStatement struct {
	With   string `json:"with"`
	Root   string `json:"root"`
	Lines  uint64 `json:"lines"`
	State  string `json:"state"`            // of the statement, after
	Number string `json:"number,omitempty"` // command that signed, if one did
	Why    string `json:"why,omitempty"`    // not signed
}

// Signed is what became of each statement.
type Signed struct {
	node.Outcomes[SignedStatement]
	failed error
}

// Failed is why the last statement of those that weren't signed wasn't, nil if all were.
func (s Signed) Failed() error { return s.failed }

func signStatements(ctx context.Context, n *node.Node, c *node.Call, req SignStatementsRequest) (Signed, error) {
	var cycle string
	due, err := node.Ask(ctx, n, func(r *index.Reading) (due []signing, err error) {
		if cycle, err = closedOr(r, req.Cycle); err != nil {
			return nil, err
		}
		mine := linesFrom(n, r)
		if _, err := mine.Check(ctx, cycle, n.Query()); err != nil {
			return nil, err
		}
		return toSign(ctx, n, r, mine, cycle, req.With)
	})
	if err != nil {
		return Signed{}, err
	}
	run, err := n.Begin(ctx, c)
	if err != nil {
		return Signed{}, err
	}
	answer := Signed{}
	for _, one := range due {
		if one.err == nil && one.step != "" {
			one.err = sign(ctx, n, run, &one)
		}
		if one.err != nil {
			one.Why, answer.failed = one.err.Error(), one.err
		}
		answer.Rows = append(answer.Rows, one.SignedStatement)
	}
	if len(answer.Rows) == 0 {
		return Signed{}, fault.New(fault.NotFound, "%s has no such statement in cycle %s", n.Party(), cycle)
	}
	answer.Height = n.Height()
	return answer, nil
}

// signing is a statement to be signed.
type signing struct {
	SignedStatement
	step string // of the run, "" if it is signed as it is
	req  settlement.SignRequest
	err  error // why it can't be signed
}

// toSign recomputes the party's statements of a cycle, all or one.
func toSign(ctx context.Context, n *node.Node, r *index.Reading, mine clearing.Node, cycle, with string,
) (list []signing, err error) {
	pairs, err := r.Pairs(cycle)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		other := otherOf(p, n.Party())
		if other == "" || with != "" && with != other {
			continue
		}
		one := signing{SignedStatement: SignedStatement{With: other}}
		one.err = recompute(ctx, n, mine, cycle, &one)
		list = append(list, one)
	}
	return list, nil
}

// recompute makes one statement's request from the node's own blocks. If the sums differ the lines that are wrong are
// named.
func recompute(ctx context.Context, n *node.Node, mine clearing.Node, cycle string, one *signing) error {
	s, err := mine.Recompute(cycle, n.Party(), one.With)
	if err != nil {
		return err
	}
	one.Root, one.Lines, one.State = s.Root.String(), s.Total.Lines, s.Pair.State.String()
	after := "first" // what this signature takes the place of: a root may be signed again after another
	for _, signed := range s.Signatures {
		if signed.Party != n.Party() {
			continue
		}
		if slices.Equal(signed.Root, s.Root) {
			return nil // it is signed as it is
		}
		after = fmt.Sprintf("%d_%d", signed.Command.Lane, signed.Command.Seq)
	}
	if s.Pair.Pending > 0 {
		return fault.New(fault.WrongState,
			"%d hidden sums are to be opened first, by their parties: `statement.open`", s.Pair.Pending)
	}
	if one.req, err = s.SignRequest(n.Party()); err != nil {
		wrong, failed := mine.CheckLines(ctx, s, n.Query())
		if failed != nil {
			return errors.Join(err, failed)
		}
		return fmt.Errorf("%w. %s", err, clearing.Named(wrong))
	}
	one.step = node.Step("sign", cycle, one.With, one.Root[:16], after)
	return nil
}

// sign signs a statement.
func sign(ctx context.Context, n *node.Node, run *node.Run, one *signing) error {
	r, err := run.Send(ctx, one.step, one.req)
	if err != nil {
		return err
	}
	now, err := n.Query().Statement(ctx, one.req.Cycle, n.Party(), one.With)
	one.Number, one.State = r.Number.String(), now.State.String()
	return err
}
