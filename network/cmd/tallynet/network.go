package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tallystick/network"
)

func toolsCommand(s settings) *cobra.Command {
	return &cobra.Command{
		Use:   "tools",
		Short: "Build Fabric's programs, unless they are cached, and say where they are",
		Long: `Builds peer, orderer, cryptogen and the rest from the sources that
network/tools/go.mod pins, into the user's cache directory (TALLYSTICK_CACHE
replaces it). Changed pins build anew; the old build stays.`,
		Example: "  tallynet tools\n  PATH=$(tallynet tools):$PATH peer version",
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reporting(func(report network.Reporter) error {
				here := filepath.Dir(s.GetString("topology"))
				if absolute, err := filepath.Abs(here); err == nil {
					here = absolute
				}
				source, err := network.FindTools(here)
				if err != nil {
					return err
				}
				report.Step("Fabric's programs")
				programs, built, err := source.Ensure(cmd.Context(), report.Detail)
				if err != nil {
					return err
				}
				if !built {
					report.Detail("cached")
				}
				fmt.Println(programs.Dir)
				return nil
			})
		},
	}
}

func upCommand(s settings) *cobra.Command {
	return &cobra.Command{
		Use:   "up",
		Short: "Make the network run as its topology says",
		Long: `Builds what is missing, starts what does not run, and returns when chaincode
endorses across all parties with a peer and the parties' programs are ready, whose
addresses it prints. Repeat it whenever something died, a program was rebuilt, or a chaincode's version, policy or collections
were changed in the topology. An existing ledger is kept.`,
		Example: "  tallynet up\n  tallynet up --topology other.yaml --dir /tmp/net",
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := s.open()
			if err != nil {
				return err
			}
			n.Patience = s.GetDuration("timeout")
			if err := reporting(
				func(report network.Reporter) error { return n.Up(cmd.Context(), report) }); err != nil {
				return err
			}
			fmt.Printf("%s is up; client profiles are in %s\n", n.Topology.Channel, filepath.Join(n.Dir, "parties"))
			for _, at := range n.Addresses() {
				fmt.Printf("%-10s %s\n", at.Process, at.URL)
			}
			return nil
		},
	}
}

func superviseCommand(s settings) *cobra.Command {
	return &cobra.Command{
		Use:   "supervise",
		Short: "Start again what dies, until it is ended; up runs it for you",
		Long: `Looks after the network's processes: what died by itself is started again as it
ran, after a wait that doubles while it keeps dying. What down, process kill or
chaincode restart end is left alone. up starts it and down ends it.`,
		Example: "  tallynet supervise   # instead of the one that up runs, under an init system, say",
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := s.open()
			if err != nil {
				return err
			}
			n.Supervise(cmd.Context(), os.Stdout)
			return nil
		},
	}
}

func downCommand(s settings) *cobra.Command {
	return &cobra.Command{
		Use:     "down",
		Short:   "Stop all processes; the ledger stays",
		Example: "  tallynet down && tallynet up   # resumes where it was",
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := s.open()
			if err != nil {
				return err
			}
			ended, err := n.Down(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Printf("%d processes ended\n", ended)
			return nil
		},
	}
}

func resetCommand(s settings) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:     "reset",
		Short:   "Stop all processes and remove ledger, keys and logs",
		Long:    "Removes the network for good. Fabric's built programs stay cached.",
		Example: "  tallynet reset && tallynet up   # asks first; then a new, empty ledger\n  tallynet reset --yes            # for scripts",
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := s.open()
			if err != nil {
				return err
			}
			if !n.Made() {
				yes = true // there is nothing to lose
			}
			if err := confirm(yes,
				fmt.Sprintf("reset removes the ledger, the keys and the logs in %s for good", n.Dir)); err != nil {
				return err
			}
			if err := n.Reset(cmd.Context()); err != nil {
				return err
			}
			fmt.Fprintf(os.Stdout, "%s is removed\n", n.Dir)
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	return cmd
}
