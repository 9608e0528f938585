package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// HoldState is where a hold stands.
type HoldState uint8

// The states of a hold. Open and PartCaptured still hold points.
const (
	Open HoldState = 1 + iota
	PartCaptured
	Captured // all of it was captured
	Closed   // a part was captured, the rest given back
	Released // nothing was captured
	TimedOut // nothing was captured before the deadline
)

var holdStates = stateNames{"", "OPEN", "PART_CAPTURED", "CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT"}

// MarshalJSON writes the state's name.
func (s HoldState) MarshalJSON() ([]byte, error) { return holdStates.marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *HoldState) UnmarshalJSON(data []byte) error {
	state, err := holdStates.unmarshal(data)
	*s = HoldState(state)
	return err
}

// String is the state's name.
func (s HoldState) String() string { return holdStates.name(uint8(s)) }

// Hold reserves parts of a member's lots for one acceptor (预占). Once captured
// it is the redemption: it says which lots were spent, and in which order.
//
// Its pieces are consumed in their order: the first Captured points of them
// are spent. held = sum of pieces − captured while the hold is open.
type Hold struct {
	_        struct{}     `cbor:",toarray"`
	Acceptor string       `json:"acceptor"`
	Member   string       `json:"member"`
	State    HoldState    `json:"state"`
	Deadline int64        `json:"deadline"` // UTC seconds; from then on it can be timed out and no more captured
	Captured amount.Units `json:"captured"`
	Pieces   []HeldPiece  `json:"pieces"`
}

// HeldPiece is an amount of one lot that a hold took, with the lot's programme.
type HeldPiece struct {
	_         struct{}     `cbor:",toarray"`
	Lot       number.Row   `json:"lot"`
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"`
}

// Sum is the amount of all pieces.
func (h Hold) Sum() (sum amount.Units) {
	for _, p := range h.Pieces {
		sum += p.Amount // checked when the hold was placed
	}
	return sum
}

// HoldRequest asks to reserve points for the caller.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN (the caller is no
// acceptor), EXPIRED (the deadline has passed), LIMIT (it is more than 30 days
// ahead), NOT_FOUND (a lot); then, lot by lot, FORBIDDEN (not the member's),
// WRONG_STATE, EXPIRED, INSUFFICIENT; then FROZEN, WRONG_ORDER.
type HoldRequest struct {
	_        struct{} `cbor:",toarray"`
	Member   string   `json:"member"`
	Pieces   []Piece  `json:"pieces"`   // earliest expiry first, each programme for itself
	Deadline int64    `json:"deadline"` // UTC seconds
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r HoldRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if r.Deadline < 1 || r.Deadline > 1<<40 {
		return fault.New(fault.BadRequest, "deadline: want UTC seconds")
	}
	return checkPieces(r.Pieces)
}

// CheckDeadline refuses with EXPIRED or LIMIT a hold that ends too early or too late.
func (r HoldRequest) CheckDeadline(now int64) error {
	if r.Deadline <= now {
		return fault.New(fault.Expired, "the deadline has passed")
	}
	if r.Deadline > now+MaxHoldSecs {
		return fault.New(fault.Limit, "the deadline is more than 30 days ahead")
	}
	return nil
}

// Place moves the pieces from their lots into a hold. lots[i] is the lot of
// req.Pieces[i]; issuers maps programme to issuer. It returns the hold and the
// lots as they then are.
func Place(req HoldRequest, lots []Lot, issuers map[string]string, frozen Frozen, at At) (Hold, []Lot, error) {
	if err := takeAll(req.Pieces, lots, issuers, req.Member, frozen, at.Date); err != nil {
		return Hold{}, nil, err
	}
	hold := Hold{Acceptor: at.Caller, Member: req.Member, State: Open, Deadline: req.Deadline}
	next := make([]Lot, len(lots))
	for i, piece := range req.Pieces {
		next[i] = lots[i]
		next[i].Placed += piece.Amount
		hold.Pieces = append(hold.Pieces, HeldPiece{Lot: piece.Lot, Programme: lots[i].Programme, Amount: piece.Amount})
	}
	return hold, next, nil
}

// Moved is an amount of one programme that a verb captured or gave back.
type Moved struct {
	Programme string
	Amount    amount.Units
}

// CaptureRequest redeems points that a hold reserves, all or a part; the rest
// stays held. Only the hold's acceptor may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND, FORBIDDEN,
// WRONG_STATE, EXPIRED, INSUFFICIENT (more than the hold still has).
type CaptureRequest struct {
	_      struct{}       `cbor:",toarray"`
	Hold   number.Command `json:"hold"`
	Amount amount.Units   `json:"amount"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r CaptureRequest) Check() error {
	if err := r.Hold.Check(); err != nil {
		return err
	}
	return r.Amount.Check()
}

// Capture spends the next points of a hold, in the order of its pieces. It
// returns the hold as it then is and what was captured of each programme.
func Capture(hold Hold, req CaptureRequest, at At) (Hold, []Moved, error) {
	if hold.Acceptor != at.Caller {
		return Hold{}, nil, fault.New(fault.Forbidden, "%s is not the acceptor of hold %s", at.Caller, req.Hold)
	}
	switch hold.State {
	case Open, PartCaptured:
	default:
		return Hold{}, nil, fault.New(fault.WrongState, "hold %s is %s", req.Hold, hold.State)
	}
	if at.Now >= hold.Deadline {
		return Hold{}, nil, fault.New(fault.Expired, "hold %s has passed its deadline", req.Hold)
	}
	rest := hold.Sum() - hold.Captured
	if req.Amount > rest {
		return Hold{}, nil, fault.New(fault.Insufficient, "hold %s has %d points, %d asked", req.Hold, int64(rest), int64(req.Amount))
	}
	next := hold
	next.Captured += req.Amount
	if next.State = PartCaptured; req.Amount == rest {
		next.State = Captured
	}
	var moved []Moved
	for _, p := range hold.between(hold.Captured, next.Captured) {
		moved = append(moved, Moved{p.Programme, p.Amount})
	}
	return next, moved, nil
}

// between returns the pieces of the hold's points from..to, cut at both ends.
func (h Hold) between(from, to amount.Units) []HeldPiece {
	var cut []HeldPiece
	at := amount.Units(0)
	for _, p := range h.Pieces {
		low, high := max(at, from), min(at+p.Amount, to)
		if at += p.Amount; low < high {
			p.Amount = high - low
			cut = append(cut, p)
		}
	}
	return cut
}

// ReleaseRequest gives back what a hold still reserves. Only its acceptor may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type ReleaseRequest struct {
	_      struct{}       `cbor:",toarray"`
	Hold   number.Command `json:"hold"`
	Reason string         `json:"reason"` // a code such as customer_cancelled
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ReleaseRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Hold.Check()
}

// Release ends a hold before its deadline. It returns the hold as it then is
// and the pieces that go back to their lots.
func Release(hold Hold, req ReleaseRequest, at At) (Hold, []HeldPiece, error) {
	if hold.Acceptor != at.Caller {
		return Hold{}, nil, fault.New(fault.Forbidden, "%s is not the acceptor of hold %s", at.Caller, req.Hold)
	}
	return hold.end(Released, req.Hold)
}

// TimeOutRequest gives back what a hold still reserves after its deadline.
// Every party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE (it has
// ended, or its deadline is still ahead).
type TimeOutRequest struct {
	_    struct{}       `cbor:",toarray"`
	Hold number.Command `json:"hold"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r TimeOutRequest) Check() error { return r.Hold.Check() }

// TimeOut ends a hold that has passed its deadline, as Release does.
func TimeOut(hold Hold, req TimeOutRequest, at At) (Hold, []HeldPiece, error) {
	next, back, err := hold.end(TimedOut, req.Hold)
	if err == nil && at.Now < hold.Deadline {
		err = fault.New(fault.WrongState, "hold %s has not passed its deadline", req.Hold)
	}
	if err != nil {
		return Hold{}, nil, err
	}
	return next, back, nil
}

func (h Hold) end(state HoldState, id number.Command) (Hold, []HeldPiece, error) {
	next := h
	switch h.State {
	case Open:
		next.State = state
	case PartCaptured:
		next.State = Closed
	default:
		return Hold{}, nil, fault.New(fault.WrongState, "hold %s is %s", id, h.State)
	}
	return next, h.between(h.Captured, h.Sum()), nil
}

// GiveBack returns a piece to its lot. A lot that expired meanwhile takes it
// back all the same; it just can't be spent.
func GiveBack(lot Lot, piece HeldPiece) Lot {
	lot.Placed -= piece.Amount
	return lot
}
