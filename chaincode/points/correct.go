package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// ExpireRequest ends 1 to 100 lots whose last day has passed; all or none. What is
// left of them is breakage (弃兑), to the party that would have owed it. Only the
// issuer of their programmes may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (a lot); then, lot by lot,
// FORBIDDEN, WRONG_STATE (it is not ACTIVE, or can still be spent).
type ExpireRequest struct {
	_    struct{}     `cbor:",toarray"`
	Lots []number.Row `json:"lots"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ExpireRequest) Check() error {
	if len(r.Lots) < 1 || len(r.Lots) > MaxLots {
		return fault.New(fault.BadRequest, "lots: want 1 to %d", MaxLots)
	}
	seen := make(map[number.Row]bool, len(r.Lots))
	for i, lot := range r.Lots {
		if err := lot.Check(); err != nil {
			return fault.At("lots", i, err)
		}
		if seen[lot] {
			return fault.New(fault.BadRequest, "lot %s stands twice", lot)
		}
		seen[lot] = true
	}
	return nil
}

// Expire ends one lot. It returns the lot as it then is and what of it is breakage.
func (p Wallet) Expire(lot Lot, id number.Row, at At) (Lot, amount.Units, error) {
	if issuer := p.Programmes[lot.Programme].Issuer; issuer != at.Caller {
		return Lot{}, 0, fault.New(fault.Forbidden, "%s is not the issuer of %s", at.Caller, lot.Programme)
	}
	if lot.State != Active {
		return Lot{}, 0, fault.New(fault.WrongState, "lot %s is %s", id, lot.State)
	}
	if last := p.lastDay(lot); last >= at.Date {
		return Lot{}, 0, fault.New(fault.WrongState, "lot %s can be spent until %s", id, last)
	}
	broken := lot.Available()
	lot.State, lot.Expired = Expired, broken
	return lot, broken, nil
}

// LastDay is the last day on which a lot of the wallet can be spent.
func (p Wallet) LastDay(lot Lot) date.Date { return p.lastDay(lot) }

// RevokeRequest claws points back that a member should not have (追回): from what is
// left of the lots, and, where the programme's rules say how, beyond it. Only the
// issuer of their programmes may; a freeze doesn't stop it. What was counted as
// earned no longer is.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (a lot); then, lot
// by lot, FORBIDDEN, WRONG_STATE (it is not ACTIVE, nor EXPIRED under rules that say
// how), INSUFFICIENT (more than is left, or, under such rules, than was issued and
// not yet clawed back or lost).
type RevokeRequest struct {
	_      struct{}     `cbor:",toarray"`
	Pieces []spend.Take `json:"pieces"`
	Reason string       `json:"reason"` // a code such as sale_returned
	// they were awarded in error: their receipts may earn again once all is taken back
	Reopen bool `json:"reopen"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r RevokeRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return checkPieces(r.Pieces)
}

// Revoke claws a piece back. It returns the lot as it then is; taken is what was
// there. A lot of which nothing else became is REVOKED.
func Revoke(lot Lot, piece spend.Take, programme Programme, at At) (next Lot, taken amount.Units, err error) {
	if err := programme.RequireIssuer(at.Caller); err != nil {
		return Lot{}, 0, err
	}
	agreed := programme.Rules.Shortfall != ShortfallRefused
	if lot.State != Active && !(agreed && lot.State == Expired) {
		return Lot{}, 0, fault.New(fault.WrongState, "lot %s is %s", piece.Lot, lot.State)
	}
	left := lot.Available()
	most := lot.Issued - lot.Revoked - lot.Short - lot.Expired
	if !agreed {
		most = min(most, left)
	}
	if piece.Amount > most {
		return Lot{}, 0, fault.New(fault.Insufficient, "lot %s has %d points, %d asked",
			piece.Lot, int64(most), int64(piece.Amount))
	}
	next, taken = lot, min(left, piece.Amount)
	next.Revoked += taken
	next.Short += piece.Amount - taken
	if next.Revoked == next.Issued {
		next.State = Revoked
	}
	return next, taken, nil
}

// PayOff takes from a member's new lots what the member owes. It returns the lots as
// they then are and what was paid. What still waits for its evidence pays later.
func PayOff(lots []Lot, debt amount.Units) (next []Lot, paid amount.Units) {
	if debt == 0 {
		return lots, 0
	}
	next = slices.Clone(lots)
	for i, lot := range next {
		if lot.State != Active {
			continue
		}
		part := min(lot.Available(), debt-paid)
		paid += part
		if next[i].Revoked += part; next[i].Revoked == lot.Issued {
			next[i].State = Revoked
		}
	}
	return next, paid
}

// AdjustRequest gives a member points that were missing from a lot (补发): a new
// lot with the old one's member and last day. Its funder is the issuer, whoever
// bore the old one's cost: nobody else agreed to more. What was too much is revoked
// instead. It counts as earned on the day of the old one. Only the programme's
// issuer may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such lot.
//  4. FORBIDDEN: the caller isn't the programme's issuer.
//  5. WRONG_STATE: the lot is PENDING or CANCELLED: its evidence isn't there.
//  6. EXPIRED: the lot's last day has passed.
//  7. WRONG_STATE: the member was erased.
//  8. DAILY_CAP: the member would have earned more that day than the programme allows.
//  9. LIABILITY_CAP: the issuer would owe members more than its cap.
type AdjustRequest struct {
	_      struct{}     `cbor:",toarray"`
	Lot    number.Row   `json:"lot"`
	Amount amount.Units `json:"amount"`
	Reason string       `json:"reason"` // a code such as basket_missed_a_line
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AdjustRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	if err := r.Amount.Check(); err != nil {
		return err
	}
	return r.Lot.Check()
}

// Adjust makes the lot that corrects another, of which last is the last day.
func Adjust(lot Lot, req AdjustRequest, programme Programme, last date.Date, at At) (Lot, error) {
	if err := programme.RequireIssuer(at.Caller); err != nil {
		return Lot{}, err
	}
	if lot.State == Pending || lot.State == Cancelled {
		return Lot{}, fault.New(fault.WrongState, "lot %s is %s", req.Lot, lot.State)
	}
	if last < at.Date {
		return Lot{}, fault.New(fault.Expired, "lot %s expired on %s", req.Lot, last)
	}
	return Lot{
		Programme: lot.Programme, Member: lot.Member, Home: lot.Home, Issued: req.Amount, Expires: last,
		State: Active, Origin: Adjusted, Counted: lot.Counted, Parent: req.Lot, Outlet: lot.Outlet,
		Reference: req.Reason,
	}, nil
}
