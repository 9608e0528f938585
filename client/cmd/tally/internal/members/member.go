// Package members has the commands about members: accounts, consents, authorisations, wallets.
package members

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/members"
)

// Group is the group of members; what they are offered is of another room.
func Group(a *cli.App, offers *cobra.Command) *cobra.Command {
	cmd := cli.Group("member", "Members: pseudonyms, accounts, consents, authorisations (会员中心)")
	cli.Under(cmd, "Members (会员)", enrol(a), showMember(a), listMembers(a), merge(a), memberKey(a))
	cli.Under(cmd, "Accounts (渠道账户)", recognise(a), link(a), unlink(a), invite(a), cancelInvitation(a))
	cli.Under(cmd, "Personal data (个人信息)", profile(a), giveConsent(a), share(a), withdrawConsent(a), erase(a), sweep(a))
	cli.Under(cmd, "Authorisations (积分认证)", authorise(a), sign(a), revokeAuthorisation(a), authorisations(a))
	cli.Under(cmd, "Labels and offers (标签、千人千面)", label(a), labels(a), offers)
	return cmd
}

func enrol(a *cli.App) *cobra.Command {
	var req members.EnrolRequest
	cmd := cli.Verb(a, "enrol [MEMBER]", `  tally --as D member enrol --channel app --customer 12345
  tally --as D member enrol wang --key 7d4e8f21…`,
		members.MemberEnrol, cli.Words(&req, &req.Member), cli.Shows(a, func(t table.Writer, r members.Enrolled) {
			cli.ReceiptTable(t, "member:Enrol", r.Receipt)
			t.AppendRow(table.Row{"member", cmp.Or(r.Member, "your vault doesn't know: another made its name")})
		}))
	cmd.Long = `Make a member. Without a name it gets a pseudonym that says nothing. A customer of a channel of
yours becomes its first account: the id stays in your vault, with a salt, and the
ledger gets a commitment that says nothing without it.`
	customerFlags(cmd, &req.Customer)
	cli.One(cmd, &req.Key, "key", "the member's own Ed25519 public key, 64 hexadecimal digits", parseKey)
	cli.One(cmd, &req.Key, "key-file", "or a file with the key, PEM", readPublicKey)
	cmd.MarkFlagsMutuallyExclusive("key", "key-file")
	return cmd
}

func parseKey(text string) (k member.Key, err error) {
	if k, err = cli.FromWord[member.Key](text); err == nil && len(k) != ed25519.PublicKeySize {
		err = fault.New(fault.BadRequest, "want %d hexadecimal digits", 2*ed25519.PublicKeySize)
	}
	return k, err
}

func showMember(a *cli.App) *cobra.Command {
	return cli.Verb(a, "show MEMBER", "  tally --as D member show wang", members.MemberShow, cli.OneMember,
		cli.Shows(a, personTable))
}

func personTable(t table.Writer, p members.Person) {
	m := p.Member
	t.AppendRows([]table.Row{{"member", m.ID}, {"home", m.Home}, {"state", m.State}, {"enrolled by", m.Number}})
	if p.Root != m.ID {
		t.AppendRow(table.Row{"became", p.Root})
	}
	if len(p.Merged) > 0 {
		t.AppendRow(table.Row{"merged into it", strings.Join(p.Merged, ", ")})
	}
	if len(m.Key) > 0 {
		t.AppendRow(table.Row{"signs with", fmt.Sprintf("%x", []byte(m.Key))})
	}
	for _, programme := range slices.Sorted(maps.Keys(p.Tiers)) {
		t.AppendRow(table.Row{"tier in " + programme, p.Tiers[programme]})
	}
	for _, one := range p.Accounts {
		party, rest, _ := strings.Cut(one.ID, "/")
		channel, _, _ := strings.Cut(rest, "/")
		t.AppendRow(table.Row{"account", "of " + party + "'s " + channel})
	}
	for _, one := range p.Consents {
		t.AppendRow(table.Row{"consent " + one.ID, fmt.Sprintf("%s for %s until %s, %s",
			strings.Join(one.Row.Parties, ", "), one.Row.Purpose, one.Row.Until, one.Row.State)})
	}
	for _, one := range p.Authorisations {
		t.AppendRow(table.Row{"authorisation " + one.ID, fmt.Sprintf("%s until %s, %s", one.Row.Acceptor,
			cli.Moment(one.Row.Until), one.Row.State)})
	}
	for _, one := range p.Orders {
		t.AppendRow(table.Row{fmt.Sprintf("order %s, part %d", one.Order, one.Number),
			fmt.Sprintf("%s at %s for %s, %s since %s", cli.GoodsText(one.Lines), one.Seller, cli.Yuan(one.Value()),
				one.State, one.Since)})
	}
	cli.AsOf(t, p.Height)
}

func listMembers(a *cli.App) *cobra.Command {
	var req members.MemberListRequest
	cmd := cli.Lists(a, "list", "  tally --as D member list --home D --state ACTIVE", members.MemberList,
		cli.Columns[member.Member]{
			Header: table.Row{"member", "home", "state", "became", "accounts", "consents"}, Right: []int{5, 6},
			Cells: func(n index.Entry[member.Member], _ cli.Scales) table.Row {
				return table.Row{n.ID, n.Row.Home, n.Row.State, n.Row.Into, int(n.Row.Accounts), int(n.Row.Consents)}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Home, "home", "of this home only")
	cli.InState(cmd, &req.States, "ACTIVE, MERGED or ERASED", "ACTIVE", "MERGED", "ERASED")
	return cmd
}

func merge(a *cli.App) *cobra.Command {
	var req member.MergeRequest
	var secret cli.OneTime
	op := members.MemberMerge
	cmd := cli.Leaf("merge FROM INTO", op.En+" ("+op.Zh+")",
		"  tally --as F member merge wang-2 wang --invitation D.0.41.0 --code-file code.txt --yes",
		func(ctx context.Context, args []string) (err error) {
			req.From, req.Into = args[0], args[1]
			if req.Code, err = secret.Read(a); err != nil {
				return err
			}
			if err := op.Check(req); err != nil {
				return err
			}
			if err := a.Confirm("from now on " + args[0] + " is " + args[1] + ", for good"); err != nil {
				return err
			}
			return cli.Perform(ctx, a, op, func() (member.MergeRequest, error) { return req, nil },
				a.ReceiptOf("member:Merge"))
		})
	cmd.Long = `Join two members who turn out to be one person, with an invitation of the one that
stays, for you. What was counted of the one counts as the other's. Your vault follows.`
	invited(cmd, &req.Invitation, &secret)
	a.YesFlag(cmd)
	cli.Require(cmd, "invitation")
	return cmd
}

func memberKey(a *cli.App) *cobra.Command {
	var req member.SetKeyRequest
	var out string
	var generate, remove bool
	cmd := cli.Leaf("key MEMBER", "Set the key with which a member signs, or remove it; for its home (会员密钥)",
		`  tally --as D member key wang --generate --out wang.key
  tally --as D member key wang --key-file wang.pub
  tally --as D member key wang --remove`, func(ctx context.Context, args []string) (err error) {
			req.Member = args[0]
			if err := req.Check(); err != nil {
				return err
			}
			if !generate && len(req.Key) == 0 && !remove {
				return fault.New(fault.BadRequest, "say which key: --key, --key-file or --generate, or --remove")
			}
			if !generate {
				return cli.Send(ctx, a, members.MemberKey, req)
			}
			connected := false
			return cli.Perform(ctx, a, members.MemberKeyGenerate, func() (_ members.GenerateKeyRequest, err error) {
				if connected && a.Call.ID == "" { // under an id, what is there may be of the first time
					err = isFree(out)
				}
				connected = true
				return members.GenerateKeyRequest{Member: req.Member, Keep: func(key []byte) error {
					return keepKey(out, key)
				}}, err
			}, func(_ context.Context, _ *cli.Node, made members.GeneratedKey) error {
				if len(made.Key) > 0 { // of a node elsewhere
					if err := keepKey(out, made.Key); err != nil {
						return err
					}
				}
				return a.PrintReceipt(cli.NameOf(req), made.Receipt)
			})
		})
	cmd.Long = `Set the Ed25519 key with which a member signs statements (tally member sign), so that
an acceptor needs nobody else's word. --generate makes a key that isn't there yet, for
the member to keep: PKCS#8, PEM, readable by its owner only. Nothing but the public
half leaves the file.`
	cli.One(cmd, &req.Key, "key", "the public key, 64 hexadecimal digits", parseKey)
	cli.One(cmd, &req.Key, "key-file", "or a file with the key, public or private, PEM", readPublicKey)
	cmd.Flags().BoolVar(&generate, "generate", false, "make a new key")
	cli.Word(cmd, &out, "out", "file for the new private key; it must not be there yet")
	cmd.MarkFlagsRequiredTogether("generate", "out")
	cmd.Flags().BoolVar(&remove, "remove", false, "the member signs no more")
	cmd.MarkFlagsMutuallyExclusive("key", "key-file", "generate", "remove")
	return cmd
}
