// Package goods turns outside enterprises' goods and services into resources
// that points buy (商品资源化).
//
// Nouns. A *supplier* is who makes goods available: it applies through the party
// that acts for it, and the operator approves it. A *good* is a supplier's, with a
// version; orders bind to one. *Terms* are what a seller owes a supplier for one
// unit: a private value, on the ledger only as a commitment. A *storefront* is one
// enterprise's selection, prices and rules (千企千面), of *listings*; a *quote* is
// what it offers one member now. *Stock* is what a supplier lets one seller sell.
// An *order* is a member's purchase, in *parts* that each ship and return on their
// own; a *return* is a quantity of one line on its way back.
//
//	supplier  APPLIED ──approve──▶ APPROVED ──refuse──▶ SUSPENDED ──approve──▶ APPROVED
//	           └──refuse──▶ REFUSED ──apply──▶ APPLIED
//	          APPLIED, APPROVED, SUSPENDED ──withdraw──▶ WITHDRAWN ──apply──▶ APPLIED
//
//	part      PLACED ──accept──▶ ACCEPTED ──ship──▶ SHIPPED ──deliver──▶ DELIVERED ──complete──▶ COMPLETED
//	           │                  │  └──────────────deliver (counter, virtual)──▲
//	           │                  └──cancel, time out──▶ CANCELLED, TIMED_OUT
//	           └──reject, cancel, time out──▶ REJECTED, CANCELLED, TIMED_OUT
//
//	return    REQUESTED ──receive──▶ RECEIVED ──refund, time out──▶ REFUNDED
//	           ├──time out──▶ REFUNDED  │
//	           └──refuse────────────────┴──▶ REFUSED
//
//	cash      OWED ──pay back──▶ PAID_BACK      of parts that ended, of returns that timed out
//
// The invariants: per good and seller
//
//	restocked − withdrawn = free + reserved in open parts + delivered + lost − put back by returns
//
// and per order, in fen, price × quantity of all lines = value of its points + cash. A
// part's points come to its share within half a point: what straddles two is whose the larger
// half is, and the later one's if both are equal.
//
// Every function here is pure: rows in, rows out, no ledger, no clock.
package goods

import (
	"tallystick/chaincode/number"
)

// At is the setting of a command.
type At = number.At

// Limits. Every loop of this package is bounded by one of them.
const (
	MaxCategories = 64             // that a supplier may list
	MaxLabels     = 16             // of a good, and of a listing
	MaxImages     = 16             // of a good
	MaxRegions    = 64             // of a good or a rule
	MaxTenders    = 16             // programmes that a storefront takes
	MaxRules      = 16             // prices of one listing
	MaxLines      = 64             // of one order
	MaxQuantity   = 1_000_000      // of one line
	MaxPieces     = 64             // lots that one order takes from
	MaxDays       = 366            // that a storefront waits for anything
	MaxStocked    = 64             // changes of what a seller may sell of a good, by its supplier, on a business date
	MaxAnswerDays = 60             // in which a seller must answer a return
	MaxAcceptSecs = 30 * 24 * 3600 // how long an order may wait to be accepted
)

// answerDays are the days that a seller has to answer a return whose storefront names none.
const answerDays = 14
