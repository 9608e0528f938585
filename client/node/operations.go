package node

// Operations lists all that a node does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []Operation {
	return []Operation{
		BenefitActivate, BenefitDefine, BenefitExpire, BenefitReverse, BenefitRevoke, BenefitUnreserve,
		BenefitWriteoff, BenefitList, BenefitEntitlements, BenefitWriteoffs,
		CampaignAgree, CampaignEnd, CampaignLeave, CampaignPropose, CampaignList,
		PointsConvert,
		CycleAdvance, CycleConfirm, CycleCutOff, CycleCompute, CycleClose, CycleFinalise, CycleFinaliseCarry,
		CyclePolicy, CyclePolicySet, CycleAccept, CycleShow, CycleList,
		DisputeAccept, DisputeAgree, DisputeAnswer, DisputeEscalate, DisputeLapse, DisputeRaise, DisputeReject,
		DisputeRule, DisputeSplit, DisputeWithdraw, DisputeList,
		PointsExpire,
		GoodRestock, GoodSet, GoodWithdrawStock, GoodShow, GoodList, GoodStock, GoodExport,
		PointsHold, PointsRedeem, PointsCapture, PointsRefund, PointsRelease, PointsTimeout, PointsTimeoutDue,
		PointsHolds,
		MemberAuthorise, MemberCancel, MemberConsent, MemberKey, MemberLabel, MemberRevoke, MemberUnlink,
		MemberWithdraw, MemberAuthorisations, MemberList,
		ModelPropose,
		OfferPublish, OfferWithdraw, OfferList,
		OrderAccept, OrderCancel, OrderCashRefunded, OrderComplete, OrderDeliver, OrderReject, OrderReturnReceive,
		OrderReturnRefund, OrderReturnRefuse, OrderReturnRequest, OrderReturnTimeout, OrderShip, OrderTimeout,
		PartyBeginPeer, PartySet, PartyRegister,
		PaymentBounce, PaymentCarry, PaymentDeposit, PaymentPrefund,
		PointsActivate, PointsAdjust, PointsAppeal, PointsAward, PointsCancel, PointsDismiss, PointsFreeze,
		PointsIssue, PointsPledge, PointsRelieve, PointsRevoke, PointsRuleSet, PointsUnfreeze, PointsSimulate,
		PointsRuleList, PointsPledges,
		ProgrammeSet, ProgrammeOpen,
		QuotaSurrender,
		RateAgree, RatePublish, RateList,
		StatementClaim,
		StorefrontOutlet, StorefrontSet, StorefrontSell, StorefrontShow, StorefrontListings, StorefrontOutlets,
		StorefrontBrowse,
		SupplierApply, SupplierApprove, SupplierRefuse, SupplierWithdraw, SupplierShow, SupplierList,
		PointsTransfer, TradeOffer, TradeTake, TradeEnd, TradeList,
		PointsWallet, PointsFreezes, PointsLiability,
	}
}
