package catalogue

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/catalogue"
	"tallystick/client/terms"
)

// Terms is the group of terms of supply.
func Terms(a *cli.App) *cobra.Command {
	return cli.Group("terms", "Terms: what a seller owes a supplier for a good, known to the two only (供货条款)",
		offerTerms(a), exportTerms(a), acceptTerms(a), showTerms(a))
}

func offerTerms(a *cli.App) *cobra.Command {
	req := catalogue.OfferTermsRequest{Kind: goods.Supply}
	var path string
	value := sync.OnceValues(func() (amount.Units, error) { return readValue(req.Kind, path) })
	cmd := cli.Verb(a, "offer SUPPLIER SKU SELLER", `  tally --as S1 terms offer care kit D --value price.txt
  tally --as S1 terms offer care kit G --kind commission --value percent.txt --until 2027-06-30`, catalogue.TermsOffer,
		func(args []string) (_ catalogue.OfferTermsRequest, err error) {
			req.Supplier, req.SKU, req.Seller = args[0], args[1], args[2]
			req.Value, err = value()
			return req, err
		}, a.ReceiptOf(cli.NameOf(goods.OfferTermsRequest{})))
	cmd.Long = `Offer terms. The ledger gets a commitment; the value and its salt stay in this party's
vault, before anything is sent. Hand them to the seller with tally terms export.

The value is read from a file, or from the input with -, so that no list of processes
shows it: the price of a unit in yuan, such as 268 or 7.805, or with --kind commission
the percentage of the price that the seller keeps, such as 15.`
	cli.Choice(cmd, &req.Kind, "kind", "what the value is", "supply", "commission")
	cli.Word(cmd, &path, "value", "file with the value, or - for the input")
	cli.Day(cmd, &req.Until, "until", "last day on which a listing may take them")
	cli.Require(cmd, "value")
	return cmd
}

// maxValue is the longest text of a value, in bytes.
const maxValue = 64

// readValue reads a private value from a file, or from the input. What it refuses
// doesn't say what was read.
func readValue(kind goods.TermsKind, path string) (amount.Units, error) {
	if path == "" {
		return 0, fault.New(fault.BadRequest, "--value: want a file with the value, or - for the input")
	}
	file := os.Stdin
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			// The path may be the value itself, given by mistake.
			return 0, fault.New(fault.BadRequest,
				"--value: there is no such file; the value itself goes into a file or the input")
		}
		defer file.Close()
	}
	text, err := bounds.All(file, path, maxValue)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "--value: want one number")
	}
	value, err := terms.ParseValue(kind, strings.TrimSpace(string(text)))
	return value, cli.InFront("--value:", err)
}

func exportTerms(a *cli.App) *cobra.Command {
	var req catalogue.ExportTermsRequest
	var out string
	cmd := cli.Verb(a, "export SELLER", `  tally --as S1 terms export D --out for-D.json
  tally --as S1 terms export D --out for-D.json --supplier care`, catalogue.TermsExport, cli.Words(&req, &req.Seller),
		func(_ context.Context, _ *cli.Node, file terms.File) error {
			if err := file.Write(out); err != nil {
				return err
			}
			return a.Print(map[string]any{"file": out, "terms": len(file.Terms)}, func(t table.Writer) {
				t.AppendRows([]table.Row{{"file", out}, {"terms", len(file.Terms)}})
			})
		})
	cli.Word(cmd, &req.Supplier, "supplier", "of this supplier only")
	cli.Word(cmd, &out, "out", "file to write; it must not be there yet")
	cli.Require(cmd, "out")
	return cmd
}

func acceptTerms(a *cli.App) *cobra.Command {
	return cli.Verb(a, "accept FILE", "  tally --as D terms accept for-D.json",
		catalogue.TermsAccept, func(args []string) (terms.File, error) { return terms.Read(args[0]) },
		func(_ context.Context, _ *cli.Node, answer terms.Accepted) error {
			err := a.Print(answer, func(t table.Writer) { acceptedTable(t, answer) })
			if differ := len(answer.Differ); err == nil && differ > 0 {
				err = fault.New(fault.Conflict, "%d of %d terms are not what the ledger has", differ,
					differ+answer.Accepted)
			}
			return err
		})
}

func acceptedTable(t table.Writer, answer terms.Accepted) {
	t.AppendRow(table.Row{"accepted", answer.Accepted})
	for _, d := range answer.Differ {
		t.AppendRow(table.Row{fmt.Sprintf("%d: %s/%s", d.Line, d.Supplier, d.SKU), d.Reason})
	}
}

func showTerms(a *cli.App) *cobra.Command {
	var req catalogue.TermsRequest
	return cli.Verb(a, "show SUPPLIER SKU SELLER", "  tally --as D terms show care kit D",
		catalogue.TermsShow, cli.Words(&req, &req.Supplier, &req.SKU, &req.Seller),
		cli.Shows(a, func(t table.Writer, shown catalogue.KnownTerms) {
			t.AppendRows([]table.Row{{"kind", shown.Kind}, {"commitment", shown.Commitment},
				{"can be taken until", shown.Until}})
			if shown.Value != "" {
				t.AppendRow(table.Row{"value, known to the two of you", shown.Value})
			}
		}))
}
