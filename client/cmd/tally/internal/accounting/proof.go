package accounting

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/node/accounting"
)

// Prove has peers sign what a member's lots hold.
func Prove(a *cli.App) *cobra.Command {
	var req accounting.ProveBalanceRequest
	var out string
	cmd := cli.Verb(a, "prove MEMBER", `  tally --as D points prove zhang --out zhang.proof
  tally --as D points prove zhang --about G.1.3.0.0 --about D.1.7.2.0 --out zhang.proof --signers 3`,
		accounting.PointsProve, cli.Words(&req, &req.Member),
		func(ctx context.Context, n *cli.Node, p node.Proven) error {
			if err := os.WriteFile(out, p.File, 0o644); err != nil { // it is made to be handed on
				return err
			}
			p.File = nil
			return cli.InTable(a, provenTable)(ctx, n, p)
		})
	cmd.Long = `Have the parties' peers sign what a member's lots hold, and write it to a file
that anybody can check without a network: tally verify-proof. Without --about it
is about all lots with something left, up to 500, earliest expiry first. A proof
speaks of the lots that it names, so it can only understate a balance. Nothing
changes on the ledger.`
	cli.Many(cmd, &req.Lots, "about", "a lot it is about; all with something left if you name none", number.ParseRow)
	cli.Word(cmd, &out, "out", "file to write")
	cli.Whole(cmd, &req.Signers, "signers", 2, "how many parties must sign")
	cli.Require(cmd, "out")
	return cmd
}

// VerifyProof checks such a proof, without a network.
func VerifyProof(a *cli.App) *cobra.Command {
	var req accounting.VerifyProofRequest
	var dir string
	known := cli.Scales{}
	cmd := cli.Leaf("verify-proof FILE", accounting.ProofVerify.En+" ("+accounting.ProofVerify.Zh+")",
		`  tally --as F verify-proof zhang.proof
  tally verify-proof zhang.proof --trust cas --signers 3 -o json`,
		func(ctx context.Context, args []string) (err error) {
			if req.Proof, err = bounds.File(args[0], bounds.Request); err != nil {
				return err
			}
			var cfg config.Config
			if req.Trust, cfg, err = a.Trust(dir); err != nil {
				return err
			}
			p, err := accounting.ProofVerify.Do(ctx, node.Offline(cfg), &a.Call, req)
			if err != nil {
				return err
			}
			return a.Print(p, func(t table.Writer) { provenTable(t, p, known) })
		})
	cmd.Long = `Check that peers of enough parties have signed what a proof says. That needs no
network, only the parties' CAs: those of your profile (--as, --profile), or a
directory with PARTY.pem for each party whose signature counts. A proof says what
was so at its block and time; it doesn't say that it is still so.`
	cli.Word(cmd, &dir, "trust", "directory with PARTY.pem, the CA of each party whose signature counts")
	cli.Whole(cmd, &req.Signers, "signers", 2, "how many parties must have signed")
	cli.ScaleOf(cmd, known)
	return cmd
}

// provenTable shows what a proof says. Without a network the caller says the scales.
func provenTable(t table.Writer, c node.Proven, known cli.Scales) {
	t.AppendRows([]table.Row{
		{"signed by", strings.Join(c.Signers, ", ")},
		{"as of block", c.AsOf},
		{"asked", c.Time.UTC().Format(time.DateTime) + " UTC by " + c.AskedBy},
		{"channel", c.Channel},
	})
	var b points.Balance
	if c.Function != accounting.BalanceQuestion || json.Unmarshal(c.Answer, &b) != nil {
		t.AppendRows([]table.Row{{"question", strings.Join(slices.Concat([]string{c.Function}, c.Args), " ")},
			{"answer", string(c.Answer)}})
		return
	}
	t.AppendRows([]table.Row{{"member", b.Member}, {"business date", b.Date}, {"lots", len(b.Lots)}})
	for _, s := range b.Sums {
		t.AppendRow(table.Row{"available " + s.Programme, known.ShownOr(s.Programme, s.Available)})
	}
	for _, f := range b.Frozen {
		t.AppendRow(table.Row{"frozen by " + f.By, f.Reason})
	}
}
