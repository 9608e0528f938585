package members

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/members"
)

// customerFlags are the flags of a customer.
func customerFlags(cmd *cobra.Command, c *members.Customer) {
	cli.Word(cmd, &c.Channel, "channel", "channel of yours: app, shop, wechat …")
	cli.Word(cmd, &c.ID, "customer", "the channel's own id of the customer; it stays in your vault")
	cmd.MarkFlagsRequiredTogether("channel", "customer")
}

func recognise(a *cli.App) *cobra.Command {
	var req members.RecogniseRequest
	cmd := cli.Verb(a, "recognise", "  tally --as D member recognise --channel app --customer 12345",
		members.MemberRecognise, cli.Words(&req), cli.Shows(a, func(t table.Writer, found answer.Recognised) {
			t.AppendRows([]table.Row{{"member", found.Member.ID}, {"home", found.Member.Home},
				{"state", found.Member.State}, {"linked as", found.Account.Member}})
		}))
	customerFlags(cmd, &req.Customer)
	cli.Require(cmd, "channel", "customer")
	return cmd
}

// invited are the flags of an invitation and its code.
func invited(cmd *cobra.Command, to *number.Command, secret *cli.OneTime) {
	cli.One(cmd, to, "invitation", "the member's invitation", number.ParseCommand)
	secret.Flags(cmd)
}

func link(a *cli.App) *cobra.Command {
	var req members.LinkRequest
	var secret cli.OneTime
	cmd := cli.Verb(a, "link MEMBER", `  tally --as D member link wang --channel shop --customer 98-7
  tally --as F member link wang --channel app --customer 555 --invitation D.0.40.0 --code-file code.txt`,
		members.MemberLink, func(args []string) (_ members.LinkRequest, err error) {
			req.Member = args[0]
			if !req.Invitation.IsZero() || secret.Given() {
				req.Code, err = secret.Read(a)
			}
			return req, err
		}, a.ReceiptOf("member:Link"))
	customerFlags(cmd, &req.Customer)
	invited(cmd, &req.Invitation, &secret)
	cli.Require(cmd, "channel", "customer")
	return cmd
}

func unlink(a *cli.App) *cobra.Command {
	var req member.UnlinkRequest
	var who members.Customer
	op := members.MemberUnlink
	cmd := cli.Leaf("unlink MEMBER", op.En+" ("+op.Zh+")",
		`  tally --as D member unlink wang --channel shop --customer 98-7 --reason customer_left
  tally --as D member unlink wang --party F --channel app --account 40dfb779… --reason member_asked`,
		func(ctx context.Context, args []string) error {
			req.Member, req.Channel = args[0], who.Channel
			if who.ID == "" {
				return cli.Send(ctx, a, op, req)
			}
			if req.Party != "" || len(req.Account) > 0 {
				return fault.New(fault.BadRequest, "name a customer of yours, or another party's account, not both")
			}
			return cli.Perform(ctx, a, members.MemberUnlinkCustomer, func() (members.UnlinkCustomerRequest, error) {
				return members.UnlinkCustomerRequest{Member: req.Member, Customer: who, Reason: req.Reason}, nil
			}, a.ReceiptOf("member:Unlink"))
		})
	cmd.Long = `End an account. A customer of yours is removed from your vault too, with the salt.
Of other parties' accounts tally member show -o json lists the commitments.`
	cli.Word(cmd, &who.Channel, "channel", "channel")
	cli.Word(cmd, &who.ID, "customer", "your channel's own id of the customer")
	cli.Word(cmd, &req.Party, "party", "or whose account it is")
	cli.One(cmd, &req.Account, "account", "and its commitment", codec.ParseHash)
	cli.Reason(cmd, &req.Reason, "customer_left")
	return cmd
}

func invite(a *cli.App) *cobra.Command {
	var req members.InviteRequest
	var length time.Duration
	cmd := cli.Verb(a, "invite MEMBER", `  tally --as D member invite wang --party F
  tally --as F member invite wang --channel app --customer 555 --party D --for 15m`,
		members.MemberInvite, func(args []string) (members.InviteRequest, error) {
			req.Member, req.For = args[0], cli.InSeconds(length)
			return req, nil
		}, a.ToldOf("member:Invite"))
	cmd.Long = `Make an invitation. Its one-time code is told here: give it to the member, who says
it where the account is to be linked or the other member's home is: at the party that
the invitation is for. The home may invite, and whoever names an account of its own
that is linked to the member.`
	customerFlags(cmd, &req.Customer)
	cli.Word(cmd, &req.Party, "party", "the only party that may use it")
	cli.Span(cmd, &length, "for", cli.ADay, "how long it can be used, from now, up to 7d")
	cli.Require(cmd, "party")
	return cmd
}

func cancelInvitation(a *cli.App) *cobra.Command {
	var req member.CancelInvitationRequest
	return cli.Sends(a, "cancel INVITATION", "  tally --as D member cancel D.0.40.0", members.MemberCancel,
		cli.Parsed(&req, &req.Invitation, number.ParseCommand))
}
