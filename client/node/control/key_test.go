package control_test

import (
	"testing"

	"tallystick/client/access"
	"tallystick/client/node"
	"tallystick/client/node/control"
	"tallystick/client/node/nodetest"
)

// TestAKeyIsToldToWhoAsked: who asks again is told the same key; somebody else who asks for the same under the same id
// gets a key of his own, and isn't told the other.
func TestAKeyIsToldToWhoAsked(t *testing.T) {
	n := nodetest.Offline(t)
	ask := func(who string) control.AddedKey {
		t.Helper()
		made, err := control.KeyAdd.Do(t.Context(), n, &node.Call{ID: "k1", Who: node.Who{ID: who, All: true}},
			access.NewKey{Name: "li", Role: "approver", Person: "li@dealer.example"})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	first := ask("a")
	if again := ask("a"); again.Text != first.Text || again.ID != first.ID {
		t.Errorf("asked again: %s, want %s", again.ID, first.ID)
	}
	if other := ask("b"); other.Text == first.Text || other.ID == first.ID {
		t.Error("another is told the key")
	}
}
