package run

import (
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
)

// No command is done for a party that has no role for it: for every kind, the auditor's empty
// request is refused before anything is read of it.
func TestTheAuditorWritesNoBusiness(t *testing.T) {
	command.Kinds(func(kind command.Kind, name string) {
		if kind == command.BeginPeer || kind == command.RuleDispute {
			return
		}
		r := &Run{Caller: party.Party{ID: "A", Roles: party.Auditor, Had: party.Auditor}, Tx: ledger.New(nil)}
		if _, err := r.one(0, command.Command{Kind: kind}, nil); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	})
}
