package contract

import (
	"tallystick/chaincode/goods"
)

// quote is what a storefront offers a member now, made from the ledger as it is.
// NOT_FOUND (the member, the storefront, a listing, its good or supplier); then as
// goods.Offer.
func (c *call) quote(seller, member, region string, wanted []goods.Wanted) (goods.Quote, error) {
	buyer, err := c.root(member)
	if err != nil {
		return goods.Quote{}, err
	}
	front, err := c.storefront(seller)
	if err != nil {
		return goods.Quote{}, err
	}
	shelves := make([]goods.Shelf, len(wanted))
	for i, w := range wanted {
		if shelves[i], err = c.shelf(buyer.ID, seller, w); err != nil {
			return goods.Quote{}, err
		}
	}
	return goods.Offer(front, buyer.ID, region, shelves, wanted, c.at.Date)
}
