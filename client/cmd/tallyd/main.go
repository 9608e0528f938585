// Command tallyd is a party's node as a process of its own: tills, ERP systems, pages and the command line reach it
// over HTTPS and a Unix socket.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/machine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root(os.Stdout, os.Stderr).ExecuteContext(ctx); err != nil {
		os.Exit(fail(err))
	}
}

// fail prints an error once, and answers the exit code of the fault table. What has no code is about the command line
// or the configuration.
func fail(err error) int {
	var refusal *fault.Error
	if !errors.As(machine.Fault(err), &refusal) {
		refusal = fault.New(fault.BadRequest, "%v", err)
	}
	fmt.Fprintln(os.Stderr, "tallyd: "+refusal.Error())
	return fault.Of(refusal.Code).Exit
}

// load reads the party's profile.
func load(profile string) (config.Config, error) {
	if profile == "" {
		return config.Config{}, errors.New("say whose node this is: --profile FILE, or $TALLY_PROFILE")
	}
	return config.Load(profile, nil)
}

// noSuch refuses a command that there isn't.
func noSuch(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unknown command %.40q; see %s --help", args[0], cmd.CommandPath())
	}
	return nil
}
