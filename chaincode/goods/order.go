package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/chaincode/veil"
)

// State is where a part of an order stands.
type State uint8

// The states of a part. The first three still hold stock and points.
const (
	Placed State = 1 + iota
	Accepted
	OnItsWay // domain: SHIPPED
	Delivered
	Completed // no return can be asked for any more
	Rejected  // by the seller
	Cancelled
	TimedOut
)

var states = name.Words{
	"", "PLACED", "ACCEPTED", "SHIPPED", "DELIVERED", "COMPLETED", "REJECTED", "CANCELLED", "TIMED_OUT",
}

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

// Holds says whether a part in this state still holds its points and its stock.
func (s State) Holds() bool { return s >= Placed && s <= OnItsWay }

// Failed says whether a part in this state ended without delivery.
func (s State) Failed() bool { return s >= Rejected }

// Proof is what shows that a part was delivered.
type Proof uint8

// The proofs.
const (
	Unproven  Proof = iota
	ByCode          // the member's one-time code, said at the counter
	ByHash          // a document's SHA-256: a carrier's proof, a signed receipt
	ByHome          // the member's home says so
	BySilence       // nobody said otherwise in the storefront's silence days
	ByNature        // it needs no delivery
)

var proofs = name.Words{"", "code", "document", "member", "silence", "virtual"}

// MarshalJSON writes the proof's name.
func (p Proof) MarshalJSON() ([]byte, error) { return proofs.Marshal(uint8(p)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Proof) UnmarshalJSON(data []byte) error {
	i, err := proofs.Unmarshal(data)
	*p = Proof(i)
	return err
}

// Order is a member's purchase at a storefront (订单). It carries the points that
// it holds: placing it moves them from their lots into the row, delivering a part
// captures that part's.
type Order struct {
	_         struct{}  `cbor:",toarray"`
	Seller    string    `json:"seller"`
	Member    string    `json:"member"`
	Outlet    string    `json:"outlet"`    // of the seller's, or ""
	Region    string    `json:"region"`    // where it goes, or that of the outlet
	Reference string    `json:"reference"` // the seller's own number for it, or ""
	Date      date.Date `json:"date"`      // business date of the order
	// UTC seconds; from then on it can be timed out and no more accepted
	AcceptBy      int64          `json:"acceptBy"`
	Payment       string         `json:"payment"` // reference of the payment of the cash part, "" without one
	Tenders       []Tender       `json:"tenders"` // of the programmes that paid
	Authorisation number.Command `json:"authorisation"`
	Capped        []string       `json:"capped"` // net debit caps that it drew on, sorted: FUNDER, or FUNDER.SELLER
	Cycle         string         `json:"cycle"`  // whose caps those are
	// of the code that proves a delivery at the counter; "" if none is needed
	Pickup      code.Commitment `json:"pickup"`
	ShipDays    int32           `json:"shipDays"`
	SilenceDays int32           `json:"silenceDays"`
	ReturnDays  int32           `json:"returnDays"`
	AnswerDays  int32           `json:"answerDays"`
	Parts       []Part          `json:"parts"`
}

// Part is what one supplier delivers of an order, in one way and scene.
type Part struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	Party    string       `json:"party"` // that acts for the supplier
	Delivery Delivery     `json:"delivery"`
	Scene    string       `json:"scene"`
	Fee      amount.Rate  `json:"fee"` // of supply value, the supplier's party to the operator
	State    State        `json:"state"`
	Since    date.Date    `json:"since"`  // of the state
	Reason   string       `json:"reason"` // of an end without delivery, or ""
	Lost     bool         `json:"lost"`   // it ended so, and its goods are lost
	Lines    []Line       `json:"lines"`
	Pieces   spend.Line   `json:"pieces"` // the points that pay, in the order of their lots
	Cash     amount.Units `json:"cash"`   // fen
	Carrier  string       `json:"carrier"`
	Waybill  string       `json:"waybill"`
	Proof    Proof        `json:"proof"`
	Evidence codec.Hash   `json:"evidence"` // of the proof, if it is a document
	Cycle    string       `json:"cycle"`    // in which its delivery made the parties owe each other
}

// Line is a good of an order, as it was when the order was placed.
//
// returned + returning ≤ quantity.
type Line struct {
	_         struct{}        `cbor:",toarray"`
	SKU       string          `json:"sku"`
	Version   uint32          `json:"version"` // of the good
	Quantity  uint32          `json:"quantity"`
	Fen       amount.Units    `json:"fen"`   // of a unit
	Kind      TermsKind       `json:"kind"`  // of the terms
	Terms     veil.Commitment `json:"terms"` // what the seller owes the supplier's party for a unit; "" for nothing
	Returning uint32          `json:"returning"`
	Returned  uint32          `json:"returned"`
}

// Value is what a line comes to, in fen. It was checked when the order was placed.
func (l Line) Value() amount.Units { return l.Fen * amount.Units(l.Quantity) }

// Value is what all lines of a part come to, in fen.
func (p Part) Value() (sum amount.Units) {
	for _, l := range p.Lines {
		sum += l.Value()
	}
	return sum
}

// Value is what the order comes to, in fen.
func (o Order) Value() (sum amount.Units) {
	for _, p := range o.Parts {
		sum += p.Value()
	}
	return sum
}

// with is the order with one part changed, the part counted from 0.
func (o Order) with(i int, part Part) Order {
	parts := make([]Part, len(o.Parts))
	copy(parts, o.Parts)
	parts[i] = part
	o.Parts = parts
	return o
}

// to is the part in a state since today.
func (p Part) to(state State, today date.Date) Part {
	p.State, p.Since = state, today
	return p
}

// part finds the part that a request names, from 1. NOT_FOUND.
func (o Order) part(n uint8, id number.Command) (int, Part, error) {
	if n < 1 || int(n) > len(o.Parts) {
		return 0, Part{}, fault.New(fault.NotFound, "order %s has no part %d", id, n)
	}
	return int(n) - 1, o.Parts[n-1], nil
}

// require refuses with WRONG_STATE a part in any other state.
func (p Part) require(want State, id number.Command) error {
	if p.State != want {
		return fault.New(fault.WrongState, "the part of order %s is %s", id, p.State)
	}
	return nil
}

// seller refuses with FORBIDDEN everyone but the order's.
func (o Order) seller(caller string, id number.Command) error {
	if o.Seller != caller {
		return fault.New(fault.Forbidden, "%s is not the seller of order %s", caller, id)
	}
	return nil
}

// sides refuses with FORBIDDEN everyone but the seller and the part's party.
func (o Order) sides(p Part, caller string, id number.Command) error {
	if o.Seller != caller && p.Party != caller {
		return fault.New(fault.Forbidden, "%s neither sells nor supplies order %s", caller, id)
	}
	return nil
}

// Paid says what a cash payment, or a cash refund, of a seller's was used for.
type Paid struct {
	_     struct{}       `cbor:",toarray"`
	Order number.Command `json:"order"` // or, of a refund, the return or the cash that was owed
}
