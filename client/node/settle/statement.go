package settle

import (
	"context"

	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/statement"
)

// The operations of statements (账单).
var (
	StatementClaim = node.Sends[settlement.ClaimRequest](node.Describe("statement.claim", "POST",
		"/v1/statements/{cycle}/{with}/claim", node.Finance,
		"Ask that a statement which you have signed stands as the ledger adds it up, whatever the other side signs, once the deadline has passed", "主张",
		`{"cycle":"2026-11","with":"D"}`))
	StatementList = node.Does(node.Describe("statement.list", "GET", "/v1/statements", node.Read,
		"List your statements of a cycle, or everybody's", "账单列表",
		`{"cycle":"2026-11"}`), listStatements)
	StatementShow = node.Does(node.Describe("statement.show", "GET", "/v1/statements/{cycle}/{with}", node.Read,
		"Show your statement with another party, as your own blocks have it", "账单详情",
		`{"cycle":"2026-11","with":"G","limit":50}`), showStatement)
	StatementCheck = node.Does(node.Describe("statement.check", "GET", "/v1/statements/{cycle}/check", node.Read,
		"Derive the cycle's root from your own blocks and compare it with the ledger's; name every wrong line", "核对账单",
		`{"cycle":"2026-11"}`), checkStatements)
	StatementSign = node.Does(node.Describe("statement.sign", "POST", "/v1/statements/{cycle}/sign", node.Finance,
		"Recompute your statements from your own blocks and sign their roots, or refuse and name the lines", "确认",
		`{"cycle":"2026-11","with":"G"}`), signStatements)
)

// clearing is the node's view of closed cycles, in a reading.
func linesFrom(n *node.Node, r *index.Reading) clearing.Node {
	return clearing.Node{Network: n.Config().Channel, Index: r}
}

// ListStatementsRequest narrows the list.
type ListStatementsRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
	All   bool   `json:"all,omitempty"`   // those of other parties too
}

func listStatements(ctx context.Context, n *node.Node, _ *node.Call,
	req ListStatementsRequest) (node.List[SummedPair], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (list node.List[SummedPair], err error) {
		cycle, err := closedOr(r, req.Cycle)
		if err == nil {
			err = node.CycleThere(r, cycle)
		}
		if err != nil {
			return list, err
		}
		list.Height = r.Height()
		pairs, err := r.Pairs(cycle)
		for _, p := range pairs {
			if req.All || otherOf(p, n.Party()) != "" {
				list.Rows = append(list.Rows, summed(p))
			}
		}
		return list, err
	})
}

// otherOf is the other party of a statement, "" if the party is none of the two.
func otherOf(p settlement.Pair, party string) string {
	switch party {
	case p.A:
		return p.B
	case p.B:
		return p.A
	}
	return ""
}

// ShowStatementRequest asks for a statement.
type ShowStatementRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
	With  string `json:"with"`            // the other party
	Party string `json:"party,omitempty"` // whose statement; the node's if it is left out
	Limit int    `json:"limit"`           // lines at most
}

// ShownStatement is a statement with its first lines.
type ShownStatement struct {
	statement.Statement
	State settlement.PairState `json:"state"`
	Lines []statement.Line     `json:"lines"` // the first of them
}

func showStatement(ctx context.Context, n *node.Node, _ *node.Call, req ShowStatementRequest) (ShownStatement, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (ShownStatement, error) {
		cycle, err := closedOr(r, req.Cycle)
		if err != nil {
			return ShownStatement{}, err
		}
		party := req.Party
		if party == "" {
			party = n.Party()
		}
		s, err := linesFrom(n, r).Recompute(cycle, party, req.With)
		if err != nil {
			return ShownStatement{}, err
		}
		lines, err := firstLines(s, req.Limit)
		return ShownStatement{s.Statement, s.Pair.State, lines}, err
	})
}

func firstLines(s clearing.Statement, n int) ([]statement.Line, error) {
	list := []statement.Line{}
	for l, err := range s.Lines() {
		if err != nil {
			return nil, err
		}
		if len(list) >= n {
			break
		}
		list = append(list, l)
	}
	return list, nil
}

// CheckStatementsRequest names a closed cycle.
type CheckStatementsRequest struct {
	Cycle string `json:"cycle,omitempty"` // the one that was cut off last if it is left out
}

// CheckedCycle is what a cycle comes to, by the read model and the ledger.
type CheckedCycle struct {
	Cycle string `json:"cycle"`
	Root  string `json:"root"`
	index.Gross
}

func checkStatements(ctx context.Context, n *node.Node, _ *node.Call,
	req CheckStatementsRequest) (CheckedCycle, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (checked CheckedCycle, err error) {
		if checked.Cycle, err = closedOr(r, req.Cycle); err != nil {
			return checked, err
		}
		if _, err := linesFrom(n, r).Check(ctx, checked.Cycle, n.Query()); err != nil {
			return checked, err // it names the lines
		}
		root, err := r.CycleRoot(checked.Cycle)
		if err != nil {
			return checked, err
		}
		checked.Root = root.String()
		checked.Gross, err = r.Gross(checked.Cycle)
		return checked, err
	})
}
