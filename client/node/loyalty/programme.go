package loyalty

import (
	"context"

	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of programmes (积分计划).
var (
	ProgrammeSet = node.Sends[points.SetProgrammeRequest](node.Describe("programme.set", "POST",
		"/v1/programmes/{programme}/state", node.Loyalty,
		"Suspend, close or reopen a programme; for its issuer, and to suspend for the operator", "暂停、关闭、恢复积分计划",
		`{"programme":"DP","state":"CLOSED","reason":"replaced"}`))
	ProgrammeOpen = node.Sends[points.OpenProgrammeRequest](node.Describe("programme.open", "POST",
		"/v1/programmes/{programme}", node.Loyalty,
		"Open a programme in your own name; for issuers", "开设积分计划",
		`{"programme":"FP","en":"Finance points","zh":"金融积分","price":{"num":4,"den":5},"rules":{"scale":0,"expiry":{"kind":"free","n":0,"on":""},"evidence":false,"transfer":{"allowed":false,"perDay":0,"perCounterparty":0,"wait":0},"earnPerDay":0,"spendPerDay":0,"grace":0,"tiers":[],"window":0,"shortfall":"refuse"}}`))
	ProgrammeShow = node.Does(node.Describe("programme.show", "GET", "/v1/programmes/{programme}", node.See,
		"Show a programme with its rules and tiers", "积分计划", `{"programme":"GP"}`), programmeShow)
	ProgrammeList = node.Does(node.Describe("programme.list", "GET", "/v1/programmes", node.See,
		"List the programmes", "积分计划列表", `{}`), programmes)
)

func programmes(ctx context.Context, n *node.Node, _ *node.Call,
	_ node.NoRequest) (node.List[points.Programme], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (node.List[points.Programme], error) {
		rows, err := r.Programmes()
		return node.List[points.Programme]{Height: r.Height(), Rows: rows}, err
	})
}

func programmeShow(ctx context.Context, n *node.Node, _ *node.Call, req node.ProgrammeQuery) (points.Programme, error) {
	return n.Query().Programme(ctx, req.Programme)
}
