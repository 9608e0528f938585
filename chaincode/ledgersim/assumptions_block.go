package ledgersim

import "fmt"

var readAssumptions = []Assumption{
	{"a stale read dies", "whoever wrote the key since, the reader is invalid", stateValidator,
		steps(do("put $k 0"), endorse("a", "get $k; put $k 1"), do("put $k 2"), commit("a", "MVCC_READ_CONFLICT"), ask("get $k", "2"))},
	{"of two readers and writers in a block one wins", "the first", stateValidator,
		steps(endorse("a", "get $k; put $k 1"), endorse("b", "get $k; put $k 2"), commit("b a", "VALID MVCC_READ_CONFLICT"), ask("get $k", "2"))},
	{"an absent key that was read must stay absent", "", stateValidator,
		steps(endorse("a", "get $k; put $x 1"), do("put $k 1"), commit("a", "MVCC_READ_CONFLICT"))},
	{"reading many is reading each", "GetMultipleStates notes every key", queryExecutor,
		steps(endorse("a", "multi $j $k; put $x 1"), do("put $k 1"), commit("a", "MVCC_READ_CONFLICT"))},
	{"blind writes do not conflict", "the last one counts", stateValidator,
		steps(endorse("a", "put $k 1"), endorse("b", "put $k 2"), endorse("c", "put $k 3"), commit("c b a", "VALID VALID VALID"), ask("get $k", "1"))},
	{"the same value again is a new version", "", stateValidator,
		steps(do("put $k 1"), endorse("a", "get $k; put $x 1"), do("put $k 1"), commit("a", "MVCC_READ_CONFLICT"))},
	{"deleting an absent key troubles its own block only", "a reader after it in the block is invalid, one in the next is not", stateValidator,
		steps(endorse("a", "del $k"), endorse("b", "get $k; put $x 1"), endorse("c", "get $k; put $x 2"), commit("a b", "VALID MVCC_READ_CONFLICT"), commit("c", "VALID"))},
	{"an invalid transaction changes nothing", "later ones in its block are held against the state without it", stateValidator,
		steps(endorse("a", "put $k 1", 0), endorse("b", "get $k; put $k 2"), commit("a b", "ENDORSEMENT_POLICY_FAILURE VALID"))},
	{"a callee's reads count", "in its own namespace", stateValidator,
		steps(endorse("a", "put $x 1; call probeb (get $k)"), do("call probeb (put $k 1)"), commit("a", "MVCC_READ_CONFLICT"), ask("get $x", "-"))},
	{"a row that came into a range is a phantom", "as is one that went or changed", stateValidator,
		steps(do("put $a 1"), endorse("a", "range $ $~; put z$ 1"), endorse("b", "range $ $~; put z$ 1"), do("put $m 1"), commit("a", "PHANTOM_READ_CONFLICT"),
			endorse("c", "range $ $~; put z$ 1"), do("del $m"), commit("c b", "PHANTOM_READ_CONFLICT VALID"))},
	{"a phantom may come in the same block", "", stateValidator,
		steps(endorse("a", "range $ $~; put z$ 1"), endorse("b", "put $m 1"), commit("b a", "VALID PHANTOM_READ_CONFLICT"))},
	{"a range's end is out of it", "", stateValidator,
		steps(endorse("a", "range $a $c; put z$ 1"), do("put $c 1; put $A 1"), commit("a", "VALID"))},
	{"rows fetched ahead are read", "a reader that stops at its first row has read 101", "core/chaincode/query_response_generator.go",
		steps(do(manyPuts(150)), endorse("a", "range $ $~ 1; put z$ 1"), endorse("b", "range $ $~ 1; put z$ 2"),
			do("put $100a 1"), commit("a", "VALID"), do("put $100 2"), commit("b", "PHANTOM_READ_CONFLICT"))},
	{"a range may be longer than a batch", "and is protected to its end", "core/ledger/kvledger/txmgmt/validation/rangequery_validator.go",
		steps(do(manyPuts(150)), endorse("a", "range $ $~; put z$ 1"), endorse("b", "range $ $~; put z$ 2"), commit("a", "VALID"), do("put $149 2"), commit("b", "PHANTOM_READ_CONFLICT"))},
	{"a repeated transaction is known", "by its id, whether the first was valid or not", "core/committer/txvalidator/v20/validator.go",
		steps(endorse("a", "get $k; put $k 1"), endorse("b", "get $k; put $k 2"), commit("a b", "VALID MVCC_READ_CONFLICT"), commit("a", "DUPLICATE_TXID"), commit("b", "DUPLICATE_TXID"))},
	{"a transaction repeated in its block is known", "BFT orderers don't order the second, see Assumptions", "core/committer/txvalidator/v20/validator.go",
		steps(endorse("a", "put $k 1"), commit("a a", "VALID DUPLICATE_TXID"))},
}

var policyAssumptions = []Assumption{
	{"a chaincode's policy needs its number of endorsers", "one peer twice is one", "core/common/validation/statebased/v20.go",
		steps(endorse("a", "put $k 1", 0), endorse("b", "put $k 2", 0, 2), commit("a", "ENDORSEMENT_POLICY_FAILURE"), commit("b", "VALID"))},
	{"a transaction that writes nothing needs it too", "FAB-9473", keyLevel,
		steps(endorse("a", "get $k", 0), endorse("b", "get $k"), commit("a", "ENDORSEMENT_POLICY_FAILURE"), commit("b", "VALID"))},
	{"each written namespace needs its policy", "one that is only read does not", "core/committer/txvalidator/v20/plugindispatcher/dispatcher.go",
		steps(do("put $k 1; policy $k @2"), endorse("a", "put $k 2; call probeb (get $k)", 2), commit("a", "VALID"),
			endorse("b", "put $k 3; call probeb (put $k 3)", 2), commit("b", "ENDORSEMENT_POLICY_FAILURE"))},
	{"a key's policy replaces the chaincode's", "for writes of this key", keyLevel,
		steps(do("put $k 1; policy $k @2"), ask("policyof $k", "OutOf(1, '@2.peer')"), endorse("a", "put $k 2"), commit("a", "ENDORSEMENT_POLICY_FAILURE"),
			endorse("b", "put $k 3", 2), commit("b", "VALID"), endorse("c", "put $k 4; put $j 4", 2), commit("c", "ENDORSEMENT_POLICY_FAILURE"))},
	{"a key's policy guards itself", "to change it, it must be met", keyLevel,
		steps(do("put $k 1; policy $k @2"), endorse("a", "policy $k @0"), commit("a", "ENDORSEMENT_POLICY_FAILURE"), endorse("b", "policy $k", 2), commit("b", "VALID"), ask("policyof $k", "-"))},
	{"all of a key policy's organisations must endorse", "as statebased writes it", "fabric-chaincode-go/pkg/statebased/statebasedimpl.go",
		steps(do("put $k 1; policy $k @0 @2"), endorse("a", "put $k 2", 0, 1), commit("a", "ENDORSEMENT_POLICY_FAILURE"), endorse("b", "put $k 3", 0, 2), commit("b", "VALID"))},
	{"a key's policy holds from the next block", "in its own block no other transaction may write the key, whoever endorsed it", keyLevelDeps,
		steps(do("put $k 1"), endorse("a", "policy $k @0 @1"), endorse("b", "put $k 2", 0, 1), endorse("c", "put $k 3", 0, 1),
			commit("b a", "VALID VALID"), endorse("d", "policy $k @1 @2", 0, 1), commit("d c", "VALID ENDORSEMENT_POLICY_FAILURE"))},
	{"a policy's change that dies of a read still bars its block", "endorsement is looked at before what was read", keyLevelDeps,
		steps(do("put $k 1"), endorse("a", "get $j; policy $k @0 @1"), do("put $j 1"), endorse("b", "put $k 2"), commit("a b", "MVCC_READ_CONFLICT ENDORSEMENT_POLICY_FAILURE"), ask("policyof $k", "-"))},
	{"a badly endorsed change of policy bars nothing", "", keyLevelDeps,
		steps(do("put $k 1"), endorse("a", "policy $k @0 @1", 0), endorse("b", "put $k 2"), commit("a b", "ENDORSEMENT_POLICY_FAILURE VALID"))},
	{"a value keeps the key's policy, a deletion removes it", "", txOps,
		steps(do("put $k 1; policy $k @0 @1"), do("put $k 2"), ask("policyof $k", "…OutOf(2, '"), do("del $k"), do("put $k 3", 1, 2), ask("policyof $k", "-"))},
	{"a policy for an absent key is nothing", "it must be set with the value or after it", txOps,
		steps(do("policy $k @2"), do("put $k 1"), ask("policyof $k", "-"))},
	{"a policy's change is a new version", "readers of the value are stale", txOps,
		steps(do("put $k 1"), endorse("a", "get $k; put $x 1"), do("policy $k @0 @1"), commit("a", "MVCC_READ_CONFLICT"))},
	{"asking for a policy is a read", "of the key", queryExecutor,
		steps(do("put $k 1"), endorse("a", "policyof $k; put $x 1"), do("put $k 2"), commit("a", "MVCC_READ_CONFLICT"))},
	{"a key whose policy is no policy cannot be written any more", "it is read; endorsers fail to say whose endorsement it asks for", "core/endorser/endorser.go",
		steps(do("put $k 1; badpolicy $k"), ask("get $k", "1"), refuse("put $k 2", "error unmarshalling SignaturePolicyEnvelope"),
			refuse("del $k", "error unmarshalling SignaturePolicyEnvelope"), refuse("policy $k @0", "error unmarshalling SignaturePolicyEnvelope"),
			Step{Verb: Query, Script: "put $k 2", Want: "…error unmarshalling SignaturePolicyEnvelope"}, do("get $k; put $x 1"))},
	{"a callee's keys have policies too", "in the callee's namespace", keyLevel,
		steps(do("call probeb (put $k 1; policy $k @0 @2)"), endorse("a", "call probeb (put $k 2)", 0, 1), commit("a", "ENDORSEMENT_POLICY_FAILURE"),
			endorse("b", "call probeb (put $k 3)", 0, 2), commit("b", "VALID"))},
}

// Hazards are scripts whose last Commit stops every peer of the channel: to be
// tried on a network that nobody needs. On the model that step fails with a
// *Halt. All were seen on real 3.1.1 peers: a wait without end, a panic, an
// error that ends the channel's processing. A restarted peer comes to the same
// block and stops again; meanwhile it answers and endorses (but for the panic).
// The second is a draw for each peer and each restart: now one of three peers
// went on, now none.
func Hazards() []Assumption { return hazards }

var hazards = []Assumption{
	{"a repeated policy setter hangs its block", "its duplicate id is found first, so nobody tells a later writer of the key in the block how its endorsement came out", keyLevelDeps,
		steps(do("put $k 1"), endorse("a", "policy $k @0 @1"), commit("a", "VALID"), endorse("b", "put $k 2"), commit("a b", "stops"))},
	{"a setter that fails in another namespace may hang its block", "namespaces are visited in a map's order, until the first failure", "core/committer/txvalidator/v20/plugindispatcher/dispatcher.go",
		steps(do("put $k 1; policy $k @2"), do("call probeb (put $k 1; policy $k @0)"), endorse("a", "put $k 2; call probeb (policy $k)", 0),
			Step{Verb: Endorse, Name: "b", Chaincode: ChaincodeB, Script: "put $k 2", Orgs: []int{0}}, commit("a b", "stops"))},
	{"a policy set after a deletion in its block panics", "Nil value not allowed. Instead call 'Delete' function", txOps,
		steps(do("put $k 1"), endorse("a", "del $k"), endorse("b", "policy $k @0 @1"), commit("a b", "stops"))},
	{"a policy that is no policy stops a write that was endorsed before it", "the validator takes it for a failure of its own; later writes are not endorsed", keyLevel,
		steps(do("put $k 1"), endorse("a", "put $k 2"), do("badpolicy $k"), commit("a", "stops"))},
}

// String is for test names.
func (a Assumption) String() string { return fmt.Sprintf("%s (%s): %s", a.Name, a.Source, a.Statement) }
