package settle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// StatementOpen opens what is hidden in statements (披露供货款).
var StatementOpen = node.Does(node.Describe("statement.open", "POST", "/v1/statements/{cycle}/open", node.Finance,
	"Open what hidden supply of a closed cycle comes to, from your deliveries and your vault", "披露供货款",
	`{"cycle":"2026-11"}`), openStatements)

// OpenStatementsRequest asks that the party's hidden sums of a cycle are opened.
type OpenStatementsRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
}

// OpenedSum is a hidden sum that was opened, or why it wasn't.
type OpenedSum struct {
	Debtor   string `json:"debtor"`
	Creditor string `json:"creditor"`
	Back     bool   `json:"back"`
	Fee      string `json:"feeRate"`
	Number   string `json:"number,omitempty"` // command; "" if it was open
	Why      string `json:"why,omitempty"`
}

// Opened is what became of each hidden sum.
type Opened struct {
	node.Outcomes[OpenedSum]
	failed error
}

// Failed is why the last sum of those that weren't opened wasn't, nil if all are open.
func (o Opened) Failed() error { return o.failed }

func openStatements(ctx context.Context, n *node.Node, c *node.Call, req OpenStatementsRequest) (Opened, error) {
	due, err := node.Ask(ctx, n, func(r *index.Reading) ([]openingSum, error) {
		cycle, err := closedOr(r, req.Cycle)
		if err != nil {
			return nil, err
		}
		return toOpen(n, r, cycle)
	})
	if err != nil {
		return Opened{}, err
	}
	run, err := n.Begin(ctx, c)
	if err != nil {
		return Opened{}, err
	}
	answer := Opened{Outcomes: node.Outcomes[OpenedSum]{Rows: []OpenedSum{}}}
	for _, one := range due {
		if one.err == nil && one.req != nil {
			one.Number, one.err = openSum(ctx, n, run, *one.req)
		}
		if one.err != nil {
			one.Why, answer.failed = one.err.Error(), one.err
		}
		answer.Rows = append(answer.Rows, one.OpenedSum)
	}
	answer.Height = n.Height()
	return answer, nil
}

// openingSum is a hidden sum of the party's, and what opens it; nil if it is open.
type openingSum struct {
	OpenedSum
	req *settlement.OpenRequest
	err error // why it can't be opened
}

// toOpen lists the hidden sums of the party in a closed cycle.
func toOpen(n *node.Node, r *index.Reading, cycle string) (list []openingSum, err error) {
	pairs, err := r.Pairs(cycle)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if otherOf(pair, n.Party()) == "" {
			continue
		}
		for _, h := range pair.Hidden {
			p := h.Position
			one := openingSum{OpenedSum: OpenedSum{Debtor: p.Debtor, Creditor: p.Creditor,
				Back: p.Back, Fee: p.Fee.String()}}
			if h.Opened.IsZero() {
				one.req = &settlement.OpenRequest{Cycle: cycle, Debtor: p.Debtor, Creditor: p.Creditor,
					Back: p.Back, Fee: p.Fee}
				one.req.Opening, one.err = openingOf(n, r, cycle, p)
			}
			list = append(list, one)
		}
	}
	return list, nil
}

// openSum opens a hidden sum and answers the command's number, "" if the other side was first.
func openSum(ctx context.Context, n *node.Node, run *node.Run, req settlement.OpenRequest) (string, error) {
	step := node.Step("open", req.Cycle, req.Debtor, req.Creditor,
		fmt.Sprintf("%t-%d_%d", req.Back, req.Fee.Num, req.Fee.Den))
	r, err := run.Send(ctx, step, req)
	if fault.CodeOf(err) == fault.WrongState {
		now, failed := n.Query().Statement(ctx, req.Cycle, req.Debtor, req.Creditor)
		p := settlement.HiddenPosition{Debtor: req.Debtor, Creditor: req.Creditor, Back: req.Back, Fee: req.Fee}
		open := func(is settlement.HiddenSum) bool { return is.Names(p) && !is.Opened.IsZero() }
		if failed == nil && slices.ContainsFunc(now.Hidden, open) {
			return "", nil
		}
		return "", errors.Join(err, failed)
	}
	return r.Number.String(), err
}
