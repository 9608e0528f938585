package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// LotState is where a lot stands. Exhausted and expired by date are derived.
type LotState uint8

// The states of a lot.
const (
	Pending LotState = 1 + iota // waits for its witness's evidence
	Active
)

var lotStates = stateNames{"", "PENDING", "ACTIVE"}

// MarshalJSON writes the state's name.
func (s LotState) MarshalJSON() ([]byte, error) { return lotStates.marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *LotState) UnmarshalJSON(data []byte) error {
	state, err := lotStates.unmarshal(data)
	*s = LotState(state)
	return err
}

// String is the state's name.
func (s LotState) String() string { return lotStates.name(uint8(s)) }

// Lot is points of one programme that a member got in one grant (积分批次).
//
// issued = available + placed + transferred, where placed = held + captured.
type Lot struct {
	_           struct{}     `cbor:",toarray"`
	Programme   string       `json:"programme"`
	Member      string       `json:"member"` // pseudonym
	Issued      amount.Units `json:"issued"` // never changes
	Placed      amount.Units `json:"placed"` // moved into holds and not given back
	Transferred amount.Units `json:"transferred"`
	Expires     date.Date    `json:"expires"` // last day on which it can be spent
	State       LotState     `json:"state"`
	Witness     string       `json:"witness"`   // party whose evidence activates it; "" for none
	Evidence    codec.Hash   `json:"evidence"`  // SHA-256 of that evidence, once given
	Parent      number.Row   `json:"parent"`    // lot that it was transferred from
	Outlet      string       `json:"outlet"`    // as granted
	Reference   string       `json:"reference"` // as granted
}

// Available is what can be spent if state, expiry and freezes allow.
func (l Lot) Available() amount.Units { return l.Issued - l.Placed - l.Transferred }

// Grant is one lot that an issue asks for.
type Grant struct {
	_         struct{}     `cbor:",toarray"`
	Member    string       `json:"member"`
	Amount    amount.Units `json:"amount"`    // 1 … 2⁵³−1
	Expires   date.Date    `json:"expires"`   // last day, not before the business date
	Witness   string       `json:"witness"`   // "" or the party whose evidence activates the lot
	Outlet    string       `json:"outlet"`    // where it was earned, an id of the issuer's, or ""
	Reference string       `json:"reference"` // what for, such as a receipt's number, or ""
}

// IssueRequest asks to issue 1 to 100 lots of the caller's own programme; all
// or none.
//
// Refused, first that applies: BAD_REQUEST, LIMIT (one amount, or their sum,
// or the lane's total, above 2⁵³−1), NOT_FOUND (no such programme), FORBIDDEN
// (the caller isn't its issuer), EXPIRED (an expiry before the business date).
type IssueRequest struct {
	_         struct{} `cbor:",toarray"`
	Programme string   `json:"programme"`
	Grants    []Grant  `json:"grants"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r IssueRequest) Check() error {
	if err := name.CheckID("programme", r.Programme); err != nil {
		return err
	}
	if len(r.Grants) < 1 || len(r.Grants) > MaxLots {
		return fault.New(fault.BadRequest, "grants: want 1 to %d", MaxLots)
	}
	for _, g := range r.Grants {
		if err := g.check(); err != nil {
			return err
		}
	}
	_, err := r.Sum()
	return err
}

func (g Grant) check() error {
	if err := name.CheckID("member", g.Member); err != nil {
		return err
	}
	if err := g.Amount.Check(); err != nil {
		return err
	}
	for _, optional := range [][2]string{{"witness", g.Witness}, {"outlet", g.Outlet}, {"reference", g.Reference}} {
		if optional[1] == "" {
			continue
		}
		if err := name.CheckID(optional[0], optional[1]); err != nil {
			return err
		}
	}
	return g.Expires.Check()
}

// Sum adds up the grants; LIMIT above 2⁵³−1.
func (r IssueRequest) Sum() (sum amount.Units, err error) {
	for _, g := range r.Grants {
		if sum, err = sum.Add(g.Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// Issue makes the lots of a request, in its order.
func Issue(programme Programme, req IssueRequest, at At) ([]Lot, error) {
	if err := programme.RequireIssuer(at.Caller); err != nil {
		return nil, err
	}
	lots := make([]Lot, len(req.Grants))
	for i, g := range req.Grants {
		if g.Expires < at.Date {
			return nil, fault.New(fault.Expired, "expiry %s is before the business date %s", g.Expires, at.Date)
		}
		lots[i] = Lot{Programme: programme.ID, Member: g.Member, Issued: g.Amount, Expires: g.Expires, State: Active, Outlet: g.Outlet, Reference: g.Reference}
		if g.Witness != "" {
			lots[i].State, lots[i].Witness = Pending, g.Witness
		}
	}
	return lots, nil
}

// ActivateRequest gives the evidence that a pending lot waits for, such as a
// car's handover. Only the lot's witness may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type ActivateRequest struct {
	_        struct{}   `cbor:",toarray"`
	Lot      number.Row `json:"lot"`
	Evidence codec.Hash `json:"evidence"` // SHA-256 of a document that the witness keeps
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ActivateRequest) Check() error {
	if len(r.Evidence) != 32 {
		return fault.New(fault.BadRequest, "evidence: want the 32 bytes of a SHA-256")
	}
	return r.Lot.Check()
}

// Activate makes a pending lot spendable.
func Activate(lot Lot, req ActivateRequest, at At) (Lot, error) {
	if lot.Witness != at.Caller {
		return Lot{}, fault.New(fault.Forbidden, "%s is not the witness of %s", at.Caller, req.Lot)
	}
	switch lot.State {
	case Pending:
		lot.State, lot.Evidence = Active, req.Evidence
		return lot, nil
	case Active:
	}
	return Lot{}, fault.New(fault.WrongState, "lot %s is %s", req.Lot, lot.State)
}

// take checks that a member may spend so much of a lot today. The order of
// checks is part of the protocol: FORBIDDEN (a foreign lot), WRONG_STATE,
// EXPIRED, INSUFFICIENT.
func (l Lot) take(piece Piece, member string, today date.Date) error {
	switch {
	case l.Member != member:
		return fault.New(fault.Forbidden, "lot %s is not %s's", piece.Lot, member)
	case l.State != Active:
		return fault.New(fault.WrongState, "lot %s is %s", piece.Lot, l.State)
	case l.Expires < today:
		return fault.New(fault.Expired, "lot %s expired on %s", piece.Lot, l.Expires)
	case l.Available() < piece.Amount:
		return fault.New(fault.Insufficient, "lot %s has %d points, %d asked", piece.Lot, int64(l.Available()), int64(piece.Amount))
	}
	return nil
}
