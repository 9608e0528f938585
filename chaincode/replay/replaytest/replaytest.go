// Package replaytest has ledgers that tests begin with.
package replaytest

import (
	"testing"

	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/party"
	"tallystick/chaincode/replay"
)

// TwoParties is a ledger of G, the operator, and D, on which the cycle 2026-11 is open.
func TwoParties(t testing.TB) *replay.Ledger {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1,
		Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}}}, replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	roles := party.Issuer | party.Acceptor
	if err := l.Found("G", party.FoundRequest{Network: "test", En: "Group", Zh: "集团", Roles: roles, Cycle: "2026-11",
		Date: 20758, Test: true}); err != nil {
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
