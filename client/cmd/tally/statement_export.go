package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/accounts"
	"tallystick/client/clearing"
	"tallystick/client/node"
	"tallystick/client/statement"
	"tallystick/network/wholefile"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func exportStatement(a *app) *cobra.Command {
	var cycle, with, out, language, accounts string
	var need int
	cmd := leaf("export", "Write your statement with another party to a file: xlsx, csv, pdf, json; in Chinese or English (导出账单)",
		`  tally --as D statement export --with G --out 2026-11-D-G.xlsx
  tally --as D statement export --with G --out 2026-11-D-G.pdf --language zh`, func(ctx context.Context, _ []string) error {
			form := strings.TrimPrefix(filepath.Ext(out), ".")
			if out == "" || !slices.Contains(statement.Forms(), form) {
				return fault.New(fault.BadRequest, "say where it goes: --out FILE, with %s at its end", strings.Join(statement.Forms(), ", ."))
			}
			in := statement.Language(language)
			if err := in.Check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, n *node.Node) error {
				s, err := n.Recompute(ctx, cycle, n.Party(), with)
				if err != nil {
					return err
				}
				return errors.Join(a.export(ctx, n, &s.Statement, exporting{out, form, accounts, in, need}), s.Close())
			})
		})
	cmd.Long = `Write your statement with another party. A CSV begins with the mark by which Excel knows UTF-8; a
workbook prints on A4 as it is; a PDF has room for both seals.

With --accounts the parties' legal names and tax ids stand in it, from the file that tally payment instruct reads too
(name and id of each party; see tally payment --help). None of it goes to the ledger.`
	cycleFlag(cmd, &cycle)
	withFlag(cmd, &with)
	word(cmd, &accounts, "accounts", "YAML file with the parties' legal names and tax ids")
	word(cmd, &out, "out", "file to write: .xlsx, .csv, .pdf or .json")
	language = "en"
	word(cmd, &language, "language", "en or zh")
	complete(cmd, "language", "en", "zh")
	whole(cmd, &need, "signers", 2, "parties whose peers sign that the ledger has these signatures; 0 for none")
	require(cmd, "out")
	return cmd
}

// exporting is how a statement is written.
type exporting struct {
	out, form, accounts string
	language            statement.Language
	signers             int // of its proof
}

func (a *app) export(ctx context.Context, n *node.Node, s *clearing.Statement, how exporting) (err error) {
	if how.signers > 0 {
		if s.Proof, err = a.proofOf(ctx, n, s.Pair, how.signers); err != nil {
			return err
		}
	}
	if err := a.name(&s.Statement, how.accounts); err != nil {
		return err
	}
	options := statement.Options{Language: how.language, Maker: makerOf(s.Statement, n.Party(), how.language)}
	if err := writeStatement(how.out, how.form, *s, options); err != nil {
		return err
	}
	answer := map[string]any{"file": how.out, "lines": s.Total.Lines, "root": s.Root, "state": s.Pair.State}
	return a.print(answer, func(t table.Writer) {
		t.AppendRows([]table.Row{{"file", how.out}, {"lines", s.Total.Lines}, {"root", s.Root.String()}, {"state", s.Pair.State}})
	})
}

// name gives the two their legal names and tax ids, if a file with them is named.
func (a *app) name(s *statement.Statement, file string) error {
	if file == "" {
		return nil
	}
	known, err := accounts.Load(file)
	if err != nil {
		return err
	}
	for _, p := range []*statement.Party{&s.Head.A, &s.Head.B} {
		p.Legal, p.TaxID = known[p.ID].Name, known[p.ID].ID
	}
	return s.Head.Check()
}

// makerOf is who makes a statement, as its properties name it.
func makerOf(s statement.Statement, party string, in statement.Language) string {
	for _, p := range []statement.Party{s.Head.A, s.Head.B} {
		if p.ID == party {
			return or(p.Legal, p.Name(in))
		}
	}
	return party
}

// proofOf has the parties' peers sign what the ledger has of a statement, as a file of client/proof.
func (a *app) proofOf(ctx context.Context, g *node.Node, p settlement.Pair, need int) ([]byte, error) {
	cfg, err := a.config(nil)
	if err != nil {
		return nil, err
	}
	trust, err := trustOf(cfg)
	if err != nil {
		return nil, err
	}
	return g.ProveStatement(ctx, p, trust, need)
}

// writeStatement writes the whole file or none.
func writeStatement(path, form string, s clearing.Statement, o statement.Options) error {
	return wholefile.WriteTo(path, 0o600, func(w io.Writer) error { return statement.Write(w, form, s.Statement, s.Lines, o) })
}
