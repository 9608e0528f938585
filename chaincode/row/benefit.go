package row

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
)

// benefitReaders reads the rows of benefits:
//
//	b/BENEFIT                  benefit: the model
//	be/NUMBER, bw/NUMBER       entitlement, write-off: named by the command that made it
//	bm/BENEFIT/MEMBER          how many entitlements a member has got
var benefitReaders = map[string]reader{
	"b": as[benefit.Model]("benefit", "BENEFIT", makes(owner(provider), command.DefineBenefit), changes(owner(provider), command.AmendBenefit)),
	"be": byRow[benefit.Entitlement]("entitlement", makes(itsCommand, command.GrantBenefit, command.BuyBenefit, command.AwardPurchase),
		changes(anyone, command.ActivateEntitlement, command.ReserveEntitlement, command.Unreserve, command.WriteOff, command.ReverseWriteOff,
			command.ExpireEntitlement, command.RevokeEntitlement, command.TransferEntitlement, command.NewCode), keepingBy(keepsEntitlement)),
	"bw": byCommand[benefit.WriteOff]("write-off", makes(itsCommand, command.WriteOff, command.ExpireEntitlement),
		changes(owner(func(w benefit.WriteOff) string { return w.Provider }), command.ReverseWriteOff),
		keeping(func(b, a benefit.WriteOff) bool {
			return b.Entitlement == a.Entitlement && b.Member == a.Member && b.Value == a.Value && b.Use == a.Use
		})),
	"bm": as[benefit.Count]("benefit-count", "BENEFIT/MEMBER", writes(anyone, command.GrantBenefit, command.BuyBenefit, command.TransferEntitlement,
		command.AwardPurchase, command.WriteOff, command.ReverseWriteOff, command.ExpireEntitlement, command.RevokeEntitlement, command.ActivateEntitlement, command.Merge)),
}

func provider(m benefit.Model) string { return m.Provider }

// keepsEntitlement says whether an entitlement is of as many uses as before, and
// another member's only if it was transferred.
func keepsEntitlement(s *Seal, b, a benefit.Entitlement) bool {
	return b.Benefit == a.Benefit && b.By == a.By && b.Uses == a.Uses && b.Used <= a.Used && b.Reversed <= a.Reversed && b.Until == a.Until &&
		(b.Member == a.Member || s.Has(command.TransferEntitlement))
}

// Benefit is the key of a benefit's model.
func Benefit(id string) Key[benefit.Model] { return Key[benefit.Model]("b/" + id) }

// Entitlement is the key of an entitlement.
func Entitlement(n number.Row) Key[benefit.Entitlement] {
	var room [96]byte
	return Key[benefit.Entitlement](appendHex(appendSortable(append(room[:0], "be/"...), n.Command), uint64(n.Ord), 2))
}

// WriteOff is the key of a write-off.
func WriteOff(n number.Command) Key[benefit.WriteOff] {
	var room [96]byte
	return Key[benefit.WriteOff](appendSortable(append(room[:0], "bw/"...), n))
}

// BenefitCount is the key of how many entitlements of a benefit a member has got.
func BenefitCount(benefitID, member string) Key[benefit.Count] {
	return Key[benefit.Count]("bm/" + benefitID + "/" + member)
}
