package command

import (
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
)

// The kinds of points, 10–49.
const (
	OpenProgramme Kind = 10
	Issue         Kind = 11
	Activate      Kind = 12
	Hold          Kind = 13
	Capture       Kind = 14
	Release       Kind = 15
	TimeOut       Kind = 16
	Transfer      Kind = 17
	Freeze        Kind = 18
	Unfreeze      Kind = 19
	SetRules      Kind = 20
	SetRule       Kind = 21
	Pledge        Kind = 22
	Award         Kind = 23
	Cancel        Kind = 24
	Refund        Kind = 25
	OfferTrade    Kind = 26
	TakeTrade     Kind = 27
	EndTrade      Kind = 28
	PublishRate   Kind = 29
	AgreeRate     Kind = 30
	Convert       Kind = 31
	Expire        Kind = 32
	Revoke        Kind = 33
	Adjust        Kind = 34
	Appeal        Kind = 35
	Dismiss       Kind = 36
	Relieve       Kind = 37
	SetProgramme  Kind = 38
)

var pointsSpecs = []spec{
	specOf[points.OpenProgrammeRequest](OpenProgramme, "points:OpenProgramme", byIssuer, "Programme opened", "开立积分计划"),
	specOf[points.IssueRequest](Issue, "points:Issue", byIssuer, "Points issued", "积分发放"),
	specOf[points.ActivateRequest](Activate, "points:Activate", byBusiness, "Points activated", "积分激活"),
	specOf[points.HoldRequest](Hold, "points:Hold", byAcceptor, "Points held", "积分冻结待用"),
	specOf[points.CaptureRequest](Capture, "points:Capture", toFinish, "Points captured", "积分扣款"),
	specOf[points.ReleaseRequest](Release, "points:Release", toFinish, "Hold released", "积分释放"),
	specOf[points.TimeOutRequest](TimeOut, "points:TimeOut", toFinish, "Hold timed out", "积分待用超时"),
	specOf[points.TransferRequest](Transfer, "points:Transfer", byBusiness, "Points transferred", "积分转赠"),
	specOf[member.FreezeRequest](Freeze, "points:Freeze", now(party.Issuer|party.Operator), "Points frozen", "积分冻结"),
	specOf[member.UnfreezeRequest](Unfreeze, "points:Unfreeze", toFinish, "Points unfrozen", "积分解冻"),
	specOf[points.SetRulesRequest](SetRules, "points:SetRules", byIssuer, "Programme's rules set", "设定计划规则"),
	specOf[points.SetRuleRequest](SetRule, "points:SetRule", byIssuer, "Earning rule set", "设定积分规则"),
	specOf[points.PledgeRequest](Pledge, "points:Pledge", byBusiness, "Redemption pledged", "承诺受理积分"),
	specOf[points.AwardRequest](Award, "points:Award", byIssuer, "Points awarded", "消费赠分"),
	specOf[points.CancelRequest](Cancel, "points:Cancel", toFinish, "Award cancelled", "撤销赠分"),
	specOf[points.RefundRequest](Refund, "points:Refund", toFinish, "Redemption refunded", "兑付退回"),
	specOf[points.OfferRequest](OfferTrade, "points:Offer", byBusiness, "Trade offered", "积分挂单"),
	specOf[points.TakeRequest](TakeTrade, "points:Take", byBusiness, "Trade taken", "积分成交"),
	specOf[points.EndTradeRequest](EndTrade, "points:EndTrade", toFinish, "Trade ended", "积分撤单"),
	specOf[points.PublishRateRequest](PublishRate, "points:PublishRate", byIssuer, "Rate published", "发布换算率"),
	specOf[points.AgreeRateRequest](AgreeRate, "points:AgreeRate", byIssuer, "Rate agreed", "确认换算率"),
	specOf[points.ConvertRequest](Convert, "points:Convert", byIssuer, "Points converted by a member", "会员积分换算"),
	specOf[points.ExpireRequest](Expire, "points:Expire", toFinish, "Points expired", "积分到期"),
	specOf[points.RevokeRequest](Revoke, "points:Revoke", byIssuer, "Points revoked", "积分收回"),
	specOf[points.AdjustRequest](Adjust, "points:Adjust", byIssuer, "Points adjusted", "积分调账"),
	specOf[member.AppealRequest](Appeal, "points:Appeal", toFinish, "Adjustment appealed", "调账申诉"),
	specOf[member.DismissRequest](Dismiss, "points:Dismiss", toFinish, "Appeal dismissed", "驳回申诉"),
	specOf[points.RelieveRequest](Relieve, "points:Relieve", now(party.Issuer|party.Operator),
		"Liability relieved", "负债免除").reaching(Counts),
	specOf[points.SetProgrammeRequest](SetProgramme, "points:SetProgramme", now(party.Issuer|party.Operator),
		"Programme's state set", "变更计划状态"),
}
