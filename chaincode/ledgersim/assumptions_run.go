package ledgersim

import (
	"fmt"
	"slices"
	"strings"
)

// Assumptions is all that this package's users lean on and a script can show.
// test-network/e2e puts them to a real network with a Raft orderer. On one with
// BFT orderers all hold but the two in which a transaction is sent again: these
// orderers refuse or drop what they have in their pool or remember, which is the
// last 1,000 transactions, until they are restarted.
func Assumptions() []Assumption {
	return slices.Concat(stateAssumptions, batchAssumptions, nestedAssumptions, privateAssumptions,
		readAssumptions, policyAssumptions)
}

// Scripts are written with these.

func endorse(name, script string, orgs ...int) Step {
	return Step{Verb: Endorse, Name: name, Script: script, Orgs: orgs}
}

func refuse(script, want string) Step {
	return Step{Verb: Endorse, Name: "refused", Script: script, Want: "…" + want}
}

func commit(names, codes string) Step { return Step{Verb: Commit, Name: names, Want: codes} }

func ask(script, want string) Step { return Step{Verb: Query, Script: script, Want: want} }

func askB(script, want string) Step {
	return Step{Verb: Query, Chaincode: ChaincodeB, Script: script, Want: want}
}

// do endorses and commits.
func do(script string, orgs ...int) []Step {
	return []Step{endorse("now", script, orgs...), commit("now", "VALID")}
}

func steps(parts ...any) (out []Step) {
	for _, p := range parts {
		switch p := p.(type) {
		case Step:
			out = append(out, p)
		case []Step:
			out = append(out, p...)
		}
	}
	return out
}

// manyPuts is a script that writes $000, $001 …
func manyPuts(count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, "put $%03d 1; ", i)
	}
	return b.String()
}

const (
	txSimulator    = "core/ledger/kvledger/txmgmt/txmgr/tx_simulator.go"
	queryExecutor  = "core/ledger/kvledger/txmgmt/txmgr/query_executor.go"
	peerHandler    = "core/chaincode/handler.go"
	shimStub       = "fabric-chaincode-go/shim/stub.go"
	shimHandler    = "fabric-chaincode-go/shim/handler.go"
	stateValidator = "core/ledger/kvledger/txmgmt/validation/validator.go"
	txOps          = "core/ledger/kvledger/txmgmt/validation/tx_ops.go"
	keyLevel       = "core/common/validation/statebased/validator_keylevel.go"
	keyLevelDeps   = "core/common/validation/statebased/vpmanagerimpl.go"
)

var stateAssumptions = []Assumption{
	{"reads see committed state only", "a transaction does not see what it wrote, nor what it deleted", queryExecutor,
		steps(do("put $k 1"), ask("put $k 2; put $n 1; get $k; get $n; multi $n $k", "1\n-\n- 1"),
			ask("del $k; get $k", "1"))},
	{"an empty value deletes", "PutState of no bytes is a deletion",
		"core/ledger/kvledger/txmgmt/rwsetutil/rwset_proto_util.go",
		steps(do("put $k 1"), do("put $k ''"), ask("get $k", "-"))},
	{"the last write of a key counts", "a transaction's write set has a key once",
		"core/ledger/kvledger/txmgmt/rwsetutil/rwset_builder.go",
		steps(do("put $k 1; put $k 2; put $j 1; del $j"), ask("multi $k $j", "2 -"))},
	{"the empty key is refused by PutState only", "reading it finds nothing, deleting it does nothing", shimStub,
		steps(refuse("put '' 1", "key must not be an empty string"), do("put $k 1; del ''"), ask("get ''", "-"))},
	{"GetMultipleStates keeps the order", "absent keys are nil, repeated keys are repeated, no key gives nothing",
		shimHandler,
		steps(do("put $a 1; put $b 2"), ask("multi $b $x $a $b; multi", "2 - 1 2"))},
	{"GetMultipleStates takes more than 1,000 keys", "the shim asks for 1,000 at a time", shimHandler,
		steps(do("put $k 1"), ask("multi"+strings.Repeat(" $x", 1500)+" $k", strings.Repeat("- ", 1500)+"1"))},
	{"ranges are sorted and half open", "by bytes; the start is in, the end is out",
		"core/ledger/kvledger/txmgmt/statedb/stateleveldb/stateleveldb.go",
		steps(do("put $b 2; put $c 3; put $a 1; put $B 0"),
			ask("range $a $c; range $ $~", "[$a=1 $b=2]\n[$B=0 $a=1 $b=2 $c=3]"))},
	{"composite keys are apart", "ranges over simple keys do not meet them", shimStub,
		steps(do("put $t 1; cput v $t a b; cput w $t ab"), ask("partial $t a; range $ $~", "[/$t/a/b/=v]\n[$t=1]"))},
	{"a page has a bookmark", "the next key, or nothing at the end", "core/chaincode/query_response_generator.go",
		steps(do("put $a 1; put $b 2; put $c 3"), ask("page $ $~ 2; page $ $~ 2 $c", "[$a=1 $b=2]|$c\n[$c=3]|"))},
	{"a page makes the transaction read-only", "writes are refused after it, and it after writes", txSimulator,
		steps(refuse("page $ $~ 1; put $k 1",
			"Transaction has already performed a paginated query. Writes are not allowed"),
			refuse("put $k 1; page $ $~ 1", "Paginated queries are supported only in a read-only transaction"))},
	{"there is no history", "with ledger.history.enableHistoryDatabase false", peerHandler,
		steps(refuse("history $k", "history database is not enabled"))},
	{"there are no rich queries", "on LevelDB", "core/ledger/kvledger/txmgmt/statedb/stateleveldb/stateleveldb.go",
		steps(refuse("query {}", "ExecuteQuery not supported for leveldb"))},
	{"a status of 400 is refused, one below is not", "shim.ERRORTHRESHOLD", "core/endorser/endorser.go",
		steps(refuse("put $k 1; status 400 no", "no"), do("put $k 1; status 399 odd"), ask("get $k", "1"))},
	{"the last event counts", "and one only", shimStub,
		steps(endorse("a", "put $k 1; event first 1; event second 2"), Step{
			Verb: Commit, Name: "a", Want: "VALID", Event: "second 2",
		})},
	{"an invalid transaction's event is in the block", "readers of events must look at the code",
		"core/ledger/kvledger/txmgmt/validation/batch_preparer.go",
		steps(endorse("a", "get $k; put $k 1; event late 1"), do("put $k 0"), Step{
			Verb: Commit, Name: "a", Want: "MVCC_READ_CONFLICT", Event: "late 1",
		})},
}

var batchAssumptions = []Assumption{
	{"finishing no batch is nothing", "and writes outside a batch go straight", shimStub,
		steps(do("finish; put $k 1; finish"), ask("get $k", "1"))},
	{"a forgotten batch is sent", "at the end of Invoke", shimHandler,
		steps(do("begin; put $k 1"), ask("get $k", "1"))},
	{"a batch keeps the last write of a key", "a deletion as well", "fabric-chaincode-go/shim/batch.go",
		steps(do("put $j 1"), do("begin; put $k 1; put $k 2; put $j 2; del $j; finish"), ask("multi $k $j", "2 -"))},
	{"a batch hides errors until it is sent", "the put itself says nothing", shimStub,
		steps(refuse("page $ $~ 1; begin; put $k 1; finish", "failed send batch"),
			refuse("page $ $~ 1; begin; put $k 1", "failed send batch"),
			refuse("page $ $~ 1; put $k 1", "PUT_STATE failed"))},
	{"a batch may follow direct writes", "and be followed by them", shimStub,
		steps(do("put $a 1; begin; put $b 2; finish; put $c 3"), ask("multi $a $b $c", "1 2 3"))},
}

var nestedAssumptions = []Assumption{
	{"a callee has its own namespace", "it sees neither the caller's state nor the caller's writes", peerHandler,
		steps(do("put $k 1"), ask("put $k 2; call probeb (get $k)", "200 -"), do("put $k 3; call probeb (put $k 4)"),
			ask("get $k", "3"), askB("get $k", "4"))},
	{"a callee does not see its own earlier writes", "of an earlier call in the same transaction", queryExecutor,
		steps(ask("call probeb (put $k 1); call probeb (get $k)", "200\n200 -"))},
	{"a failed callee's writes are kept", "unless the caller fails the transaction", peerHandler,
		steps(do("call probeb (put $k 1; fail no)"), askB("get $k", "1"), ask("call probeb (fail no)", "500 no"))},
	{"a callee learns who is outermost", "from the signed proposal, which is the client's", peerHandler,
		steps(ask("outer; call probeb (outer)", "probea\n200 probea"), askB("outer", "probeb"))},
	{"a callee has its own arguments", "creator and transaction id are shared", peerHandler,
		steps(ask("args; call probeb (args); who; call probeb (who)", "…\n200 1 args\n@0\n200 @0"))},
	{"a callee has its own write batch", "the caller's batch does not hold its writes, and its forgotten one is sent",
		shimHandler,
		steps(do("begin; put $k 1; call probeb (put $k 2; begin; put $j 3); finish"), ask("get $k", "1"),
			askB("multi $k $j", "2 3"))},
	{"a callee's event is lost", "events are the outermost chaincode's", "core/chaincode/chaincode_support.go",
		steps(endorse("a", "event mine 1; call probeb (put $k 1; event theirs 2)"), Step{
			Verb: Commit, Name: "a", Want: "VALID", Event: "mine 1",
		})},
	{"a chaincode cannot call itself", "nor anything that is running", "core/chaincode/transaction_contexts.go",
		steps(ask("call probea (get $k)", "…exists"), ask("call probeb (call probea (get $k))", "…exists"))},
	{"calling what is not deployed is a status 500", "the transaction goes on", peerHandler,
		steps(ask("call nosuch (get $k)", "…500 INVOKE_CHAINCODE failed"))},
}

var privateAssumptions = []Assumption{
	{"private data is hashed on the ledger", "members read it, everybody its hash", queryExecutor,
		steps(do("pput shared $k v"), ask("pget shared $k; phash shared $k",
			"v\n4c94485e0c21ae6c41ce1dfe7b6bfaceea5ab68e40a2476f50208e526f506080"),
			Step{
				Verb: Query, Script: "phash shared $k", Orgs: []int{2},
				Want: "4c94485e0c21ae6c41ce1dfe7b6bfaceea5ab68e40a2476f50208e526f506080",
			},
			Step{
				Verb: Query, Script: "pget shared $k", Orgs: []int{2},
				Want: "…private data matching public hash version is not available",
			})},
	{"private reads are checked", "by the hash's version", stateValidator,
		steps(endorse("a", "pget shared $k; put $x 1"), endorse("b", "pput shared $k 2"),
			commit("b a", "VALID MVCC_READ_CONFLICT"))},
	{"a private range makes the transaction read-only", "and is refused after a write", txSimulator,
		steps(do("pput shared $k v"), ask("prange shared $ $~", "[$k=v]"),
			refuse("prange shared $ $~; put $k 1", "Transaction has already performed queries on pvt data"),
			refuse("put $k 1; prange shared $ $~",
				"Queries on pvt data is supported only in a read-only transaction"))},
	{"a collection must be defined", "before anything is written to it", "core/common/privdata/store.go",
		steps(refuse("pput nosuch $k v", "PUT_STATE failed"))},
}
