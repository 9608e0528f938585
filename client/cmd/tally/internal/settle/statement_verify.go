package settle

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/node/settle"
	"tallystick/client/statement"
)

// VerifyStatement checks a statement's file, without a network.
func VerifyStatement(a *cli.App) *cobra.Command {
	var req settle.VerifyStatementRequest
	var dir string
	cmd := &cobra.Command{
		Use:   "verify-statement FILE",
		Short: settle.StatementVerify.En + " (" + settle.StatementVerify.Zh + ")",
		Long: `Check a statement of two parties that somebody sent you: JSON, CSV or XLSX. Its root is
computed from its lines; sums, root and signatures must be what the file says, and the
proof in it must show that peers of enough parties say so. That needs no network, only the
parties' CAs: those of your profile (--as, --profile), or a directory with PARTY.pem for each
party whose signature counts. A line that was changed is named.

With --signers 0 the file is checked against itself alone: then its signatures are but words.
The period, names and the opening balance are under no signature. A PDF is for reading:
compare the root on its last page.`,
		Example: `  tally --as F verify-statement 2026-11-D-G.xlsx
  tally verify-statement 2026-11-D-G.json --trust cas --signers 3 -o json
  tally verify-statement 2026-11-D-G.csv --signers 0`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err = a.SendFile(args[0]); err != nil {
				return err
			}
			cfg := config.Default()
			if req.Signers > 0 {
				if req.Trust, cfg, err = a.Trust(dir); err != nil {
					return err
				}
			}
			report, err := settle.StatementVerify.Do(cmd.Context(), node.Offline(cfg), &a.Call, req)
			if err != nil {
				return err
			}
			return printStatementReport(a, report)
		},
	}
	cli.Word(cmd, &dir, "trust", "directory with PARTY.pem, the CA of each party whose signature counts")
	cli.Whole(cmd, &req.Signers, "signers", 2,
		"how many parties' peers must have signed the proof in the file; 0 to do without")
	return cmd
}

// printStatementReport shows what was found of a statement that holds.
func printStatementReport(a *cli.App, r statement.Report) error {
	return a.Print(r, func(t table.Writer) {
		head := r.Head
		owes := func(debtor, creditor statement.Party) string { return debtor.ID + " owes " + creditor.ID }
		t.AppendRows([]table.Row{
			{"cycle", fmt.Sprintf("%s, %s to %s, on %s", head.Cycle, head.From, head.To, head.Network)},
			{"parties", partyText(head.A) + "; " + partyText(head.B)},
			{"lines", r.Total.Lines},
			{owes(head.A, head.B), inYuan(r.Total.Owes.AB)},
			{owes(head.B, head.A), inYuan(r.Total.Owes.BA)},
			{"disputed", fmt.Sprintf("%d lines, %s and %s", r.Carved.Lines, inYuan(r.Carved.Owes.AB),
				inYuan(r.Carved.Owes.BA))},
			{"closing " + owes(head.A, head.B), inYuan(r.Closing.AB)},
			{"closing " + owes(head.B, head.A), inYuan(r.Closing.BA)},
			{"root", r.Root},
		})
		if r.Proven == nil {
			t.AppendRow(table.Row{"signed", "not proven; it says: " + signatureTexts(r.Signatures)})
			return
		}
		t.AppendRows([]table.Row{
			{"signed by", strings.Join(r.Proven.Signed, ", ")},
			{"on the ledger", fmt.Sprintf("%s as of block %d", r.Proven.State, r.Proven.AsOf)},
			{"which is said by", fmt.Sprintf("%s, %s UTC", strings.Join(r.Proven.Peers, ", "),
				r.Proven.Time.UTC().Format(time.DateTime))},
		})
	})
}

func partyText(p statement.Party) string {
	return strings.Join(strings.Fields(p.ID+" "+p.En+" "+p.Zh), " ")
}

func inYuan(fen amount.Units) string { return cli.Yuan(fen) }

// signatureTexts is what a file says about signatures.
func signatureTexts(list []statement.Signature) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = fmt.Sprintf("%s by %s on %s", s.Party, s.Command, s.Date)
	}
	if len(texts) == 0 {
		return "nobody yet"
	}
	return strings.Join(texts, ", ")
}
