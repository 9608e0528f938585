// Command tally is a participant's command line: what a person or a script of
// one party does on the ledger and asks of it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"tallystick/client/cmd/tally/internal/cli"

	"github.com/mattn/go-isatty"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app := &cli.App{Out: os.Stdout, Err: os.Stderr}
	if isatty.IsTerminal(os.Stdin.Fd()) {
		app.In = os.Stdin
	}
	cmd := root(app)
	app.Format = cli.FormIn(os.Args[1:], app.Format) // flags that can't be read are told in it, too
	if err := cmd.ExecuteContext(ctx); err != nil {
		os.Exit(app.Fail(err))
	}
}
