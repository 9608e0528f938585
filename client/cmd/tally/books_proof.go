package main

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/bounds"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

func decimalOf(n amount.Units) decimal.Decimal { return decimal.NewFromInt(int64(n)) }

func proveLiabilities(a *app) *cobra.Command {
	var programme, cycle, out string
	cmd := leaf("prove-liabilities", "Make a root that proves what you owe members in a programme (负债证明)",
		`  tally --as G books prove-liabilities --programme GP --out gp-2026-11.tree
  tally --as G books prove-liabilities --programme GP --cycle 2026-11 --out gp.tree -o json`,
		func(ctx context.Context, _ []string) error {
			if programme == "" || out == "" {
				return fault.New(fault.BadRequest, "say what of, and where the file goes: --programme ID --out FILE")
			}
			return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error {
				cfg, err := a.config(nil)
				if err != nil {
					return err
				}
				scope := books.Scope{Network: cfg.Channel, Issuer: g.Party(), Programme: programme, Cycle: cycle}
				return a.inVault(func(v *vault.Vault) error {
					sums, err := sumUp(r, scope, v.LiabilitySecret())
					if err != nil {
						return err
					}
					return a.keepSums(r, sums, out)
				})
			})
		})
	cmd.Long = `Sum up what each member has of your programme in a Merkle tree that carries the sums,
and write a file from which you give members their paths: tally books prove-member. The
root is for everybody: publish it, and members check that they are counted in its sum.

The file names every member and balance; keep it as secret as they are. The root speaks
of the ledger as it is now, at the height that it names. With --cycle it is refused if
another cycle is open by now.`
	word(cmd, &programme, "programme", "one of your own")
	word(cmd, &cycle, "cycle", "that must be open")
	word(cmd, &out, "out", "file to keep; it must not be there yet")
	require(cmd, "programme", "out")
	return cmd
}

// sumUp makes the tree of a programme, for its issuer.
//
// Refused, first that applies: NOT_FOUND (the programme), FORBIDDEN (another's),
// WRONG_STATE (another cycle is open), INTERNAL (the members' points don't come to what
// is outstanding).
func sumUp(r *index.Reading, scope books.Scope, secret []byte) (*books.Sums, error) {
	list, err := r.Owed(scope.Programme)
	if err != nil {
		return nil, err
	}
	owed, err := outstandingOf(r, scope.Programme)
	if err != nil {
		return nil, err
	}
	if owed.Issuer != scope.Issuer {
		return nil, fault.New(fault.Forbidden, "%s is not the issuer of %s", scope.Issuer, scope.Programme)
	}
	cycle, err := r.Cycle()
	if err != nil {
		return nil, err
	}
	if scope.Cycle != "" && scope.Cycle != cycle.ID {
		return nil, fault.New(fault.WrongState, "cycle %s is open, not %s", cycle.ID, scope.Cycle)
	}
	scope.Cycle, scope.Height = cycle.ID, r.Height()
	sums, err := books.SumUp(scope, secret, list)
	if err != nil {
		return nil, err
	}
	if sums.Sum != owed.Outstanding {
		return nil, fault.New(fault.Internal, "members have %d points of %s, and %d are outstanding", int64(sums.Sum), scope.Programme, int64(owed.Outstanding))
	}
	return sums, nil
}

// outstandingOf is what an issuer owes in a programme. NOT_FOUND.
func outstandingOf(r *index.Reading, programme string) (index.Outstanding, error) {
	list, err := r.Outstanding()
	if err != nil {
		return index.Outstanding{}, err
	}
	i := slices.IndexFunc(list, func(o index.Outstanding) bool { return o.Programme == programme })
	if i < 0 {
		return index.Outstanding{}, fault.New(fault.NotFound, "there is no programme %.64s", programme)
	}
	return list[i], nil
}

func (a *app) keepSums(r *index.Reading, sums *books.Sums, out string) error {
	data, err := json.MarshalIndent(sums.Keep(), "", " ")
	if err != nil {
		return err
	}
	if err := writeNew(out, append(data, '\n')); err != nil {
		return err
	}
	s, err := indexScales(r)
	if err != nil {
		return err
	}
	return a.print(sums.Sealed, func(t table.Writer) { sealedTable(t, sums.Sealed, s) })
}

func sealedTable(t table.Writer, r books.Sealed, s scales) {
	t.AppendRows([]table.Row{
		{"issuer", r.Issuer}, {"programme", r.Programme}, {"cycle", r.Cycle}, {"as of block", int64(r.Height) - 1},
		{"owed to members", s.shownOr(r.Programme, r.Sum)}, {"leaves", r.Leaves}, {"root", r.Root},
	})
}

func proveMember(a *app) *cobra.Command {
	var from, out string
	known := scales{}
	cmd := leaf("prove-member MEMBER", "Write the proof that a member is counted in a root of yours",
		"  tally --as G books prove-member zhang --tree gp-2026-11.tree --out zhang.liability",
		func(_ context.Context, args []string) error {
			if from == "" || out == "" {
				return fault.New(fault.BadRequest, "say what was kept, and where the proof goes: --tree FILE --out FILE")
			}
			var kept books.Kept
			if err := readJSON(from, &kept); err != nil {
				return err
			}
			return a.inVault(func(v *vault.Vault) error { return a.writeInclusion(kept, v.LiabilitySecret(), args[0], out, known) })
		})
	cmd.Long = `Make a member's path from a file that tally books prove-liabilities wrote, without a
network. Give the file that it writes to the member, who checks it with tally
verify-liability. It names no other member; it does show the sums beside the path, the
nearest of which may be one other member's balance, without a name.`
	word(cmd, &from, "tree", "file that prove-liabilities wrote")
	word(cmd, &out, "out", "file to write; it must not be there yet")
	scaleOf(cmd, known)
	require(cmd, "tree", "out")
	return cmd
}

func (a *app) writeInclusion(kept books.Kept, secret []byte, member, out string, known scales) error {
	sums, err := kept.Rebuild(secret)
	if err != nil {
		return err
	}
	proof, err := sums.Prove(member)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(proof, "", " ")
	if err != nil {
		return err
	}
	if err := writeNew(out, append(data, '\n')); err != nil {
		return err
	}
	return a.printInclusion(proof, known)
}

// printInclusion shows what a proof says. Without a network the caller says the scales.
func (a *app) printInclusion(p books.Inclusion, known scales) error {
	return a.print(p, func(t table.Writer) {
		t.AppendRows([]table.Row{{"member", p.Member}, {"points", known.shownOr(p.Sealed.Programme, p.Points)}})
		sealedTable(t, p.Sealed, known)
	})
}

func verifyLiability(a *app) *cobra.Command {
	var root codec.Hash
	known := scales{}
	cmd := leaf("verify-liability FILE", "Check that a member is counted in what an issuer owes, without a network (验证负债证明)",
		"  tally verify-liability zhang.liability --root 6d1f0c2b7a9e4d5f8b3a1c0e9f7d6b5a4c3e2d1f0a9b8c7d6e5f4a3b2c1d0e9f",
		func(_ context.Context, args []string) error {
			if len(root) == 0 {
				return fault.New(fault.BadRequest, "say which root the issuer published: --root HEX")
			}
			var proof books.Inclusion
			if err := readJSON(args[0], &proof); err != nil {
				return err
			}
			if err := proof.Verify(root); err != nil {
				return err
			}
			return a.printInclusion(proof, known)
		})
	cmd.Long = `Check a file that an issuer gave you against the root that it published: that your
points are counted, and in which sum. Take the root from where everybody sees the same
one; that of the file alone proves nothing.`
	one(cmd, &root, "root", "hash", "root that the issuer published", parseRoot)
	scaleOf(cmd, known)
	require(cmd, "root")
	return cmd
}

func parseRoot(text string) (codec.Hash, error) {
	h, err := codec.ParseHash(text)
	if err == nil && len(h) == 0 {
		err = fault.New(fault.BadRequest, "want 64 hexadecimal digits")
	}
	return h, err
}

// readJSON reads a file strictly.
func readJSON(path string, to any) error {
	data, err := bounds.File(path, bounds.Request)
	if err != nil {
		return err
	}
	return codec.DecodeJSON(data, to)
}
