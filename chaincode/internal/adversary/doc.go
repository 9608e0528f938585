// Package adversary attacks the ledger as its own members could: with a valid
// identity, a client of their own, raw requests, and two peers that lie together.
//
// Everything here is a test. A file reads as a list of attacks; each says who
// attacks, what it writes, and what must still be true for the others:
//
//	settle_test.go    whoever keeps a cycle from ending, or a debt from being paid
//	members_test.go   whoever moves, mints, or keeps what is a member's
//	share_test.go     whoever uses up or slows down what all share
//	sealed_test.go    whoever rewrites what is there
//
// Two tests attack by the dozen:
//
//	states_test.go    every state of every row has an end that somebody other than
//	                  its owner can bring about; STATES.md is the picture
//	extremes_test.go  every number of every command at its extremes, by every party,
//	                  at both doors: the cycle still closes
//
// The world is the real chaincode in ledgersim, through its doors alone: nothing of
// internal/contract but New. What needs peers and orderers is in test-network/e2e.
package adversary
