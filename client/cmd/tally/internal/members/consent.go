package members

import (
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/members"
)

func giveConsent(a *cli.App) *cobra.Command {
	var req member.ConsentRequest
	cmd := cli.Sends(a, "consent MEMBER",
		"  tally --as D member consent wang --purpose joint_marketing --party F --party G --until 2027-11-30",
		members.MemberConsent, func(args []string) (member.ConsentRequest, error) {
			req.Member = args[0]
			slices.Sort(req.Parties)
			return req, nil
		})
	cli.Word(cmd, &req.Purpose, "purpose", "what for: an id such as joint_marketing")
	cli.Many(cmd, &req.Parties, "party", "to whom it may be shown", cli.AsIs)
	cli.Day(cmd, &req.Until, "until", "last day")
	cli.Require(cmd, "purpose", "party", "until")
	return cmd
}

// parseField reads a field that is taken from the vault, NAME, or given, NAME=VALUE.
func parseField(text string) (members.Field, error) {
	id, value, given := strings.Cut(text, "=")
	field := members.Field{Name: id}
	if given {
		field.Value = &value
	}
	return field, name.CheckID("a field's name", id)
}

func share(a *cli.App) *cobra.Command {
	var req members.ShareRequest
	cmd := cli.Verb(a, "share CONSENT PARTY", `  tally --as D member share D.0.44.0 F
  tally --as D member share D.0.44.0 F --field birthday --field tier=gold`,
		members.MemberShare, func(args []string) (_ members.ShareRequest, err error) {
			req.Party = args[1]
			req.Consent, err = number.ParseCommand(args[0])
			return req, err
		}, a.ReceiptOf("member:Share"))
	cmd.Long = `Show what your vault has of a member to a party, under a consent: all of the profile,
or only the fields that you name. It goes from your peer to theirs into the
collection that only the two of you have; the ledger gets a salted digest.`
	cli.Many(cmd, &req.Fields, "field",
		"NAME of your vault's profile, or NAME=VALUE; all of the profile if you name none", parseField)
	return cmd
}

func withdrawConsent(a *cli.App) *cobra.Command {
	var req member.WithdrawConsentRequest
	cmd := cli.Sends(a, "withdraw CONSENT", "  tally --as D member withdraw D.0.44.0 --reason member_asked",
		members.MemberWithdraw, cli.Parsed(&req, &req.Consent, number.ParseCommand))
	cli.Reason(cmd, &req.Reason, "member_asked")
	return cmd
}

func profile(a *cli.App) *cobra.Command {
	return cli.Group("profile", "What your vault knows of members, and what others have shown you (资料)", setProfile(a),
		showProfile(a), readProfile(a))
}

func setProfile(a *cli.App) *cobra.Command {
	var req members.SetProfileRequest
	cmd := cli.Verb(a, "set MEMBER",
		"  tally --as D member profile set wang --field name=王 --field birthday=1990-02-03\n  tally --as D member profile set wang --field birthday=",
		members.MemberProfileSet, cli.Words(&req, &req.Member), cli.Shows(a, knownTable))
	cli.Many(cmd, &req.Fields, "field", "NAME=VALUE; NAME= removes it", parseField)
	return cmd
}

func showProfile(a *cli.App) *cobra.Command {
	return cli.Verb(a, "show MEMBER", "  tally --as D member profile show wang",
		members.MemberProfileShow, cli.OneMember, cli.Shows(a, knownTable))
}

// knownTable shows what the vault knows of a member.
func knownTable(t table.Writer, known members.Known) {
	t.AppendRow(table.Row{"member", known.Member})
	fieldRows(t, known.Fields)
	for _, one := range known.Accounts {
		t.AppendRow(table.Row{"customer of " + one.Channel, one.Customer})
	}
}

func fieldRows(t table.Writer, fields map[string]string) {
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		t.AppendRow(table.Row{f, fields[f]})
	}
}

func readProfile(a *cli.App) *cobra.Command {
	var req members.ReadProfileRequest
	cmd := cli.Verb(a, "read CONSENT", "  tally --as F member profile read D.0.44.0",
		members.MemberProfileRead, cli.Parsed(&req, &req.Consent, number.ParseCommand),
		cli.Shows(a, func(t table.Writer, shown members.Shown) { fieldRows(t, shown.Fields) }))
	cli.Word(cmd, &req.Party, "party", "to whom it was shown, if that isn't you; for the home")
	return cmd
}
