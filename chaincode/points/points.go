// Package points is the heart of the cooperation: what enterprises owe their
// members in points, and what becomes of it.
//
// Nouns. A *programme* is a unit of points with one issuer, who owes what they
// are worth. A *lot* is points of one programme that one member got in one
// grant, with one expiry. A *hold* reserves parts of a member's lots for one
// acceptor; capturing it is the redemption. A *freeze* stops a member's
// spending, not earning.
//
//	lot    PENDING ──activate──▶ ACTIVE         issued = available + placed + transferred
//	hold   OPEN ──capture──▶ CAPTURED           placed = held + captured
//	        │ ├──part──▶ PART_CAPTURED ──capture──▶ CAPTURED
//	        │ │                └──release, time out──▶ CLOSED
//	        │ └──release──▶ RELEASED
//	        └──time out──▶ TIMED_OUT
//
// The one invariant: per programme, summed over all lanes and over all rows,
//
//	issued = available in lots + held in open holds + captured
//
// (a transfer moves points between lots and changes no sum). Placing a hold
// moves amounts from lots into the hold's row; capture, release and time-out
// act on that row, and only what is given back touches lots again.
//
// Every function here is pure: rows in, rows out, no ledger, no clock.
package points

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
)

// At is the setting of a command: who sent it, its number, and the two times.
type At struct {
	Caller string         // party that signed
	Number number.Command // of this command
	Now    int64          // the transaction's timestamp, UTC seconds
	Date   date.Date      // the ledger's business date
}

// Limits of one command. Every loop of this package is bounded by one of them.
const (
	MaxLots     = 100            // lots that one issue makes
	MaxPieces   = 64             // lots that one spend names
	MaxHoldSecs = 30 * 24 * 3600 // how far ahead a hold may end
	MaxFrozen   = 1024           // freezes in one bucket
	Buckets     = 64             // freeze buckets
)
