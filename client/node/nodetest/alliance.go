package nodetest

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/replay"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/node"
)

// Alliance is a small network under the rules: G operates it, D and F have peers and programmes DP and FP of points.
type Alliance struct {
	*gatewaytest.Server
	t     testing.TB
	mu    sync.Mutex
	nodes map[string]*node.Node
	steps int
}

// NewAlliance founds a network and registers its parties.
func NewAlliance(t testing.TB, operations []node.Operation) *Alliance {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true},
		{MSP: "D", Peer: true}, {MSP: "F", Peer: true}}}, replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	a := &Alliance{Server: gatewaytest.Serve(t, l.Network), t: t, nodes: map[string]*node.Node{}}
	named := map[string]node.Operation{}
	for _, op := range operations {
		named[op.About().Name] = op
	}
	for _, step := range [][3]string{
		{"G", "consortium.found", named["consortium.found"].About().Example},
		{"G", "party.register", `{"party":"D","en":"Dealer","zh":"经销商","roles":["issuer","acceptor"]}`},
		{"G", "party.register", `{"party":"F","en":"Finance","zh":"金融","roles":["issuer"]}`},
		{"D", "party.begin-peer", `{}`},
		{"F", "party.begin-peer", `{}`},
		{"D", "programme.open", `{"programme":"DP","en":"Dealer","zh":"经销商积分","price":{"num":1,"den":1}}`},
		{"F", "programme.open", `{"programme":"FP","en":"Finance","zh":"金融积分","price":{"num":1,"den":1}}`},
		{"D", "member.enrol", `{"member":"zhang","channel":"app","customer":"12345"}`},
	} {
		a.Do(step[0], named[step[1]], step[2])
	}
	return a
}

// Node is a party's node, opened when it is first needed; its read model follows the ledger.
func (a *Alliance) Node(party string) *node.Node {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.nodes[party] == nil {
		cfg := a.Config(a.t, party)
		cfg.Lanes, cfg.Linger = "1", 0
		n, err := node.Open(a.t.Context(), cfg, slog.New(slog.DiscardHandler), nil, node.Following())
		if err != nil {
			a.t.Fatal(err)
		}
		a.t.Cleanup(func() {
			if err := n.Close(); err != nil {
				a.t.Error(err)
			}
		})
		a.nodes[party] = n
	}
	return a.nodes[party]
}

// Do has a party's node perform an operation, and waits until all nodes that are open have seen it.
func (a *Alliance) Do(party string, op node.Operation, request string) any {
	a.t.Helper()
	n := a.Node(party)
	a.mu.Lock()
	a.steps++
	call := &node.Call{ID: fmt.Sprint("step-", a.steps)}
	a.mu.Unlock()
	if name := op.About().Name; name == "consortium.found" || op.About().Asks {
		call.ID = ""
	}
	answer, err := op.Run(a.t.Context(), n, call, json.RawMessage(request))
	if err != nil {
		a.t.Fatalf("%s %s %s: %v", party, op.About().Name, request, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, other := range a.nodes {
		other.AtLeast(n.Height())
	}
	return answer
}
