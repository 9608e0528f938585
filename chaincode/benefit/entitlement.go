package benefit

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// State is where an entitlement stands.
type State uint8

// The states of an entitlement. The first three can still be used or ended.
const (
	Granted  State = 1 + iota // waits for its activator's evidence
	Active                    // can be used
	Reserved                  // for its holder, until the end of the reservation
	Consumed                  // all uses are made
	Expired                   // its last day passed
	Revoked                   // taken back
	Reversed                  // all uses were made and reversed
)

var states = name.Words{"", "GRANTED", "ACTIVE", "RESERVED", "CONSUMED", "EXPIRED", "REVOKED", "REVERSED"}

// MarshalJSON writes the state's name.
func (s State) MarshalJSON() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *State) UnmarshalJSON(data []byte) error {
	i, err := states.Unmarshal(data)
	*s = State(i)
	return err
}

// String is the state's name.
func (s State) String() string { return states.Of(uint8(s)) }

// Ended says whether nothing can be used any more.
func (s State) Ended() bool { return s >= Consumed }

// Entitlement is one member's instance of a benefit (权益实例).
//
// reversed ≤ used ≤ uses. Use k consumes its part of the line of pieces; see
// the package.
type Entitlement struct {
	_             struct{}        `cbor:",toarray"`
	Benefit       string          `json:"benefit"`
	Member        string          `json:"member"` // pseudonym
	State         State           `json:"state"`
	By            string          `json:"by"` // party that granted or sold it
	Uses          uint16          `json:"uses"`
	Used          uint16          `json:"used"`
	Reversed      uint16          `json:"reversed"`      // of the used ones
	Until         date.Date       `json:"until"`         // last day on which it can be used
	Activator     string          `json:"activator"`     // party whose evidence activates it; "" for none
	Evidence      codec.Hash      `json:"evidence"`      // SHA-256 of that evidence, once given
	Commitment    code.Commitment `json:"commitment"`    // of the code for the next use; "" if none is needed
	Holder        string          `json:"holder"`        // party that has reserved it, or ""
	ReservedUntil int64           `json:"reservedUntil"` // UTC seconds; from then on it isn't reserved
	Pieces        spend.Line      `json:"pieces"`        // the points that paid, in the order of their lots
	Reference     string          `json:"reference"`     // what for, or ""
	Funders       []Funder        `json:"funders"`       // who owe the provider its price; none: who granted it
	Drawn         bool            `json:"drawn"`         // it is one of the benefit's quota
	Paid          Payment         `json:"paid"`          // of the pieces
}

// Payment is when points paid for an entitlement, and what was drawn for them.
type Payment struct {
	_      struct{}  `cbor:",toarray"`
	Date   date.Date `json:"date"`   // business date, 0 if none paid
	Cycle  string    `json:"cycle"`  // on whose net debit caps it drew
	Capped []string  `json:"capped"` // these: see points.Hold
}

// Funder is a party that bears a part of what an entitlement's uses cost (出资方).
type Funder struct {
	_     struct{}     `cbor:",toarray"`
	Party string       `json:"party"`
	Parts amount.Units `json:"parts"` // of the sum of all parts, such as 60
}

// StateAt is the state as every verb takes it: a reservation ends by itself.
func (e Entitlement) StateAt(now int64) State {
	if e.State == Reserved && now >= e.ReservedUntil {
		return Active
	}
	return e.State
}

// Points is the number of points that paid.
func (e Entitlement) Points() amount.Units { return e.Pieces.Sum() }

// Span is which points of the line use k consumes, k from 1: those from..to.
func (e Entitlement) Span(k uint16) (from, to amount.Units) { return e.after(k - 1), e.after(k) }

// Left is the first point of the line that no use has consumed.
func (e Entitlement) Left() amount.Units { return e.after(e.Used) }

// after is how many points of the line k uses consume, ⌊paid·k/uses⌋.
// paid·k < 2⁵³·500 < 2⁶², so the product is exact.
func (e Entitlement) after(k uint16) amount.Units {
	return e.Points() * amount.Units(k) / amount.Units(e.Uses)
}

// Part lists the points that use k consumes, k from 1.
func (e Entitlement) Part(k uint16) spend.Line { return e.Pieces.Between(e.after(k-1), e.after(k)) }

// Unused lists the points of uses that weren't made.
func (e Entitlement) Unused() spend.Line { return e.Pieces.Between(e.after(e.Used), e.Points()) }

// requireState refuses with WRONG_STATE an entitlement in another state now.
func (e Entitlement) requireState(want State, id number.Row, now int64) error {
	if s := e.StateAt(now); s != want {
		return fault.New(fault.WrongState, "entitlement %s is %s", id, s)
	}
	return nil
}

// requireValid refuses with EXPIRED an entitlement whose last day has passed.
func (e Entitlement) requireValid(id number.Row, today date.Date) error {
	if today > e.Until {
		return fault.New(fault.Expired, "entitlement %s ended on %s", id, e.Until)
	}
	return nil
}

// free returns the entitlement without its reservation.
func (e Entitlement) free() Entitlement {
	e.Holder, e.ReservedUntil = "", 0
	return e
}
