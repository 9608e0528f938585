package loyalty

import (
	"context"

	"tallystick/chaincode/answer"
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

func quotaShow(ctx context.Context, n *node.Node, _ *node.Call, req QuotaQuery) (answer.QuotaUse, error) {
	return n.Query().Quota(ctx, req.Kind, req.ID)
}
