package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/network/suggest"
)

// checkFormat refuses a format that a command doesn't answer in.
func (a *App) checkFormat(cmd *cobra.Command) error {
	_, csv := cmd.Annotations[WithCSV]
	switch {
	case a.Format == "table", a.Format == "json", a.Format == "csv" && csv:
		return nil
	case csv:
		return fmt.Errorf("--format: want table, json or csv")
	}
	return fmt.Errorf("--format: want table or json")
}

// whoActs has a flag that says who acts win over the environment: --as G is G, whatever $TALLY_PROFILE says. It refuses
// two flags that both say so.
func (a *App) whoActs(cmd *cobra.Command) error {
	as, profile := cmd.Flags().Changed("as"), cmd.Flags().Changed("profile")
	switch {
	case as && profile:
		return fault.New(fault.BadRequest, "--as and --profile both say who you are: say one of them")
	case as:
		a.profile = ""
	}
	return nil
}

// parties lists those whose profiles are in the network's folder.
func (a *App) parties() (ids []string) {
	profiles, _ := filepath.Glob(filepath.Join(a.network, "parties", "*", "profile.yaml")) // the pattern is well-formed
	for _, p := range profiles {
		ids = append(ids, filepath.Base(filepath.Dir(p)))
	}
	return ids
}

// flagError is what is wrong with a flag: what its value says itself, or which one may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	end, unknown := suggest.Flag(cmd, err)
	if !unknown {
		return err
	}
	return fault.New(fault.BadRequest, "%s%s; see %s --help", err, end, cmd.CommandPath())
}

// Bind makes a command the root of the others: what is checked before any runs, and the flags of all.
func (a *App) Bind(cmd *cobra.Command) {
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		if err := errors.Join(a.checkFormat(cmd), cmd.ValidateFlagGroups(), a.whoActs(cmd)); err != nil {
			return err
		}
		if err := checkRequired(cmd); err != nil {
			return err
		}
		return a.listen(cmd, args)
	}
	cmd.SetHelpTemplate(help)
	cmd.SetFlagErrorFunc(flagError)
	flags := cmd.PersistentFlags()
	a.Format, a.as, a.profile = "table", os.Getenv("TALLY_AS"), os.Getenv("TALLY_PROFILE")
	a.network = cmp.Or(os.Getenv("TALLY_NETWORK"), "test-network/.run")
	wordIn(flags, &a.Format, "format", "form of the answer: table or json, csv where the command says so")
	flags.Lookup("format").Shorthand = "o"
	wordIn(flags, &a.as, "as", "party to act as ($TALLY_AS)")
	wordIn(flags, &a.profile, "profile", "connection profile of the party ($TALLY_PROFILE)")
	wordIn(flags, &a.network, "network", "folder of the network that tallynet made ($TALLY_NETWORK)")
	a.node = config.Node{URL: os.Getenv("TALLY_NODE_URL"), Key: os.Getenv("TALLY_NODE_KEY"),
		Trust: os.Getenv("TALLY_NODE_TRUST")}
	wordIn(flags, &a.node.URL, "node",
		"the node to ask, https://HOST:PORT, or none for one in this process ($TALLY_NODE_URL)")
	wordIn(flags, &a.node.Key, "node-key", "file with the API key for --node ($TALLY_NODE_KEY; or the key in $TALLY_API_KEY)")
	wordIn(flags, &a.node.Trust, "node-trust", "certificates by which that of --node is trusted, PEM ($TALLY_NODE_TRUST)")
	wordIn(flags, &a.Call.ID, "request", "request id of a command; the same id takes effect once")
	wholeIn(flags, &a.height, "height", 0, "answer only from so many blocks at least: the height of somebody's receipt")
	spanIn(flags, &a.timeout, "timeout", time.Minute, "how long to wait")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"},
		cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("as", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.parties(), cobra.ShellCompDirectiveNoFileComp
	})
}

// help says what a command is for before it says more.
const help = `{{.Short}}

{{with .Long}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}
`
