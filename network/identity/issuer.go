package identity

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tallystick/network/topology"
)

// Issuer makes keys and certificates.
type Issuer interface {
	// Issue writes the identities of all that the topology names into the
	// layout, whose root does not exist yet. What it leaves behind on failure is
	// thrown away.
	Issue(ctx context.Context, t *topology.Topology, into Layout) error
}

// Ensure has the issuer make the topology's identities unless the layout holds
// them already. They appear whole or not at all: a crash leaves no half.
//
// Directories become readable by their owner only, and so do private keys.
func Ensure(ctx context.Context, issuer Issuer, t *topology.Topology, layout Layout) error {
	if _, err := os.Stat(layout.Root); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	partial := Layout{Root: layout.Root + ".partial"}
	if err := os.RemoveAll(partial.Root); err != nil {
		return err
	}
	if err := issuer.Issue(ctx, t, partial); err != nil {
		return fmt.Errorf("issue identities: %w", err)
	}
	for _, party := range t.PeerParties() {
		if err := issueLink(partial.ChaincodeLink(party.ID), t.Host); err != nil {
			return fmt.Errorf("chaincode link of %s: %w", party.ID, err)
		}
	}
	if err := restrict(partial.Root); err != nil {
		return err
	}
	return os.Rename(partial.Root, layout.Root)
}

// restrict takes everyone but the owner's rights from a tree: directories 0700,
// files 0600. Certificates lose nothing that way: whoever needs one gets it by
// name.
func restrict(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}
