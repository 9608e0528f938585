// Package imports has the commands that take files in, and take them back.
package imports

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/importer"
	"tallystick/client/node"
	"tallystick/network/wholefile"
)

// Import takes a file in by a mapping, or several by a plan.
func Import(a *cli.App) *cobra.Command {
	var mapping, steps string
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
			if (len(args) == 1) != (mapping != "") || (len(args) == 1) == (steps != "") {
				return fault.New(fault.BadRequest, "give a file and its --mapping, or a --plan")
			}
			if steps != "" {
				return runPlan(cmd.Context(), a, steps, i)
			}
			m, err := importer.LoadMapping(mapping)
			if err != nil {
				return err
			}
			op := node.ImportRun
			if m.Supply() {
				op = node.ImportSupply
			}
			return imports(cmd.Context(), a, i, args[0], m.Shards, op, func(of node.Importing) node.ImportRequest {
				return node.ImportRequest{Mapping: m.Text(), Importing: of}
			}, func(bounds.Input) (*importer.Mapping, error) { return m, nil })
		},
	}
	cli.Word(cmd, &mapping, "mapping", "mapping file (YAML)")
	cli.Word(cmd, &steps, "plan", "or several files with their mappings and parties (YAML)")
	i.flags(cmd)
	return a.Untimed(cmd)
}

// importing is what every import is asked with.
type importing struct {
	node.Importing
	rejected string // file of rejected lines
}

// flags are those that every import has.
func (i *importing) flags(cmd *cobra.Command) {
	cli.On(cmd, "rejected",
		"write rejected lines to this CSV, for its owner's eyes: it has personal data",
		func(path string) error {
			i.rejected = path
			i.Rejected = func(write func(io.Writer) error) error { return writeRejected(path, write) }
			return nil
		})
	cli.One(cmd, &i.MaxRejected, "max-rejected", "so many rejected or refused lines are no failure: 20, or 1%",
		func(text string) (string, error) {
			_, err := importer.ParseAllowance(text)
			return text, err
		})
	cmd.Flags().BoolVar(&i.DryRun, "dry-run", false, "read the file and say what would be done; send and keep nothing")
	cmd.Flags().BoolVar(&i.RetryRefused, "retry-refused", false, "try again what the ledger refused in earlier runs")
}

// imports performs an import of a file, with a bar, and shows its report.
func imports[Req any](ctx context.Context, a *cli.App, i importing, path string, shards int,
	op node.Op[Req, node.Imported], ask func(node.Importing) Req,
	mapping func(bounds.Input) (*importer.Mapping, error)) (err error) {
	if err := a.SendFile(path); err != nil {
		return err
	}
	if a.Dry = i.DryRun; !a.Dry {
		a.Lanes = fmt.Sprintf("1-%d", shards)
	}
	bar := newBar(a, path)
	a.Call.Far = bar.far
	err = cli.Perform(ctx, a, op, func() (Req, error) { return ask(i.Importing), nil },
		func(ctx context.Context, n *cli.Node, r node.Imported) error {
			bar.end(r.Stopped)
			if n.Elsewhere() && i.Rejected != nil {
				if err := i.writeHere(ctx, path, mapping, &r.Report); err != nil {
					return err
				}
			}
			return a.Print(r, func(t table.Writer) { importTable(t, &r.Report, i.rejected) })
		})
	bar.end(err != nil)
	return err
}

// writeHere writes the rejected lines of an import that a node elsewhere did: the file is here, and the report says
// which they are.
func (i importing) writeHere(ctx context.Context, path string, mapping func(bounds.Input) (*importer.Mapping, error),
	r *importer.Report) (err error) {
	if path == "-" {
		return fault.New(fault.BadRequest,
			"--rejected: what came by standard input has gone to the node and can't be read again; import a file")
	}
	in, err := bounds.OpenInput(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	m, err := mapping(in)
	if err != nil {
		return err
	}
	return i.WriteRejected(ctx, importer.Outcome{Job: importer.Job{Mapping: m, File: in}, Report: r})
}

// writeRejected writes rejected lines to a file that only its owner reads, in the place of the one before, which lists
// no more than this one.
func writeRejected(path string, write func(io.Writer) error) error {
	if err := wholefile.WriteTo(path, 0o600, write); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
