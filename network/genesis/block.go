package genesis

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

// ErrTopologyChanged says that a network's first block was made from another
// topology, so what it fixed (parties, orderers, addresses, batch settings,
// policies) no longer matches the file.
var ErrTopologyChanged = errors.New("the topology has changed since this network's genesis block was made")

// Block locates a channel's first block and the configuration it came from.
type Block struct {
	Dir     string
	Channel string
}

// File returns the path of the block.
func (b Block) File() string { return filepath.Join(b.Dir, b.Channel+".block") }

func (b Block) config() string { return filepath.Join(b.Dir, "configtx.yaml") }

// Ensure makes the block with configtxgen, unless it is there. It refuses with
// [ErrTopologyChanged] when the block that is there has another configuration.
func (b Block) Ensure(ctx context.Context, configtxgen string, t *topology.Topology, layout identity.Layout) error {
	want, err := RenderConfigtx(t, layout)
	if err != nil {
		return err
	}
	if _, err := os.Stat(b.File()); err == nil {
		return b.check(want)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(b.config(), []byte(want), 0o600); err != nil {
		return err
	}
	partial := b.File() + ".partial"
	cmd := exec.CommandContext(ctx, configtxgen, "-profile", Profile, "-channelID", b.Channel,
		"-configPath", b.Dir, "-outputBlock", partial)
	cmd.Env = []string{"FABRIC_LOGGING_SPEC=WARNING"}
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("configtxgen: %w\n%s", err, output)
	}
	// The block appears last and whole: while it is missing, this starts over.
	return os.Rename(partial, b.File())
}

// check compares the configuration that the block was made from.
func (b Block) check(want string) error {
	have, err := os.ReadFile(b.config())
	if err != nil {
		return fmt.Errorf("the genesis block has lost its configuration: %w", err)
	}
	if string(have) != want {
		return ErrTopologyChanged
	}
	return nil
}
