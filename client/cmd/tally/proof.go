package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/bounds"
	"tallystick/client/config"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/proof"
)

const (
	provenLots = 500             // lots of one proof, as the ledger allows
	balance    = "query:Balance" // what points prove asks
)

func prove(a *app) *cobra.Command {
	var lots []string
	var out string
	var need int
	cmd := &cobra.Command{
		Use:   "prove MEMBER",
		Short: "Write a proof of a member's balance, signed by the parties' peers (余额证明)",
		Long: `Have the parties' peers sign what a member's lots hold, and write it to a file
that anybody can check without a network: tally verify-proof. Without --about it
is about all lots with something left, up to 500, earliest expiry first. A proof
speaks of the lots that it names, so it can only understate a balance. Nothing
changes on the ledger.`,
		Example: `  tally --as D points prove zhang --out zhang.proof
  tally --as D points prove zhang --about G.1.3.0.0 --about D.1.7.2.0 --out zhang.proof --signers 3`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return fmt.Errorf("say where the proof goes: --out FILE")
			}
			if err := checkLots(lots); err != nil {
				return err
			}
			return a.withIndex(cmd.Context(), func(ctx context.Context, g *node.Node, r *index.Reading) error {
				if len(lots) == 0 {
					var err error
					if lots, err = lotsOf(r, args[0]); err != nil {
						return err
					}
				}
				return a.writeProof(ctx, g, args[0], lots, out, need)
			})
		},
	}
	many(cmd, &lots, "about", "number", "a lot it is about; all with something left if you name none", asIs)
	word(cmd, &out, "out", "file to write")
	whole(cmd, &need, "signers", 2, "how many parties must sign")
	require(cmd, "out")
	return cmd
}

func checkLots(lots []string) error {
	if len(lots) > provenLots {
		return fault.New(fault.BadRequest, "--lots: want at most %d", provenLots)
	}
	for _, l := range lots {
		if _, err := number.ParseRow(l); err != nil {
			return err
		}
	}
	return nil
}

// lotsOf lists a member's lots that have something left, up to as many as a proof
// names.
func lotsOf(r *index.Reading, member string) ([]string, error) {
	w, err := r.Wallet(member)
	if err != nil {
		return nil, err
	}
	var lots []string
	for _, l := range w.Lots[:min(len(w.Lots), provenLots)] {
		lots = append(lots, l.Number.String())
	}
	if len(lots) == 0 {
		return nil, fault.New(fault.NotFound, "%s has no lot with anything left", member)
	}
	return lots, nil
}

// writeProof asks, checks as its reader will, and writes.
func (a *app) writeProof(ctx context.Context, g *node.Node, member string, lots []string, out string, need int) error {
	cfg, err := a.config(nil)
	if err != nil {
		return err
	}
	trust, err := node.TrustOf(cfg)
	if err != nil {
		return err
	}
	named, err := json.Marshal(lots)
	if err != nil {
		return err
	}
	envelope, err := g.Gateway().Prove(ctx, balance, member, string(named))
	if err != nil {
		return err
	}
	data, err := proof.Write(envelope)
	if err != nil {
		return err
	}
	checked, err := proof.Check(data, trust, need)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, data, 0o644); err != nil { // it is made to be handed on
		return err
	}
	s, err := askScales(ctx, g)
	if err != nil {
		return err
	}
	return a.printProof(checked, s)
}

func verifyProof(a *app) *cobra.Command {
	var dir string
	var need int
	known := scales{}
	cmd := &cobra.Command{
		Use:   "verify-proof FILE",
		Short: "Check a proof of balance, without a network (验证余额证明)",
		Long: `Check that peers of enough parties have signed what a proof says. That needs no
network, only the parties' CAs: those of your profile (--as, --profile), or a
directory with PARTY.pem for each party whose signature counts. A proof says what
was so at its block and time; it doesn't say that it is still so.`,
		Example: `  tally --as F verify-proof zhang.proof
  tally verify-proof zhang.proof --trust cas --signers 3 -o json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := bounds.File(args[0], bounds.Request)
			if err != nil {
				return err
			}
			trust, cfg, err := a.trust(dir)
			if err != nil {
				return err
			}
			checked, err := proof.Check(data, trust, need)
			if err != nil {
				return err
			}
			if checked.Chaincode != cfg.Chaincode || cfg.Channel != "" && checked.Channel != cfg.Channel {
				return fmt.Errorf("proof: it is of %s on channel %s, not of this alliance's ledger", checked.Chaincode, checked.Channel)
			}
			return a.printProof(checked, known)
		},
	}
	word(cmd, &dir, "trust", "directory with PARTY.pem, the CA of each party whose signature counts")
	whole(cmd, &need, "signers", 2, "how many parties must have signed")
	scaleOf(cmd, known)
	return cmd
}

// trust finds the CAs that count, and of which ledger a proof must be: any
// channel if only a directory says whom to trust.
func (a *app) trust(dir string) (proof.Trust, config.Config, error) {
	if dir != "" {
		t, err := proof.TrustDir(dir)
		return t, config.Default(), err
	}
	cfg, err := a.config(nil)
	if err != nil {
		return nil, cfg, fmt.Errorf("%w, or whom to trust: --trust DIR", err)
	}
	t, err := node.TrustOf(cfg)
	return t, cfg, err
}

// printProof shows what a proof says.
func (a *app) printProof(c proof.Checked, known scales) error {
	answer := struct {
		proof.Checked
		Answer json.RawMessage `json:"answer"`
	}{c, c.Answer}
	return a.print(answer, func(t table.Writer) {
		t.AppendRows([]table.Row{
			{"signed by", strings.Join(c.Signers, ", ")},
			{"as of block", c.AsOf},
			{"asked", c.Time.UTC().Format(time.DateTime) + " UTC by " + c.AskedBy},
			{"channel", c.Channel},
		})
		var b points.Balance
		if c.Function != balance || json.Unmarshal(c.Answer, &b) != nil {
			t.AppendRows([]table.Row{{"question", strings.Join(slices.Concat([]string{c.Function}, c.Args), " ")}, {"answer", string(c.Answer)}})
			return
		}
		t.AppendRows([]table.Row{{"member", b.Member}, {"business date", b.Date}, {"lots", len(b.Lots)}})
		for _, s := range b.Sums {
			t.AppendRow(table.Row{"available " + s.Programme, known.shownOr(s.Programme, s.Available)})
		}
		for _, f := range b.Frozen {
			t.AppendRow(table.Row{"frozen by " + f.By, f.Reason})
		}
	})
}
