package members

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/members"
)

func erase(a *cli.App) *cobra.Command {
	var req members.EraseRequest
	op := members.MemberErase
	cmd := cli.Leaf("erase MEMBER", op.En+" ("+op.Zh+")",
		"  tally --as D member erase wang --reason member_asked --yes", func(ctx context.Context, args []string) error {
			req.Member = args[0]
			if err := op.Check(req); err != nil {
				return err
			}
			if err := a.Confirm("all that is known of " + args[0] +
				" is lost for good, and nobody can spend its points any more"); err != nil {
				return err
			}
			return cli.Perform(ctx, a, op, func() (members.EraseRequest, error) { return req, nil },
				a.ReceiptOf("member:Erase"))
		})
	cmd.Long = `Forget a member. All accounts and consents of the member, and of who was merged into
it, are found and ended; what was shared is purged, what parties say of it is taken
away; then all goes that your vault has
of them. The other parties' nodes follow with tally member sweep. The points stay on
the ledger, so that every statement still recomputes, and nobody can spend them. It
can't be undone.`
	cli.Reason(cmd, &req.Reason, "member_asked")
	a.YesFlag(cmd)
	return cmd
}

func sweep(a *cli.App) *cobra.Command {
	cmd := cli.Verb(a, "sweep", "  tally --as F member sweep", members.MemberSweep,
		func([]string) (node.NoRequest, error) {
			return node.NoRequest{}, nil
		}, cli.Shows(a, func(t table.Writer, swept members.Swept) {
			t.AppendRows([]table.Row{{"members erased", len(swept.Erased)}, {"members merged", len(swept.Merged)}})
		}))
	cmd.Long = `Remove from your vault what belongs to members who were erased, and move what belongs
to members who were merged, wherever that was asked for. Run it daily: an erasure
holds when every party that knew the person has done it.`
	return a.TakesLong(cmd)
}
