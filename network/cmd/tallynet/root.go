package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"tallystick/network"
	"tallystick/network/suggest"
)

// settings reads the global flags, each of which an environment variable
// TALLYNET_<FLAG> can set, too.
type settings struct{ *viper.Viper }

func newRoot() *cobra.Command {
	s := settings{viper.New()}
	root := &cobra.Command{
		Use:   "tallynet",
		Short: "Run a Hyperledger Fabric network from one topology file",
		Long: `Tallynet turns a topology file into a running Hyperledger Fabric network of
native processes: orderers, peers and chaincode servers. No Docker.

The network's state (keys, ledgers, logs, client profiles) stands in one
directory. Every command can be repeated and takes up where the last stopped.`,
		Example: `  tallynet up                       # make it run, or run again
  tallynet status                   # what runs, how far, how big
  tallynet logs peer0.G -f          # watch a process
  tallynet process kill orderer0    # see what a crash does
  tallynet down                     # stop; the ledger stays
  tallynet reset                    # stop and forget everything`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	parent(root)
	root.Version = built()
	flags := root.PersistentFlags()
	flags.String("topology", "test-network/topology.yaml", "the network's description")
	flags.String("dir", "", "state directory (default: .run beside the topology)")
	flags.Duration("timeout", 3*time.Minute, "give up waiting for the network after this long")
	s.SetEnvPrefix("tallynet")
	s.AutomaticEnv()
	if err := s.BindPFlags(flags); err != nil {
		panic(err) // our own flags
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		end, _ := suggest.Flag(cmd, err)
		return usageError{fmt.Errorf("%w%s", err, end)}
	})
	root.AddCommand(toolsCommand(s), upCommand(s), downCommand(s), resetCommand(s), statusCommand(s),
		logsCommand(s), chaincodeCommand(s), processCommand(s), superviseCommand(s), validateCommand(s), initCommand(s),
		versionCommand(s))
	return root
}

// open finds the network that the flags name.
func (s settings) open() (*network.Network, error) {
	n, err := network.Open(s.GetString("topology"), s.GetString("dir"))
	if err != nil {
		return nil, err
	}
	n.Tallynet, err = os.Executable()
	return n, err
}

// patience bounds a wait by the time-out flag.
func (s settings) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := s.GetDuration("timeout")
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("%s passed; --timeout allows more", limit))
}

// parent makes a command that only groups others: alone it shows its help, and
// an unknown word after it is wrong usage.
func parent(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usageError{
				fmt.Errorf("unknown command %q for %q%s", args[0], cmd.CommandPath(), suggest.Command(cmd, args[0]))}
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// usage gives wrong arguments our exit code.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func exactly(n int) cobra.PositionalArgs { return usage(cobra.ExactArgs(n)) }

// openFor finds the network and checks that it has a process of the name.
func (s settings) openFor(name string) (*network.Network, error) {
	n, err := s.open()
	if err != nil {
		return nil, err
	}
	if err := n.Known(name); err != nil {
		return nil, usageError{err}
	}
	return n, nil
}

// processNames completes process names for the shell.
func (s settings) processNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	n, err := s.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return n.Names(), cobra.ShellCompDirectiveNoFileComp
}

// reporting runs a command's work with progress on stderr.
func reporting(work func(network.Reporter) error) error {
	p := newProgress(os.Stderr)
	err := work(p)
	p.end(err)
	return err
}
