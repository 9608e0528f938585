// Package loyalty has what a node does with programmes, points, benefits and campaigns.
package loyalty

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		CampaignAward, CampaignSimulate, CampaignAwards,
		BenefitActivate, BenefitDefine, BenefitExpire, BenefitReverse, BenefitRevoke, BenefitUnreserve,
		BenefitWriteoff, BenefitAmend, BenefitShow, BenefitList, BenefitEntitlements, BenefitWriteoffs,
		CampaignAgree, CampaignEnd, CampaignLeave, CampaignPropose, CampaignShow, CampaignResults, CampaignList,
		PointsConvert,
		BenefitGrant, BenefitBuy, BenefitTransfer, BenefitNewcode, BenefitCodes, BenefitReserve, BenefitExpireDue,
		BenefitEntitlement,
		PointsExpire,
		PointsHold, PointsRedeem, PointsCapture, PointsRefund, PointsRelease, PointsTimeout, PointsTimeoutDue,
		PointsHolds,
		OfferPublish, OfferWithdraw, MemberOffers, OfferList,
		PointsActivate, PointsAdjust, PointsAppeal, PointsAward, PointsCancel, PointsDismiss, PointsFreeze,
		PointsIssue, PointsPledge, PointsRelieve, PointsRevoke, PointsRuleSet, PointsUnfreeze, PointsSimulate,
		PointsLot, PointsRuleList, PointsPledges,
		ProgrammeSet, ProgrammeOpen, ProgrammeRules, ProgrammeShow, ProgrammeList,
		QuotaSurrender, QuotaShow,
		RateAgree, RatePublish, RateList, RateShow,
		PointsTransfer, TradeOffer, TradeTake, TradeEnd, TradeShow, TradeList,
	}
}
