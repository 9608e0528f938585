// Package ledgersim is a deterministic model of a Fabric 3.1.1 channel. It runs
// real chaincode in-process, from a seed, thousands of transactions a second, and
// is meant to be never kinder than Fabric: what it lets pass must pass there.
//
// The nouns are Fabric's:
//
//	Network      organisations, their peers, one orderer, blocks
//	Identity     a member with a real certificate
//	Proposal     a call that a client asks peers to endorse
//	Endorsement  one peer's signed answer, made on the state of its own height
//	Envelope     an endorsed transaction: submitted now, later, again, or never
//	Block, Tx    what was ordered, with the code that every peer comes to
//	Probe        a chaincode that does what its argument says
//	Assumption   a statement on Fabric, with a script that any network can run
//	Scheduler    a seed's interleaving of clients, orderer and peers
//	Halt         a block that would stop the peers of a real network
//
// An envelope's life, each arrow a call of its own, so that anything may happen
// in between:
//
//	Propose → Endorse → Submit → Cut → Deliver(peer)
//	          reads at           codes  peer sees it
//	          peer's height
//
// For example:
//
//	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{
//		{MSP: "GroupMSP", Peer: true}, {MSP: "BankMSP", Peer: true}, {MSP: "ShopMSP"}}})
//	n.Deploy("tally", chaincode, ledgersim.OutOf(2, "GroupMSP", "BankMSP"))
//	p := n.Propose(n.Identity("ShopMSP", "till-1"), "tally", ledgersim.Args("points:Issue", "…")...)
//	env, err := n.Endorse(p, "GroupMSP", "BankMSP") // *Refusal, *Crash, ErrMismatch
//	n.Submit(env)
//	block, err := n.Cut(0)                          // err is a *Halt
//	n.Deliver("GroupMSP", n.Height())
//	code := n.Lookup("GroupMSP", env.TxID).Code
//
// The invariant: a peer's state is its blocks' valid write sets applied in order
// (CheckAgreement), and a valid transaction saw the state that it was applied to.
//
// How it was checked: the same scripts and random ones run through the real shim
// (shim_test.go); the codes and states of 17,687 random transactions, with
// ranges, key policies and collections, were compared with Fabric 3.1.1's own
// state validator, without a difference; the end-to-end tests put Assumptions to
// a real network.
//
// Not modelled: signatures (a hash stands for one; tampered bytes are found, a
// forger with code is not), several peers of one organisation, several channels,
// block and message sizes, time-outs, CouchDB, the history database, legacy and
// lifecycle chaincodes beyond a definition's sequence, Init, channel ACLs and
// configuration, collection expiry and lost private data, Merkle summaries of
// ranges over more than 50 rows (their raw reads are compared instead, with the
// same verdict), and principals other than roles.
package ledgersim
