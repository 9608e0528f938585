package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/network/suggest"
)

func root(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tally",
		Short: "A participant's command line of the alliance's ledger (合契)",
		Long: `tally does what one party may do on the ledger, and asks it questions.

Say who you are with --as PARTY (its profile is found in the network's folder)
or --profile FILE. Commands take effect once for a request id: after a lost
answer, ask again with the same --request. Every refusal has a code; tally
refusals lists them with the exit codes.

Money is written in yuan, with at most two decimals: 12.50. Points are written as they are
shown, in their programme's digits: 18.60. In the JSON both are whole numbers, as on the
ledger: fen, and the smallest units of the programme. A list in JSON is {"rows": […]}.
What this party may know of persons stays in its vault, in its state directory: tally
member says who is who. A one-time code is best given in a file or in $TALLY_CODE.`,
		Example: `  tally --as G points issue --programme GP --grant zhang:200.00:2027-12-31
  tally --as D points wallet zhang
  tally --as D points redeem --member zhang --take GP:5.00 --request till-7-000123
  tally --as A query owes -o json`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(a.checkFormat(cmd), cmd.ValidateFlagGroups()); err != nil {
				return err
			}
			if err := checkRequired(cmd); err != nil {
				return err
			}
			return a.listen(cmd, args)
		},
	}
	cmd.SetHelpTemplate(help)
	cmd.SetFlagErrorFunc(flagError)
	cmd.Args, cmd.RunE = noSuch, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.Version = built()
	flags := cmd.PersistentFlags()
	a.format, a.as, a.profile = "table", os.Getenv("TALLY_AS"), os.Getenv("TALLY_PROFILE")
	a.network = envOr("TALLY_NETWORK", "test-network/.run")
	wordIn(flags, &a.format, "format", "form of the answer: table or json, csv where the command says so")
	flags.Lookup("format").Shorthand = "o"
	wordIn(flags, &a.as, "as", "party to act as ($TALLY_AS)")
	wordIn(flags, &a.profile, "profile", "connection profile of the party ($TALLY_PROFILE)")
	wordIn(flags, &a.network, "network", "folder of the network that tallynet made ($TALLY_NETWORK)")
	wordIn(flags, &a.call.ID, "request", "request id of a command; the same id takes effect once")
	wholeIn(flags, &a.height, "height", 0, "answer only from so many blocks at least: the height of somebody's receipt")
	spanIn(flags, &a.timeout, "timeout", time.Minute, "how long to wait")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"},
		cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("as", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.parties(), cobra.ShellCompDirectiveNoFileComp
	})
	cmd.AddCommand(consortiumCommand(a), parties(a), programmes(a), cycles(a), models(a), statementCommand(a),
		disputes(a), paymentCommands(a), pointsCommand(a), rates(a), trades(a), memberCommand(a), offers(a),
		benefits(a), suppliers(a), goodsCommand(a), termsCommand(a), storefronts(a), orders(a), campaigns(a), quotas(a),
		queries(a), importCommand(a), undoImport(a), booksCommand(a), reports(a), verifyProof(a), verifyStatement(a),
		verifyLiability(a), refusals(a), versionCommand(a))
	return cmd
}

// withCSV marks commands that answer in CSV too.
const withCSV = "csv"

// checkFormat refuses a format that a command doesn't answer in.
func (a *app) checkFormat(cmd *cobra.Command) error {
	_, csv := cmd.Annotations[withCSV]
	switch {
	case a.format == "table", a.format == "json", a.format == "csv" && csv:
		return nil
	case csv:
		return fmt.Errorf("--format: want table, json or csv")
	}
	return fmt.Errorf("--format: want table or json")
}

// help says what a command is for before it says more.
const help = `{{.Short}}

{{with .Long}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}
`

// parties lists those whose profiles are in the network's folder.
func (a *app) parties() (ids []string) {
	profiles, _ := filepath.Glob(filepath.Join(a.network, "parties", "*", "profile.yaml")) // the pattern is well-formed
	for _, p := range profiles {
		ids = append(ids, filepath.Base(filepath.Dir(p)))
	}
	return ids
}

func envOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// log is for what the gateway meets on its way: to the error stream, and only
// what needs a person.
func (a *app) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelError}))
}

func refusals(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "refusals",
		Short: "List the codes of refusals, what they mean, and the exit codes",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return printList(a, 0, fault.Table, func(t table.Writer) {
				t.AppendHeader(table.Row{"code", "exit", "retry", "meaning", "含义"})
				for _, m := range fault.Table {
					again := ""
					if m.Retry {
						again = "yes"
					}
					t.AppendRow(table.Row{m.Code, m.Exit, again, m.En, m.Zh})
				}
			})
		},
	}
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
