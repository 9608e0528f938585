package loyalty

import (
	"context"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/number"
	"tallystick/chaincode/quota"
	"tallystick/client/node"
)

// The operations of limits and what lanes have drawn on them (额度).
var (
	QuotaSurrender = node.Sends[quota.SurrenderRequest](node.Describe("quota.surrender", "POST",
		"/v1/quotas/{kind}/{id}/surrender", node.Loyalty,
		"Hand back what the single commands' lane was granted and hasn't used", "交回额度",
		`{"kind":"pledge","id":"D.0.12.0"}`))
	QuotaShow = node.Does(node.Describe("quota.show", "GET", "/v1/quotas/{kind}/{id}", node.Read,
		"Show a limit, and what lanes have drawn on it", "配额", `{"kind":"pledge","id":"D.0.12.0"}`), quotaShow)
)

// QuotaQuery names a limit by its kind and id.
type QuotaQuery struct {
	Kind quota.Subject `json:"kind"`
	ID   string        `json:"id"`
}

// Check refuses what names no limit.
func (r QuotaQuery) Check() error { return quota.SurrenderRequest{Kind: r.Kind, ID: r.ID}.Check() }

// QuotaShown is a limit and what is drawn on it: fen, or how often; of a pledge, units of a programme's points.
type QuotaShown struct {
	answer.QuotaUse
	Programme string `json:"programme,omitempty"` // whose points a pledge is of
}

func quotaShow(ctx context.Context, n *node.Node, _ *node.Call, req QuotaQuery) (shown QuotaShown, err error) {
	if shown.QuotaUse, err = n.Query().Quota(ctx, req.Kind, req.ID); err != nil || req.Kind != quota.Pledge {
		return shown, err
	}
	id, err := number.ParseCommand(req.ID)
	if err != nil {
		return shown, err
	}
	pledge, err := n.Query().Pledge(ctx, id)
	shown.Programme = pledge.Programme
	return shown, err
}
