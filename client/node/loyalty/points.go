package loyalty

import (
	"context"

	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of points: issuing, correcting, freezing (积分).
var (
	PointsActivate = node.Sends[points.ActivateRequest](node.Describe("points.activate", "POST",
		"/v1/lots/{lot}/activate", node.Loyalty,
		"Give the evidence that a pending lot waits for; for its activator", "激活",
		`{"lot":"G.1.3.0.0","evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	PointsAdjust = node.Sends[points.AdjustRequest](node.Describe("points.adjust", "POST",
		"/v1/lots/{lot}/adjust", node.Loyalty,
		"Give points that were missing from a lot; for its issuer", "补发",
		`{"lot":"D.1.7.3.0","amount":25,"reason":"basket_missed_a_line"}`))
	PointsAppeal = node.Sends[member.AppealRequest](node.Describe("points.appeal", "POST",
		"/v1/members/{member}/appeal", node.Loyalty,
		"Appeal against a freeze; for the member's home", "申诉",
		`{"member":"zhang","against":"G","evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	PointsAward = node.Sends[points.AwardRequest](node.Describe("points.award", "POST", "/v1/awards", node.Counter,
		"Issue what a purchase earns by an earn rule", "按规则发放",
		`{"programme":"DP","rule":"basket","member":"wang","scene":"","lines":[{"label":"","fen":18900}],"expires":"","activator":"","outlet":"","reference":"","split":[]}`))
	PointsCancel = node.Sends[points.CancelRequest](node.Describe("points.cancel", "POST",
		"/v1/lots/{lot}/cancel", node.Loyalty,
		"End a pending lot whose evidence will not come; for its issuer and activator", "作废",
		`{"lot":"G.1.3.0.0","reason":"sale_cancelled"}`))
	PointsDismiss = node.Sends[member.DismissRequest](node.Describe("points.dismiss", "POST",
		"/v1/members/{member}/dismiss", node.Loyalty,
		"Turn an appeal against your freeze down", "驳回申诉",
		`{"member":"zhang","reason":"transfers_unexplained"}`))
	PointsFreeze = node.Sends[member.FreezeRequest](node.Describe("points.freeze", "POST",
		"/v1/members/{member}/freeze", node.Loyalty,
		"Stop a member's spending; for the operator and issuers", "风控冻结",
		`{"member":"zhang","reason":"abnormal_transfers"}`))
	PointsIssue = node.Sends[points.IssueRequest](node.Describe("points.issue", "POST", "/v1/lots", node.Loyalty,
		"Issue 1 to 100 lots of your own programme, all or none", "发行",
		`{"programme":"GP","grants":[{"member":"zhang","home":"","amount":20000,"expires":"2027-12-31","activator":"D","outlet":"","reference":"","split":[]}],"receipts":false}`))
	PointsPledge = node.Sends[points.PledgeRequest](node.Describe("points.pledge", "POST",
		"/v1/programmes/{programme}/pledges", node.Loyalty,
		"Agree to bear the cost of another party's points", "出资承诺",
		`{"programme":"GP","amount":50000,"until":"2026-12-31"}`))
	PointsRelieve = node.Sends[points.RelieveRequest](node.Describe("points.relieve", "POST",
		"/v1/programmes/{programme}/relieve", node.Loyalty,
		"Count anew what an issuer owes its members in a programme, for its liability cap", "重计负债",
		`{"programme":"GP"}`))
	PointsRevoke = node.Sends[points.RevokeRequest](node.Describe("points.revoke", "POST",
		"/v1/revocations", node.Loyalty,
		"Claw back points that a member should not have; for their issuer", "追回",
		`{"pieces":[{"lot":"D.1.7.3.0","amount":25},{"lot":"D.1.9.0.0","amount":100}],"reason":"sale_returned","reopen":false}`))
	PointsRuleSet = node.Sends[points.SetRuleRequest](node.Describe("points.rule.set", "POST",
		"/v1/rules", node.Loyalty,
		"Set an earn rule of your programme, or change it", "设置积分规则",
		`{"rule":{"id":"basket","programme":"DP","scene":"","rate":{"num":1,"den":1},"rounding":"down","tiers":[],"labels":[],"bonus":0,"perAward":0,"audience":{"programme":"","tiers":[],"labels":[],"not":[]},"from":"2026-11-01","until":"2026-12-31"}}`))
	PointsUnfreeze = node.Sends[member.UnfreezeRequest](node.Describe("points.unfreeze", "POST",
		"/v1/members/{member}/unfreeze", node.Loyalty,
		"Lift your own freeze, which also grants an appeal", "解冻",
		`{"member":"zhang","reason":"explained"}`))
	PointsSimulate = node.Does(node.Describe("points.simulate", "GET", "/v1/awards/simulation", node.See,
		"Say what a purchase would earn, and why; nothing is written", "试算",
		`{"programme":"DP","rule":"basket","member":"wang","lines":[{"label":"oil","fen":29800}]}`), simulate)
	PointsLot = node.Does(node.Describe("points.lot", "GET", "/v1/lots/{lot}", node.See,
		"Show a lot: whose it is, what was issued, and what became of it", "积分批次", `{"lot":"G.1.3.0.0"}`), lot)
	PointsRuleList = node.Lists[PointsRuleListRequest, points.Rule](node.Describe("points.rule.list", "GET",
		"/v1/rules", node.Read,
		"List earn rules", "积分规则列表", `{}`))
	PointsPledges = node.Lists[PointsPledgesRequest, points.Pledge](node.Describe("points.pledges", "GET",
		"/v1/pledges", node.Read,
		"List who agreed to bear the cost of whose points", "出资承诺列表", `{}`))
)

// LotQuery names a lot.
type LotQuery struct {
	Lot number.Row `json:"lot"`
}

func lot(ctx context.Context, n *node.Node, _ *node.Call, req LotQuery) (points.Lot, error) {
	lots, err := n.Query().Lots(ctx, req.Lot)
	if err != nil {
		return points.Lot{}, err
	}
	return lots[0], nil
}

func simulate(ctx context.Context, n *node.Node, _ *node.Call, req points.AwardRequest) (points.Earned, error) {
	return n.Query().Simulate(ctx, req)
}

// PointsRuleListRequest narrows the list.
type PointsRuleListRequest struct {
	Programme string `json:"programme,omitempty"`
}

func (r PointsRuleListRequest) Filter() index.Filter {
	return index.Filter{Topic: r.Programme}
}

// PointsPledgesRequest narrows the list.
type PointsPledgesRequest struct {
	Programme string `json:"programme,omitempty"`
	Funder    string `json:"funder,omitempty"`
}

func (r PointsPledgesRequest) Filter() index.Filter {
	return index.Filter{Topic: r.Programme, Party: r.Funder}
}
