package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// LotState is where a lot stands. Exhausted and expired by date are derived, and
// so is frozen: a freeze stops the wallet that the lot is in.
type LotState uint8

// The states of a lot.
const (
	Pending   LotState = 1 + iota // waits for its witness's evidence
	Active                        //
	Expired                       // what was left of it is breakage
	Revoked                       // all of it was clawed back
	Cancelled                     // its evidence never came
)

var lotStates = name.Words{"", "PENDING", "ACTIVE", "EXPIRED", "REVOKED", "CANCELLED"}

// MarshalJSON writes the state's name.
func (s LotState) MarshalJSON() ([]byte, error) { return lotStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *LotState) UnmarshalJSON(data []byte) error {
	state, err := lotStates.Unmarshal(data)
	*s = LotState(state)
	return err
}

// String is the state's name.
func (s LotState) String() string { return lotStates.Of(uint8(s)) }

// Origin says what made a lot. Points that were issued, converted or adjusted are
// new in the programme; the others were there before, in the lot's parent.
type Origin uint8

// The origins.
const (
	Issued      Origin = 1 + iota // by its issuer's grant
	Converted                     // from points of another programme
	Adjusted                      // a correction of its parent
	Transferred                   // from another member
	Traded                        // for points of another programme
	Refunded                      // of a redemption whose lot has expired
)

var origins = name.Words{"", "ISSUED", "CONVERTED", "ADJUSTED", "TRANSFERRED", "TRADED", "REFUNDED"}

// New says whether the lot's points were new in the programme.
func (o Origin) New() bool { return o == Issued || o == Converted || o == Adjusted }

// MarshalJSON writes the origin's name.
func (o Origin) MarshalJSON() ([]byte, error) { return origins.Marshal(uint8(o)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Origin) UnmarshalJSON(data []byte) error {
	i, err := origins.Unmarshal(data)
	*o = Origin(i)
	return err
}

// String is the origin's name.
func (o Origin) String() string { return origins.Of(uint8(o)) }

// Lot is points of one programme that a member got in one grant (积分批次).
//
// issued = available + placed + transferred + converted + expired + revoked,
// where placed is what holds, trades and benefits took and did not give back;
// short ≤ placed + transferred + converted.
type Lot struct {
	_         struct{} `cbor:",toarray"`
	Programme string   `json:"programme"`
	Member    string   `json:"member"` // pseudonym
	// only party whose member of that pseudonym has it; "" if the member was there
	Home        string       `json:"home"`
	Funder      string       `json:"funder"` // party that owes its worth; "" for the issuer
	Issued      amount.Units `json:"issued"` // never changes
	Placed      amount.Units `json:"placed"`
	Transferred amount.Units `json:"transferred"` // given to other members, for nothing or in a trade
	Converted   amount.Units `json:"converted"`   // into points of another programme
	Expired     amount.Units `json:"expired"`     // breakage
	Revoked     amount.Units `json:"revoked"`     // clawed back, cancelled, or kept for what the member owed
	Short       amount.Units `json:"short"`       // clawed back when it was no longer there: see Shortfall
	Counted     date.Date    `json:"counted"`     // day on which it was counted as earned; "" if it wasn't
	Expires     date.Date    `json:"expires"`     // last day on which it can be spent
	Waits       date.Date    `json:"waits"`       // first day on which received points can be sent on; "" at once
	State       LotState     `json:"state"`
	Origin      Origin       `json:"origin"`
	Witness     string       `json:"witness"`   // party whose evidence activates it; "" for none
	Evidence    codec.Hash   `json:"evidence"`  // SHA-256 of that evidence, once given
	Parent      number.Row   `json:"parent"`    // lot that its points were in before, or that it corrects
	Outlet      string       `json:"outlet"`    // as granted
	Reference   string       `json:"reference"` // as granted, or why it was adjusted
}

// Available is what can be spent if state, expiry and freezes allow.
func (l Lot) Available() amount.Units {
	return l.Issued - l.Placed - l.Transferred - l.Converted - l.Expired - l.Revoked
}

// take checks that a member may spend so much of a lot today. The order of
// checks is part of the protocol: FORBIDDEN (a foreign lot), WRONG_STATE,
// EXPIRED, INSUFFICIENT.
func (p Purse) take(l Lot, piece spend.Take, today date.Date) error {
	last := p.lastDay(l)
	switch {
	case p.owner(l) != p.Member || !p.homed(l):
		return fault.New(fault.Forbidden, "lot %s is not %s's", piece.Lot, p.Member)
	case l.State == Expired:
		return fault.New(fault.Expired, "lot %s has expired", piece.Lot)
	case l.State != Active:
		return fault.New(fault.WrongState, "lot %s is %s", piece.Lot, l.State)
	case last < today:
		return fault.New(fault.Expired, "lot %s expired on %s", piece.Lot, last)
	case l.Available() < piece.Amount:
		return fault.New(fault.Insufficient, "lot %s has %d points, %d asked",
			piece.Lot, int64(l.Available()), int64(piece.Amount))
	}
	return nil
}
