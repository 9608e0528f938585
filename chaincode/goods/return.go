package goods

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// ReturnState is where a return stands.
type ReturnState uint8

// The states of a return.
const (
	Requested ReturnState = 1 + iota
	Received              // the goods are back
	Refunded              // points and cash are
	NotTaken              // domain: RETURN_REFUSED
)

var returnStates = name.Words{"", "REQUESTED", "RECEIVED", "REFUNDED", "REFUSED"}

// MarshalJSON writes the state's name.
func (s ReturnState) MarshalJSON() ([]byte, error) { return returnStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *ReturnState) UnmarshalJSON(data []byte) error {
	i, err := returnStates.Unmarshal(data)
	*s = ReturnState(i)
	return err
}

// String is the state's name.
func (s ReturnState) String() string { return returnStates.Of(uint8(s)) }

// Return is a quantity of one line of an order on its way back (退货).
type Return struct {
	_         struct{}       `cbor:",toarray"`
	Order     number.Command `json:"order"`
	Part      uint8          `json:"part"` // from 1
	Line      uint8          `json:"line"` // of the part, from 1
	Quantity  uint32         `json:"quantity"`
	State     ReturnState    `json:"state"`
	Since     date.Date      `json:"since"`    // of the state
	AnswerBy  date.Date      `json:"answerBy"` // last day for the seller's next step; then anyone may time it out
	By        string         `json:"by"`       // party that asked for it
	Reason    string         `json:"reason"`
	Restocked bool           `json:"restocked"` // it can be sold again
	Pieces    spend.Line     `json:"pieces"`    // points that went back, in the order in which they were taken
	Cash      amount.Units   `json:"cash"`      // fen that went back
	Payment   string         `json:"payment"`   // reference of the cash refund, or ""
	Cycle     string         `json:"cycle"`     // in which the parties owe the opposite
}

// RequestReturnRequest asks to return a quantity of a line of a delivered part. The
// seller and the member's home may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the order, the part, the line),
// FORBIDDEN, WRONG_STATE (it isn't DELIVERED), EXPIRED (the return days have passed),
// INSUFFICIENT (less of it is left).
type RequestReturnRequest struct {
	_        struct{}       `cbor:",toarray"`
	Order    number.Command `json:"order"`
	Part     uint8          `json:"part"` // from 1
	Line     uint8          `json:"line"` // of the part, from 1
	Quantity uint32         `json:"quantity"`
	Reason   string         `json:"reason"` // a code such as wrong_size
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RequestReturnRequest) Check() error {
	if r.Quantity < 1 || r.Quantity > MaxQuantity {
		return fault.New(fault.BadRequest, "quantity: want 1 to %d", MaxQuantity)
	}
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Order.Check()
}

// RequestReturn makes the return. home is the member's.
func (o Order) RequestReturn(home string, req RequestReturnRequest, at At) (Order, Return, error) {
	i, part, err := o.part(req.Part, req.Order)
	if err != nil {
		return Order{}, Return{}, err
	}
	if req.Line < 1 || int(req.Line) > len(part.Lines) {
		return Order{}, Return{}, fault.New(fault.NotFound, "the part of order %s has no line %d", req.Order, req.Line)
	}
	if at.Caller != home {
		if err := o.seller(at.Caller, req.Order); err != nil {
			return Order{}, Return{}, err
		}
	}
	if err := part.require(Delivered, req.Order); err != nil {
		return Order{}, Return{}, err
	}
	if last := part.Since + date.Date(o.ReturnDays); at.Date > last {
		return Order{}, Return{}, fault.New(fault.Expired, "order %s could be returned until %s", req.Order, last)
	}
	line := part.Lines[req.Line-1]
	if left := line.Quantity - line.Returned - line.Returning; req.Quantity > left {
		return Order{}, Return{}, fault.New(fault.Insufficient, "%d of the line are left, %d asked", left, req.Quantity)
	}
	line.Returning += req.Quantity
	made := Return{
		Order: req.Order, Part: req.Part, Line: req.Line, Quantity: req.Quantity,
		State: Requested, Since: at.Date, AnswerBy: o.answerBy(at), By: at.Caller, Reason: req.Reason,
	}
	return o.with(i, part.withLine(req.Line, line)), made, nil
}

// answerBy is the last day that the seller has, from today.
func (o Order) answerBy(at At) date.Date { return at.Date + date.Date(o.AnswerDays) }

// withLine is the part with a line changed, the line counted from 1.
func (p Part) withLine(n uint8, line Line) Part {
	p.Lines = slices.Clone(p.Lines)
	p.Lines[n-1] = line
	return p
}

// ReceiveReturnRequest says that the goods are back. The seller and the supplier's
// party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it isn't
// REQUESTED).
type ReceiveReturnRequest struct {
	_       struct{}       `cbor:",toarray"`
	Return  number.Command `json:"return"`
	Restock bool           `json:"restock"` // they can be sold again
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ReceiveReturnRequest) Check() error { return r.Return.Check() }

// ReceiveReturn notes the goods.
func (o Order) ReceiveReturn(back Return, req ReceiveReturnRequest, at At) (Return, error) {
	if err := o.sides(o.Parts[back.Part-1], at.Caller, back.Order); err != nil {
		return Return{}, err
	}
	if back.State != Requested {
		return Return{}, fault.New(fault.WrongState, "return %s is %s", req.Return, back.State)
	}
	back.State, back.Since, back.AnswerBy, back.Restocked = Received, at.Date, o.answerBy(at), req.Restock
	return back, nil
}

// RefuseReturnRequest turns a return down. Only the seller may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it is
// refunded or refused).
type RefuseReturnRequest struct {
	_      struct{}       `cbor:",toarray"`
	Return number.Command `json:"return"`
	Reason string         `json:"reason"` // a code such as used
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RefuseReturnRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Return.Check()
}

// RefuseReturn ends the return: the line has its quantity again. Goods that were
// received and put back into stock must be sent out again: so they are not refused. Where the seller itself had asked
// for it, the days in which a return can be asked for begin anew: or a seller that asked for everything and refused it
// late would leave the member none.
func (o Order) RefuseReturn(back Return, req RefuseReturnRequest, at At) (Order, Return, error) {
	if err := o.seller(at.Caller, back.Order); err != nil {
		return Order{}, Return{}, err
	}
	if back.State != Requested && (back.State != Received || back.Restocked) {
		return Order{}, Return{}, fault.New(fault.WrongState, "return %s is %s", req.Return, back.State)
	}
	part := o.Parts[back.Part-1]
	line := part.Lines[back.Line-1]
	line.Returning -= back.Quantity
	if back.By == o.Seller {
		part.Since = at.Date
	}
	back.State, back.Since, back.Reason = NotTaken, at.Date, req.Reason
	return o.with(int(back.Part)-1, part.withLine(back.Line, line)), back, nil
}

// RefundRequest gives points and cash back for a return: the points to the lots that
// they were taken from, and what the parties came to owe each other they owe the
// other way round. Only the seller may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such return.
//  3. FORBIDDEN: the caller isn't the seller.
//  4. WRONG_STATE: it isn't RECEIVED.
//  5. BAD_REQUEST: cash goes back and no refund is named, or the other way about.
//  6. CONFLICT: that refund proves another return.
//  7. LIMIT: a position would be above 2⁵³−1.
type RefundRequest struct {
	_       struct{}       `cbor:",toarray"`
	Return  number.Command `json:"return"`
	Payment string         `json:"payment"` // reference of the cash refund, "" if no cash goes back
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RefundRequest) Check() error {
	if err := name.CheckOptional([2]string{"payment", r.Payment}); err != nil {
		return err
	}
	return r.Return.Check()
}

// Refund ends the return in a cycle. It also answers which points of the part's line
// go back, from..to.
//
// Of a line, the units that were sold last go back first; each has the points and
// the cash that paid for it when the order was placed.
func (o Order) Refund(back Return, req RefundRequest, cycle string,
	at At) (next Order, done Return, from, to amount.Units, err error) {
	refuse := func(err error) (Order, Return, amount.Units, amount.Units, error) {
		return Order{}, Return{}, 0, 0, err
	}
	if err := o.seller(at.Caller, back.Order); err != nil {
		return refuse(err)
	}
	if back.State != Received {
		return refuse(fault.New(fault.WrongState, "return %s is %s", req.Return, back.State))
	}
	next, done, from, to, err = o.refund(back, cycle, at)
	if err != nil {
		return refuse(err)
	}
	if (done.Cash > 0) != (req.Payment != "") {
		return refuse(fault.New(fault.BadRequest, "%d fen in cash go back: want the reference of that refund, or none",
			int64(done.Cash)))
	}
	done.Payment = req.Payment
	return next, done, from, to, nil
}

// TimeOutReturnRequest ends a return in the member's favour that the seller left without
// its next step in the days that its storefront gives: as a refund, but for the cash,
// which it then owes (see Due). Every party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE (it is refunded or refused,
// or the seller still has time).
type TimeOutReturnRequest struct {
	_      struct{}       `cbor:",toarray"`
	Return number.Command `json:"return"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r TimeOutReturnRequest) Check() error { return r.Return.Check() }

// TimeOutReturn ends the return in a cycle, as Refund does, and answers what cash is owed.
func (o Order) TimeOutReturn(back Return, req TimeOutReturnRequest, cycle string,
	at At) (next Order, done Return, due Due, from, to amount.Units, err error) {
	switch {
	case back.State != Requested && back.State != Received:
		err = fault.New(fault.WrongState, "return %s is %s", req.Return, back.State)
	case at.Date <= back.AnswerBy:
		err = fault.New(fault.WrongState, "the seller has until %s to answer return %s", back.AnswerBy, req.Return)
	default:
		next, done, from, to, err = o.refund(back, cycle, at)
	}
	if err != nil {
		return Order{}, Return{}, Due{}, 0, 0, err
	}
	due = Due{
		Seller: o.Seller, Member: o.Member, Order: back.Order, Return: req.Return, Fen: done.Cash, State: Owed,
		Since: at.Date,
	}
	return next, done, due, from, to, nil
}

// refund is the order and the return once what paid for it has gone back: the points from..to
// of the part's line, and cash.
func (o Order) refund(back Return, cycle string, at At) (_ Order, _ Return, from, to amount.Units, err error) {
	part := o.Parts[back.Part-1]
	line := part.Lines[back.Line-1]
	end := part.before(back.Line) + line.Fen*amount.Units(line.Quantity-line.Returned)
	start := end - line.Fen*amount.Units(back.Quantity)
	from, fromCash, err := part.paid(o.Tenders, start)
	if err != nil {
		return Order{}, Return{}, 0, 0, err
	}
	to, toCash, err := part.paid(o.Tenders, end)
	if err != nil {
		return Order{}, Return{}, 0, 0, err
	}
	line.Returning -= back.Quantity
	line.Returned += back.Quantity
	back.State, back.Since, back.Cycle = Refunded, at.Date, cycle
	back.Pieces, back.Cash = part.Pieces.Between(from, to), toCash-fromCash
	return o.with(int(back.Part)-1, part.withLine(back.Line, line)), back, from, to, nil
}

// before is what the lines of a part before the n-th come to, in fen.
func (p Part) before(n uint8) (sum amount.Units) {
	for _, l := range p.Lines[:n-1] {
		sum += l.Value()
	}
	return sum
}
