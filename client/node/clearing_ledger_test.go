package node

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/party"
	"tallystick/chaincode/replay"
	"tallystick/client/index/indextest"
)

// twoParties is a ledger of G, the operator, and D, on which the cycle 2026-11 is open.
func twoParties(t *testing.T) *replay.Ledger {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}}}, replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	roles := party.Issuer | party.Acceptor
	if err := l.Found("G", party.FoundRequest{Network: "test", En: "Group", Zh: "集团", Roles: roles, Cycle: "2026-11", Date: november, Test: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Do("G", party.RegisterRequest{Party: "D", En: "D", Zh: "D", Roles: roles}); err != nil {
		t.Fatal(err)
	}
	if err := l.BeginPeer("D"); err != nil {
		t.Fatal(err)
	}
	return l
}

// TestTheCycleThatWasCutOffLast is found by what it opened.
func TestTheCycleThatWasCutOffLast(t *testing.T) {
	l := twoParties(t)
	if _, err := lastClosed(indextest.Of(t, l.Blocks())); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("none was cut off: %v", err)
	}
	for _, pair := range [][2]string{{"2026-11", "2026-12"}, {"2026-12", "2027-01"}} {
		if _, err := l.Call("G", "cycle:CutOff", "", `{"cycle":"`+pair[0]+`","next":"`+pair[1]+`"}`); err != nil {
			t.Fatal(err)
		}
	}
	r := indextest.Of(t, l.Blocks())
	for named, want := range map[string]string{"": "2026-12", "2026-11": "2026-11"} {
		if got, err := closedOr(r, named); err != nil || got != want {
			t.Errorf("%q: %s, %v", named, got, err)
		}
	}
	if got, err := CycleBefore(r, "2026-12"); err != nil || got != "2026-11" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := CycleBefore(r, "2026-11"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("the first cycle: %v", err)
	}
}
