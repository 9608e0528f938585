// Package points is the heart of the cooperation: what enterprises owe their
// members in points, and what becomes of it.
//
// Nouns. A *programme* is a unit of points with one issuer, who owes what they
// are worth, and with *rules*. A *lot* is points of one programme that one member
// got at once, with one expiry and one *funder*, the party that bears its cost. A
// *hold* reserves parts of a member's lots for one acceptor; capturing it is the
// redemption. A *trade* swaps two members' points, a *conversion* turns points of
// one programme into another's at a published rate. An *earn rule* says what a
// purchase earns; a *standing* counts what a member does, for tiers and limits. A
// *freeze* stops a member's spending, not earning.
//
//	lot    PENDING ──activate──▶ ACTIVE ──expire──▶ EXPIRED
//	        └──cancel──▶ CANCELLED  └──revoke all──▶ REVOKED
//	hold   OPEN ──capture──▶ CAPTURED           placed = held + captured − refunded
//	        │ ├──part──▶ PART_CAPTURED ──capture──▶ CAPTURED
//	        │ │                └──release, time out──▶ CLOSED
//	        │ └──release──▶ RELEASED
//	        └──time out──▶ TIMED_OUT            refund: the end of any capture
//	trade  OFFERED ──take──▶ SWAPPED | ──end──▶ WITHDRAWN, LAPSED
//
// A lot is frozen when its wallet is, which is no state of its own: ACTIVE ⇄
// FROZEN of the domain is a freeze and its lifting.
//
// The one invariant: per programme, summed over all lanes and over all rows,
//
//	issued = available in lots + held in open holds and trades + captured − refunded
//	         + converted + expired + revoked
//
// where a benefit that points paid counts as captured, and a transfer or trade
// moves points between lots and changes no sum. Placing a hold moves amounts from
// lots into the hold's row; capture, release and time-out act on that row, and
// only what is given back touches lots again.
//
// Every function here is pure: rows in, rows out, no ledger, no clock.
package points

import (
	"tallystick/chaincode/number"
)

// At is the setting of a command.
type At = number.At

// Limits. Every loop of this package is bounded by one of them.
const (
	MaxLots           = 100            // lots that one command makes or ends
	MaxPieces         = 64             // lots that one spend names
	MaxShares         = 16             // funders of one grant
	MaxCaptures       = 64             // captures of one hold
	MaxHoldSecs       = 30 * 24 * 3600 // how far ahead a hold or an offer may end
	MaxTiers          = 16             // tiers of a programme
	MaxChanges        = 8              // changes of a programme by its issuer on a business date
	MaxWindow         = 24             // months that a standing remembers
	MaxAhead          = 3660           // days that a rule may count to
	MaxCounterparties = 64             // members that one can send to in a day
	MaxLines          = 64             // lines of one award
	MaxMultipliers    = 64             // tiers, and labels, of one earn rule
)
