package plan

import (
	"context"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/node"
)

// TestADryRunNeedsNoNetwork: every step is read as its party, in their order, without a lane; nothing is taken over.
func TestADryRunNeedsNoNetwork(t *testing.T) {
	p, err := Load("../../test-network/sample/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	opened := map[string]int{}
	run := Run{Open: func(_ context.Context, party string, lanes int) (*node.Node, error) {
		opened[party] += 1 + lanes
		return node.Offline(config.Config{Party: party, State: t.TempDir()}), nil
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
