package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
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

// WithdrawSupplierRequest ends being a supplier. Only its party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it
// is refused or withdrawn).
type WithdrawSupplierRequest struct {
	_        struct{} `cbor:",toarray"`
	Supplier string   `json:"supplier"`
}
