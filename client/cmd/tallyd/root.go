package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
)

// commit is the source's, set by the linker (make build).
var commit string

// app is one run of the program.
type app struct {
	out, err io.Writer
	profile  string // path
}

func root(out, errs io.Writer) *cobra.Command {
	a := &app{out: out, err: errs}
	cmd := &cobra.Command{
		Use:   "tallyd",
		Short: "A party's node, as a process (参与方节点)",
		Long: `tallyd is a party's node as a process: it keeps the party's lanes, outbox, vault and read model, follows the ledger,
and does over HTTPS what tally does on a command line.

Who asks over HTTPS has an API key (tallyd key add). Who can open the socket in the
node's state directory, the user that tallyd runs as, needs none. The API is described
at /v1/openapi.json.`,
		Example: `  tallyd init --profile profile.yaml
  tallyd check --profile profile.yaml
  tallyd serve --profile profile.yaml
  tallyd key add --profile profile.yaml --role counter till-7`,
		SilenceErrors: true, SilenceUsage: true, Args: noSuch, Version: commit,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&a.profile, "profile", os.Getenv("TALLY_PROFILE"),
		"connection profile of the party ($TALLY_PROFILE)")
	cmd.AddCommand(initCommand(a), checkCommand(a), serveCommand(a), keyCommand(a))
	return cmd
}
