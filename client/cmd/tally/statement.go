package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/proof"
	"tallystick/client/statement"
)

func statementCommand(a *app) *cobra.Command {
	cmd := group("statement", "Statements of a closed cycle: recomputed from your own blocks, opened, signed, exported (清结算账单)")
	under(cmd, "See (查看)", listStatements(a), showStatement(a), diffStatement(a), checkStatements(a))
	under(cmd, "Agree (确认)", openStatements(a), signStatements(a))
	under(cmd, "Export (导出)", exportStatement(a))
	cmd.Long = `A statement is what you and one other party owe each other in a closed cycle. Your node makes its
lines from its own blocks; their root is what you sign. When both have signed the same root it is AGREED.

  tally cycle compute ─ statement open (hidden supply) ─ statement sign ─ cycle finalise

If the other side signed another root, ask for its file and compare: statement diff FILE. A line that you don't
accept is disputed (tally dispute raise), and the rest is settled in time.`
	return cmd
}

// clearingOf runs with a node's view of a closed cycle: the one named, or the one that was cut off last.
func (a *app) clearingOf(ctx context.Context, cycle string, do func(context.Context, *gateway.Gateway, *index.Index, clearing.Node, string) error) error {
	return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, ix *index.Index) error {
		cfg, err := a.config(nil)
		if err != nil {
			return err
		}
		if cycle == "" {
			if cycle, err = lastClosed(ix); err != nil {
				return err
			}
		}
		return do(ctx, g, ix, clearing.Node{Network: cfg.Channel, Index: ix}, cycle)
	})
}

func listStatements(a *app) *cobra.Command {
	var cycle string
	var all bool
	cmd := leaf("list", "List your statements of a cycle, or with --all everybody's", "  tally --as D statement list --cycle 2026-11",
		func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(_ context.Context, g *gateway.Gateway, ix *index.Index, _ clearing.Node, cycle string) error {
				_, pairs, err := ix.Pairs(cycle)
				if err != nil {
					return err
				}
				list := []pairShown{}
				for _, p := range pairs {
					if !all && p.A != g.Party() && p.B != g.Party() {
						continue
					}
					one, err := summed(p)
					if err != nil {
						return err
					}
					list = append(list, one)
				}
				return a.print(list, func(t table.Writer) { statementsTable(t, list) })
			})
		})
	cycleFlag(cmd, &cycle)
	cmd.Flags().BoolVar(&all, "all", false, "those of other parties too")
	return cmd
}

// shownLines is how many lines of a statement the terminal shows, unless asked for more.
const shownLines = 50

func showStatement(a *app) *cobra.Command {
	var cycle, between string
	limit := shownLines
	cmd := leaf("show WITH", "Show your statement with another party, as your own blocks have it", `  tally --as D statement show G
  tally --as A statement show G --between D`,
		func(ctx context.Context, args []string) error {
			return a.clearingOf(ctx, cycle, func(_ context.Context, g *gateway.Gateway, _ *index.Index, node clearing.Node, cycle string) error {
				s, err := node.Recompute(cycle, or(between, g.Party()), args[0])
				if err != nil {
					return err
				}
				lines, err := firstLines(s, limit)
				if err != nil {
					return err
				}
				answer := struct {
					statement.Statement
					State settlement.PairState `json:"state"`
					Lines []statement.Line     `json:"lines"` // the first of them
				}{s.Statement, s.Pair.State, lines}
				return a.printParts(answer, func(t table.Writer) { statementTable(t, s) }, func(t table.Writer) { movementsTable(t, s) },
					func(t table.Writer) { linesTable(t, s, lines) })
			})
		})
	cycleFlag(cmd, &cycle)
	word(cmd, &between, "between", "the other of the two, if it isn't you")
	cmd.Flags().IntVar(&limit, "limit", shownLines, "lines to show at most; an export has them all")
	return cmd
}

// or is a text, or another if that is none.
func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func firstLines(s clearing.Statement, n int) ([]statement.Line, error) {
	list := []statement.Line{}
	for l, err := range s.Lines() {
		if err != nil {
			return nil, err
		}
		if len(list) >= n {
			break
		}
		list = append(list, l)
	}
	return list, nil
}

func statementTable(t table.Writer, s clearing.Statement) {
	t.AppendRows([]table.Row{
		{"cycle", fmt.Sprintf("%s, %s to %s", s.Head.Cycle, s.Head.From, s.Head.To)},
		{"state", s.Pair.State}, {"lines", s.Total.Lines},
		{s.Pair.A + " owes " + s.Pair.B, yuan(s.Total.Owes.AB)}, {s.Pair.B + " owes " + s.Pair.A, yuan(s.Total.Owes.BA)},
		{"disputed lines", s.Carved.Lines},
		{"to settle", settleText(s)},
		{"root", s.Root.String()},
	})
	for _, sig := range s.Signatures {
		same := "the same root"
		if !slices.Equal(sig.Root, s.Root) {
			same = "another root: " + sig.Root.String()
		}
		t.AppendRow(table.Row{"signed by " + sig.Party, fmt.Sprintf("%s on %s: %s", sig.Command, sig.Date, same)})
	}
}

func settleText(s clearing.Statement) string {
	switch {
	case s.Closing.AB > 0:
		return s.Pair.A + " to " + s.Pair.B + " " + yuan(s.Closing.AB)
	case s.Closing.BA > 0:
		return s.Pair.B + " to " + s.Pair.A + " " + yuan(s.Closing.BA)
	}
	return "nothing"
}

func movementsTable(t table.Writer, s clearing.Statement) {
	t.AppendHeader(table.Row{"Debtor", "Kind", "Scene", "Programme", "Lines", "Points", "Amount", "Of it tax"})
	for _, m := range s.Movements {
		t.AppendRow(table.Row{m.Debtor, m.Kind, m.Scene, m.Programme, m.Lines, m.Points, yuan(m.Fen), yuanOrNone(m.Tax)})
	}
	right(t, 5, 6, 7, 8)
}

func linesTable(t table.Writer, s clearing.Statement, lines []statement.Line) {
	t.AppendHeader(table.Row{"Line", "Date", "Kind", "Cause", "Debtor", "Creditor", "Points", "Amount", "Block", ""})
	for _, l := range lines {
		mark := ""
		if l.Disputed {
			mark = "disputed"
		}
		points := ""
		if l.Points > 0 {
			points = fmt.Sprintf("%d %s", l.Points, l.Programme)
		}
		t.AppendRow(table.Row{l.ID, l.Date, l.Kind, l.Cause, l.Debtor, l.Creditor, points, yuan(l.Fen), l.Block, mark})
	}
	if n := uint64(len(lines)); n < s.Total.Lines {
		t.AppendRow(table.Row{fmt.Sprintf("… %d more", s.Total.Lines-n)})
	}
	right(t, 7, 8, 9)
}

// differences are what a command found to differ.
type differences struct {
	Wrong []clearing.Wrong       `json:"wrong,omitempty"`
	Lines []statement.Difference `json:"lines,omitempty"`
}

func diffStatement(a *app) *cobra.Command {
	cmd := leaf("diff FILE", "Compare the other side's file (json, csv, xlsx) with your own lines, and name those that differ (对账)",
		"  tally --as D statement diff 2026-11-D-G.xlsx", func(ctx context.Context, args []string) error {
			theirs, err := statement.Open(args[0])
			if err != nil {
				return fault.New(fault.BadRequest, "%v", err)
			}
			head := theirs.Statement.Head
			return a.clearingOf(ctx, head.Cycle, func(_ context.Context, _ *gateway.Gateway, _ *index.Index, node clearing.Node, cycle string) error {
				ours, err := node.Recompute(cycle, head.A.ID, head.B.ID)
				if err != nil {
					return err
				}
				return a.compare(ours, theirs)
			})
		})
	return cmd
}

// maxDifferences is how many differences are named at most.
const maxDifferences = 200

// compare prints in what two sides' lines differ. CONFLICT if they do.
func (a *app) compare(ours clearing.Statement, theirs *statement.File) error {
	found := differences{Lines: []statement.Difference{}}
	for d, err := range statement.Diff(ours.Lines, theirs.Lines) {
		if err != nil {
			return err
		}
		if found.Lines = append(found.Lines, d); len(found.Lines) == maxDifferences {
			break
		}
	}
	if err := a.print(found, func(t table.Writer) {
		t.AppendHeader(table.Row{"Line", "Field", "Ours", "Theirs"})
		for _, d := range found.Lines {
			t.AppendRow(table.Row{d.ID, or(d.Field, "(only one has it)"), d.Ours, d.Theirs})
		}
		if len(found.Lines) == 0 {
			t.AppendRow(table.Row{"every line is the same"})
		}
	}); err != nil || len(found.Lines) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "%d differences; the first is in line %s", len(found.Lines), found.Lines[0].ID)
}

func checkStatements(a *app) *cobra.Command {
	var cycle string
	cmd := leaf("check", "Derive the cycle's root from your own blocks and compare it with the ledger's; name every wrong line",
		"  tally --as D statement check --cycle 2026-11", func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(ctx context.Context, g *gateway.Gateway, ix *index.Index, node clearing.Node, cycle string) error {
				if wrong, err := node.Check(ctx, cycle, g.Query()); err != nil {
					_ = wrong // they are in the text
					return err
				}
				root, err := ix.CycleRoot(cycle)
				if err != nil {
					return err
				}
				gross, err := ix.Gross(cycle)
				if err != nil {
					return err
				}
				answer := struct {
					Cycle string `json:"cycle"`
					Root  string `json:"root"`
					index.Gross
				}{cycle, root.String(), gross}
				return a.print(answer, func(t table.Writer) {
					t.AppendRows([]table.Row{{"cycle", cycle}, {"root", root.String() + " (the ledger's too)"}, {"obligations", gross.Count}, {"gross", yuan(gross.Fen)}, {"deliveries under hidden prices", gross.Hidden}})
				})
			})
		})
	cycleFlag(cmd, &cycle)
	return cmd
}

func signStatements(a *app) *cobra.Command {
	var cycle, with string
	cmd := leaf("sign", "Recompute your statements from your own blocks and sign their roots, or refuse and name the lines (确认)",
		`  tally --as D statement sign --cycle 2026-11
  tally --as D statement sign --with G`, func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(ctx context.Context, g *gateway.Gateway, ix *index.Index, node clearing.Node, cycle string) error {
				if _, err := node.Check(ctx, cycle, g.Query()); err != nil {
					return err
				}
				return a.signAll(ctx, g, ix, node, cycle, with)
			})
		})
	cycleFlag(cmd, &cycle)
	word(cmd, &with, "with", "only the statement with this party")
	return cmd
}

// signedOne is what became of one statement that was to be signed.
type signedOne struct {
	With   string `json:"with"`
	Root   string `json:"root"`
	Lines  uint64 `json:"lines"`
	State  string `json:"state"`            // of the statement, after
	Number string `json:"number,omitempty"` // command that signed, if one did
	Why    string `json:"why,omitempty"`    // not signed
}

// signAll signs each of the party's statements that isn't signed as it is. What can't be signed yet is said, and
// doesn't keep the others.
func (a *app) signAll(ctx context.Context, g *gateway.Gateway, ix *index.Index, node clearing.Node, cycle, with string) error {
	_, pairs, err := ix.Pairs(cycle)
	if err != nil {
		return err
	}
	list, failed := []signedOne{}, error(nil)
	for _, p := range pairs {
		other := otherOf(p, g.Party())
		if other == "" || with != "" && with != other {
			continue
		}
		one, err := a.signOne(ctx, g, node, cycle, other)
		if err != nil {
			one.Why, failed = err.Error(), err
		}
		list = append(list, one)
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "%s has no such statement in cycle %s", g.Party(), cycle)
	}
	if err := a.print(sent[signedOne]{g.Height(), list}, func(t table.Writer) {
		t.AppendHeader(table.Row{"With", "Lines", "State", "Root", ""})
		for _, s := range list {
			t.AppendRow(table.Row{s.With, s.Lines, s.State, s.Root, s.Why})
		}
	}); err != nil {
		return err
	}
	return failed
}

// otherOf is the other side of a pair, "" for who isn't one of the two.
func otherOf(p settlement.Pair, party string) string {
	switch party {
	case p.A:
		return p.B
	case p.B:
		return p.A
	}
	return ""
}

func (a *app) signOne(ctx context.Context, g *gateway.Gateway, node clearing.Node, cycle, other string) (signedOne, error) {
	s, err := node.Recompute(cycle, g.Party(), other)
	if err != nil {
		return signedOne{With: other}, err
	}
	one := signedOne{With: other, Root: s.Root.String(), Lines: s.Total.Lines, State: s.Pair.State.String()}
	for _, signed := range s.Signatures {
		if signed.Party == g.Party() && slices.Equal(signed.Root, s.Root) {
			return one, nil // it is signed as it is
		}
	}
	if s.Pair.Pending > 0 {
		return one, fault.New(fault.WrongState, "%d hidden sums are to be opened first, by their parties: tally statement open", s.Pair.Pending)
	}
	var req settlement.SignRequest
	if req, err = s.SignRequest(g.Party()); err != nil {
		wrong, _ := node.CheckLines(ctx, s, g.Query())
		return one, fmt.Errorf("%w. %s", err, clearing.Named(wrong))
	}
	r, err := a.send(ctx, g, a.requestFor("sign", cycle, other, one.Root[:16]), req)
	if err != nil {
		return one, err
	}
	now, err := g.Query().Statement(ctx, cycle, g.Party(), other)
	one.Number, one.State = r.Number.String(), now.State.String()
	return one, err
}

// requestFor names the request of one of several commands: the same for the same, whenever it is sent. Under the
// caller's own --request it is that and the step. What is too long for an id ends in a hash of all of it.
func (a *app) requestFor(parts ...string) string {
	id := strings.Join(parts, "-")
	if a.request != "" {
		id = a.request + "-" + id
	}
	if len(id) <= maxRequest {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	tail := "-" + hex.EncodeToString(sum[:16])
	return id[:maxRequest-len(tail)] + tail
}

// maxRequest is how long a request id may be.
const maxRequest = 64

func openStatements(a *app) *cobra.Command {
	var cycle string
	cmd := leaf("open", "Open what hidden supply of a closed cycle comes to, from your deliveries and your vault (披露供货款)",
		"  tally --as D statement open --cycle 2026-11", func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(ctx context.Context, g *gateway.Gateway, ix *index.Index, _ clearing.Node, cycle string) error {
				return a.openAll(ctx, g, ix, cycle)
			})
		})
	cmd.Long = `The sum of a cycle's hidden deliveries between two parties is opened on the ledger, so that it can be netted;
no single price is. With one delivery, or one price, in a cycle the sum says that price too. Either of the two may open it,
once; what is open already is left.`
	cycleFlag(cmd, &cycle)
	return cmd
}

// openedOne is a hidden sum that was opened.
type openedOne struct {
	Debtor   string `json:"debtor"`
	Creditor string `json:"creditor"`
	Back     bool   `json:"back"`
	Fee      string `json:"feeRate"`
	Number   string `json:"number,omitempty"` // command; "" if it was open
	Why      string `json:"why,omitempty"`
}

func (a *app) openAll(ctx context.Context, g *gateway.Gateway, ix *index.Index, cycle string) error {
	_, pairs, err := ix.Pairs(cycle)
	if err != nil {
		return err
	}
	list, failed := []openedOne{}, error(nil)
	for _, p := range pairs {
		if otherOf(p, g.Party()) == "" {
			continue
		}
		for _, h := range p.Hidden {
			one, err := a.openOne(ctx, g, ix, cycle, h)
			if err != nil {
				one.Why, failed = err.Error(), err
			}
			list = append(list, one)
		}
	}
	if err := a.print(sent[openedOne]{g.Height(), list}, func(t table.Writer) {
		t.AppendHeader(table.Row{"Debtor", "Creditor", "", "Command", ""})
		for _, o := range list {
			what := "supply"
			if o.Back {
				what = "returns"
			}
			t.AppendRow(table.Row{o.Debtor, o.Creditor, what, or(o.Number, "open already"), o.Why})
		}
	}); err != nil {
		return err
	}
	return failed
}

func (a *app) openOne(ctx context.Context, g *gateway.Gateway, ix *index.Index, cycle string, h settlement.HiddenSum) (openedOne, error) {
	p := h.Position
	one := openedOne{Debtor: p.Debtor, Creditor: p.Creditor, Back: p.Back, Fee: p.Fee.String()}
	if !h.Opened.IsZero() {
		return one, nil
	}
	opening, err := a.openingOf(ix, g.Party(), cycle, p)
	if err != nil {
		return one, err
	}
	r, err := a.send(ctx, g, a.requestFor("open", cycle, p.Debtor, p.Creditor, fmt.Sprintf("%t-%d_%d", p.Back, p.Fee.Num, p.Fee.Den)),
		settlement.OpenRequest{Cycle: cycle, Debtor: p.Debtor, Creditor: p.Creditor, Back: p.Back, Fee: p.Fee, Opening: opening})
	if fault.CodeOf(err) == fault.WrongState {
		return one, nil // the other side was first
	}
	one.Number = r.Number.String()
	return one, err
}

func exportStatement(a *app) *cobra.Command {
	var cycle, out, form, language string
	var need int
	cmd := leaf("export WITH", "Write your statement with another party to a file: xlsx, csv, pdf, json; in Chinese or English (导出账单)",
		`  tally --as D statement export G --out 2026-11-D-G.xlsx
  tally --as D statement export G --out 2026-11-D-G.pdf --language zh`, func(ctx context.Context, args []string) error {
			if form == "" {
				form = strings.TrimPrefix(filepath.Ext(out), ".")
			}
			if out == "" || !slices.Contains(statement.Forms(), form) {
				return fault.New(fault.BadRequest, "say where it goes: --out FILE, with %s at its end", strings.Join(statement.Forms(), ", ."))
			}
			in := statement.Language(language)
			if err := in.Check(); err != nil {
				return err
			}
			return a.clearingOf(ctx, cycle, func(ctx context.Context, g *gateway.Gateway, _ *index.Index, node clearing.Node, cycle string) error {
				s, err := node.Recompute(cycle, g.Party(), args[0])
				if err != nil {
					return err
				}
				if need > 0 {
					if s.Proof, err = a.proofOf(ctx, g, s.Pair, need); err != nil {
						return err
					}
				}
				if err := writeStatement(out, form, s, in); err != nil {
					return err
				}
				answer := map[string]any{"file": out, "lines": s.Total.Lines, "root": s.Root, "state": s.Pair.State}
				return a.print(answer, func(t table.Writer) {
					t.AppendRows([]table.Row{{"file", out}, {"lines", s.Total.Lines}, {"root", s.Root.String()}, {"state", s.Pair.State}})
				})
			})
		})
	cycleFlag(cmd, &cycle)
	word(cmd, &out, "out", "file to write")
	word(cmd, &form, "form", "xlsx, csv, pdf or json; none: as the file's name ends")
	cmd.Flags().StringVar(&language, "language", "en", "en or zh")
	complete(cmd, "language", "en", "zh")
	complete(cmd, "form", statement.Forms()...)
	cmd.Flags().IntVar(&need, "signers", 2, "parties whose peers sign that the ledger has these signatures; 0 for none")
	return cmd
}

// proofOf has the parties' peers sign what the ledger has of a statement, as a file of client/proof.
func (a *app) proofOf(ctx context.Context, g *gateway.Gateway, p settlement.Pair, need int) ([]byte, error) {
	cfg, err := a.config(nil)
	if err != nil {
		return nil, err
	}
	trust, err := trustOf(cfg)
	if err != nil {
		return nil, err
	}
	envelope, err := g.Prove(ctx, "query:Statement", p.Cycle, p.A, p.B)
	if err != nil {
		return nil, err
	}
	data, err := proof.Write(envelope)
	if err != nil {
		return nil, err
	}
	if _, err := proof.Check(data, trust, need); err != nil {
		return nil, fault.New(fault.Unavailable, "%v", err)
	}
	return data, nil
}

// writeStatement writes the whole file or none.
func writeStatement(path, form string, s clearing.Statement, in statement.Language) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) //nolint:errcheck // it has another name by then
	err = statement.Write(part, form, s.Statement, s.Lines, statement.Options{Language: in})
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
