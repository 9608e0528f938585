package node

import (
	"context"

	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/client/index"
)

// The operations of points: issuing, correcting, freezing (积分).
var (
	PointsActivate = Sends[points.ActivateRequest](Row{"points.activate", "POST", "/v1/lots/{lot}/activate", Loyalty,
		"Give the evidence that a pending lot waits for; for its activator", "激活",
		`{"lot":"G.1.3.0.0","evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`})
	PointsAdjust = Sends[points.AdjustRequest](Row{"points.adjust", "POST", "/v1/lots/{lot}/adjust", Loyalty,
		"Give points that were missing from a lot; for its issuer", "补发",
		`{"lot":"D.1.7.3.0","amount":25,"reason":"basket_missed_a_line"}`})
	PointsAppeal = Sends[member.AppealRequest](Row{"points.appeal", "POST", "/v1/members/{member}/appeal", Loyalty,
		"Appeal against a freeze; for the member's home", "申诉",
		`{"member":"zhang","against":"G","evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`})
	PointsAward = Sends[points.AwardRequest](Row{"points.award", "POST", "/v1/awards", Counter,
		"Issue what a purchase earns by an earn rule", "按规则发放",
		`{"programme":"DP","rule":"basket","member":"wang","scene":"","lines":[{"label":"","fen":18900}],"expires":"","activator":"","outlet":"","reference":"","split":null}`})
	PointsCancel = Sends[points.CancelRequest](Row{"points.cancel", "POST", "/v1/lots/{lot}/cancel", Loyalty,
		"End a pending lot whose evidence will not come; for its issuer and activator", "作废",
		`{"lot":"G.1.3.0.0","reason":"sale_cancelled"}`})
	PointsDismiss = Sends[member.DismissRequest](Row{"points.dismiss", "POST", "/v1/members/{member}/dismiss", Loyalty,
		"Turn an appeal against your freeze down", "驳回申诉",
		`{"member":"zhang","reason":"transfers_unexplained"}`})
	PointsFreeze = Sends[member.FreezeRequest](Row{"points.freeze", "POST", "/v1/members/{member}/freeze", Loyalty,
		"Stop a member's spending; for the operator and issuers", "风控冻结",
		`{"member":"zhang","reason":"abnormal_transfers"}`})
	PointsIssue = Sends[points.IssueRequest](Row{"points.issue", "POST", "/v1/lots", Loyalty,
		"Issue 1 to 100 lots of your own programme, all or none", "发行",
		`{"programme":"GP","grants":[{"member":"zhang","home":"","amount":20000,"expires":"2027-12-31","activator":"D","outlet":"","reference":"","split":null}],"receipts":false}`})
	PointsPledge = Sends[points.PledgeRequest](Row{"points.pledge", "POST", "/v1/programmes/{programme}/pledges", Loyalty,
		"Agree to bear the cost of another party's points", "出资承诺",
		`{"programme":"GP","amount":50000,"until":"2026-12-31"}`})
	PointsRelieve = Sends[points.RelieveRequest](Row{"points.relieve", "POST", "/v1/programmes/{programme}/relieve", Loyalty,
		"Count anew what an issuer owes its members in a programme, for its liability cap", "重计负债",
		`{"programme":"GP"}`})
	PointsRevoke = Sends[points.RevokeRequest](Row{"points.revoke", "POST", "/v1/revocations", Loyalty,
		"Claw back points that a member should not have; for their issuer", "追回",
		`{"pieces":[{"lot":"D.1.7.3.0","amount":25},{"lot":"D.1.9.0.0","amount":100}],"reason":"sale_returned","reopen":false}`})
	PointsRuleSet = Sends[points.SetRuleRequest](Row{"points.rule.set", "POST", "/v1/rules", Loyalty,
		"Set an earn rule of your programme, or change it", "设置积分规则",
		`{"rule":{"id":"basket","programme":"DP","scene":"","rate":{"num":1,"den":1},"rounding":"down","tiers":null,"labels":null,"bonus":0,"perAward":0,"audience":{"programme":"","tiers":null,"labels":null,"not":null},"from":"2026-11-01","until":"2026-12-31"}}`})
	PointsUnfreeze = Sends[member.UnfreezeRequest](Row{"points.unfreeze", "POST", "/v1/members/{member}/unfreeze", Loyalty,
		"Lift your own freeze, which also grants an appeal", "解冻",
		`{"member":"zhang","reason":"explained"}`})
	PointsSimulate = Does(Row{"points.simulate", "GET", "/v1/awards/simulation", Read,
		"Say what a purchase would earn, and why; nothing is written", "试算",
		`{"programme":"DP","rule":"basket","member":"wang","lines":[{"label":"oil","fen":29800}]}`}, simulate)
	PointsRuleList = Lists[PointsRuleListRequest, points.Rule](Row{"points.rule.list", "GET", "/v1/rules", Read,
		"List earn rules", "积分规则列表", `{}`})
	PointsPledges = Lists[PointsPledgesRequest, points.Pledge](Row{"points.pledges", "GET", "/v1/pledges", Read,
		"List who agreed to bear the cost of whose points", "出资承诺列表", `{}`})
)

func simulate(ctx context.Context, n *Node, _ *Call, req points.AwardRequest) (points.Earned, error) {
	return n.Query().Simulate(ctx, req)
}

// PointsRuleListRequest narrows the list.
type PointsRuleListRequest struct {
	Programme string `json:"programme,omitempty"`
}

func (r PointsRuleListRequest) filter() index.Filter {
	return index.Filter{Topic: r.Programme}
}

// PointsPledgesRequest narrows the list.
type PointsPledgesRequest struct {
	Programme string `json:"programme,omitempty"`
	Funder    string `json:"funder,omitempty"`
}

func (r PointsPledgesRequest) filter() index.Filter {
	return index.Filter{Topic: r.Programme, Party: r.Funder}
}
