// Package benefit holds rights to services (权益), which members get for their points or their tier,
// from grant to write-off.
//
// Nouns. A *model* is a benefit that one party provides: what it costs, how
// often it can be used, who may grant it. An *entitlement* is one member's
// instance of it. A *write-off* (核销) is one use of an entitlement, with what
// the parties owe each other for it. A *count* is how many a member has got.
//
//	GRANTED ──activate──▶ ACTIVE ──write off──▶ ACTIVE … CONSUMED ──reverse──▶ REVERSED
//	                       │ ▲ └──reserve──▶ RESERVED ──write off──▶ ACTIVE … CONSUMED
//	                       │ └──unreserve, or its end──┘
//	GRANTED, ACTIVE, RESERVED ──expire──▶ EXPIRED, ──revoke──▶ REVOKED
//
// A reservation ends by itself: after its end every verb treats the entitlement as ACTIVE.
//
// The points that paid for an entitlement are one line, in the order of their
// lots; use k of n consumes those from ⌊total·(k−1)/n⌋ to ⌊total·k/n⌋. The one
// invariant: per entitlement,
//
//	paid = written off + given back + still in it
//
// and what one funder owes for its points of one programme after k uses is
// their number × the settlement price, half to even: cumulative, so that
// splitting into uses neither gains nor loses a fen.
//
// For an entitlement that no points paid for, whoever granted it owes the model's price for each
// use; several funders each owe their share.
//
// Every function here is pure: rows in, rows out, no ledger, no clock.
package benefit

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
)

// At is the setting of a command.
type At = number.At

// Limits. Every loop of this package is bounded by one of them.
const (
	MaxCosts       = 8             // programmes that one benefit costs points of
	MaxUses        = 500           // uses of one entitlement
	MaxDays        = 3660          // validity
	MaxWindow      = 366           // days in which a write-off can be reversed
	MaxGrantors    = 32            // of one model
	MaxGrants      = 100           // entitlements that one command grants
	MaxPieces      = 64            // lots that pay for one entitlement
	MaxReserveSecs = 7 * 24 * 3600 // how far ahead a reservation may end
	MaxFunders     = 16            // of one entitlement
	MaxAmends      = 8             // changes of a model on a business date
)

// Terms is what money needs to know of the world around.
type Terms struct {
	// that a settlement model sets between a funder and the provider, by funder and programme; only looked up
	Agreed   map[[2]string]amount.Rate
	Prices   map[string]amount.Rate // settlement price of a programme's point, in fen; only looked up
	Operator string                 // party that earns the fee
	Cycle    string                 // open settlement cycle
}
