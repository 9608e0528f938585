package identity

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"

	"tallystick/network/topology"
)

// Cryptogen issues with Fabric's cryptogen, which makes whole organisations
// offline. Its certificates last ten years and cannot be revoked: for tests.
type Cryptogen struct{ Program string }

//go:embed crypto-config.yaml.tmpl
var cryptoConfigText string

var cryptoConfig = template.Must(template.New("crypto-config.yaml").Parse(cryptoConfigText))

// RenderCryptoConfig writes cryptogen's input for a topology.
func RenderCryptoConfig(t *topology.Topology) (string, error) {
	var out strings.Builder
	if err := cryptoConfig.Execute(&out, t); err != nil {
		return "", fmt.Errorf("render crypto-config.yaml: %w", err)
	}
	return out.String(), nil
}

// Issue implements [Issuer].
func (c Cryptogen) Issue(ctx context.Context, t *topology.Topology, into Layout) error {
	config, err := RenderCryptoConfig(t)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(into.Root, 0o700); err != nil {
		return err
	}
	file := filepath.Join(into.Root, "crypto-config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, c.Program, "generate", "--config", file, "--output", into.Root)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cryptogen: %w\n%s", err, output)
	}
	return nil
}
