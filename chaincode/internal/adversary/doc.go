// Package adversary attacks the ledger as its own members could: with a valid
// identity, a client of their own, raw requests, and two peers that lie together.
//
// Everything here is a test. A file reads as a list of attacks; each says who
// attacks, what it writes, and what must still be true for the others:
//
//	settle_test.go    whoever keeps a cycle from ending, or a debt from being paid
//	members_test.go   whoever moves, mints, or keeps what is a member's
//	goods_test.go     whoever orders, sells or ships what can't end
//	share_test.go     whoever uses up, slows down or stops what all share
//	flood_test.go     whoever repeats what others' commands read, block after block
//	levers_test.go    whoever draws, gives back and changes its mind without end
//
// Others attack by the dozen, with whatever there is (note 0014 says how):
//
//	parade_test.go    a life in which every command takes effect; attacks stand in between
//	walk_test.go      every state has an end that somebody other than its owner can
//	                  bring about: graph_test.go is the table, STATES.md the picture
//	extremes_test.go  every number of every command at its extremes, by every party,
//	                  at both doors: every cycle still closes, everything ends
//	storm_test.go     what one party does for itself costs nobody else
//	repeat_test.go    a life that is asked for again changes nothing
//	queries_test.go   no question fails, whatever is asked
//
// The world is the real chaincode in ledgersim, through its doors alone: nothing of
// internal/contract but New. What needs peers and orderers is in test-network/e2e.
package adversary
