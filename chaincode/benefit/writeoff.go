package benefit

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// WriteOffState is where a write-off stands.
type WriteOffState uint8

// The states of a write-off.
const (
	Done     WriteOffState = 1 + iota
	Annulled               // it was reversed
)

var writeOffStates = name.Words{"", "DONE", "REVERSED"}

// MarshalJSON writes the state's name.
func (s WriteOffState) MarshalJSON() ([]byte, error) { return writeOffStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *WriteOffState) UnmarshalJSON(data []byte) error {
	i, err := writeOffStates.Unmarshal(data)
	*s = WriteOffState(i)
	return err
}

// String is the state's name.
func (s WriteOffState) String() string { return writeOffStates.Of(uint8(s)) }

// LapseScene is the scene of what a provider keeps of unused points.
const LapseScene = "lapse"

// WriteOff is one use of an entitlement (核销), with what it made the parties
// owe each other. Use 0 in the scene "lapse" is what became of all unused
// points at the expiry, if the provider keeps them.
type WriteOff struct {
	_           struct{}      `cbor:",toarray"`
	Entitlement number.Row    `json:"entitlement"`
	Benefit     string        `json:"benefit"`
	Member      string        `json:"member"`
	Provider    string        `json:"provider"`
	Outlet      string        `json:"outlet"` // an id of the provider's, or ""
	Scene       string        `json:"scene"`
	Reference   string        `json:"reference"` // a receipt's number or the like, or ""
	Date        date.Date     `json:"date"`      // business date
	Use         uint16        `json:"use"`       // which one, from 1; 0 for a lapse
	Value       amount.Units  `json:"value"`     // fen: of the points, or the price; the fee is a share of it
	Owed        []Owed        `json:"owed"`      // in the order of the points, a price, the fee last
	Capped      []string      `json:"capped"`    // net debit caps of its cycle on which it drew
	State       WriteOffState `json:"state"`
	Cycle       string        `json:"cycle"` // in which the parties owe it
	Reversal    Reversal      `json:"reversal"`
}

// Reversal says when a write-off was reversed. It is empty if it wasn't.
type Reversal struct {
	_      struct{}       `cbor:",toarray"`
	Number number.Command `json:"number"` // command that reversed
	Reason string         `json:"reason"`
	Date   date.Date      `json:"date"`
	Cycle  string         `json:"cycle"` // in which the parties owe the opposite
}

// WriteOffRequest uses an entitlement once. Only the provider may.
//
// With a code, the revealed code is the next one's commitment: see package code.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such entitlement.
//  3. FORBIDDEN: the caller isn't the provider.
//  4. WRONG_STATE: it is neither ACTIVE nor reserved by the caller.
//  5. EXPIRED: its last day has passed.
//  6. WRONG_CODE: the code is wrong or missing, or given where none is needed.
//  7. LIMIT: an amount or a position would be above 2⁵³−1.
type WriteOffRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
	Code        code.Code  `json:"code"`      // that opens the commitment; "" if none is needed
	Outlet      string     `json:"outlet"`    // id, or ""
	Reference   string     `json:"reference"` // id, or ""
}

// Check refuses a malformed request with BAD_REQUEST.
func (r WriteOffRequest) Check() error {
	if err := r.Entitlement.Check(); err != nil {
		return err
	}
	if err := r.Code.Check(); err != nil {
		return err
	}
	return name.CheckOptional([2]string{"outlet", r.Outlet}, [2]string{"reference", r.Reference})
}

// Use writes an entitlement off once. It returns the write-off and the
// entitlement as it then is.
func Use(m Model, e Entitlement, req WriteOffRequest, terms Terms, at At) (WriteOff, Entitlement, error) {
	if err := m.require(at.Caller); err != nil {
		return WriteOff{}, Entitlement{}, err
	}
	if s := e.StateAt(at.Now); s != Active && (s != Reserved || e.Holder != at.Caller) {
		return WriteOff{}, Entitlement{}, fault.New(fault.WrongState, "entitlement %s is %s", req.Entitlement, s)
	}
	if err := e.requireValid(req.Entitlement, at.Date); err != nil {
		return WriteOff{}, Entitlement{}, err
	}
	if m.Code && !req.Code.Opens(e.Commitment) || !m.Code && len(req.Code) > 0 {
		return WriteOff{}, Entitlement{}, fault.New(fault.WrongCode, "the code does not open entitlement %s",
			req.Entitlement)
	}
	owed, value, err := m.use(e, e.Used+1, terms)
	if err != nil {
		return WriteOff{}, Entitlement{}, err
	}
	w := m.writeOff(e, req.Entitlement, terms, at)
	w.Outlet, w.Reference, w.Scene, w.Use, w.Value, w.Owed = req.Outlet, req.Reference, m.Scene, e.Used+1, value, owed
	return w, e.used(req.Code), nil
}

// writeOff makes what every write-off of an entitlement says.
func (m Model) writeOff(e Entitlement, id number.Row, terms Terms, at At) WriteOff {
	return WriteOff{
		Entitlement: id, Benefit: m.ID, Member: e.Member, Provider: m.Provider,
		Date: at.Date, State: Done, Cycle: terms.Cycle, Owed: []Owed{},
	}
}

// used is the entitlement after one more use, which ends a reservation.
func (e Entitlement) used(revealed code.Code) Entitlement {
	next := e.free()
	next.Used++
	next.State, next.Commitment = Active, code.Commitment(revealed)
	if next.Used == next.Uses {
		next.State, next.Commitment = Consumed, nil
	}
	return next
}

// ReverseRequest takes a write-off back within the model's window: everything
// that it made the parties owe is owed the other way round, and its points go
// back to their lots. The use doesn't return. Only the provider may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it
// is reversed, or a lapse), EXPIRED (the window has passed), LIMIT (a position
// above 2⁵³−1).
type ReverseRequest struct {
	_        struct{}       `cbor:",toarray"`
	WriteOff number.Command `json:"writeOff"`
	Reason   string         `json:"reason"` // a code such as not_delivered
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ReverseRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.WriteOff.Check()
}

// Reverse takes a write-off back. It returns the write-off and the entitlement
// as they then are, what is owed for it, and the pieces that go back to their lots.
func Reverse(m Model, w WriteOff, e Entitlement, req ReverseRequest, cycle string,
	at At) (WriteOff, Entitlement, []Owed, spend.Line, error) {
	refuse := func(err error) (WriteOff, Entitlement, []Owed, spend.Line, error) {
		return WriteOff{}, Entitlement{}, nil, nil, err
	}
	if err := m.require(at.Caller); err != nil {
		return refuse(err)
	}
	if w.State != Done {
		return refuse(fault.New(fault.WrongState, "write-off %s is %s", req.WriteOff, w.State))
	}
	if w.Use == 0 {
		return refuse(fault.New(fault.WrongState, "write-off %s is a lapse", req.WriteOff))
	}
	if end := w.Date + date.Date(m.Window); at.Date > end {
		return refuse(fault.New(fault.Expired, "write-off %s could be reversed until %s", req.WriteOff, end))
	}
	annulled, next := w, e
	annulled.State = Annulled
	annulled.Reversal = Reversal{Number: at.Number, Reason: req.Reason, Date: at.Date, Cycle: cycle}
	if next.Reversed++; next.State == Consumed && next.Reversed == next.Uses {
		next.State = Reversed
	}
	return annulled, next, Opposite(w.Owed), e.Part(w.Use), nil
}
