package command

import (
	"tallystick/chaincode/member"
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
	specOf[points.OpenProgrammeRequest](OpenProgramme, "points:OpenProgramme"),
	specOf[points.IssueRequest](Issue, "points:Issue"),
	specOf[points.ActivateRequest](Activate, "points:Activate"),
	specOf[points.HoldRequest](Hold, "points:Hold"),
	specOf[points.CaptureRequest](Capture, "points:Capture"),
	specOf[points.ReleaseRequest](Release, "points:Release"),
	specOf[points.TimeOutRequest](TimeOut, "points:TimeOut"),
	specOf[points.TransferRequest](Transfer, "points:Transfer"),
	specOf[member.FreezeRequest](Freeze, "points:Freeze"),
	specOf[member.UnfreezeRequest](Unfreeze, "points:Unfreeze"),
	specOf[points.SetRulesRequest](SetRules, "points:SetRules"),
	specOf[points.SetRuleRequest](SetRule, "points:SetRule"),
	specOf[points.PledgeRequest](Pledge, "points:Pledge"),
	specOf[points.AwardRequest](Award, "points:Award"),
	specOf[points.CancelRequest](Cancel, "points:Cancel"),
	specOf[points.RefundRequest](Refund, "points:Refund"),
	specOf[points.OfferRequest](OfferTrade, "points:Offer"),
	specOf[points.TakeRequest](TakeTrade, "points:Take"),
	specOf[points.EndTradeRequest](EndTrade, "points:EndTrade"),
	specOf[points.PublishRateRequest](PublishRate, "points:PublishRate"),
	specOf[points.AgreeRateRequest](AgreeRate, "points:AgreeRate"),
	specOf[points.ConvertRequest](Convert, "points:Convert"),
	specOf[points.ExpireRequest](Expire, "points:Expire"),
	specOf[points.RevokeRequest](Revoke, "points:Revoke"),
	specOf[points.AdjustRequest](Adjust, "points:Adjust"),
	specOf[member.AppealRequest](Appeal, "points:Appeal"),
	specOf[member.DismissRequest](Dismiss, "points:Dismiss"),
	specOf[points.RelieveRequest](Relieve, "points:Relieve"),
	specOf[points.SetProgrammeRequest](SetProgramme, "points:SetProgramme"),
}
