package settle

import (
	"context"
	"encoding/json"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// ShowCycleRequest asks for a cycle.
type ShowCycleRequest struct {
	Cycle string `json:"cycle,omitempty"` // the open one if it is left out
}

// ShownCycle is the open cycle, or a closed one with all that the ledger has of it. Its JSON is that of the one that it
// is.
type ShownCycle struct {
	Open   *settlement.Cycle
	Closed *CycleOnLedger
}

// MarshalJSON writes the cycle that it is.
func (s ShownCycle) MarshalJSON() ([]byte, error) {
	if s.Open != nil {
		return json.Marshal(s.Open)
	}
	return json.Marshal(s.Closed)
}

// UnmarshalJSON reads the cycle that it is: a closed one has statements.
func (s *ShownCycle) UnmarshalJSON(data []byte) error {
	var closed CycleOnLedger
	if err := json.Unmarshal(data, &closed); err != nil {
		return err
	}
	if closed.Statements != nil {
		*s = ShownCycle{Closed: &closed}
		return nil
	}
	*s = ShownCycle{Open: &settlement.Cycle{}}
	return json.Unmarshal(data, s.Open)
}

// CycleOnLedger is all that the ledger has of a closed cycle.
type CycleOnLedger struct {
	settlement.Close
	Statements []SummedPair `json:"statements"`
	// null before it is FINAL, and of a cycle in which nothing was owed
	Netting *settlement.Netting  `json:"netting" jsonschema:"nullable"`
	Paid    []settlement.Payment `json:"paid"` // the payments, whatever their state
}

// SummedPair is a statement with its sums.
type SummedPair struct {
	settlement.Pair
	Lines    uint64       `json:"lines"`
	AOwes    amount.Units `json:"aOwes"` // fen, disputed lines included
	BOwes    amount.Units `json:"bOwes"`
	Disputed amount.Units `json:"disputedFen"`
	ToOpen   int          `json:"toOpen"` // hidden sums
}

// summed adds up a statement.
func summed(p settlement.Pair) (s SummedPair) {
	s = SummedPair{Pair: p, Lines: p.Count(), ToOpen: unopened(p)}
	s.AOwes, _ = p.Owes(p.A)
	s.BOwes, _ = p.Owes(p.B)
	for _, c := range p.Carved {
		s.Disputed = s.Disputed.AddUpTo(c.Fen)
	}
	return s
}

func showCycle(ctx context.Context, n *node.Node, _ *node.Call, req ShowCycleRequest) (ShownCycle, error) {
	open, err := n.Query().Cycle(ctx)
	if err != nil {
		return ShownCycle{}, err
	}
	if req.Cycle == "" || req.Cycle == open.ID {
		return ShownCycle{Open: &open}, nil
	}
	closed, err := closedOnLedger(ctx, n.Query(), req.Cycle)
	return ShownCycle{Closed: &closed}, err
}

// cycleLedger is what a closed cycle is read from.
type cycleLedger interface {
	statements
	Netting(ctx context.Context, cycle string) (settlement.Netting, error)
	Payment(ctx context.Context, cycle string, n uint32) (settlement.Payment, error)
}

func closedOnLedger(ctx context.Context, ledger cycleLedger, cycle string) (shown CycleOnLedger, err error) {
	if shown.Close, err = ledger.Close(ctx, cycle); err != nil {
		return shown, err
	}
	pairs, err := statementsOf(ctx, ledger, shown.Close)
	if err != nil {
		return shown, err
	}
	shown.Statements = make([]SummedPair, len(pairs))
	for i, p := range pairs {
		shown.Statements[i] = summed(p)
	}
	if shown.Paid, err = paymentsOf(ctx, ledger, shown.Close); err != nil || shown.State < settlement.Final {
		return shown, err
	}
	netting, err := ledger.Netting(ctx, cycle)
	if fault.CodeOf(err) == fault.NotFound {
		return shown, nil // nothing was owed
	}
	shown.Netting = &netting
	return shown, err
}

func paymentsOf(ctx context.Context, ledger cycleLedger, closed settlement.Close) ([]settlement.Payment, error) {
	list := make([]settlement.Payment, closed.Payments)
	for i := range list {
		var err error
		if list[i], err = ledger.Payment(ctx, closed.ID, uint32(i)+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ListCyclesRequest narrows the list.
type ListCyclesRequest struct {
	State string `json:"state,omitempty"` // only those in this state
}

// Cycles is what the read model knows of cycles.
type Cycles struct {
	Height uint64             `json:"height"`
	Cycles []settlement.Close `json:"rows"` // closed, in the order of their cut-offs
	// null if another state than OPEN was asked for
	Open *settlement.Cycle `json:"open" jsonschema:"nullable"`
}

func listCycles(ctx context.Context, n *node.Node, _ *node.Call, req ListCyclesRequest) (Cycles, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (Cycles, error) {
		open, err := r.Cycle()
		if err != nil {
			return Cycles{}, err
		}
		closed, err := index.All[settlement.Close](r, index.Filter{})
		answer := Cycles{Height: r.Height(), Cycles: inTurn(closed, open.ID)}
		if req.State != "" {
			answer.Cycles = slices.DeleteFunc(answer.Cycles, func(c settlement.Close) bool {
				return c.State.String() != req.State
			})
		}
		if req.State == "" || req.State == "OPEN" {
			answer.Open = &open
		}
		return answer, err
	})
}

// inTurn puts closed cycles in the order of their cut-offs: each opened the next.
func inTurn(closed []index.Entry[settlement.Close], open string) []settlement.Close {
	opened := map[string]settlement.Close{}
	for _, c := range closed {
		opened[c.Row.Next] = c.Row
	}
	list := []settlement.Close{}
	for next := open; len(list) < len(closed); next = list[len(list)-1].ID {
		one, found := opened[next]
		if !found {
			break
		}
		list = append(list, one)
	}
	slices.Reverse(list)
	return list
}
