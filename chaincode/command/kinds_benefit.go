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
	specOf[benefit.DefineRequest](DefineBenefit, "benefit:Define"),
	specOf[benefit.AmendRequest](AmendBenefit, "benefit:Amend"),
	specOf[benefit.GrantRequest](GrantBenefit, "benefit:Grant"),
	specOf[benefit.BuyRequest](BuyBenefit, "benefit:Buy"),
	specOf[benefit.ActivateRequest](ActivateEntitlement, "benefit:Activate"),
	specOf[benefit.ReserveRequest](ReserveEntitlement, "benefit:Reserve"),
	specOf[benefit.UnreserveRequest](Unreserve, "benefit:Unreserve"),
	specOf[benefit.WriteOffRequest](WriteOff, "benefit:WriteOff"),
	specOf[benefit.ReverseRequest](ReverseWriteOff, "benefit:Reverse"),
	specOf[benefit.ExpireRequest](ExpireEntitlement, "benefit:Expire"),
	specOf[benefit.RevokeRequest](RevokeEntitlement, "benefit:Revoke"),
	specOf[benefit.TransferRequest](TransferEntitlement, "benefit:Transfer"),
	specOf[benefit.NewCodeRequest](NewCode, "benefit:NewCode"),
}
