package row

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/number"
)

// benefitReaders reads the rows of benefits:
//
//	b/BENEFIT                  benefit: the model
//	be/NUMBER, bw/NUMBER       entitlement, write-off: named by the command that made it
//	bm/BENEFIT/MEMBER          how many entitlements a member has got
var benefitReaders = map[string]reader{
	"b":  as[benefit.Model]("benefit"),
	"be": byRow[benefit.Entitlement]("entitlement"),
	"bw": byCommand[benefit.WriteOff]("write-off"),
	"bm": as[benefit.Count]("benefit-count"),
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
