package ledgersim

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// code is a chaincode made of a function.
type code func(shim.ChaincodeStubInterface) *peer.Response

func (code) Init(shim.ChaincodeStubInterface) *peer.Response       { return shim.Success(nil) }
func (c code) Invoke(s shim.ChaincodeStubInterface) *peer.Response { return c(s) }

func threeOrgs(cfg Config, policy func(peers []string) Policy) (*Network, *Identity) {
	cfg.Orgs = []Org{{"AMSP", true}, {"BMSP", true}, {"CMSP", true}}
	n := New(cfg)
	n.Deploy(ChaincodeA, Probe{}, policy(n.Peers()))
	n.Deploy(ChaincodeB, Probe{}, policy(n.Peers()))
	return n, n.Identity("AMSP", "client")
}

func twoOf(peers []string) Policy { return OutOf(2, peers...) }

func mustEndorse(t *testing.T, n *Network, id *Identity, script string, peers ...string) *Envelope {
	t.Helper()
	env, err := n.Endorse(n.Propose(id, ChaincodeA, Args(script)...), peers...)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func mustCut(t *testing.T, n *Network, envs ...*Envelope) *Block {
	t.Helper()
	for _, env := range envs {
		n.Submit(env)
	}
	b, err := n.Cut(0)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// internal/pkg/gateway/endorsement.go
func TestPeersAtDifferentHeightsDoNotMatch(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	b := mustCut(t, n, mustEndorse(t, n, id, "put k 1", "AMSP", "BMSP"))
	n.Deliver("AMSP", n.Height())
	p := n.Propose(id, ChaincodeA, Args("get k; put x 1")...)
	if _, err := n.Endorse(p, "AMSP", "BMSP"); !errors.Is(err, ErrMismatch) {
		t.Fatalf("got %v", err)
	}
	if n.Lookup("AMSP", b.Txs[0].TxID) == nil || n.Lookup("BMSP", b.Txs[0].TxID) != nil {
		t.Error("a peer knows the blocks that it has, and no others")
	}
	if n.Get("AMSP", ChaincodeA, "k") == nil || n.Get("BMSP", ChaincodeA, "k") != nil {
		t.Error("a peer's state is that of its height")
	}
	// Endorsements made at different heights match where the reads do.
	if _, err := n.Endorse(n.Propose(id, ChaincodeA, Args("get j; put x 1")...), "AMSP", "BMSP"); err != nil {
		t.Error(err)
	}
	n.DeliverAll()
	if _, err := n.Endorse(p, "AMSP", "BMSP"); err != nil {
		t.Error(err)
	}
}

// core/endorser/endorser.go, core/handlers/auth/filter/timewindow.go
func TestPeerRefuses(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	env := mustEndorse(t, n, id, "put k 1", "AMSP", "BMSP")
	p := n.Propose(id, ChaincodeA, Args("put k 2")...)
	early, late := *p, *p
	early.Timestamp, late.Timestamp = n.Now().Add(-16*time.Minute), n.Now().Add(16*time.Minute)
	cases := []struct {
		name string
		p    *Proposal
		want string
	}{
		{"a stranger", n.Propose(NewIdentity("XMSP", "x", RoleClient, nil), ChaincodeA, Args("get k")...),
			"creator org unknown"},
		{"an old proposal", &early, "incorrect timestamp"},
		{"one from the future", &late, "incorrect timestamp"},
		{"an unknown chaincode", n.Propose(id, "nosuch", Args("get k")...), "chaincode nosuch not found"},
		{"a chaincode's refusal", n.Propose(id, ChaincodeA, Args("fail FORBIDDEN: no")...), "FORBIDDEN: no"},
	}
	for _, c := range cases {
		_, err := n.Endorse(c.p, "AMSP")
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	mustCut(t, n, env)
	n.DeliverAll()
	again := &Proposal{
		Chaincode: ChaincodeA, Args: Args("put k 1"), Creator: id, Timestamp: n.Now(), channel: "tally", txID: env.TxID,
	}
	if _, err := n.EndorseAt(again, "AMSP"); err == nil ||
		!strings.Contains(err.Error(), "duplicate transaction found") {
		t.Errorf("a committed id is refused at endorsement: %v", err)
	}
}

// fabric-chaincode-go/shim/handler.go marshalOrPanic: such a key kills the server.
func TestKeysThatAreNotUTF8CrashTheChaincode(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	for name, call := range map[string]func(shim.ChaincodeStubInterface){
		"put":   func(s shim.ChaincodeStubInterface) { s.PutState("\xff", []byte("1")) },
		"get":   func(s shim.ChaincodeStubInterface) { s.GetState("\xff") },
		"del":   func(s shim.ChaincodeStubInterface) { s.DelState("\xff") },
		"range": func(s shim.ChaincodeStubInterface) { s.GetStateByRange("a", "\xff") },
		"batch": func(s shim.ChaincodeStubInterface) { s.StartWriteBatch(); s.PutState("\xff", []byte("1")) },
	} {
		n.Install("AMSP", ChaincodeA,
			code(func(s shim.ChaincodeStubInterface) *peer.Response { call(s); return shim.Success(nil) }))
		var crash *Crash
		if _, err := n.Endorse(n.Propose(id, ChaincodeA), "AMSP"); !errors.As(err, &crash) {
			t.Errorf("%s: got %v, want a crash", name, err)
		}
	}
}

func TestDeterminismCheckFindsWhatDiffers(t *testing.T) {
	n, id := threeOrgs(Config{CheckDeterminism: true}, twoOf)
	calls := 0
	for name, c := range map[string]code{
		"payload": func(s shim.ChaincodeStubInterface) *peer.Response {
			calls++
			return shim.Success(fmt.Append(nil, calls))
		},
		"write set": func(s shim.ChaincodeStubInterface) *peer.Response {
			calls++
			s.PutState("k", fmt.Append(nil, calls))
			return shim.Success(nil)
		},
		"event": func(s shim.ChaincodeStubInterface) *peer.Response {
			calls++
			s.SetEvent("e", fmt.Append(nil, calls))
			return shim.Success(nil)
		},
	} {
		n.Install("AMSP", ChaincodeA, c)
		var found *Nondeterminism
		if _, err := n.Endorse(n.Propose(id, ChaincodeA), "AMSP"); !errors.As(err, &found) ||
			!strings.Contains(found.What, name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A peer that lies alone is found out; as many as the policy asks for are not.
func TestForgery(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	liar := code(func(s shim.ChaincodeStubInterface) *peer.Response {
		s.PutState("k", []byte("a million"))
		return shim.Success(nil)
	})
	n.Install("AMSP", ChaincodeA, liar)
	if _, err := n.Endorse(n.Propose(id, ChaincodeA, Args("put k 1")...), "AMSP",
		"BMSP"); !errors.Is(err, ErrMismatch) {
		t.Errorf("got %v", err)
	}
	steal := func(rw *RWSet) { rw.Namespace(ChaincodeA).Writes[0].Value = []byte("a billion") }
	alone, err := n.Forge(n.Propose(id, ChaincodeA, Args("put k 1")...), steal, "BMSP")
	if err != nil {
		t.Fatal(err)
	}
	together, err := n.Forge(n.Propose(id, ChaincodeA, Args("put k 1")...), steal, "BMSP", "CMSP")
	if err != nil {
		t.Fatal(err)
	}
	b := mustCut(t, n, alone, together)
	if b.Txs[0].Code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE || !b.Txs[1].Valid() {
		t.Errorf("%s, %s", b.Txs[0].Code, b.Txs[1].Code)
	}
}

// core/chaincode/lifecycle/endorsement_info.go reads the sequence in the transaction.
func TestUpgradeInvalidatesWhatIsInFlight(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	nested := mustEndorse(t, n, id, "call probeb (put k 1)", "AMSP", "BMSP")
	apart := mustEndorse(t, n, id, "put k 1", "AMSP", "BMSP")
	n.Deploy(ChaincodeB, Probe{}, OutOf(1, "CMSP"))
	b := mustCut(t, n, nested, apart)
	if b.Txs[0].Code == peer.TxValidationCode_VALID || !b.Txs[1].Valid() {
		t.Errorf("%s, %s", b.Txs[0].Code, b.Txs[1].Code)
	}
	n.Deploy(ChaincodeA, code(func(shim.ChaincodeStubInterface) *peer.Response { return shim.Success([]byte("new")) }),
		OutOf(1, "AMSP"))
	if got, err := n.Evaluate(id, "AMSP", ChaincodeA, Args("get k")...); err != nil || string(got) == "new" {
		t.Errorf("a peer that lags runs the old code: %s %v", got, err)
	}
	n.DeliverAll()
	if got, err := n.Evaluate(id, "AMSP", ChaincodeA, Args("get k")...); err != nil || string(got) != "new" {
		t.Errorf("got %s %v", got, err)
	}
}

// core/chaincode/query_response_generator.go: nothing tells the reader.
func TestRangeEndsSilentlyAtTheTotalQueryLimit(t *testing.T) {
	for limit, want := range map[int]int{10: 10, 100: 100, 101: 101, 120: 120, 150: 150, 1000: 150} {
		n, id := threeOrgs(Config{TotalQueryLimit: limit}, twoOf)
		if _, err := n.Invoke(id, ChaincodeA, Args(strings.ReplaceAll(manyPuts(150), "$", "k"))...); err != nil {
			t.Fatal(err)
		}
		got, err := n.Evaluate(id, "AMSP", ChaincodeA, Args("range k l")...)
		if err != nil || bytes.Count(got, []byte("=")) != want {
			t.Errorf("limit %d: %d rows, %v", limit, bytes.Count(got, []byte("=")), err)
		}
	}
}

// shim/batch.go keeps the slice it is given until it sends it.
func TestBatchSeesLaterChangesOfItsValues(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	n.Deploy(ChaincodeA, code(func(s shim.ChaincodeStubInterface) *peer.Response {
		direct, batched := []byte("old"), []byte("old")
		s.PutState("direct", direct)
		s.StartWriteBatch()
		s.PutState("batched", batched)
		copy(direct, "new")
		copy(batched, "new")
		return shim.Success(nil)
	}), twoOf(n.Peers()))
	if _, err := n.Invoke(id, ChaincodeA); err != nil {
		t.Fatal(err)
	}
	if d, b := n.Get("AMSP", ChaincodeA, "direct"), n.Get("AMSP", ChaincodeA, "batched"); string(d) != "old" ||
		string(b) != "new" {
		t.Errorf("direct %s, batched %s", d, b)
	}
}

// core/common/privdata/store.go, core/common/validation/statebased/v20.go
func TestCollectionRules(t *testing.T) {
	n := New(Config{Orgs: []Org{{"AMSP", true}, {"BMSP", true}}})
	onlyB := OutOf(1, "BMSP")
	n.Deploy(ChaincodeA, Probe{}, OutOf(1, "AMSP"), Collection{
		Name: "closed", Members: []string{"BMSP"}, MemberOnlyRead: true, MemberOnlyWrite: true, Policy: &onlyB,
	})
	a, b := n.Identity("AMSP", "a"), n.Identity("BMSP", "b")
	for script, want := range map[string]string{
		"pput closed k v": "write access permission", "pget closed k": "read access permission", "phash closed k": "",
	} {
		_, err := n.Endorse(n.Propose(a, ChaincodeA, Args(script)...), "BMSP")
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", script, err)
		}
	}
	blk := mustCut(t, n, mustEndorse(t, n, b, "pput closed k v", "AMSP"),
		mustEndorse(t, n, b, "pput closed k w", "BMSP"))
	if blk.Txs[0].Valid() || !blk.Txs[1].Valid() {
		t.Errorf("a collection's policy is instead of the chaincode's: %s, %s", blk.Txs[0].Code, blk.Txs[1].Code)
	}
	n.DeliverAll()
	p := n.Propose(b, ChaincodeA, Args("transient t; pget closed k")...)
	p.Transient = map[string][]byte{"t": []byte("secret")}
	e, err := n.EndorseAt(p, "BMSP")
	if err != nil || string(e.Response.Payload) != "secret\nw" {
		t.Errorf("got %v %v", e, err)
	}
	env, err := n.Assemble(p, e)
	if err != nil || bytes.Contains(bytes.ReplaceAll(env.Bytes(), []byte("secret\nw"), nil), []byte("secret")) {
		t.Errorf("transient data is in the envelope (%v)", err)
	}
}
