package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// DueState is where cash stands that a seller has to give back.
type DueState uint8

// The states of such cash.
const (
	Owed DueState = 1 + iota
	PaidBack
)

var dueStates = name.Words{"", "OWED", "PAID_BACK"}

// MarshalJSON writes the state's name.
func (s DueState) MarshalJSON() ([]byte, error) { return dueStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *DueState) UnmarshalJSON(data []byte) error {
	i, err := dueStates.Unmarshal(data)
	*s = DueState(i)
	return err
}

// String is the state's name.
func (s DueState) String() string { return dueStates.Of(uint8(s)) }

// Due is cash that a member paid for what it didn't get, or whose return the seller didn't
// answer (应退现金). It is named by the command that ended the parts or the return. The
// ledger moves no money: it says who owes it, until a refund's reference proves it paid.
type Due struct {
	_       struct{}       `cbor:",toarray"`
	Seller  string         `json:"seller"`
	Member  string         `json:"member"`
	Order   number.Command `json:"order"`
	Return  number.Command `json:"return"` // "" for parts that ended without delivery
	Fen     amount.Units   `json:"fen"`
	State   DueState       `json:"state"`
	Since   date.Date      `json:"since"`   // of the state
	Payment string         `json:"payment"` // reference of the cash refund, or ""
	By      string         `json:"by"`      // party that named it, or ""
}

// Ended is the cash of an order's parts that the step to next ended without delivery.
func (o Order) Ended(next Order, id number.Command, today date.Date) Due {
	due := Due{Seller: o.Seller, Member: o.Member, Order: id, State: Owed, Since: today}
	for i, p := range o.Parts {
		if p.State.Holds() && next.Parts[i].State.Failed() {
			due.Fen += p.Cash
		}
	}
	return due
}

// PayBackRequest names the refund by which cash that is owed was paid back. The seller and
// the member's home may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the cash), FORBIDDEN, WRONG_STATE (it is
// paid back), CONFLICT (the refund proves another).
type PayBackRequest struct {
	_       struct{}       `cbor:",toarray"`
	Due     number.Command `json:"due"`
	Payment string         `json:"payment"` // reference of the cash refund, unique at the seller
}

// Check refuses a malformed request with BAD_REQUEST.
func (r PayBackRequest) Check() error {
	if err := name.CheckID("payment", r.Payment); err != nil {
		return err
	}
	return r.Due.Check()
}

// PayBack notes the refund. home is the member's.
func (d Due) PayBack(home string, req PayBackRequest, at At) (Due, error) {
	if at.Caller != home && at.Caller != d.Seller {
		return Due{}, fault.New(fault.Forbidden, "%s neither sold it nor is the member's home", at.Caller)
	}
	if d.State != Owed {
		return Due{}, fault.New(fault.WrongState, "cash %s is %s", req.Due, d.State)
	}
	d.State, d.Since, d.Payment, d.By = PaidBack, at.Date, req.Payment, at.Caller
	return d, nil
}
