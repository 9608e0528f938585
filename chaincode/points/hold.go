package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
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

var holdStates = name.Words{"", "OPEN", "PART_CAPTURED", "CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT"}

// MarshalJSON writes the state's name.
func (s HoldState) MarshalJSON() ([]byte, error) { return holdStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *HoldState) UnmarshalJSON(data []byte) error {
	state, err := holdStates.Unmarshal(data)
	*s = HoldState(state)
	return err
}

// String is the state's name.
func (s HoldState) String() string { return holdStates.Of(uint8(s)) }

// Hold reserves parts of a member's lots for one acceptor (预占). Once captured
// it is the redemption: it says which lots were spent, and in which order.
//
// Its pieces are consumed in their order: the first Captured points of them
// are spent, capture by capture. held = sum of pieces − captured while the hold
// is open.
type Hold struct {
	_             struct{}       `cbor:",toarray"`
	Acceptor      string         `json:"acceptor"`
	Member        string         `json:"member"`
	State         HoldState      `json:"state"`
	Deadline      int64          `json:"deadline"` // UTC seconds; from then on it can be timed out and no more captured
	Captured      amount.Units   `json:"captured"` // sum of the captures
	Pieces        spend.Line     `json:"pieces"`
	Captures      []Taken        `json:"captures"`
	Authorisation number.Command `json:"authorisation"` // by which it was placed; none by the member's home
	// net debit caps that it drew on, sorted: FUNDER, or FUNDER.ACCEPTOR
	Capped []string  `json:"capped"`
	Placed date.Date `json:"placed"` // business date, whose limit it counts towards and whose settlement model counts
	Scene  string    `json:"scene"`  // 消费场景, selects the settlement model; or ""
	Cycle  string    `json:"cycle"`  // on whose net debit caps it drew
}

// Taken is one capture of a hold. The points that it took follow on those of the
// captures before it; a refund unwinds them from their end.
type Taken struct {
	_        struct{}       `cbor:",toarray"`
	Number   number.Command `json:"number"` // command that captured
	Amount   amount.Units   `json:"amount"`
	Refunded amount.Units   `json:"refunded"` // of the amount
	Cycle    string         `json:"cycle"`    // in which it came to be owed, where that isn't the hold's
}

// CapturedIn notes the cycle of the last capture.
func (h Hold) CapturedIn(cycle string) Hold {
	if cycle != h.Cycle {
		h.Captures[len(h.Captures)-1].Cycle = cycle // made by that capture: nobody else has it
	}
	return h
}

// OwedIn is the cycle in which a capture came to be owed.
func (h Hold) OwedIn(capture number.Command) string {
	for _, c := range h.Captures {
		if c.Number == capture && c.Cycle != "" {
			return c.Cycle
		}
	}
	return h.Cycle
}

// Sum is the amount of all pieces.
func (h Hold) Sum() amount.Units { return h.Pieces.Sum() }

// Refunded is the amount of all captures that was given back.
func (h Hold) Refunded() (sum amount.Units) {
	for _, c := range h.Captures {
		sum += c.Refunded
	}
	return sum
}

// Holds says whether the hold still holds points.
func (s HoldState) Holds() bool { return s == Open || s == PartCaptured }

// HoldRequest asks to reserve points for the caller.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. FORBIDDEN: the caller is no acceptor.
//  4. EXPIRED: the deadline has passed.
//  5. LIMIT: the deadline is more than 30 days ahead.
//  6. NOT_FOUND: there is no such member or lot.
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
//  13. WRONG_STATE: the member was erased.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  14. UNAUTHORISED: the request names none.
//  15. NOT_FOUND: there is none of that number.
//  16. UNAUTHORISED: it is another member's, or for another acceptor.
//  17. WRONG_STATE: it is revoked or used.
//  18. EXPIRED: it has ended.
//  19. WRONG_CODE: the one-time code is wrong or missing.
//  20. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
//
// Then:
//
//  21. DAILY_CAP: the member would spend more today than the programme allows.
//  22. NET_DEBIT_CAP: a funder would come to owe more in this cycle than its cap.
type HoldRequest struct {
	_             struct{}       `cbor:",toarray"`
	Member        string         `json:"member"`
	Pieces        []spend.Take   `json:"pieces"`        // earliest expiry first, each programme for itself
	Deadline      int64          `json:"deadline"`      // UTC seconds
	Authorisation number.Command `json:"authorisation"` // the member's consent; none for its home
	Code          code.Code      `json:"code"`          // its one-time code, if it waits for one
	Scene         string         `json:"scene"`         // or ""
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r HoldRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckOptional([2]string{"scene", r.Scene}); err != nil {
		return err
	}
	if r.Deadline < 1 || r.Deadline > 1<<40 {
		return fault.New(fault.BadRequest, "deadline: want UTC seconds")
	}
	if err := checkProof(r.Authorisation, r.Code); err != nil {
		return err
	}
	return checkPieces(r.Pieces)
}

// checkProof refuses a malformed proof of the member's consent.
func checkProof(authorisation number.Command, proof code.Code) error {
	if !authorisation.IsZero() {
		if err := authorisation.Check(); err != nil {
			return err
		}
	}
	return proof.Check()
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

// Place moves the pieces from their lots into a hold. It returns the hold and the
// lots as they then are.
func Place(req HoldRequest, purse Purse, at At) (Hold, []Lot, error) {
	pieces, next, err := purse.Place(req.Pieces, at.Date)
	if err != nil {
		return Hold{}, nil, err
	}
	return Hold{
		Acceptor: at.Caller, Member: purse.Member, State: Open, Deadline: req.Deadline,
		Pieces: pieces, Authorisation: req.Authorisation, Placed: at.Date, Scene: req.Scene,
	}, next, nil
}

// CaptureRequest redeems points that a hold reserves, all or a part; the rest
// stays held. Only the hold's acceptor may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such hold.
//  4. FORBIDDEN: the caller isn't its acceptor.
//  5. WRONG_STATE: the hold has ended.
//  6. EXPIRED: its deadline has passed.
//  7. INSUFFICIENT: less is held.
//  8. LIMIT: it was captured 64 times.
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

// Capture spends the next points of a hold, in the order of its pieces: those
// from hold.Captured to next.Captured.
func Capture(hold Hold, req CaptureRequest, at At) (next Hold, err error) {
	if hold.Acceptor != at.Caller {
		return Hold{}, fault.New(fault.Forbidden, "%s is not the acceptor of hold %s", at.Caller, req.Hold)
	}
	switch hold.State {
	case Open, PartCaptured:
	default:
		return Hold{}, fault.New(fault.WrongState, "hold %s is %s", req.Hold, hold.State)
	}
	if at.Now >= hold.Deadline {
		return Hold{}, fault.New(fault.Expired, "hold %s has passed its deadline", req.Hold)
	}
	rest := hold.Sum() - hold.Captured
	if req.Amount > rest {
		return Hold{}, fault.New(fault.Insufficient, "hold %s has %d points, %d asked",
			req.Hold, int64(rest), int64(req.Amount))
	}
	if len(hold.Captures) >= MaxCaptures {
		return Hold{}, fault.New(fault.Limit, "hold %s was captured %d times", req.Hold, MaxCaptures)
	}
	next = hold
	next.Captured += req.Amount
	next.Captures = append(slices.Clone(hold.Captures), Taken{Number: at.Number, Amount: req.Amount})
	if next.State = PartCaptured; req.Amount == rest {
		next.State = Captured
	}
	return next, nil
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
func Release(hold Hold, req ReleaseRequest, at At) (Hold, spend.Line, error) {
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
func TimeOut(hold Hold, req TimeOutRequest, at At) (Hold, spend.Line, error) {
	next, back, err := hold.end(TimedOut, req.Hold)
	if err == nil && at.Now < hold.Deadline {
		err = fault.New(fault.WrongState, "hold %s has not passed its deadline", req.Hold)
	}
	if err != nil {
		return Hold{}, nil, err
	}
	return next, back, nil
}

func (h Hold) end(state HoldState, id number.Command) (Hold, spend.Line, error) {
	next := h
	switch h.State {
	case Open:
		next.State = state
	case PartCaptured:
		next.State = Closed
	default:
		return Hold{}, nil, fault.New(fault.WrongState, "hold %s is %s", id, h.State)
	}
	return next, h.Pieces.Between(h.Captured, h.Sum()), nil
}
