package node

import (
	"context"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/quota"
)

// The operations of limits and what lanes have drawn on them (额度).
var (
	QuotaSurrender = Sends[quota.SurrenderRequest](Row{"quota.surrender", "POST", "/v1/quotas/{kind}/{id}/surrender", Loyalty,
		"Hand back what the single commands' lane was granted and hasn't used", "交回额度",
		`{"kind":"pledge","id":"D.0.12.0"}`})
	QuotaShow = Does(Row{"quota.show", "GET", "/v1/quotas/{kind}/{id}", Read,
		"Show a limit, and what lanes have drawn on it", "配额", `{"kind":"pledge","id":"D.0.12.0"}`}, quotaShow)
)

// QuotaQuery names a limit by its kind and id.
type QuotaQuery struct {
	Kind quota.Subject `json:"kind"`
	ID   string        `json:"id"`
}

// Check refuses what names no limit.
func (r QuotaQuery) Check() error { return quota.SurrenderRequest{Kind: r.Kind, ID: r.ID}.Check() }

func quotaShow(ctx context.Context, n *Node, _ *Call, req QuotaQuery) (answer.QuotaUse, error) {
	return n.Query().Quota(ctx, req.Kind, req.ID)
}
