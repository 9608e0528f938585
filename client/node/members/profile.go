package members

import (
	"context"
	"maps"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// The operations of what the vault knows of members (资料).
var (
	MemberProfileSet = node.Alone(node.Describe("member.profile.set", "POST",
		"/v1/members/{member}/profile", node.Loyalty,
		"Change what your vault knows of a member; nothing goes to the ledger", "修改资料",
		`{"member":"wang","fields":[{"name":"birthday","value":"1990-02-03"}]}`), setProfile)
	MemberProfileShow = node.Alone(node.Describe("member.profile.show", "POST",
		"/v1/members/{member}/profile/show", node.Loyalty,
		"Show what your vault knows of a member: fields, and its customers", "查看资料",
		`{"member":"wang"}`).Asking(), showProfile)
)

// SetProfileRequest changes fields of a profile. One without a value goes.
type SetProfileRequest struct {
	Member string  `json:"member"`
	Fields []Field `json:"fields"`
}

// Hides says that fields aren't for the ledger, not even as a hash that could be guessed.
func (r SetProfileRequest) Hides() bool { return len(r.Fields) > 0 }

// Check refuses names of fields that are none.
func (r SetProfileRequest) Check() error { return checkFields(r.Fields) }

// Known is what a vault has of a member.
type Known struct {
	Member   string            `json:"member"`
	Fields   map[string]string `json:"fields"`
	Digest   codec.Hash        `json:"digest"`
	Accounts []vault.Account   `json:"accounts"`
}

func setProfile(_ context.Context, n *node.Node, _ *node.Call, req SetProfileRequest) (Known, error) {
	v, err := n.Vault()
	if err != nil {
		return Known{}, err
	}
	return learn(v, req)
}

func showProfile(_ context.Context, n *node.Node, _ *node.Call, req node.MemberRequest) (Known, error) {
	v, err := n.Vault()
	if err != nil {
		return Known{}, err
	}
	return knownOf(v, req)
}

// learn changes what a vault knows of a member.
func learn(v *vault.Vault, req SetProfileRequest) (Known, error) {
	present, _, err := v.Profile(req.Member)
	if err != nil {
		return Known{}, err
	}
	next := maps.Clone(present.Fields)
	if next == nil {
		next = map[string]string{}
	}
	for _, f := range req.Fields {
		if delete(next, f.Name); f.Value != nil && *f.Value != "" {
			next[f.Name] = *f.Value
		}
	}
	if _, err := v.PutProfile(req.Member, next); err != nil {
		return Known{}, err
	}
	return knownOf(v, node.MemberRequest{Member: req.Member})
}

// knownOf is what a vault knows of a member. NOT_FOUND if that is nothing.
func knownOf(v *vault.Vault, req node.MemberRequest) (known Known, err error) {
	p, found, err := v.Profile(req.Member)
	if err != nil {
		return known, err
	}
	accounts, err := v.Accounts(req.Member)
	if err == nil && !found && len(accounts) == 0 {
		err = fault.New(fault.NotFound, "your vault knows nothing of %s", req.Member)
	}
	return Known{req.Member, p.Fields, p.Digest, accounts}, err
}
