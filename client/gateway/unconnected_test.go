package gateway

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// TestUnconnected: whatever it is asked, the answer is UNAVAILABLE, at once.
func TestUnconnected(t *testing.T) {
	cfg := config.Default()
	cfg.Party = own
	g := Unconnected(cfg)
	for name, ask := range map[string]func() error{
		"a question": func() error { _, err := g.Query().Consortium(t.Context()); return err },
		"a single":   func() error { _, err := g.Single(t.Context(), "r", issue("ann")); return err },
		"a lane":     func() error { _, err := g.Do(t.Context(), "r", issue("ann")); return err },
		"a source":   func() error { _, err := g.Source(t.Context(), "s", 1, nil); return err },
		"a reader":   func() error { return g.Sync(t.Context(), &keeper{}) },
		"a proof":    func() error { _, err := g.Prove(t.Context(), "points:Totals", "DP"); return err },
	} {
		if code := fault.CodeOf(ask()); code != fault.Unavailable {
			t.Errorf("%s: %s", name, code)
		}
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}
