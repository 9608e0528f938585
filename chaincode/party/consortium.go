package party

import (
	"crypto/sha256"
	"encoding/base32"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Consortium is what the network was founded with; it never changes.
type Consortium struct {
	_        struct{} `cbor:",toarray"`
	Network  string   `json:"network"`
	Operator string   `json:"operator"` // party that keeps the rules
	Test     bool     `json:"test"`     // a test network, whose business date may run ahead of the calendar
	// what tells this ledger from all others, wherever its payments are named to banks
	Mark string `json:"mark"`
}

// MarkLength is how many letters and digits a mark has.
const MarkLength = 8

// MarkOf makes the mark of the ledger that a transaction of a channel founds. No two transactions have one id, so
// another network, and the same one that is set up anew, has another mark.
func MarkOf(channel, tx string) string {
	sum := sha256.Sum256([]byte(channel + "\n" + tx))
	return base32.StdEncoding.EncodeToString(sum[:5])
}

// FoundRequest founds the network with the caller as its operator. It is the
// first command of a ledger; each endorser's own configuration says whom it
// accepts as the operator, and whether it accepts a test network.
//
// Refused, first that applies: BAD_REQUEST, CONFLICT (it is founded), FORBIDDEN
// (an endorser doesn't accept this operator or a test network).
type FoundRequest struct {
	_       struct{}  `cbor:",toarray"`
	Network string    `json:"network"`
	En      string    `json:"en"`    // the operator's name in English
	Zh      string    `json:"zh"`    // and in Chinese
	Roles   Roles     `json:"roles"` // further roles of the operator
	Cycle   string    `json:"cycle"`
	Date    date.Date `json:"date"` // the first business date
	Test    bool      `json:"test"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r FoundRequest) Check() error {
	for _, id := range [][2]string{{"network", r.Network}, {"cycle", r.Cycle}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	for _, text := range [][2]string{{"en", r.En}, {"zh", r.Zh}} {
		if err := name.CheckText(text[0], text[1]); err != nil {
			return err
		}
	}
	if r.Roles >= Auditor<<1 {
		return fault.New(fault.BadRequest, "roles: unknown")
	}
	return r.Date.Check()
}

// Found makes what the network is founded with, and its operator.
func Found(req FoundRequest, caller, mark string) (Consortium, Party) {
	return Consortium{Network: req.Network, Operator: caller, Test: req.Test, Mark: mark},
		Party{
			ID: caller, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Roles: req.Roles | Operator,
			Had: req.Roles | Operator,
		}
}
