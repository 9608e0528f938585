package main

import (
	"context"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

func erase(a *app) *cobra.Command {
	req := member.EraseRequest{}
	cmd := leaf("erase MEMBER", "Forget a member at the person's wish, for good; for its home (注销)",
		"  tally --as D member erase wang --reason member_asked --yes",
		func(ctx context.Context, args []string) error {
			req.Member = args[0]
			if err := req.Check(); err != nil {
				return err
			}
			if err := a.confirm("all that is known of " + args[0] + " is lost for good, and nobody can spend its points any more"); err != nil {
				return err
			}
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				return a.indexed(ctx, g, func(r *index.Reading) error { return a.erase(ctx, g, v, r, req) })
			})
		})
	cmd.Long = `Forget a member. All accounts and consents of the member, and of who was merged into
it, are found and ended; what was shared is purged, what parties say of it is taken
away; then all goes that your vault has
of them. The other parties' nodes follow with tally member sweep. The points stay on
the ledger, so that every statement still recomputes, and nobody can spend them. It
can't be undone.`
	reason(cmd, &req.Reason, "member_asked")
	a.yesFlag(cmd)
	return cmd
}

func (a *app) erase(ctx context.Context, g *node.Node, v *vault.Vault, now *index.Reading, req member.EraseRequest) error {
	merged, err := mergedInto(now, req.Member)
	if err != nil {
		return err
	}
	r, err := g.Once(ctx, &a.call, func() (command.Request, error) { return wholeOf(now, req) })
	if err != nil {
		return err
	}
	for _, id := range append(merged, req.Member) {
		if err := v.Erase(id); err != nil {
			return err
		}
	}
	return a.printReceipt("member:Erase", r)
}

// wholeOf names every live account and consent of a member.
func wholeOf(r *index.Reading, req member.EraseRequest) (member.EraseRequest, error) {
	accounts, err := index.All[member.Account](r, index.Filter{Member: req.Member, States: []string{member.Linked.String()}})
	if err != nil {
		return req, err
	}
	consents, err := index.All[member.Consent](r, index.Filter{Member: req.Member, States: []string{member.ConsentActive.String()}})
	if err != nil {
		return req, err
	}
	for _, one := range accounts { // in the order of their keys, which is the one that the ledger wants
		id, err := parseAccountID(one.ID)
		if err != nil {
			return req, err
		}
		req.Accounts = append(req.Accounts, id)
	}
	slices.SortFunc(req.Accounts, func(a, b member.AccountID) int {
		return slices.Compare([]string{a.Party, a.Channel, a.Account.String()}, []string{b.Party, b.Channel, b.Account.String()})
	})
	if req.Labels, err = labelsOf(r, req.Member); err != nil {
		return req, err
	}
	for _, one := range consents {
		n, err := number.ParseCommand(one.ID)
		if err != nil {
			return req, err
		}
		req.Consents = append(req.Consents, n)
	}
	return req, nil
}

// labelsOf names what parties say of a member, and of who was merged into it.
func labelsOf(r *index.Reading, id string) ([]member.LabelsID, error) {
	merged, err := mergedInto(r, id)
	if err != nil {
		return nil, err
	}
	var list []member.LabelsID
	for _, wallet := range slices.Sorted(slices.Values(append(merged, id))) {
		labels, err := index.All[member.Labels](r, index.Filter{Member: wallet})
		if err != nil {
			return nil, err
		}
		for _, one := range labels {
			if of, party, _ := strings.Cut(one.ID, "/"); of == wallet && len(one.Row.List) > 0 {
				list = append(list, member.LabelsID{Member: of, Party: party})
			}
		}
	}
	slices.SortFunc(list, func(a, b member.LabelsID) int {
		return slices.Compare([]string{a.Member, a.Party}, []string{b.Member, b.Party})
	})
	return list, nil
}

// parseAccountID reads an account's key, PARTY/CHANNEL/DIGITS.
func parseAccountID(text string) (member.AccountID, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return member.AccountID{}, fault.New(fault.Internal, "%q is no account", text)
	}
	account, err := codec.ParseHash(parts[2])
	return member.AccountID{Party: parts[0], Channel: parts[1], Account: account}, err
}

func sweep(a *app) *cobra.Command {
	cmd := leaf("sweep", "Have your vault follow what happened to members: erasures and merges of others", "  tally --as F member sweep",
		func(ctx context.Context, _ []string) error {
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				return a.indexed(ctx, g, func(r *index.Reading) error {
					swept, err := sweepVault(r, v)
					if err != nil {
						return err
					}
					return a.print(swept, func(t table.Writer) {
						t.AppendRows([]table.Row{{"members erased", len(swept.Erased)}, {"members merged", len(swept.Merged)}})
					})
				})
			})
		})
	cmd.Long = `Remove from your vault what belongs to members who were erased, and move what belongs
to members who were merged, wherever that was asked for. Run it daily: an erasure
holds when every party that knew the person has done it.`
	return a.takesLong(cmd)
}

// swept is what a sweep changed in the vault.
type swept struct {
	Erased []string          `json:"erased"`
	Merged map[string]string `json:"merged"` // into whom
}

func sweepVault(r *index.Reading, v *vault.Vault) (swept, error) {
	done := swept{Erased: []string{}, Merged: map[string]string{}}
	ended, err := index.All[member.Member](r, index.Filter{States: []string{member.Merged.String(), member.Erased.String()}})
	if err != nil {
		return done, err
	}
	for _, m := range ended {
		holds, err := v.Holds(m.ID)
		if err != nil {
			return done, err
		}
		if !holds {
			continue
		}
		if err := done.follow(r, v, m.ID); err != nil {
			return done, err
		}
	}
	return done, nil
}

// follow does to one member in the vault what the ledger did.
func (s *swept) follow(r *index.Reading, v *vault.Vault, id string) error {
	root, err := r.Root(id)
	if err != nil {
		return err
	}
	became, err := r.Member(root)
	if err != nil {
		return err
	}
	if became.State == member.Erased {
		s.Erased = append(s.Erased, id)
		return v.Erase(id)
	}
	s.Merged[id] = root
	return v.SetMember(id, root)
}
