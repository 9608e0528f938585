// Command tallycc serves the ledger's rules to one party's peer: tally, the
// commands and queries, and seal, the lane heads.
package main

import (
	"os"
	"runtime"
	"time"
	_ "time/tzdata" // the calendar must not depend on what the machine has

	"github.com/spf13/cobra"

	"tallystick/chaincode/internal/contract"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/internal/share"
	"tallystick/chaincode/service"
)

func main() {
	root := &cobra.Command{
		Use:          "tallycc",
		Short:        "The rules of the ledger, as chaincodes (合契账本规则)",
		SilenceUsage: true,
	}
	root.AddCommand(serve())
	if root.Execute() != nil {
		os.Exit(1)
	}
}

// rowsACore is what a party's share is by default: a third or so of what peers,
// orderers and chaincode get done on one core.
const rowsACore = 3000

func serve() *cobra.Command {
	var operator, place string
	var test bool
	var rows int
	cmd := &cobra.Command{
		Use:   "serve {tally|seal}",
		Short: "Serve one chaincode, configured by CHAINCODE_… variables",
		Example: `  tallycc serve tally --operator G
  tallycc serve seal`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"tally", "seal"},
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == "seal" {
				return service.Serve(seal.Chaincode{})
			}
			calendar, err := time.LoadLocation(place)
			if err != nil {
				return err
			}
			tally, err := contract.New(contract.Config{Operator: operator, Test: test, Now: time.Now, Place: calendar})
			if err != nil {
				return err
			}
			return service.Serve(share.Of(tally, float64(max(1, rows)), time.Now))
		},
	}
	cmd.Flags().StringVar(&operator, "operator", "", "party whose founding of the network this endorser accepts")
	cmd.Flags().BoolVar(&test, "test-clock", false,
		"accept a test network, whose business date may run ahead of the calendar")
	cmd.Flags().IntVar(&rows, "share", rowsACore*runtime.NumCPU(),
		"rows a second that each party can count on here while others ask too")
	cmd.Flags().StringVar(&place, "place", "Asia/Shanghai", "time zone of business dates")
	return cmd
}
