package cli

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
)

// YesFlag is for commands that lose something for good.
func (a *App) YesFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.yes, "yes", false, "do it without asking")
	marked(cmd, apart, "yes") // how somebody is sure of it is no part of what is meant
}

// Confirm asks whether something should be lost for good. BAD_REQUEST without a terminal to ask at and without --yes.
func (a *App) Confirm(lost string) error {
	if a.yes {
		return nil
	}
	if a.In == nil {
		return fault.New(fault.BadRequest, "%s; say --yes if that is meant", lost)
	}
	fmt.Fprintf(a.Err, "%s. Type yes to go on: ", lost)
	answer, _ := bufio.NewReader(a.In).ReadString('\n') // its end is a no
	if strings.TrimSpace(answer) != "yes" {
		return fault.New(fault.BadRequest, "nothing was done")
	}
	return nil
}
