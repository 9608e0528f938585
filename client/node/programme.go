package node

import (
	"context"

	"tallystick/chaincode/points"
	"tallystick/client/index"
)

// The operations of programmes (积分计划).
var (
	ProgrammeSet = Sends[points.SetProgrammeRequest](Row{"programme.set", "POST", "/v1/programmes/{programme}/state", Loyalty,
		"Suspend, close or reopen a programme; for its issuer, and to suspend for the operator", "暂停、关闭、恢复积分计划",
		`{"programme":"DP","state":"CLOSED","reason":"replaced"}`})
	ProgrammeOpen = Sends[points.OpenProgrammeRequest](Row{"programme.open", "POST", "/v1/programmes/{programme}", Loyalty,
		"Open a programme in your own name; for issuers", "开设积分计划",
		`{"programme":"FP","en":"Finance points","zh":"金融积分","price":{"num":80,"den":1},"rules":{"scale":0,"expiry":{"kind":"free","n":0,"on":""},"evidence":false,"transfer":{"allowed":false,"perDay":0,"perCounterparty":0,"wait":0},"earnPerDay":0,"spendPerDay":0,"grace":0,"tiers":null,"window":0,"shortfall":"refuse"}}`})
	ProgrammeShow = Does(Row{"programme.show", "GET", "/v1/programmes/{programme}", Read,
		"Show a programme with its rules and tiers", "积分计划", `{"programme":"GP"}`}, programmeShow)
	ProgrammeList = Does(Row{"programme.list", "GET", "/v1/programmes", Read,
		"List the programmes", "积分计划列表", `{}`}, programmes)
)

func programmes(ctx context.Context, n *Node, _ *Call, _ NoRequest) (List[points.Programme], error) {
	return Ask(ctx, n, func(r *index.Reading) (List[points.Programme], error) {
		rows, err := r.Programmes()
		return List[points.Programme]{r.Height(), rows}, err
	})
}

func programmeShow(ctx context.Context, n *Node, _ *Call, req ProgrammeQuery) (points.Programme, error) {
	return n.Query().Programme(ctx, req.Programme)
}
