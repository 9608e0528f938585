package row

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
)

// The rows of benefits:
//
//	b/BENEFIT                  benefit: the model
//	be/NUMBER, bw/NUMBER       entitlement, write-off: named by the command that made it
//	bm/BENEFIT/MEMBER          how many entitlements a member has got
var (
	benefits = as[benefit.Model]("b", "benefit", "BENEFIT", makes(owner(provider), command.DefineBenefit),
		changes(owner(provider), command.AmendBenefit))
	entitlements = byRow[benefit.Entitlement]("be", "entitlement",
		makes(itsCommand, command.GrantBenefit, command.BuyBenefit, command.AwardPurchase),
		changes(anyone, command.ActivateEntitlement, command.ReserveEntitlement, command.Unreserve, command.WriteOff,
			command.ReverseWriteOff,
			command.ExpireEntitlement, command.RevokeEntitlement, command.TransferEntitlement, command.NewCode),
		keepingBy(keepsEntitlement))
	writeOffs = byCommand[benefit.WriteOff]("bw", "write-off",
		makes(itsCommand, command.WriteOff, command.ExpireEntitlement),
		changes(owner(func(w benefit.WriteOff) string { return w.Provider }), command.ReverseWriteOff),
		keeping(func(b, a benefit.WriteOff) bool {
			return b.Entitlement == a.Entitlement && b.Member == a.Member && b.Value == a.Value && b.Use == a.Use
		}))
	benefitCounts = as[benefit.Count]("bm", "benefit-count", "BENEFIT/MEMBER", writes(anyone, command.GrantBenefit,
		command.BuyBenefit, command.TransferEntitlement,
		command.AwardPurchase, command.WriteOff, command.ReverseWriteOff, command.ExpireEntitlement,
		command.RevokeEntitlement, command.ActivateEntitlement, command.Merge))
)

func provider(m benefit.Model) string { return m.Provider }

// keepsEntitlement says whether an entitlement is of as many uses as before, and
// another member's only if it was transferred.
func keepsEntitlement(s *Seal, b, a benefit.Entitlement) bool {
	return b.Benefit == a.Benefit && b.By == a.By && b.Uses == a.Uses && b.Used <= a.Used &&
		b.Reversed <= a.Reversed && b.Until == a.Until &&
		(b.Member == a.Member || s.Has(command.TransferEntitlement))
}

// Benefit is the key of a benefit's model.
func Benefit(id string) Key[benefit.Model] { return benefits.at(id) }

// Entitlement is the key of an entitlement.
func Entitlement(n number.Row) Key[benefit.Entitlement] {
	return entitlements.of(n)
}

// WriteOff is the key of a write-off.
func WriteOff(n number.Command) Key[benefit.WriteOff] {
	return writeOffs.by(n)
}

// BenefitCount is the key of how many entitlements of a benefit a member has got.
func BenefitCount(benefitID, member string) Key[benefit.Count] {
	return benefitCounts.at(benefitID, member)
}
