package points

import (
	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// TransferRequest moves points from one member to another, lot by lot; each
// piece becomes a lot of its own with the last day and funder of the lot it came
// from. The giver's home may at the giver's wish, and so may whom the giver
// authorised. An issuer has no more say than others: it can only revoke.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such receiver.
//  4. WRONG_STATE: the receiver was erased.
//  5. NOT_FOUND: there is no such giver or lot.
//  6. BAD_REQUEST: both have become one member.
//
// Then, lot by lot:
//
//  7. FORBIDDEN: the lot isn't the member's.
//  8. WRONG_STATE: the lot isn't ACTIVE.
//  9. EXPIRED: the lot's last day has passed.
//  10. INSUFFICIENT: less is left in the lot.
//
// Then:
//
//  11. FROZEN: the operator or an issuer of the points has frozen the member's wallet.
//  12. WRONG_ORDER: a lot stands before one that expires earlier, or isn't drained before the next.
//
// Then, lot by lot:
//
//  13. FORBIDDEN: the programme's points can't be transferred.
//  14. WRONG_STATE: the member received the points, and they still wait.
//
// Then:
//
//  15. WRONG_STATE: the giver was erased.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  16. UNAUTHORISED: the request names none.
//  17. NOT_FOUND: there is none of that number.
//  18. UNAUTHORISED: it is another member's, or for another acceptor.
//  19. WRONG_STATE: it is revoked or used.
//  20. EXPIRED: it has ended.
//  21. WRONG_CODE: the one-time code is wrong or missing.
//  22. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
//
// Then:
//
//  23. DAILY_CAP: the member would send more today than the programme allows.
//
// A frozen receiver still earns.
type TransferRequest struct {
	_             struct{}       `cbor:",toarray"`
	From          string         `json:"from"` // member
	To            string         `json:"to"`   // another member
	Pieces        []spend.Take   `json:"pieces"`
	Authorisation number.Command `json:"authorisation"`
	Code          code.Code      `json:"code"`
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
	if err := checkProof(r.Authorisation, r.Code); err != nil {
		return err
	}
	return checkPieces(r.Pieces)
}

// give moves pieces out of their lots to another member. It returns the giver's
// lots as they then are and the receiver's new ones, in the order of the pieces.
func (p Wallet) give(pieces []spend.Take, to string, origin Origin, today date.Date) (given, got []Lot) {
	for i, piece := range pieces {
		next := p.Lots[i]
		next.Transferred += piece.Amount
		given = append(given, next)
		got = append(got, received(next, piece, p.lastDay(next), to, origin, p.Programmes[next.Programme].Rules, today))
	}
	return given, got
}

// received is the lot that a member gets of another's, of which last is the last
// day.
func received(from Lot, piece spend.Take, last date.Date, to string, origin Origin, rules Rules, today date.Date) Lot {
	lot := Lot{
		Programme: from.Programme, Member: to, Funder: from.Funder, Issued: piece.Amount, Expires: last,
		State: Active, Origin: origin, Parent: piece.Lot,
	}
	if rules.Transfer.Wait > 0 {
		lot.Waits = today + date.Date(rules.Transfer.Wait)
	}
	return lot
}

// movable refuses with FORBIDDEN points that can't go to another member, and with
// WRONG_STATE those that were received and still wait.
func (p Wallet) movable(pieces []spend.Take, today date.Date) error {
	for i, lot := range p.Lots {
		if !p.Programmes[lot.Programme].Rules.Transfer.Allowed {
			return fault.New(fault.Forbidden, "%s can't be transferred", lot.Programme)
		}
		if lot.Waits > today {
			return fault.New(fault.WrongState, "lot %s can be sent on from %s", pieces[i].Lot, lot.Waits)
		}
	}
	return nil
}

// Transfer moves the pieces to the receiver, who is the member that req.To became.
func Transfer(req TransferRequest, wallet Wallet, to string, at At) (given, got []Lot, err error) {
	if to == wallet.Member {
		return nil, nil, fault.New(fault.BadRequest, "from and to are the same member")
	}
	if err := wallet.takeAll(req.Pieces, at.Date); err != nil {
		return nil, nil, err
	}
	if err := wallet.movable(req.Pieces, at.Date); err != nil {
		return nil, nil, err
	}
	given, got = wallet.give(req.Pieces, to, Transferred, at.Date)
	return given, got, nil
}
