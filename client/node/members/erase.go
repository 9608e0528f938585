package members

import (
	"context"
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// The operations that end members: as others, or for good (合并会员、注销).
var (
	MemberMerge = node.Does(node.Describe("member.merge", "POST", "/v1/merges", node.Loyalty,
		"Join two pseudonyms of one person; for the home of the one that ends", "合并会员",
		`{"from":"wang-2","into":"wang","invitation":"D.0.41.0","code":"2ABCD-EFGH2-JKMN3-PQRS4-TVWXY-8"}`), merge)
	MemberErase = node.Does(node.Describe("member.erase", "POST", "/v1/members/{member}/erase", node.Loyalty,
		"Forget a member at the person's wish, for good; for its home", "注销",
		`{"member":"wang","reason":"member_asked"}`), erase)
	MemberSweep = node.Does(node.Describe("member.sweep", "POST", "/v1/sweeps", node.Loyalty,
		"Have your vault follow what happened to members: erasures and merges of others", "清理保险库",
		`{}`), sweep)
)

// merge joins two members. The vault follows.
func merge(ctx context.Context, n *node.Node, c *node.Call, req member.MergeRequest) (r node.Receipt, err error) {
	v, err := n.Vault()
	if err != nil {
		return r, err
	}
	if r, err = n.Once(ctx, c, node.Just(req)); err != nil {
		return r, err
	}
	return r, v.SetMember(req.From, req.Into)
}

// EraseRequest asks that a member be forgotten.
type EraseRequest struct {
	Member string `json:"member"`
	Reason string `json:"reason"` // a code such as member_asked
}

// Check refuses what is malformed whatever the member has.
func (r EraseRequest) Check() error { return r.request().Check() }

func (r EraseRequest) request() member.EraseRequest {
	return member.EraseRequest{Member: r.Member, Reason: r.Reason}
}

// erase ends all accounts and consents of a member, and of who was merged into it, and takes away what parties say of
// it; then all goes that the vault has of them.
func erase(ctx context.Context, n *node.Node, c *node.Call, req EraseRequest) (r node.Receipt, err error) {
	v, err := n.Vault()
	if err != nil {
		return r, err
	}
	whole, err := node.Ask(ctx, n, func(r *index.Reading) (whole erasure, err error) {
		if whole.merged, err = mergedInto(r, req.Member); err == nil {
			whole.request, err = wholeOf(r, req.request(), whole.merged)
		}
		return whole, err
	})
	if err != nil {
		return r, err
	}
	if r, err = n.Once(ctx, c, node.Just(whole.request)); err != nil {
		return r, err
	}
	for _, id := range append(whole.merged, req.Member) {
		if err := v.Erase(id); err != nil {
			return r, err
		}
	}
	return r, nil
}

// erasure is what is to be forgotten with a member.
type erasure struct {
	merged  []string // into it
	request member.EraseRequest
}

// mergedInto lists the members that became a root, by id.
func mergedInto(r *index.Reading, root string) ([]string, error) {
	list, err := index.All[member.Member](r, index.Filter{Member: root})
	ids := []string{}
	for _, m := range list {
		if m.ID != root {
			ids = append(ids, m.ID)
		}
	}
	return ids, err
}

// wholeOf names every live account and consent of a member, and what parties say of it.
func wholeOf(r *index.Reading, req member.EraseRequest, merged []string) (member.EraseRequest, error) {
	accounts, err := index.All[member.Account](r, index.Filter{Member: req.Member,
		States: []string{member.Linked.String()}})
	if err != nil {
		return req, err
	}
	active := []string{member.ConsentActive.String()}
	consents, err := index.All[member.Consent](r, index.Filter{Member: req.Member, States: active})
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
		return slices.Compare([]string{a.Party, a.Channel, a.Account.String()},
			[]string{b.Party, b.Channel, b.Account.String()})
	})
	if req.Labels, err = labelsOf(r, append(slices.Clone(merged), req.Member)); err != nil {
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

// labelsOf names what parties say of members.
func labelsOf(r *index.Reading, members []string) ([]member.LabelsID, error) {
	var list []member.LabelsID
	for _, id := range members {
		labels, err := index.All[member.Labels](r, index.Filter{Member: id})
		if err != nil {
			return nil, err
		}
		for _, one := range labels {
			if of, party, _ := strings.Cut(one.ID, "/"); of == id && len(one.Row.List) > 0 {
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

// Swept is what a sweep changed in the vault.
type Swept struct {
	Erased []string          `json:"erased"`
	Merged map[string]string `json:"merged"` // into whom
}

func sweep(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (Swept, error) {
	v, err := n.Vault()
	if err != nil {
		return Swept{}, err
	}
	return node.Ask(ctx, n, func(r *index.Reading) (Swept, error) { return sweepVault(r, v) })
}

func sweepVault(r *index.Reading, v *vault.Vault) (Swept, error) {
	done := Swept{Erased: []string{}, Merged: map[string]string{}}
	ended, err := index.All[member.Member](r, index.Filter{States: []string{member.Merged.String(),
		member.Erased.String()}})
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
func (s *Swept) follow(r *index.Reading, v *vault.Vault, id string) error {
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
