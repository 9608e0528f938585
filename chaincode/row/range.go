package row

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/settlement"
)

// Parties is the range of all parties.
func Parties() Range[party.Party] { return parties.under() }

// PositionsOf is the range of a cycle's positions, of all lanes.
func PositionsOf(cycle string) Range[settlement.Positions] { return positions.under(cycle) }

// HiddenPositionsOf is the range of a cycle's positions in hidden amounts, of all lanes.
func HiddenPositionsOf(cycle string) Range[settlement.HiddenPositions] {
	return hiddenPositions.under(cycle)
}

// Programmes is the range of all programmes.
func Programmes() Range[points.Programme] { return programmes.under() }

// TotalsOf is the range of a programme's totals, of all lanes.
func TotalsOf(programme string) Range[points.Totals] { return totals.under(programme) }

// LotsBy is the range of the lots made by commands whose numbers begin with digits: see Digits.
func LotsBy(digits string) Range[points.Lot] { return lots.madeBy(digits) }

// OffersOf is the range of a party's offers.
func OffersOf(party string) Range[audience.Offer] { return offers.under(party) }

// Benefits is the range of all benefits.
func Benefits() Range[benefit.Model] { return benefits.under() }

// EntitlementsBy is LotsBy for entitlements.
func EntitlementsBy(digits string) Range[benefit.Entitlement] { return entitlements.madeBy(digits) }

// Campaigns is the range of all campaigns.
func Campaigns() Range[campaign.Campaign] { return campaigns.under() }

// LeasesOf is the range of the lanes' parts of a limit.
func LeasesOf(kind quota.Subject, id string) Range[quota.Lease] {
	return leases.under(string(kind), id)
}

// Suppliers is the range of all suppliers.
func Suppliers() Range[goods.Supplier] { return suppliers.under() }

// Goods is the range of all goods as they are now.
func Goods() Range[goods.Good] { return goodsNow.under() }

// GoodsOf is the range of a supplier's goods as they are now.
func GoodsOf(supplier string) Range[goods.Good] { return goodsNow.under(supplier) }

// OutletsOf is the range of a party's outlets.
func OutletsOf(party string) Range[goods.Outlet] { return outlets.under(party) }

// ListingsOf is the range of what a seller lists.
func ListingsOf(seller string) Range[goods.Listing] { return listings.under(seller) }

// ShardsOf is the range of the lanes' parts of a seller's stock.
func ShardsOf(supplier, sku, seller string) Range[goods.Shard] {
	return shards.under(supplier, sku, seller)
}

// SettlementModels is the range of all versions of settlement models.
func SettlementModels() Range[settlement.Model] { return models.under() }

// Pairs is the range of all statements of two parties.
func Pairs() Range[settlement.Pair] { return pairs.under() }

// PairsOf is the range of a cycle's statements.
func PairsOf(cycle string) Range[settlement.Pair] { return pairs.under(cycle) }

// Payments is the range of all payments.
func Payments() Range[settlement.Payment] { return payments.under() }

// PaymentsOf is the range of a cycle's payments.
func PaymentsOf(cycle string) Range[settlement.Payment] { return payments.under(cycle) }
