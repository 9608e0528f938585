package goods

import "tallystick/chaincode/name"

// Outlet is a place where a party serves members (网点): a shop, a counter, an app.
type Outlet struct {
	_      struct{} `cbor:",toarray"`
	Party  string   `json:"party"`
	ID     string   `json:"id"`
	En     string   `json:"en"`
	Zh     string   `json:"zh"`
	Region string   `json:"region"` // whose prices it sells at
	Open   bool     `json:"open"`
}

// SetOutletRequest opens an outlet of the caller's, or changes it. Acceptors and
// suppliers may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN.
type SetOutletRequest struct {
	_      struct{} `cbor:",toarray"`
	Outlet string   `json:"outlet"` // id, unique within the party
	En     string   `json:"en"`
	Zh     string   `json:"zh"`
	Region string   `json:"region"`
	Open   bool     `json:"open"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetOutletRequest) Check() error {
	if err := name.CheckID("outlet", r.Outlet); err != nil {
		return err
	}
	if err := checkNames(r.En, r.Zh); err != nil {
		return err
	}
	return checkMaybeID("region", r.Region)
}

// SetOutlet makes the caller's outlet.
func SetOutlet(req SetOutletRequest, caller string) Outlet {
	return Outlet{
		Party: caller, ID: req.Outlet, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Region: req.Region, Open: req.Open,
	}
}
