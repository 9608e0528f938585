package consortium

import (
	"context"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/index"
	"tallystick/client/node"
)

// Questions to the ledger and the read model (查询).
var (
	QueryHold = node.Does(node.Describe("query.hold", "GET", "/v1/holds/{hold}", node.See,
		"Show a hold, the lots that it took, and its captures", "查询预占", `{"hold":"D.0.7.0"}`), queryHold)
	QueryTotals = node.Does(node.Describe("query.totals", "GET", "/v1/programmes/{programme}/totals", node.Read,
		"Sum up a programme over all lanes", "积分汇总", `{"programme":"GP"}`), queryTotals)
	QueryLane = node.Does(node.Describe("query.lane", "GET", "/v1/lanes/{party}/{lane}", node.Read,
		"Show the head of a lane", "通道头", `{"party":"D","lane":1}`), queryLane)
	QueryRequest = node.Does(node.Describe("query.request", "GET", "/v1/requests/{party}/{id}", node.See,
		"Which command took effect for a request", "查询请求", `{"party":"D","id":"till-7-000123"}`), queryRequest)
	QueryUnsealed = node.Does(node.Describe("query.unsealed", "GET", "/v1/unsealed", node.Read,
		"What is on the ledger and isn't honoured, and what came of it", "未封存", `{}`), queryUnsealed)
	QueryBreakage = node.Does(node.Describe("query.breakage", "GET", "/v1/breakage", node.Read,
		"What parties no longer owe because points expired", "弃兑", `{}`), queryBreakage)
	QueryDigest = node.Does(node.Describe("query.digest", "GET", "/v1/index/digest", node.Read,
		"The digest of your read model: equal for every party at one height", "读模型摘要", `{}`), queryDigest)
	QueryIndex = node.Does(node.Describe("query.index", "GET", "/v1/index", node.Read,
		"How far your read model is, and where", "读模型进度", `{}`), queryIndex)
)

// HoldQuery names a hold.
type HoldQuery struct {
	Hold number.Command `json:"hold"`
}

func queryHold(ctx context.Context, n *node.Node, _ *node.Call, req HoldQuery) (points.Hold, error) {
	return n.Query().Hold(ctx, req.Hold)
}

func queryTotals(ctx context.Context, n *node.Node, _ *node.Call, req node.ProgrammeQuery) (points.Totals, error) {
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

func queryLane(ctx context.Context, n *node.Node, _ *node.Call, req LaneQuery) (head row.Head, err error) {
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

func queryRequest(ctx context.Context, n *node.Node, _ *node.Call, req RequestQuery) (row.Request, error) {
	return n.Query().Request(ctx, req.Party, req.ID)
}

// Unsealed is what is on the ledger and counts for nobody, and what came of it.
type Unsealed struct {
	Rows   []index.Stray `json:"rows"`
	Traces []index.Trace `json:"traces"`
}

func queryUnsealed(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (Unsealed, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (found Unsealed, err error) {
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

func queryBreakage(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (BreakageNow, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (BreakageNow, error) {
		rows, err := r.Breakage()
		return BreakageNow{r.Height(), rows}, err
	})
}

// IndexDigest is what a read model comes to.
type IndexDigest struct {
	Height uint64     `json:"height"` // blocks that it has
	Digest codec.Hash `json:"digest"`
}

func queryDigest(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (IndexDigest, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (IndexDigest, error) {
		digest, err := r.Digest()
		return IndexDigest{r.Height(), digest}, err
	})
}

func queryIndex(_ context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (node.IndexLevel, error) {
	return n.IndexLevel()
}
