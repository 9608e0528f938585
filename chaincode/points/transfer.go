package points

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// TransferRequest moves points from one member to another, lot by lot; each
// piece becomes a lot of its own with the expiry of the lot it came from. Only
// the issuer of the programmes may, at the member's wish.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (a lot), FORBIDDEN
// (the caller doesn't issue a lot's programme); then, lot by lot, FORBIDDEN (not
// the giver's), WRONG_STATE, EXPIRED, INSUFFICIENT; then FROZEN (the giver's
// wallet: a frozen receiver still earns), WRONG_ORDER.
type TransferRequest struct {
	_      struct{} `cbor:",toarray"`
	From   string   `json:"from"` // member
	To     string   `json:"to"`   // another member
	Pieces []Piece  `json:"pieces"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r TransferRequest) Check() error {
	if err := name.CheckID("from", r.From); err != nil {
		return err
	}
	if err := name.CheckID("to", r.To); err != nil {
		return err
	}
	if r.From == r.To {
		return fault.New(fault.BadRequest, "from and to are the same member")
	}
	return checkPieces(r.Pieces)
}

// Transfer moves the pieces. It returns the giver's lots as they then are and
// the receiver's new ones, both in the order of the pieces.
func Transfer(req TransferRequest, lots []Lot, issuers map[string]string, frozen Frozen, at At) (given, got []Lot, err error) {
	for _, lot := range lots {
		if issuers[lot.Programme] != at.Caller {
			return nil, nil, fault.New(fault.Forbidden, "%s is not the issuer of %s", at.Caller, lot.Programme)
		}
	}
	if err := takeAll(req.Pieces, lots, issuers, req.From, frozen, at.Date); err != nil {
		return nil, nil, err
	}
	for i, piece := range req.Pieces {
		next := lots[i]
		next.Transferred += piece.Amount
		given = append(given, next)
		got = append(got, Lot{
			Programme: next.Programme, Member: req.To, Issued: piece.Amount,
			Expires: next.Expires, State: Active, Parent: piece.Lot,
		})
	}
	return given, got, nil
}
