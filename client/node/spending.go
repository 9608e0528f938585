package node

import (
	"context"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
)

// Part is points of one programme.
type Part struct {
	Programme string       `json:"programme"`
	Points    amount.Units `json:"points"` // smallest units
}

// Spending says which points a request takes: parts, whose lots the node chooses, earliest expiry first, and lots that
// are named.
type Spending struct {
	Take []Part       `json:"take,omitempty"`
	Lots []spend.Take `json:"lots,omitempty"`
}

// ALot stands for lots that are still to be chosen.
var ALot = spend.Take{Lot: number.Command{Party: "X", Seq: 1}.Row(0), Amount: 1}

// Check refuses what is malformed whatever lots will be chosen: BAD_REQUEST for no points at all, and for what the
// request that is made of them refuses.
func (s Spending) Check(with func([]spend.Take) command.Request) error {
	if len(s.Take)+len(s.Lots) == 0 {
		return fault.New(fault.BadRequest, "say which points: take, or lots")
	}
	return s.CheckWith(with)
}

// CheckWith is Check where no points at all are well.
func (s Spending) CheckWith(with func([]spend.Take) command.Request) error {
	for i, p := range s.Take {
		if err := p.Points.Check(); err != nil {
			return fault.At("take", i, fault.Named("points", err))
		}
	}
	pieces := s.Lots
	if len(s.Take) > 0 {
		pieces = append([]spend.Take{ALot}, s.Lots...)
	}
	return with(pieces).Check()
}

// Pieces names the lots to spend. INSUFFICIENT, LIMIT; see [index.Reading.Choose].
func (s Spending) Pieces(r *index.Reading, member string) ([]spend.Take, error) {
	pieces := append([]spend.Take{}, s.Lots...)
	today, err := BusinessDate(r)
	if err != nil {
		return nil, err
	}
	for _, p := range s.Take {
		chosen, err := r.Choose(member, p.Programme, p.Points, today)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, chosen...)
	}
	return pieces, nil
}

func BusinessDate(r *index.Reading) (date.Date, error) {
	cycle, err := r.Cycle()
	return cycle.Date, err
}

// Spend sends a request that spends a member's points, once for a request id: asked again, it finds what was done then,
// whatever the wallet holds now.
func (n *Node) Spend(ctx context.Context, c *Call, member string, s Spending,
	with func([]spend.Take) command.Request) (Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		pieces, err := Ask(ctx, n, func(r *index.Reading) ([]spend.Take, error) { return s.Pieces(r, member) })
		if err != nil {
			return nil, err
		}
		return with(pieces), nil
	})
}

// FromNow is the moment that comes in so many seconds.
func FromNow(seconds int64) int64 { return time.Now().Unix() + seconds }
