package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/importer"
	"tallystick/network/wholefile"
)

// importing is what one run of tally import was asked for.
type importing struct {
	mapping, plan string
	rejected      string
	allowed       allowance
	dryRun, retry bool
}

func importCommand(a *app) *cobra.Command {
	var i importing
	cmd := &cobra.Command{
		Use:   "import [FILE]",
		Short: "Make members, awards, campaigns, goods or stock of a CSV or workbook, exactly once (导入)",
		Long: `Make commands of the lines of any CSV (.gz too), workbook (.xlsx), or - for standard input,
by a mapping file. It says what a line becomes (kind: awards, members, labels, benefits,
entitlements, writeoffs, campaigns, suppliers, goods, terms, stock, listings, outlets),
which columns hold its parts, and which lines count. Stop it anywhere and start it again:
it goes on where the ledger's cursor stands. Encoding (UTF-8, GB18030, UTF-16), separator,
sheet and the header's line are found out where they can't be mistaken, and said; the
mapping can say them, too.

Lines that can't be taken, or that the ledger refuses, are listed with their numbers and
the reasons, and the exit code is 9, if there are more than --max-rejected. What the ledger
refused is known for good: a later run lists it again, and --retry-refused tries it again
once its cause is mended. --rejected writes each bad row with the value that is wrong and
the customer's own id, for its owner only; mend that file and import it under another
source.

Money in files and mappings is in yuan, and points are as they are shown. A feed has today
what it had yesterday, and some more: give each day's file its own source. What is there
already is done before; what has changed is refused, with what to do.

A plan runs several files with their mappings, each as its party, one after the
other:

  steps:
    - {party: S1, file: products.csv.gz, mapping: suppliers.yaml}
    - {party: D, accept: S1}      # D's vault takes over the terms that S1's has for it

What an import made can be taken back by its source: tally undo-import.

Customers become pseudonyms, and codes are made, by the vault in the state
directory: import everything of a party from one state directory.`,
		Example: `  tally --as D import households.csv.gz --mapping members.yaml
  tally --as D import purchases.xlsx --mapping purchases.yaml --dry-run
  tally --as D import baskets.csv --mapping baskets.yaml --rejected rejected.csv --max-rejected 1%
  tally --as D import baskets.csv --mapping baskets.yaml --retry-refused
  tally import --plan plan.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) != (i.mapping != "") || (len(args) == 1) == (i.plan != "") {
				return fault.New(fault.BadRequest, "give a file and its --mapping, or a --plan")
			}
			if i.plan != "" {
				return a.runPlan(cmd.Context(), i)
			}
			return a.importFile(cmd.Context(), args[0], i)
		},
	}
	word(cmd, &i.mapping, "mapping", "mapping file (YAML)")
	word(cmd, &i.plan, "plan", "or several files with their mappings and parties (YAML)")
	i.flags(cmd)
	return cmd
}

// flags are those that every import has.
func (i *importing) flags(cmd *cobra.Command) {
	word(cmd, &i.rejected, "rejected", "write rejected lines to this CSV, for its owner's eyes: it has personal data")
	one(cmd, &i.allowed, "max-rejected", "lines", "so many rejected or refused lines are no failure: 20, or 1%", parseAllowance)
	cmd.Flags().BoolVar(&i.dryRun, "dry-run", false, "read the file and say what would be done; send and keep nothing")
	cmd.Flags().BoolVar(&i.retry, "retry-refused", false, "try again what the ledger refused in earlier runs")
}

// importFile runs one import.
func (a *app) importFile(ctx context.Context, path string, i importing) error {
	m, err := importer.LoadMapping(i.mapping)
	if err != nil {
		return err
	}
	path, done, err := a.spooled(path)
	if err != nil {
		return err
	}
	return errors.Join(a.importOne(ctx, importer.Job{Mapping: m, Path: path}, i), done())
}

// importOne runs one import and prints its report, what was done before it failed, too.
func (a *app) importOne(ctx context.Context, job importer.Job, i importing) error {
	job.DryRun, job.Retry = i.dryRun, i.retry
	report, err := a.runImport(ctx, job)
	if report == nil {
		return err
	}
	outcome := importer.Outcome{Job: job, Report: report}
	if err == nil {
		err = i.allowed.judge(outcome)
	}
	return errors.Join(a.printImport(i.rejected, outcome), err)
}

// spooled is where a file is: that of standard input is kept for its two readings, and
// removed by done.
func (a *app) spooled(path string) (at string, done func() error, err error) {
	done = func() error { return nil }
	if path != "-" {
		return path, done, nil
	}
	cfg, err := a.config(nil)
	if err != nil {
		return "", done, err
	}
	if err := os.MkdirAll(cfg.State, 0o700); err != nil {
		return "", done, err
	}
	file, err := os.CreateTemp(cfg.State, "import-*") // readable by its owner only
	if err != nil {
		return "", done, err
	}
	done = func() error { return os.Remove(file.Name()) }
	_, err = io.Copy(file, bounds.Reader(os.Stdin, "standard input", bounds.Table))
	if err := errors.Join(err, file.Close()); err != nil {
		return "", done, errors.Join(err, done())
	}
	return file.Name(), done, nil
}

// allowance is how many lines may be rejected without failing: a number, or a part of
// all in per cent.
type allowance struct {
	lines   int
	percent float64
}

// parseAllowance reads 20 or 1.5%.
func parseAllowance(text string) (a allowance, err error) {
	if part, is := strings.CutSuffix(text, "%"); is {
		a.percent, err = strconv.ParseFloat(part, 64)
		if err != nil || !(a.percent >= 0 && a.percent <= 100) {
			return a, fault.New(fault.BadRequest, "%.20q: want a number of lines, or 0%% to 100%%", text)
		}
		return a, nil
	}
	if a.lines, err = strconv.Atoi(text); err != nil || a.lines < 0 {
		return a, fault.New(fault.BadRequest, "%.20q: want a number of lines, or 0%% to 100%%", text)
	}
	return a, nil
}

// judge is REJECTED if more lines were rejected or refused than are allowed.
func (a allowance) judge(outcomes ...importer.Outcome) error {
	bad, all := 0, 0
	for _, o := range outcomes {
		bad, all = bad+len(o.Report.Rejected), all+o.Report.Lines
	}
	if bad == 0 || bad <= a.lines || float64(bad)*100 <= a.percent*float64(all) {
		return nil
	}
	return fault.New(fault.Rejected, "%d of %d lines were rejected or refused", bad, all)
}

// writeRejected writes the rejected lines of some imports to a file that only its owner
// reads, in the place of the one before, which lists no more than this one.
func writeRejected(path string, outcomes ...importer.Outcome) error {
	err := wholefile.WriteTo(path, 0o600, func(w io.Writer) error {
		return importer.WriteRejected(context.Background(), w, outcomes...)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
