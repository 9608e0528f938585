// Tallynet makes a Hyperledger Fabric network run from one topology file, as
// native processes.
//
// Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 130 interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr,
			"tallynet: interrupted; what runs keeps running, `tallynet up` goes on, `tallynet down` ends it")
		return 130
	case errors.As(err, &usage):
		fmt.Fprintf(os.Stderr, "tallynet: %v\n", err)
		return 2
	default:
		fmt.Fprintf(os.Stderr, "tallynet: %v\n", err)
		return 1
	}
}

// usageError is a command line that cannot be meant.
type usageError struct{ error }
