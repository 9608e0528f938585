package command

import "tallystick/chaincode/benefit"

// The kinds of benefits, 80–98.
const (
	DefineBenefit       Kind = 80
	AmendBenefit        Kind = 81
	GrantBenefit        Kind = 82
	BuyBenefit          Kind = 83
	ActivateEntitlement Kind = 84
	ReserveEntitlement  Kind = 85
	Unreserve           Kind = 86
	WriteOff            Kind = 87
	ReverseWriteOff     Kind = 88
	ExpireEntitlement   Kind = 89
	RevokeEntitlement   Kind = 90
	TransferEntitlement Kind = 91
	NewCode             Kind = 92
)

var benefitSpecs = []spec{
	specOf[benefit.DefineRequest](DefineBenefit, "benefit:Define", byProvider, "Benefit defined", "设立权益"),
	specOf[benefit.AmendRequest](AmendBenefit, "benefit:Amend", byProvider, "Benefit amended", "变更权益"),
	specOf[benefit.GrantRequest](GrantBenefit, "benefit:Grant", byBusiness, "Benefit granted", "权益发放"),
	specOf[benefit.BuyRequest](BuyBenefit, "benefit:Buy", byProvider, "Benefit bought", "权益购买"),
	specOf[benefit.ActivateRequest](ActivateEntitlement, "benefit:Activate", byBusiness, "Benefit activated", "权益激活"),
	specOf[benefit.ReserveRequest](ReserveEntitlement, "benefit:Reserve", byProvider, "Benefit reserved", "权益预约"),
	specOf[benefit.UnreserveRequest](Unreserve, "benefit:Unreserve", toFinish, "Reservation given up", "取消预约"),
	specOf[benefit.WriteOffRequest](WriteOff, "benefit:WriteOff", toFinish, "Benefit written off", "权益核销"),
	specOf[benefit.ReverseRequest](ReverseWriteOff, "benefit:Reverse", toFinish, "Write-off reversed", "核销冲回"),
	specOf[benefit.ExpireRequest](ExpireEntitlement, "benefit:Expire", toFinish, "Benefit expired", "权益到期"),
	specOf[benefit.RevokeRequest](RevokeEntitlement, "benefit:Revoke", toFinish, "Benefit revoked", "权益收回"),
	specOf[benefit.TransferRequest](TransferEntitlement, "benefit:Transfer", byBusiness,
		"Benefit transferred", "权益转赠"),
	specOf[benefit.NewCodeRequest](NewCode, "benefit:NewCode", toFinish, "Benefit's code renewed", "更换权益码"),
}
