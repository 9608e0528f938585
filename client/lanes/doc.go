// Package lanes has the processes of one party share its lanes. They know of each other by two tables of the node's own
// database: each process says again and again that it lives, and each lane says who writes it.
//
//	               owner lives              owner is silent for Silence
//	nobody's  ───────────────▶  its owner's ────────────────────────────▶  nobody's  ──▶  another owner's
//	   ▲                            │ another process becomes its owner
//	   └────────────────────────────┘ once all that is under way in it has ended
//
// Who owns a lane follows from the tables alone, so all processes say the same: a lane belongs to the processes whose
// profile names it, or to all if none of those lives, and several share theirs out evenly. So what a dead process had
// goes to those that live, and back to it when it is there again.
//
// A process writes its lanes no longer than Term after it began to say that it lives; others think it dead once they
// have seen it say nothing new for Silence, each by its own clock. No two clocks are compared. Where that fails,
// nothing counts twice all the same: see package gateway.
package lanes
