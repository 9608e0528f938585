package gateway

import "sync/atomic"

// Stats counts what a gateway has done since it was opened.
type Stats struct {
	Waiting  int    // commands that wait for a lane, now
	Blocks   uint64 // blocks of the ledger, as far as it has seen
	Batches  int64  // that took effect
	Commands int64  // in them, refused ones included
	Invalid  int64  // envelopes that a block found invalid, and that were endorsed anew
	Resent   int64  // times that the same bytes were sent again
	Late     int64  // endorsements tried again because endorsers lagged or didn't answer
}

// counters are the running ones of Stats.
type counters struct{ batches, commands, invalid, resent, late atomic.Int64 }

// Stats says what the gateway has done.
func (g *Gateway) Stats() Stats {
	g.queue.mu.Lock()
	waiting := g.queue.count
	g.queue.mu.Unlock()
	return Stats{
		Waiting: waiting, Blocks: g.feed.height(),
		Batches: g.count.batches.Load(), Commands: g.count.commands.Load(),
		Invalid: g.count.invalid.Load(), Resent: g.count.resent.Load(), Late: g.count.late.Load(),
	}
}
