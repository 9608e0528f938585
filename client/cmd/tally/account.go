package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/gateway"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// customer is somebody as one of the party's own channels knows him. The id goes
// to the vault and nowhere else.
type customer struct{ channel, id string }

func (c *customer) flags(cmd *cobra.Command) {
	word(cmd, &c.channel, "channel", "channel of yours: app, shop, wechat …")
	word(cmd, &c.id, "customer", "the channel's own id of the customer; it stays in your vault")
	cmd.MarkFlagsRequiredTogether("channel", "customer")
	marked(cmd, private, "channel", "customer")
}

func (c customer) none() bool { return c.channel == "" && c.id == "" }

func (c customer) checkOptional() error {
	if c.none() {
		return nil
	}
	return c.check()
}

func (c customer) check() error {
	if c.id == "" {
		return fault.New(fault.BadRequest, "say which customer: --channel and --customer")
	}
	return name.CheckID("--channel", c.channel)
}

// pseudonym is the member that a customer is, or shall be, as every import from this
// vault has it; without a customer it is another.
func (c customer) pseudonym(v *vault.Vault, another string) (string, error) {
	if c.none() {
		return another, nil
	}
	account, err := v.Pseudonym(c.channel, c.id)
	return account.Member, err
}

// known is the customer's account in the vault. NOT_FOUND.
func (c customer) known(v *vault.Vault) (vault.Account, error) {
	account, found, err := v.Account(c.channel, c.id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "your vault knows no such customer of %s; link it first: tally member link", c.channel)
	}
	return account, err
}

// take puts the customer into the vault as a member, and has the account linked. A
// customer whom the vault didn't know is forgotten again if the ledger refuses, and
// kept if that isn't sure: then the same can be tried again.
func (c customer) take(v *vault.Vault, member string, link func(vault.Account) error) error {
	_, known, err := v.Account(c.channel, c.id)
	if err != nil {
		return err
	}
	account, err := v.NewAccount(c.channel, c.id, member)
	if err != nil {
		return err
	}
	err = link(account)
	if err != nil && !known && !fault.CodeOf(err).Passing() {
		err = errors.Join(err, v.Forget(c.channel, c.id))
	}
	return err
}

// takeOnce is once for a request that links a customer's account, whom the vault has
// taken in by then. Done before, it leaves the vault as it is.
func (a *app) takeOnce(ctx context.Context, g *node.Node, v *vault.Vault, who customer, member string, ask func(vault.Account) command.Request) (node.Receipt, error) {
	r, found, err := g.First(ctx, &a.call)
	if found || err != nil {
		return r, err
	}
	err = who.take(v, member, func(account vault.Account) (err error) {
		r, err = g.Once(ctx, &a.call, func() (command.Request, error) { return ask(account), nil })
		return err
	})
	return r, err
}

// forget removes a customer from the vault whose account isn't linked any more. One who
// was linked again since then stays.
func (a *app) forget(ctx context.Context, g *node.Node, v *vault.Vault, who customer) error {
	account, known, err := v.Account(who.channel, who.id)
	if err != nil || !known {
		return err
	}
	_, err = g.Query().Recognise(ctx, g.Party(), account.Channel, account.Commitment)
	if fault.CodeOf(err) == fault.NotFound {
		return v.Forget(account.Channel, account.Customer)
	}
	return err
}

func recognise(a *app) *cobra.Command {
	var who customer
	cmd := leaf("recognise", "Find the member whose account a customer of yours is (渠道识别)", "  tally --as D member recognise --channel app --customer 12345",
		func(ctx context.Context, _ []string) error {
			if err := who.check(); err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				account, err := who.known(v)
				if err != nil {
					return err
				}
				found, err := g.Query().Recognise(ctx, g.Party(), account.Channel, account.Commitment)
				if err != nil {
					return err
				}
				return a.print(found, func(t table.Writer) {
					t.AppendRows([]table.Row{{"member", found.Member.ID}, {"home", found.Member.Home}, {"state", found.Member.State}, {"linked as", found.Account.Member}})
				})
			})
		})
	who.flags(cmd)
	require(cmd, "channel", "customer")
	return cmd
}

// invited are the flags of an invitation and its code.
func invited(cmd *cobra.Command, to *number.Command, secret *oneTime) {
	one(cmd, to, "invitation", "number", "the member's invitation", number.ParseCommand)
	secret.flags(cmd)
}

func link(a *app) *cobra.Command {
	var req member.LinkRequest
	var who customer
	var secret oneTime
	cmd := leaf("link MEMBER", "Link an account of yours to a member: as its home, or with an invitation (绑定)",
		`  tally --as D member link wang --channel shop --customer 98-7
  tally --as F member link wang --channel app --customer 555 --invitation D.0.40.0 --code-file code.txt`,
		func(ctx context.Context, args []string) (err error) {
			req.Member = args[0]
			if err := who.check(); err != nil {
				return err
			}
			if !req.Invitation.IsZero() || secret.given() {
				if req.Code, err = secret.read(a); err != nil {
					return err
				}
			}
			early := req
			early.Channel, early.Account = who.channel, make(codec.Hash, 32)
			if err := early.Check(); err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				r, err := a.takeOnce(ctx, g, v, who, req.Member, func(account vault.Account) command.Request {
					req.Channel, req.Account = account.Channel, account.Commitment
					return req
				})
				if err != nil {
					return err
				}
				return a.printReceipt("member:Link", r)
			})
		})
	who.flags(cmd)
	invited(cmd, &req.Invitation, &secret)
	require(cmd, "channel", "customer")
	return cmd
}

func unlink(a *app) *cobra.Command {
	var req member.UnlinkRequest
	var who customer
	cmd := leaf("unlink MEMBER", "End an account: yours, or, for the member's home, anybody's (解绑)",
		`  tally --as D member unlink wang --channel shop --customer 98-7 --reason customer_left
  tally --as D member unlink wang --party F --channel app --account 40dfb779… --reason member_asked`,
		func(ctx context.Context, args []string) error {
			req.Member, req.Channel = args[0], who.channel
			if who.id == "" {
				return send(ctx, a, node.MemberUnlink, req)
			}
			if req.Party != "" || len(req.Account) > 0 {
				return fault.New(fault.BadRequest, "name a customer of yours, or another party's account, not both")
			}
			early := req
			early.Party, early.Account = "X", make(codec.Hash, 32)
			if err := early.Check(); err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				r, err := g.Once(ctx, &a.call, func() (command.Request, error) {
					account, err := who.known(v)
					req.Party, req.Account = g.Party(), account.Commitment
					return req, err
				})
				if err != nil {
					return err
				}
				if err := a.forget(ctx, g, v, who); err != nil {
					return err
				}
				return a.printReceipt("member:Unlink", r)
			})
		})
	cmd.Long = `End an account. A customer of yours is removed from your vault too, with the salt.
Of other parties' accounts tally member show -o json lists the commitments.`
	word(cmd, &who.channel, "channel", "channel")
	word(cmd, &who.id, "customer", "your channel's own id of the customer")
	marked(cmd, private, "channel", "customer")
	word(cmd, &req.Party, "party", "or whose account it is")
	one(cmd, &req.Account, "account", "hash", "and its commitment", codec.ParseHash)
	reason(cmd, &req.Reason, "customer_left")
	return cmd
}

func invite(a *app) *cobra.Command {
	var req member.InviteRequest
	var who customer
	var length time.Duration
	cmd := leaf("invite MEMBER", "Make a code with which an account can be linked, or a member merged (邀请绑定)",
		`  tally --as D member invite wang --party F
  tally --as F member invite wang --channel app --customer 555 --party D --for 15m`,
		func(ctx context.Context, args []string) error {
			req.Member = args[0]
			if err := who.checkOptional(); err != nil {
				return err
			}
			early := req
			early.Commitment, early.Until = make(code.Commitment, code.Size), 1
			if err := early.Check(); err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				ask := func(c code.Commitment) (_ command.Request, until int64, err error) {
					req.Commitment, req.Until = c, after(length)
					if !who.none() {
						account, err := who.known(v)
						if err != nil {
							return nil, 0, err
						}
						req.Channel, req.Account = account.Channel, account.Commitment
					}
					return req, req.Until, nil
				}
				return a.tells(ctx, g, v, promise{"member:Invite", "invitation", req.Member, ask, keptInvitation})
			})
		})
	cmd.Long = `Make an invitation. Its one-time code is told here: give it to the member, who says
it where the account is to be linked or the other member's home is: at the party that
the invitation is for. The home may invite, and whoever names an account of its own
that is linked to the member.`
	who.flags(cmd)
	word(cmd, &req.For, "party", "the only party that may use it")
	span(cmd, &length, "for", aDay, "how long it can be used, from now, up to 7d")
	require(cmd, "party")
	return cmd
}

func keptInvitation(ctx context.Context, q gateway.Query, n number.Command) (code.Commitment, int64, error) {
	i, err := q.Invitation(ctx, n)
	return i.Commitment, i.Until, err
}

// promise is a command with the commitment of a one-time code.
type promise struct {
	what, purpose, member string // the command's name, the vault's word for the code, and whose it is

	ask  func(code.Commitment) (req command.Request, until int64, err error)
	kept func(context.Context, gateway.Query, number.Command) (code.Commitment, int64, error) // as the ledger has it
}

// tells sends such a command, keeps the code in the vault for as long as it can be used,
// and tells it. Asked again for the same, it tells the same code, if it is this vault's.
func (a *app) tells(ctx context.Context, g *node.Node, v *vault.Vault, p promise) error {
	secret := a.call.Seed(v, p.purpose, 0)
	until := int64(0)
	r, err := g.Once(ctx, &a.call, func() (req command.Request, err error) {
		req, until, err = p.ask(code.Commit(secret))
		return req, err
	})
	if err != nil {
		return err
	}
	if r.Again {
		var kept code.Commitment
		if kept, until, err = p.kept(ctx, g.Query(), r.Number); err != nil {
			return err
		}
		if !slices.Equal(kept, code.Commit(secret)) {
			return a.printTold(p.what, told{Receipt: r})
		}
	}
	if err := v.PutCode(vault.Secret{Purpose: p.purpose, Reference: r.Number.String(), Member: p.member, Code: secret, Until: until}); err != nil {
		return err
	}
	return a.printTold(p.what, told{r, secret})
}

func cancelInvitation(a *app) *cobra.Command {
	return sends(a, "cancel INVITATION",
		"  tally --as D member cancel D.0.40.0", node.MemberCancel,
		func(args []string) (member.CancelInvitationRequest, error) {
			n, err := number.ParseCommand(args[0])
			return member.CancelInvitationRequest{Invitation: n}, err
		})
}
