package accounting

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/accounting"
)

func proveLiabilities(a *cli.App) *cobra.Command {
	var req accounting.ProveLiabilitiesRequest
	var out string
	cmd := cli.Verb(a, "prove-liabilities", `  tally --as G books prove-liabilities --programme GP --out gp-2026-11.tree
  tally --as G books prove-liabilities --programme GP --cycle 2026-11 --out gp.tree -o json`,
		accounting.BooksProveLiabilities, cli.Words(&req),
		func(ctx context.Context, n *cli.Node, kept books.Kept) error {
			if err := writeNewFile(out, kept); err != nil {
				return err
			}
			return cli.InTable(a, sealedTable)(ctx, n, kept.Sealed)
		})
	cmd.Long = `Sum up what each member has of your programme in a Merkle tree that carries the sums,
and write a file from which you give members their paths: tally books prove-member. The
root is for everybody: publish it, and members check that they are counted in its sum.

The file names every member and balance; keep it as secret as they are. The root speaks
of the ledger as it is now, at the height that it names. With --cycle it is refused if
another cycle is open by now.`
	cli.Word(cmd, &req.Programme, "programme", "one of your own")
	cli.Word(cmd, &req.Cycle, "cycle", "that must be open")
	cli.Word(cmd, &out, "out", "file to keep; it must not be there yet")
	cli.Require(cmd, "programme", "out")
	return cmd
}

// writeNewFile writes what has a form of file, for its owner alone.
func writeNewFile(path string, of interface{ File() ([]byte, error) }) error {
	data, err := of.File()
	if err != nil {
		return err
	}
	return cli.WriteNew(path, data)
}

func sealedTable(t table.Writer, r books.Sealed, s cli.Scales) {
	t.AppendRows([]table.Row{
		{"issuer", r.Issuer}, {"programme", r.Programme}, {"cycle", r.Cycle}, {"as of block", int64(r.Height) - 1},
		{"owed to members", s.ShownOr(r.Programme, r.Sum)}, {"leaves", r.Leaves}, {"root", r.Root},
	})
}

func proveMember(a *cli.App) *cobra.Command {
	var from, out string
	known := cli.Scales{}
	cmd := cli.Verb(a, "prove-member MEMBER",
		"  tally --as G books prove-member zhang --tree gp-2026-11.tree --out zhang.liability",
		accounting.BooksProveMember, func(args []string) (req accounting.ProveMemberRequest, err error) {
			req.Member = args[0]
			req.Kept, err = readFile(from, books.ReadKept)
			return req, err
		}, func(_ context.Context, _ *cli.Node, proof books.Inclusion) error {
			if err := writeNewFile(out, proof); err != nil {
				return err
			}
			return printInclusion(a, proof, known)
		})
	cmd.Long = `Make a member's path from a file that tally books prove-liabilities wrote, without a
network. Give the file that it writes to the member, who checks it with tally
verify-liability. It names no other member; it does show the sums beside the path, the
nearest of which may be one other member's balance, without a name.`
	cli.Word(cmd, &from, "tree", "file that prove-liabilities wrote")
	cli.Word(cmd, &out, "out", "file to write; it must not be there yet")
	cli.ScaleOf(cmd, known)
	cli.Require(cmd, "tree", "out")
	return cmd
}

// printInclusion shows what a proof says. Without a network the caller says the scales.
func printInclusion(a *cli.App, p books.Inclusion, known cli.Scales) error {
	return a.Print(p, func(t table.Writer) {
		t.AppendRows([]table.Row{{"member", p.Member}, {"points", known.ShownOr(p.Sealed.Programme, p.Points)}})
		sealedTable(t, p.Sealed, known)
	})
}

// VerifyLiability checks a member's path in what an issuer owes, without a network.
func VerifyLiability(a *cli.App) *cobra.Command {
	var root codec.Hash
	known := cli.Scales{}
	cmd := cli.Leaf("verify-liability FILE",
		"Check that a member is counted in what an issuer owes, without a network (验证负债证明)",
		"  tally verify-liability zhang.liability --root 6d1f0c2b7a9e4d5f8b3a1c0e9f7d6b5a4c3e2d1f0a9b8c7d6e5f4a3b2c1d0e9f",
		func(_ context.Context, args []string) error {
			if len(root) == 0 {
				return fault.New(fault.BadRequest, "say which root the issuer published: --root HEX")
			}
			proof, err := readFile(args[0], books.ReadInclusion)
			if err != nil {
				return err
			}
			if err := proof.Verify(root); err != nil {
				return err
			}
			return printInclusion(a, proof, known)
		})
	cmd.Long = `Check a file that an issuer gave you against the root that it published: that your
points are counted, and in which sum. Take the root from where everybody sees the same
one; that of the file alone proves nothing.`
	cli.One(cmd, &root, "root", "root that the issuer published", parseRoot)
	cli.ScaleOf(cmd, known)
	cli.Require(cmd, "root")
	return cmd
}

func parseRoot(text string) (codec.Hash, error) {
	h, err := codec.ParseHash(text)
	if err == nil && len(h) == 0 {
		err = fault.New(fault.BadRequest, "want 64 hexadecimal digits")
	}
	return h, err
}

// readFile reads what a file holds.
func readFile[T any](path string, read func([]byte) (T, error)) (v T, err error) {
	data, err := bounds.File(path, bounds.Request)
	if err != nil {
		return v, err
	}
	return read(data)
}
