package cli

import (
	"fmt"

	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/proof"
)

// Trust finds the CAs that count, and of which ledger a proof must be: any
// channel if only a directory says whom to trust.
func (a *App) Trust(dir string) (proof.Trust, config.Config, error) {
	if dir != "" {
		t, err := proof.TrustDir(dir)
		return t, config.Default(), err
	}
	cfg, err := a.Config(nil)
	if err != nil {
		return nil, cfg, fmt.Errorf("%w, or whom to trust: --trust DIR", err)
	}
	t, err := node.TrustOf(cfg)
	return t, cfg, err
}
