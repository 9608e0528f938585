// Package consortium has what a node does with the network's parties, and what it asks of the ledger itself.
package consortium

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		PartyBeginPeer, PartySet, PartyRegister, PartyAmend, PartyList, ConsortiumFound,
		QueryHold, QueryTotals, QueryLane, QueryRequest, QueryUnsealed, QueryBreakage, QueryDigest, QueryIndex,
	}
}
