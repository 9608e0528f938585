package main

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

func giveConsent(a *app) *cobra.Command {
	var req member.ConsentRequest
	cmd := sends(a, "consent MEMBER",
		"  tally --as D member consent wang --purpose joint_marketing --party F --party G --until 2027-11-30", node.MemberConsent,
		func(args []string) (member.ConsentRequest, error) {
			req.Member = args[0]
			slices.Sort(req.Parties)
			return req, nil
		})
	word(cmd, &req.Purpose, "purpose", "what for: an id such as joint_marketing")
	many(cmd, &req.Parties, "party", "party", "to whom it may be shown", asIs)
	day(cmd, &req.Until, "until", "last day")
	require(cmd, "purpose", "party", "until")
	return cmd
}

// field is a part of a profile: named, to be taken from the vault, or given.
type field struct {
	name, value string
	given       bool
}

func parseField(text string) (field, error) {
	id, value, given := strings.Cut(text, "=")
	return field{id, value, given}, name.CheckID("a field's name", id)
}

func share(a *app) *cobra.Command {
	var req member.ShareRequest
	var fields []field
	cmd := leaf("share CONSENT PARTY", "Show a member's profile to a party of a consent; for its home (共享资料)",
		`  tally --as D member share D.0.44.0 F
  tally --as D member share D.0.44.0 F --field birthday --field tier=gold`,
		func(ctx context.Context, args []string) (err error) {
			if req.Consent, err = number.ParseCommand(args[0]); err != nil {
				return err
			}
			req.Party = args[1]
			if err := name.CheckID("party", req.Party); err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				return a.share(ctx, g, v, req, fields)
			})
		})
	cmd.Long = `Show what your vault has of a member to a party, under a consent: all of the profile,
or only the fields that you name. It goes from your peer to theirs into the
collection that only the two of you have; the ledger gets a salted digest.`
	many(cmd, &fields, "field", "name=value", "NAME of your vault's profile, or NAME=VALUE; all of the profile if you name none", parseField)
	marked(cmd, private, "field")
	return cmd
}

func (a *app) share(ctx context.Context, g *node.Node, v *vault.Vault, req member.ShareRequest, fields []field) error {
	answer, err := g.OncePrivate(ctx, &a.call, func() (command.Request, map[string][]byte, error) {
		consent, err := g.Query().Consent(ctx, req.Consent)
		if err != nil {
			return nil, nil, err
		}
		data, err := a.shared(v, consent.Member, fields)
		if err != nil {
			return nil, nil, err
		}
		sum := sha256.Sum256(data)
		req.Digest = sum[:]
		return req, map[string][]byte{req.Digest.String(): data}, nil
	})
	if err != nil {
		return err
	}
	return a.printReceipt("member:Share", answer)
}

// shared is what a party is shown: the vault's profile as it is, or the fields that
// were named, under a salt that is the same for the same request.
func (a *app) shared(v *vault.Vault, id string, fields []field) ([]byte, error) {
	known, found, err := v.Profile(id)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		if !found {
			return nil, fault.New(fault.NotFound, "your vault has no profile of %s: tally member profile set, or --field NAME=VALUE", id)
		}
		return known.Bytes, nil
	}
	chosen := map[string]string{}
	for _, f := range fields {
		if !f.given {
			value, has := known.Fields[f.name]
			if !has {
				return nil, fault.New(fault.NotFound, "your vault's profile of %s has no field %s", id, f.name)
			}
			f.value = value
		}
		chosen[f.name] = f.value
	}
	return vault.ProfileBytes(slices.Concat(a.call.Seed(v, "share", 0), a.call.Seed(v, "share", 1)), chosen)
}

func withdrawConsent(a *app) *cobra.Command {
	var req member.WithdrawConsentRequest
	cmd := sends(a, "withdraw CONSENT",
		"  tally --as D member withdraw D.0.44.0 --reason member_asked", node.MemberWithdraw,
		func(args []string) (_ member.WithdrawConsentRequest, err error) {
			req.Consent, err = number.ParseCommand(args[0])
			return req, err
		})
	reason(cmd, &req.Reason, "member_asked")
	return cmd
}

func profile(a *app) *cobra.Command {
	return group("profile", "What your vault knows of members, and what others have shown you (资料)", setProfile(a), showProfile(a), readProfile(a))
}

// known is what a vault has of a member.
type known struct {
	Member   string            `json:"member"`
	Fields   map[string]string `json:"fields"`
	Digest   codec.Hash        `json:"digest"`
	Accounts []vault.Account   `json:"accounts"`
}

func setProfile(a *app) *cobra.Command {
	var fields []field
	cmd := leaf("set MEMBER", "Change what your vault knows of a member; nothing goes to the ledger",
		"  tally --as D member profile set wang --field name=王 --field birthday=1990-02-03\n  tally --as D member profile set wang --field birthday=",
		func(_ context.Context, args []string) error {
			return a.inVault(func(v *vault.Vault) error {
				present, _, err := v.Profile(args[0])
				if err != nil {
					return err
				}
				next := maps.Clone(present.Fields)
				if next == nil {
					next = map[string]string{}
				}
				for _, f := range fields {
					if next[f.name] = f.value; f.value == "" {
						delete(next, f.name)
					}
				}
				if _, err := v.PutProfile(args[0], next); err != nil {
					return err
				}
				return a.printKnown(v, args[0])
			})
		})
	many(cmd, &fields, "field", "name=value", "NAME=VALUE; NAME= removes it", parseField)
	return cmd
}

func showProfile(a *app) *cobra.Command {
	return leaf("show MEMBER", "Show what your vault knows of a member: fields, and its customers", "  tally --as D member profile show wang",
		func(_ context.Context, args []string) error {
			return a.inVault(func(v *vault.Vault) error { return a.printKnown(v, args[0]) })
		})
}

func (a *app) printKnown(v *vault.Vault, id string) error {
	p, found, err := v.Profile(id)
	if err != nil {
		return err
	}
	accounts, err := v.Accounts(id)
	if err != nil {
		return err
	}
	if !found && len(accounts) == 0 {
		return fault.New(fault.NotFound, "your vault knows nothing of %s", id)
	}
	answer := known{id, p.Fields, p.Digest, accounts}
	return a.print(answer, func(t table.Writer) {
		t.AppendRow(table.Row{"member", id})
		fieldRows(t, p.Fields)
		for _, one := range accounts {
			t.AppendRow(table.Row{"customer of " + one.Channel, one.Customer})
		}
	})
}

func fieldRows(t table.Writer, fields map[string]string) {
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		t.AppendRow(table.Row{f, fields[f]})
	}
}

func readProfile(a *app) *cobra.Command {
	var party string
	cmd := leaf("read CONSENT", "Read the profile that was shown to you under a consent", "  tally --as F member profile read D.0.44.0",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				if party == "" {
					party = g.Party()
				}
				shown, err := g.Query().Profile(ctx, n, party)
				if err != nil {
					return err
				}
				fields, digest, err := vault.ReadProfile(shown.Bytes)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"consent": n, "fields": fields, "digest": digest}, func(t table.Writer) { fieldRows(t, fields) })
			})
		})
	word(cmd, &party, "party", "to whom it was shown, if that isn't you; for the home")
	return cmd
}
