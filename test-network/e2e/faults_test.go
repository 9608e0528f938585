//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// TestKilledProcessesLoseNothing keeps G issuing while the orderers' leader,
// chaincode servers and peers are killed, each in turn, and started again; what
// isn't G's own doesn't even stop it. Every request takes effect exactly once.
func TestKilledProcessesLoseNothing(t *testing.T) {
	before := balance(t, net.open(t, "G", ""), "GP").Issued
	g := net.open(t, "G", "5-8")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	load := startLoad(ctx, g, "kill")
	for _, victim := range []struct {
		name func() string
		ours bool // G's lanes need it, so G waits until it is back
	}{{leader, false}, {named("peer0.F"), false}, {named("tally.D"), false}, {named("tally.G"), true},
		{named("tallyseal.G"), true}, {named("peer0.G"), true}} {
		name := victim.name()
		was := load.done.Load()
		t.Logf("%d done; killing %s", was, name)
		if err := net.tallynet("process", "kill", name); err != nil {
			t.Fatal(err)
		}
		if !victim.ours {
			load.awaitMore(t, was, name)
		}
		if err := net.tallynet("process", "start", name); err != nil {
			t.Fatal(err)
		}
		load.awaitMore(t, load.done.Load(), name+" again")
	}
	stop()
	load.wait()
	for _, id := range load.unknown {
		// Whatever was in doubt when the load ended: the same request id has one answer.
		if _, err := g.Do(t.Context(), id.name, id.req); err != nil {
			t.Errorf("%s: %v", id.name, err)
		}
		load.done.Add(1)
	}
	if len(load.failed) > 0 {
		t.Errorf("%d requests failed; the first: %v", len(load.failed), load.failed[0])
	}
	after := balance(t, g, "GP").Issued
	if got, want := after-before, amount.Units(load.done.Load()); got != want {
		t.Errorf("%d points were issued for %d requests of one point", got, want)
	}
	t.Logf("%d requests, each once; %d were in doubt at the end", load.done.Load(), len(load.unknown))
}

func named(name string) func() string { return func() string { return name } }

// leader asks tallynet who leads the orderers.
func leader() string {
	out := must(exec.Command(filepath.Join(root, "bin", "tallynet"), "status", "-o", "json", "--topology", net.topology,
		"--dir", net.dir).Output())
	var all struct {
		Rows []struct {
			Process string `json:"process"`
			Note    string `json:"note"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(out, &all); err != nil {
		panic(fmt.Sprintf("%v: %s", err, out))
	}
	for _, p := range all.Rows {
		if p.Note == "leads" {
			return p.Process
		}
	}
	panic(fmt.Sprintf("nobody leads: %s", out))
}

// load is callers that each issue one point a request, over and over.
type load struct {
	done    atomic.Int64
	callers sync.WaitGroup
	mu      sync.Mutex
	failed  []error
	unknown []asked
}

type asked struct {
	name string
	req  command.Request
}

func startLoad(ctx context.Context, g *node, prefix string) *load {
	l := &load{}
	run := time.Now().UnixNano()
	for caller := range 64 {
		l.callers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				a := asked{fmt.Sprintf("%s-%d-%d-%d", prefix, run, caller, i),
					points.IssueRequest{
						Programme: "GP", Grants: []points.Grant{coming(fmt.Sprintf("%s%d", prefix, caller), "G", 1)},
					}}
				_, err := g.Gateway.Do(ctx, a.name, a.req)
				l.note(ctx, a, err)
			}
		})
	}
	return l
}

func (l *load) note(ctx context.Context, a asked, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch code := fault.CodeOf(err); {
	case err == nil:
		l.done.Add(1)
	case code == fault.UnknownOutcome:
		l.unknown = append(l.unknown, a)
	case code == fault.Unavailable && ctx.Err() != nil: // withdrawn at the end
	default:
		l.failed = append(l.failed, err)
	}
}

func (l *load) wait() { l.callers.Wait() }

// awaitMore waits until some hundred more requests are done: the network works.
func (l *load) awaitMore(t *testing.T, than int64, what string) {
	t.Helper()
	began := time.Now()
	await(t, "after "+what+" it goes on", func() bool { return l.done.Load() >= than+300 })
	t.Logf("after %s: 300 more in %.1f s", what, time.Since(began).Seconds())
}

// TestNodesRaceForOneLot has nodes of two parties, two of them of one party,
// spend the same lot at once: the ledger lets its points go once.
func TestNodesRaceForOneLot(t *testing.T) {
	g := net.open(t, "G", "9")
	nodes := []*node{g, net.open(t, "G", "10"), net.open(t, "D", "9"), net.open(t, "M", "9")}
	raced := fmt.Sprintf("raced-%d", time.Now().UnixNano())
	enrol(t, g, raced)
	consents := map[string]number.Command{}
	for _, acceptor := range []string{"D", "M"} {
		consents[acceptor] = authorise(t, g, raced, acceptor, "GP", 1000)
	}
	for range 5 {
		lot := issue(t, g, "GP", raced, 100)
		for _, node := range nodes {
			if err := node.level(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var won atomic.Int64
		var all sync.WaitGroup
		errs := make([]error, len(nodes))
		for i, node := range nodes {
			all.Go(func() {
				_, errs[i] = node.Gateway.Do(t.Context(), "",
					points.HoldRequest{Member: raced, Pieces: []spend.Take{{Lot: lot, Amount: 60}},
						Deadline: time.Now().Add(time.Hour).Unix(), Authorisation: consents[node.Party()]})
				if errs[i] == nil {
					won.Add(1)
				}
			})
		}
		all.Wait()
		for _, node := range nodes {
			node.tell()
		}
		for i, err := range errs {
			if err != nil && fault.CodeOf(err) != fault.Insufficient {
				t.Errorf("node %d: %v", i, err)
			}
		}
		if won.Load() != 1 {
			t.Errorf("%d of %d nodes got the points: %v", won.Load(), len(nodes), errs)
		}
	}
	balance(t, g, "GP")
}

// TestBusinessDateFences moves the business date while batches are under way:
// they go on under the new date, and each counts once.
func TestBusinessDateFences(t *testing.T) {
	g := net.open(t, "G", "11-18")
	before := balance(t, g, "GP").Issued
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	load := startLoad(ctx, g, "fence")
	for i := range 5 {
		load.awaitMore(t, load.done.Load(), fmt.Sprintf("date %d", i))
		cycle, err := g.Query().Cycle(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Single(t.Context(), "", advance(cycle.Date+1)); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	load.wait()
	for _, a := range load.unknown {
		if _, err := g.Do(t.Context(), a.name, a.req); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
		load.done.Add(1)
	}
	if len(load.failed) > 0 {
		t.Errorf("%d requests failed; the first: %v", len(load.failed), load.failed[0])
	}
	if got, want := balance(t, g, "GP").Issued-before, amount.Units(load.done.Load()); got != want {
		t.Errorf("%d points for %d requests", got, want)
	}
}
