package node

import (
	"context"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/index"
)

// Questions to the ledger and the read model (查询).
var (
	QueryHold = Does(Row{"query.hold", "GET", "/v1/holds/{hold}", Read,
		"Show a hold, the lots that it took, and its captures", "查询预占", `{"hold":"D.0.7.0"}`}, queryHold)
	QueryTotals = Does(Row{"query.totals", "GET", "/v1/programmes/{programme}/totals", Read,
		"Sum up a programme over all lanes", "积分汇总", `{"programme":"GP"}`}, queryTotals)
	QueryLane = Does(Row{"query.lane", "GET", "/v1/lanes/{party}/{lane}", Read,
		"Show the head of a lane", "通道头", `{"party":"D","lane":1}`}, queryLane)
	QueryRequest = Does(Row{"query.request", "GET", "/v1/requests/{party}/{id}", Read,
		"Which command took effect for a request", "查询请求", `{"party":"D","id":"till-7-000123"}`}, queryRequest)
	QueryUnsealed = Does(Row{"query.unsealed", "GET", "/v1/unsealed", Read,
		"What is on the ledger and isn't honoured, and what came of it", "未封存", `{}`}, queryUnsealed)
	QueryBreakage = Does(Row{"query.breakage", "GET", "/v1/breakage", Read,
		"What parties no longer owe because points expired", "弃兑", `{}`}, queryBreakage)
	QueryDigest = Does(Row{"query.digest", "GET", "/v1/index/digest", Read,
		"The digest of your read model: equal for every party at one height", "读模型摘要", `{}`}, queryDigest)
	QueryIndex = Does(Row{"query.index", "GET", "/v1/index", Read,
		"How far your read model is, and where", "读模型进度", `{}`}, queryIndex)
)

// HoldQuery names a hold.
type HoldQuery struct {
	Hold number.Command `json:"hold"`
}

func queryHold(ctx context.Context, n *Node, _ *Call, req HoldQuery) (points.Hold, error) {
	return n.Query().Hold(ctx, req.Hold)
}

func queryTotals(ctx context.Context, n *Node, _ *Call, req ProgrammeQuery) (points.Totals, error) {
	if _, err := n.Query().Programme(ctx, req.Programme); err != nil {
		return points.Totals{}, err
	}
	return n.Query().Totals(ctx, req.Programme)
}

// LaneQuery names a party's lane.
type LaneQuery struct {
	Party string `json:"party"`
	Lane  uint8  `json:"lane"`
}

// Check refuses with BAD_REQUEST a lane that no party has.
func (r LaneQuery) Check() error {
	if r.Lane >= number.Lanes {
		return fault.New(fault.BadRequest, "lane: want 0 to %d", number.Lanes-1)
	}
	return nil
}

func queryLane(ctx context.Context, n *Node, _ *Call, req LaneQuery) (head row.Head, err error) {
	if _, err = n.Query().Party(ctx, req.Party); err != nil {
		return head, err
	}
	return n.Query().Head(ctx, req.Party, req.Lane)
}

// RequestQuery names a request of a party's.
type RequestQuery struct {
	Party string `json:"party"`
	ID    string `json:"id"` // with ~STEP for a command that the request took besides its own
}

func queryRequest(ctx context.Context, n *Node, _ *Call, req RequestQuery) (row.Request, error) {
	return n.Query().Request(ctx, req.Party, req.ID)
}

// Unsealed is what is on the ledger and counts for nobody, and what came of it.
type Unsealed struct {
	Rows   []index.Stray `json:"rows"`
	Traces []index.Trace `json:"traces"`
}

func queryUnsealed(ctx context.Context, n *Node, _ *Call, _ NoRequest) (Unsealed, error) {
	return Ask(ctx, n, func(r *index.Reading) (found Unsealed, err error) {
		if found.Rows, err = r.Unsealed(); err == nil {
			found.Traces, err = r.Traces()
		}
		return found, err
	})
}

// BreakageNow is what expired, by who would have borne it.
type BreakageNow struct {
	Height uint64           `json:"height"`
	Rows   []index.Breakage `json:"rows"`
}

func queryBreakage(ctx context.Context, n *Node, _ *Call, _ NoRequest) (BreakageNow, error) {
	return Ask(ctx, n, func(r *index.Reading) (BreakageNow, error) {
		rows, err := r.Breakage()
		return BreakageNow{r.Height(), rows}, err
	})
}

// IndexDigest is what a read model comes to.
type IndexDigest struct {
	Height uint64     `json:"height"` // blocks that it has
	Digest codec.Hash `json:"digest"`
}

func queryDigest(ctx context.Context, n *Node, _ *Call, _ NoRequest) (IndexDigest, error) {
	return Ask(ctx, n, func(r *index.Reading) (IndexDigest, error) {
		digest, err := r.Digest()
		return IndexDigest{r.Height(), digest}, err
	})
}

func queryIndex(_ context.Context, n *Node, _ *Call, _ NoRequest) (IndexLevel, error) {
	return n.IndexLevel()
}
