// Command demo plays the story on a real network and checks every figure.
//
// It sets a network up, acts only through tally, as each party's people would,
// and prints for each figure what is expected and what the ledger says. It
// exits with 0 only if all of them match. The network is removed at the end,
// unless --keep.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// errDiffers is the story's end when a figure didn't match.
var errDiffers = errors.New("some figures differ")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &stage{bin: "bin", out: os.Stdout}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play the story of 车享联盟 on a real network and check every figure",
		Long: `Plays the story through the command line, as each party's people would: who has a node that runs asks
it, by its socket, and the others open one for each command.`,
		Example:       "  demo\n  demo --keep         # leaves the network up to look around\n  demo --in-process   # no node runs",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&s.keep, "keep", false, "leave the network up")
	cmd.Flags().StringVar(&s.dir, "dir", "test-network/.demo", "where the network lives")
	cmd.Flags().StringVar(&s.topology, "topology", "test-network/topology.yaml", "the network's description")
	cmd.Flags().BoolVar(&s.month, "month", false, "play the month alone, without what members try who shouldn't")
	cmd.Flags().BoolVar(&s.inProcess, "in-process", false, "kill the parties' nodes first: every command opens its party's itself")
	if err := cmd.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func (s *stage) run(ctx context.Context) (err error) {
	began := time.Now()
	if !isatty.IsTerminal(os.Stdout.Fd()) {
		text.DisableColors()
	}
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	if s.scratch, err = os.MkdirTemp("", "tallystick-demo"); err != nil {
		return err
	}
	defer os.RemoveAll(s.scratch)
	s.title("Tallystick 合契 · one month of 车享联盟",
		"a real Hyperledger Fabric network: 3 enterprises with peers, 5 without, 4 BFT orderers, TLS everywhere")
	defer func() {
		if left := s.takeDown(); left != nil {
			err = errors.Join(err, left)
		}
	}()
	if err := s.setUp(ctx); err != nil {
		return err
	}
	steps := story
	if !s.month {
		steps = slices.Concat(story, enemies)
	}
	for _, step := range steps {
		if err := step(ctx, s); err != nil {
			return err
		}
	}
	s.summary(time.Since(began))
	if s.wrong > 0 {
		return errDiffers
	}
	return nil
}
