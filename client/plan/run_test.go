package plan

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/remote"
)

// TestADryRunNeedsNoNetwork: every step is read as its party, in their order, without a lane, by nodes here and
// elsewhere; nothing is taken over.
func TestADryRunNeedsNoNetwork(t *testing.T) {
	for name, open := range map[string]func(*testing.T, *node.Node) Node{
		"here": func(_ *testing.T, n *node.Node) Node { return Here(n) }, "elsewhere": served,
	} {
		t.Run(name, func(t *testing.T) { dryRun(t, open) })
	}
}

// served is a node by its socket.
func served(t *testing.T, n *node.Node) Node {
	guard, err := access.NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ConnContext: api.MarkOwner, Handler: api.New(n, guard, slog.New(slog.DiscardHandler))}
	ended := make(chan error)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return There(remote.Socket(path))
}

func dryRun(t *testing.T, open func(*testing.T, *node.Node) Node) {
	p, err := Load("../../test-network/sample/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	opened := map[string]int{}
	run := Run{Open: func(_ context.Context, party string, lanes int) (Node, error) {
		opened[party] += 1 + lanes
		return open(t, node.Offline(config.Config{Party: party, State: t.TempDir()})), nil
	}}
	run.Importing.DryRun, run.Importing.MaxRejected = true, "100%"
	reports, err := run.Do(t.Context(), p)
	if err != nil || len(reports) != len(p.Steps) {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	for i, r := range reports {
		if !r.DryRun || r.Done > 0 || (r.Kind == "accept") != (p.Steps[i].Accept != "") {
			t.Errorf("step %d: %+v", i+1, r)
		}
	}
	if len(opened) != 3 || opened["S1"] != 1 || opened["G"] != 1 || opened["D"] != 1 {
		t.Errorf("%v", opened)
	}
	run.Importing.DryRun = false
	if _, err := run.Do(t.Context(), p); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("without a network: %v", err)
	}
}
