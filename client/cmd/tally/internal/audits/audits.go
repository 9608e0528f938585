// Package audits has the commands of an auditor, who believes no node: they ask none.
package audits

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/audit"
	"tallystick/client/audit/blockfile"
	"tallystick/client/audit/wire"
	"tallystick/client/cmd/tally/internal/cli"
)

// Group is tally audit.
func Group(a *cli.App) *cobra.Command {
	return cli.Group("audit", "Prove or disprove what is on the ledger, from its blocks alone (审计)", replayBlocks(a), makeKey(a),
		cosign(a), compare(a))
}

// asked is what an audit is asked for.
type asked struct {
	fromPeer              bool
	operator, place, file string
	key, note             string // to sign with, and where to
	until                 uint64 // blocks that are looked at, 0 for all
}

// whose asks for the blocks.
const whose = "say whose blocks: FOLDER with a peer's block files, or --from-peer for those of your own peer"

// flags say which network's blocks are verified.
func (r *asked) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&r.fromPeer, "from-peer", false, "the blocks of your party's peer")
	cli.Word(cmd, &r.operator, "founder", "party that founded the network, if the ledger isn't to say")
	cli.Word(cmd, &r.place, "place", "time zone of the alliance's days; that of your profile, or Asia/Shanghai")
}

func replayBlocks(a *cli.App) *cobra.Command {
	var req asked
	cmd := cli.Leaf("replay [FOLDER]", "Verify all blocks, and run every command again (重放全部区块)",
		`  tally audit replay ledgersData/chains/chains/tally
  tally --as D audit replay --from-peer
  tally audit replay copy-of-Fs-peer --out audit.xlsx -o json
  tally audit replay copy-of-Fs-peer --note D.note --signing-key audit.key`,
		func(ctx context.Context, args []string) error {
			if req.fromPeer == (len(args) == 1) {
				return fault.New(fault.BadRequest, whose)
			}
			if req.file != "" && filepath.Ext(req.file) != ".xlsx" {
				return fault.New(fault.BadRequest, "say where it goes: --out FILE, with .xlsx at its end")
			}
			report, err := req.run(ctx, a, slices.Concat(args, []string{""})[0])
			if err != nil {
				return err
			}
			if req.file != "" {
				if err := writeWorkbook(req.file, report); err != nil {
					return err
				}
			}
			if req.note != "" {
				if err := req.sign(report); err != nil {
					return err
				}
			}
			if err := a.PrintParts(report, verdicts(report), notVerified(report), findings(report)); err != nil {
				return err
			}
			if !report.Honest() {
				return fault.New(fault.Differs, "%s", report)
			}
			return nil
		})
	cmd.Long = `Go through a ledger's blocks once, and believe nobody: no peer, no orderer, no node. Each layer has
its own verdict: the chain of blocks, the orderers' signatures, changes of the configuration, who sent
each transaction, endorsement policies, versions and the peer's flags, every command run again by the
rules, lanes and the batches that they seal. A difference names its file and place or its block,
transaction and key, what was found and what was expected, and whose keys signed it.

FOLDER is a copy of a peer's block files (ledgersData/chains/chains/CHANNEL in its ledger's folder), of
your own peer or anybody's, or a file of one block as peer channel fetch writes it: then only that block
is looked at. --from-peer asks your party's peer for all blocks instead; it needs --as or --profile.

What nobody can verify from blocks is counted and listed. Trusted is block 0: compare its hash, which
the report shows, with other parties'. --note writes what it came to as a checkpoint that --signing-key
signs (a C2SP signed note): other auditors compare and cosign it. It exits with 0 only if nothing was found, with 13 if something
was (DIFFERS).`
	req.flags(cmd)
	cli.Word(cmd, &req.file, "out", "workbook to write the report to, too: .xlsx")
	cli.Word(cmd, &req.note, "note", "file for a signed checkpoint of what was found")
	cli.Word(cmd, &req.key, "signing-key", "file with the key that signs it; see tally audit key")
	cmd.MarkFlagsRequiredTogether("note", "signing-key")
	return a.Untimed(cmd)
}

// run audits a folder, or the blocks of the party's peer.
func (r asked) run(ctx context.Context, a *cli.App, path string) (_ *audit.Report, err error) {
	cfg := audit.Config{Source: path, Operator: r.operator, Authority: audit.Network()}
	place := r.place
	told := &progress{app: a}
	var blocks blockfile.Blocks
	if r.fromPeer {
		profile, err := a.Config(nil)
		if err != nil {
			return nil, err
		}
		peer, err := blockfile.Dial(ctx, profile)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, peer.Close()) }()
		cfg.Source, told.height = peer.Name, peer.Height
		if place == "" {
			place = profile.Serve.Place
		}
		blocks = peer.Blocks(ctx)
	} else {
		source, err := blockfile.Open(path)
		if err != nil {
			return nil, err
		}
		told.bytes, blocks = source.Bytes, source.Blocks()
	}
	if place == "" {
		place = "Asia/Shanghai"
	}
	if cfg.Place, err = time.LoadLocation(place); err != nil {
		return nil, fault.New(fault.BadRequest, "`place`: %.40q isn't a time zone, such as Asia/Shanghai", place)
	}
	cfg.Progress = told.tell
	if r.until > 0 {
		blocks = first(blocks, r.until)
	}
	return audit.Run(ctx, blocks, cfg)
}

// first is so many blocks, or as many as there are.
func first(blocks blockfile.Blocks, n uint64) blockfile.Blocks {
	return func(yield func(*wire.Block, *wire.Finding) bool) {
		for b, finding := range blocks {
			if !yield(b, finding) || finding != nil {
				return
			}
			if n--; n == 0 {
				return
			}
		}
	}
}

// progress tells each few seconds how far an audit is.
type progress struct {
	app    *cli.App
	bytes  int64  // of all files, 0 if not known
	height uint64 // of the peer, 0 if not known
	read   int64
	said   time.Time
}

func (p *progress) tell(b *wire.Block) {
	const each = 5 * time.Second
	p.read += b.Size
	if p.said.IsZero() {
		p.said = time.Now()
	}
	if time.Since(p.said) < each {
		return
	}
	p.said = time.Now()
	of := ""
	switch {
	case p.bytes > 0:
		of = fmt.Sprintf(", %d %% of the bytes", 100*p.read/p.bytes)
	case p.height > 0:
		of = fmt.Sprintf(" of %d", p.height-1)
	}
	fmt.Fprintf(p.app.Err, "tally: block %d%s\n", b.Number, of)
}

// outcomes are what a layer comes to, in two languages.
var outcomes = map[audit.Outcome]string{
	audit.Proven: "proven 已证明", audit.Differs: "DIFFERS 有差异", audit.Partly: "in part 部分核对",
	audit.NotVerified: "not verified 未核对",
}

func verdicts(r *audit.Report) func(table.Writer) {
	return func(t table.Writer) {
		t.AppendHeader(table.Row{"", "layer", "层", "verdict 结论", "checked", "found", "why"})
		cli.Right(t, 1, 5, 6)
		for _, v := range r.Layers {
			t.AppendRow(table.Row{int(v.Layer), v.En, v.Zh, outcomes[v.Outcome], v.Checked, v.Found, v.Why})
		}
		t.SetCaption("%s", strings.Join(summary(r), "\n"))
	}
}

// summary says which ledger it was, and how much.
func summary(r *audit.Report) []string {
	rate := 0.0
	if seconds := r.Took.Seconds(); seconds > 0 {
		rate = float64(r.Commands) / seconds
	}
	list := []string{fmt.Sprintf("%s, in %s (%.0f commands a second)", r, r.Took.Round(time.Millisecond), rate),
		"last block " + r.Hash}
	if r.Genesis != "" {
		list = append(list, "block 0 is trusted: "+r.Genesis)
	}
	if r.Operator != "" {
		list = append(list, fmt.Sprintf("the rules of the network that %s founded, in %s; test network: %t", r.Operator,
			r.Place, r.Test))
	}
	return list
}

func notVerified(r *audit.Report) func(table.Writer) {
	return func(t table.Writer) {
		t.AppendHeader(table.Row{"not verified 未核对", "", "transactions"})
		cli.Right(t, 3)
		for _, c := range r.Unverified {
			t.AppendRow(table.Row{c.En, c.Zh, c.Count})
		}
	}
}

// shownFindings is how many findings a table has; the JSON and the workbook have more.
const shownFindings = 100

func findings(r *audit.Report) func(table.Writer) {
	return func(t table.Writer) {
		t.AppendHeader(table.Row{"layer", "block", "tx", "key", "found", "expected", "why", "signed by", "in"})
		for i, f := range r.Findings {
			if i == shownFindings {
				t.AppendFooter(table.Row{fmt.Sprintf("and %d more", r.Found-i)})
				break
			}
			t.AppendRow(table.Row{f.Layer, f.Block, transaction(f), key(f), f.Found, f.Expected, f.Why,
				strings.Join(f.Signers, ", "), at(f)})
		}
	}
}

func transaction(f wire.Finding) string {
	if f.Tx == wire.NoTx {
		return ""
	}
	return fmt.Sprintf("%d %.12s… of %s", f.Tx, f.TxID, f.Party)
}

func key(f wire.Finding) string {
	if f.Key == "" {
		return ""
	}
	return f.Space + " " + f.Key
}

func at(f wire.Finding) string {
	if f.File == "" {
		return ""
	}
	return fmt.Sprintf("%s at %d", filepath.Base(f.File), f.Offset)
}
