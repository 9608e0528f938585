// Package gateway sends a party's commands to the ledger, each exactly once,
// and asks it questions. It is the one package of the node that knows Fabric.
//
//	Do, DoLinked, Source, Run       commands from many callers
//	   │ queue: admission, linger, one command a lot at a time      queue.go, keys.go
//	   ▼
//	lane 1 … lane 31                one transaction in flight each   lane.go, job.go
//	   │ 1 persist  2 endorse  3 persist the signed bytes  4 submit
//	   ▼
//	block stream ──▶ verdicts       5 the outcome is what a block says   feed.go
//	   └──▶ readers that follow, such as an index                    follow.go
//	   6 in doubt: wait, then send the same bytes again
//	   7 endorse anew only once no earlier envelope can take effect
//
// # Why nothing counts twice
//
// An envelope that was signed and sent may land at any time: orderers and validators look at its
// signatures and at the versions of what it read, never at its timestamp (the sixty seconds of
// TIME_WINDOW and the peers' own time-window filter hold for endorsing only). So no wait, however
// long, proves a sent envelope dead. Only two things do:
//
//   - its verdict in a block: invalid once is invalid for good, because Fabric
//     marks every repetition of a transaction id as DUPLICATE_TXID;
//   - its lane's head in a block, moved to its sequence or past it by another
//     transaction: every envelope reads the head, so this one is now a conflict.
//
// Until then the gateway waits and sends the same bytes again, which is harmless. If an orderer
// refuses these bytes for good (because a certificate ran out while they lay in the outbox), the
// lane would wait for ever. Then the gateway has the same commands endorsed anew *under the same
// lane and sequence*: both envelopes read the same version of the head, so at most one can be
// valid, and either gives the commands the same numbers.
//
// Two processes that write one lane change nothing either: of the envelopes that read one head at most one can be
// valid, and the other's commands are endorsed anew behind it, where a request id that took effect is found. So
// processes may share lanes by an agreement that can fail (package lanes): it saves conflicts, and nothing rests on
// it.
//
// A crash changes nothing: the outbox holds every signed envelope before it is sent; Open finds in
// the blocks what became of each, and goes on at the step at which the process stopped.
package gateway
