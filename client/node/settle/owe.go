package settle

import (
	"context"
	"slices"

	"tallystick/client/index"
	"tallystick/client/node"
)

// QueryOwes is the question of who owes whom (应收应付).
var QueryOwes = node.Does(node.Describe("query.owes", "GET", "/v1/owes", node.Read,
	"Who owes whom how many points, and how much money", "应收应付",
	`{"cycle":"2026-11","states":["NETTED","PART_PAID"]}`), owes)

// OwesRequest narrows what parties owe each other.
type OwesRequest struct {
	Open   bool     `json:"open,omitempty"`   // only what is owed still: each fen once
	Cycle  string   `json:"cycle,omitempty"`  // only what arose in this cycle
	States []string `json:"states,omitempty"` // only what is in one of these
}

// Owing is who owes whom: issuers their members, parties each other.
type Owing struct {
	Height      uint64              `json:"height"`
	Outstanding []index.Outstanding `json:"outstanding"` // what issuers owe members
	Owed        []index.Owed        `json:"owed"`        // what parties owe each other, for points, prices and fees
	Payments    []index.Unpaid      `json:"payments"`    // what that was netted into
	Hidden      []Hidden            `json:"hidden"`      // what they owe each other for supply
	Breakage    []index.Breakage    `json:"breakage"`    // what is no longer owed
}

// Failed is why something that is owed can't be so, nil if nothing is: the ledger has something else than the
// deliveries come to.
func (o Owing) Failed() error { return wrong(o.Hidden) }

func owes(ctx context.Context, n *node.Node, _ *node.Call, req OwesRequest) (Owing, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (answer Owing, err error) {
		answer.Height = r.Height()
		if answer.Outstanding, err = r.Outstanding(); err != nil {
			return answer, err
		}
		if answer.Owed, answer.Payments, err = r.Owes(); err != nil {
			return answer, err
		}
		if answer.Breakage, err = r.Breakage(); err != nil {
			return answer, err
		}
		answer.Hidden, err = hidden(n, r)
		req.keep(&answer)
		return answer, err
	})
}

// keep leaves what fits. What issuers owe members has no cycle: a filter leaves it out.
func (r OwesRequest) keep(o *Owing) {
	if !r.Open && r.Cycle == "" && len(r.States) == 0 {
		return
	}
	other := func(cycle, state string, open bool) bool {
		return r.Open && !open || r.Cycle != "" && cycle != r.Cycle || len(r.States) > 0 &&
			!slices.Contains(r.States, state)
	}
	if r.Cycle != "" || len(r.States) > 0 {
		o.Outstanding, o.Breakage = []index.Outstanding{}, []index.Breakage{}
	}
	o.Owed = slices.DeleteFunc(o.Owed, func(r index.Owed) bool { return other(r.Cycle, r.State, r.Open) })
	o.Payments = slices.DeleteFunc(o.Payments, func(p index.Unpaid) bool { return other(p.Cycle, p.State, p.Open) })
	o.Hidden = slices.DeleteFunc(o.Hidden, func(h Hidden) bool { return other(h.Cycle, h.State, h.Waits) })
}
