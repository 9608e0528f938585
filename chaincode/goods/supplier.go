package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// SupplierState is where a supplier stands.
type SupplierState uint8

// The states of a supplier. Only an approved one may list; what others have
// ordered of it goes on.
const (
	Applied SupplierState = 1 + iota
	Approved
	Suspended
	Refused
	Withdrawn
)

var supplierStates = name.Words{"", "APPLIED", "APPROVED", "SUSPENDED", "REFUSED", "WITHDRAWN"}

// MarshalJSON writes the state's name.
func (s SupplierState) MarshalJSON() ([]byte, error) { return supplierStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *SupplierState) UnmarshalJSON(data []byte) error {
	i, err := supplierStates.Unmarshal(data)
	*s = SupplierState(i)
	return err
}

// String is the state's name.
func (s SupplierState) String() string { return supplierStates.Of(uint8(s)) }

// Supplier is who makes goods available (供应商): the party itself, or a merchant
// or manufacturer that the party acts for. The party signs for it and is owed for
// its goods.
type Supplier struct {
	_          struct{}      `cbor:",toarray"`
	ID         string        `json:"id"`
	Party      string        `json:"party"` // that acts for it
	En         string        `json:"en"`
	Zh         string        `json:"zh"`
	State      SupplierState `json:"state"`
	Categories []string      `json:"categories"` // that it may list, sorted; none: all
	Fee        amount.Rate   `json:"fee"`        // of supply value, which its party owes the operator; 0 ≤ fee < 1
	Licence    codec.Hash    `json:"licence"`    // SHA-256 of the documents that it applied with
	Since      date.Date     `json:"since"`      // of the state
	Reason     string        `json:"reason"`     // of a refusal or suspension, or ""
}

// ApplyRequest asks to become a supplier, or to become one again. Every party may,
// for itself or for whom it acts.
//
// Refused, first that applies: BAD_REQUEST, CONFLICT (another party's),
// WRONG_STATE (it is neither refused nor withdrawn).
type ApplyRequest struct {
	_          struct{}   `cbor:",toarray"`
	Supplier   string     `json:"supplier"` // id
	En         string     `json:"en"`
	Zh         string     `json:"zh"`
	Categories []string   `json:"categories"` // that it wants to list, sorted; none: all
	Licence    codec.Hash `json:"licence"`    // SHA-256 of its documents
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ApplyRequest) Check() error {
	if err := name.CheckID("supplier", r.Supplier); err != nil {
		return err
	}
	if err := checkNames(r.En, r.Zh); err != nil {
		return err
	}
	if err := checkSorted("categories", r.Categories, MaxCategories); err != nil {
		return err
	}
	if len(r.Licence) != 32 {
		return fault.New(fault.BadRequest, "licence: want the SHA-256 of the documents")
	}
	return nil
}

// Apply makes the application, of who has never applied (before is nil) or is no
// supplier any more. What it had been approved for is gone.
func Apply(before *Supplier, req ApplyRequest, at At) (Supplier, error) {
	switch {
	case before == nil:
	case before.Party != at.Caller:
		return Supplier{}, fault.New(fault.Conflict, "supplier %s is %s's", before.ID, before.Party)
	case before.State != Refused && before.State != Withdrawn:
		return Supplier{}, fault.New(fault.WrongState, "supplier %s is %s", before.ID, before.State)
	}
	return Supplier{

		ID: req.Supplier, Party: at.Caller, En: name.Fold(req.En), Zh: name.Fold(req.Zh),
		Categories: whole(req.Categories),
		Fee:        amount.Rate{Num: 0, Den: 1}, Licence: req.Licence,
	}.to(Applied, "", at), nil
}

// to is the supplier in a state from today on, for a reason.
func (s Supplier) to(state SupplierState, reason string, at At) Supplier {
	s.State, s.Since, s.Reason = state, at.Date, reason
	return s
}

// require refuses with FORBIDDEN everyone but the supplier's party.
func (s Supplier) require(caller string) error {
	if s.Party != caller {
		return fault.New(fault.Forbidden, "%s does not act for supplier %s", caller, s.ID)
	}
	return nil
}

// approved refuses with WRONG_STATE a supplier that may not list.
func (s Supplier) approved() error {
	if s.State != Approved {
		return fault.New(fault.WrongState, "supplier %s is %s", s.ID, s.State)
	}
	return nil
}

// lists refuses what only the party of an approved supplier may do: FORBIDDEN,
// WRONG_STATE.
func (s Supplier) lists(caller string) error {
	if err := s.require(caller); err != nil {
		return err
	}
	return s.approved()
}

// ApproveRequest lets a supplier list: one that has applied, or was suspended, or
// is approved with other categories or another fee, which hold from now on. Only
// the operator may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, NOT_FOUND,
// WRONG_STATE (it was refused or has withdrawn).
type ApproveRequest struct {
	_          struct{}    `cbor:",toarray"`
	Supplier   string      `json:"supplier"`
	Categories []string    `json:"categories"` // sorted; none: all
	Fee        amount.Rate `json:"fee"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r ApproveRequest) Check() error {
	if err := name.CheckID("supplier", r.Supplier); err != nil {
		return err
	}
	if err := checkSorted("categories", r.Categories, MaxCategories); err != nil {
		return err
	}
	if err := r.Fee.CheckFine(); err != nil {
		return err
	}
	if r.Fee.Num >= r.Fee.Den {
		return fault.New(fault.BadRequest, "fee: want less than the whole")
	}
	return nil
}

// Approve lets the supplier list from today on.
func (s Supplier) Approve(req ApproveRequest, at At) (Supplier, error) {
	switch s.State {
	case Applied, Approved, Suspended:
	case Refused, Withdrawn:
		return Supplier{}, fault.New(fault.WrongState, "supplier %s is %s: it has to apply again", s.ID, s.State)
	}
	next := s.to(Approved, "", at)
	next.Categories, next.Fee = whole(req.Categories), req.Fee.Lowest()
	return next, nil
}

// RefuseRequest ends an application (REFUSED) or stops a supplier (SUSPENDED). Only
// the operator may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (it
// is neither APPLIED nor APPROVED).
type RefuseRequest struct {
	_        struct{} `cbor:",toarray"`
	Supplier string   `json:"supplier"`
	Reason   string   `json:"reason"` // a code such as licence_expired
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RefuseRequest) Check() error {
	if err := name.CheckID("supplier", r.Supplier); err != nil {
		return err
	}
	return name.CheckID("reason", r.Reason)
}

// Refuse ends the application, or stops the supplier until it is approved again.
func (s Supplier) Refuse(req RefuseRequest, at At) (Supplier, error) {
	switch s.State {
	case Applied:
		return s.to(Refused, req.Reason, at), nil
	case Approved:
		return s.to(Suspended, req.Reason, at), nil
	case Suspended, Refused, Withdrawn:
	}
	return Supplier{}, fault.New(fault.WrongState, "supplier %s is %s", s.ID, s.State)
}

// WithdrawSupplierRequest ends being a supplier. Only its party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it
// is refused or withdrawn).
type WithdrawSupplierRequest struct {
	_        struct{} `cbor:",toarray"`
	Supplier string   `json:"supplier"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r WithdrawSupplierRequest) Check() error { return name.CheckID("supplier", r.Supplier) }

// Withdraw ends being a supplier.
func (s Supplier) Withdraw(at At) (Supplier, error) {
	if err := s.require(at.Caller); err != nil {
		return Supplier{}, err
	}
	switch s.State {
	case Applied, Approved, Suspended:
		return s.to(Withdrawn, "", at), nil
	case Refused, Withdrawn:
	}
	return Supplier{}, fault.New(fault.WrongState, "supplier %s is %s", s.ID, s.State)
}
