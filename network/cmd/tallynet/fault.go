package main

import (
	"errors"

	"github.com/spf13/cobra"

	"tallystick/network"
)

func chaincodeCommand(s settings) *cobra.Command {
	cmd := &cobra.Command{Use: "chaincode", Short: "Work on one party's chaincode servers"}
	parent(cmd)
	var party, name, program string
	restart := &cobra.Command{
		Use:   "restart",
		Short: "Restart a party's chaincode servers, perhaps with another program",
		Long: `Ends the party's chaincode servers and starts them again on the same ports and
with the same TLS files. --program runs another program than the topology's: a
party that endorses something else, say. The next up goes back to the topology's.`,
		Example: "  tallynet chaincode restart --party D\n  tallynet chaincode restart --party D --name tally --program bin/tallycc-forged",
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if party == "" {
				return usageError{errors.New("say --party; see tallynet chaincode restart --help")}
			}
			n, err := s.open()
			if err != nil {
				return err
			}
			ctx, cancel := s.patience(cmd.Context())
			defer cancel()
			return reporting(func(report network.Reporter) error {
				return n.RestartChaincode(ctx, party, name, program, report)
			})
		},
	}
	restart.Flags().StringVar(&party, "party", "", "whose servers (required)")
	restart.Flags().StringVar(&name, "name", "", "only this chaincode")
	restart.Flags().StringVar(&program, "program", "", "run this program instead")
	cmd.AddCommand(restart)
	return cmd
}

func processCommand(s settings) *cobra.Command {
	cmd := &cobra.Command{Use: "process", Short: "Inject faults: kill or start one process"}
	parent(cmd)
	cmd.AddCommand(
		&cobra.Command{
			Use:               "kill NAME",
			Short:             "End a process as a crash would (kill -9), and leave it ended",
			Example:           "  tallynet process kill orderer0",
			Args:              exactly(1),
			ValidArgsFunction: s.processNames,
			RunE: func(cmd *cobra.Command, args []string) error {
				n, err := s.openFor(args[0])
				if err != nil {
					return err
				}
				return n.KillProcess(cmd.Context(), args[0])
			},
		},
		&cobra.Command{
			Use:               "start NAME",
			Short:             "Start a process again and wait until it answers",
			Example:           "  tallynet process start orderer0",
			Args:              exactly(1),
			ValidArgsFunction: s.processNames,
			RunE: func(cmd *cobra.Command, args []string) error {
				n, err := s.openFor(args[0])
				if err != nil {
					return err
				}
				ctx, cancel := s.patience(cmd.Context())
				defer cancel()
				return reporting(func(report network.Reporter) error {
					return n.StartProcess(ctx, args[0], report)
				})
			},
		},
	)
	return cmd
}
