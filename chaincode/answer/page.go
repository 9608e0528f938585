package answer

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
)

// MaxPage is the most rows of one answer.
const MaxPage = 500

// Page asks for a part of a list.
type Page struct {
	Limit int32  `json:"limit"` // rows, 1 … MaxPage
	After string `json:"after"` // the bookmark of the page before, or ""
}

// Check refuses with BAD_REQUEST a limit that no page has.
func (p Page) Check() error {
	if p.Limit < 1 || p.Limit > MaxPage {
		return fault.New(fault.BadRequest, "limit: want 1 to %d", MaxPage)
	}
	return nil
}

// Part is a part of a list.
type Part[T any] struct {
	Rows []T    `json:"rows"`
	Next string `json:"next"` // bookmark of the next part, "" after the last
}

// Each list's part has a name, by which the contract API's metadata calls it.
type (
	PartyPage     struct{ Part[party.Party] }
	ProgrammePage struct{ Part[points.Programme] }
	OfferPage     struct{ Part[audience.Offer] }
	BenefitPage   struct{ Part[benefit.Model] }
	CampaignPage  struct{ Part[campaign.Campaign] }
	SupplierPage  struct{ Part[goods.Supplier] }
	GoodPage      struct{ Part[goods.Good] }
	OutletPage    struct{ Part[goods.Outlet] }
	ListingPage   struct{ Part[goods.Listing] }
)
