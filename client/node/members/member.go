package members

import (
	"context"
	"errors"
	"strings"

	"tallystick/chaincode/date"
	"tallystick/chaincode/member"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of members (会员).
var (
	MemberCancel = node.Sends[member.CancelInvitationRequest](node.Describe("member.cancel", "POST",
		"/v1/invitations/{invitation}/cancel", node.Loyalty,
		"End an invitation of yours that wasn't used", "取消邀请",
		`{"invitation":"D.0.40.0"}`))
	MemberKey = node.Sends[member.SetKeyRequest](node.Describe("member.key", "POST",
		"/v1/members/{member}/key", node.Loyalty,
		"Set the key with which a member signs, or remove it; for its home", "会员密钥",
		`{"member":"wang","key":"7497d5131ed98f312f093383ced2013400f4e02f0100a84f22c67b6796ed6626"}`))
	MemberLabel = node.Sends[member.LabelRequest](node.Describe("member.label", "POST",
		"/v1/members/{member}/labels", node.Counter,
		"Say one thing of a member, or take it back; for issuers and acceptors", "会员标签",
		`{"member":"wang","label":"household","until":"2027-11-30","remove":false}`))
	MemberRevoke = node.Sends[member.RevokeAuthorisationRequest](node.Describe("member.revoke", "POST",
		"/v1/authorisations/{authorisation}/revoke", node.Loyalty,
		"End an authorisation; for the member's home and the acceptor", "撤销认证",
		`{"authorisation":"G.0.31.0","reason":"member_asked"}`))
	MemberAuthorisations = node.Lists[MemberAuthorisationsRequest,
		member.Authorisation](node.Describe("member.authorisations", "GET", "/v1/authorisations", node.See,
		"List authorisations and how much of them is left", "授权列表", `{}`))
	MemberShow = node.Does(node.Describe("member.show", "GET", "/v1/members/{member}", node.See,
		"Show what the ledger knows of a member: accounts, consents, authorisations, tiers, orders", "会员详情",
		`{"member":"wang"}`), showMember)
	MemberLabels = node.Does(node.Describe("member.labels", "GET", "/v1/members/{member}/labels", node.See,
		"List what parties say of a member", "标签列表", `{"member":"wang"}`), labels)
	MemberList = node.Lists[MemberListRequest, member.Member](node.Describe("member.list", "GET",
		"/v1/members", node.Read,
		"List members", "会员列表", `{}`))
)

// Person is all that the ledger knows of a member.
type Person struct {
	Height         uint64                              `json:"height"`
	Member         member.Member                       `json:"member"`
	Root           string                              `json:"root"`
	Merged         []string                            `json:"merged"` // into it
	Tiers          map[string]string                   `json:"tiers"`  // by programme
	Accounts       []index.Entry[member.Account]       `json:"accounts"`
	Consents       []index.Entry[member.Consent]       `json:"consents"`
	Authorisations []index.Entry[member.Authorisation] `json:"authorisations"`
	Orders         []index.OrderPart                   `json:"orders"` // part by part
}

func showMember(ctx context.Context, n *node.Node, _ *node.Call, req node.MemberRequest) (Person, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (Person, error) { return personOf(r, req.Member) })
}

func personOf(r *index.Reading, id string) (p Person, err error) {
	if p.Member, err = r.Member(id); err != nil {
		return p, err
	}
	if p.Root, err = r.Root(id); err != nil {
		return p, err
	}
	today, err := node.BusinessDate(r)
	if err != nil {
		return p, err
	}
	var errs [6]error
	p.Merged, errs[0] = mergedInto(r, p.Root)
	p.Height = r.Height()
	p.Accounts, errs[1] = index.All[member.Account](r, index.Filter{Member: p.Root,
		States: []string{member.Linked.String()}})
	p.Consents, errs[2] = index.All[member.Consent](r, index.Filter{Member: p.Root})
	p.Authorisations, errs[3] = index.All[member.Authorisation](r, index.Filter{Member: p.Root})
	p.Tiers, errs[4] = r.Tiers(p.Root, today)
	p.Orders, errs[5] = node.All(func(page index.Page) (index.Part[index.OrderPart], error) {
		return r.Parts(index.PartFilter{Member: p.Root}, page)
	})
	return p, errors.Join(errs[:]...)
}

// Said is one label of a member.
type Said struct {
	Party string    `json:"party"`
	Label string    `json:"label"`
	Until date.Date `json:"until"`
	On    bool      `json:"on"` // it holds today
}

func labels(ctx context.Context, n *node.Node, _ *node.Call, req node.MemberRequest) (node.List[Said], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (list node.List[Said], err error) {
		if err := node.MemberThere(r, req.Member); err != nil {
			return list, err
		}
		today, err := node.BusinessDate(r)
		if err != nil {
			return list, err
		}
		found, err := index.All[member.Labels](r, index.Filter{Member: req.Member})
		return node.List[Said]{Height: r.Height(), Rows: saidOf(found, req.Member, today)}, err
	})
}

// saidOf lists the labels of a member, and not of who was merged into it.
func saidOf(found []index.Entry[member.Labels], id string, today date.Date) []Said {
	list := []Said{}
	for _, one := range found {
		of, party, _ := strings.Cut(one.ID, "/")
		if of != id {
			continue
		}
		for _, l := range one.Row.List {
			list = append(list, Said{party, l.ID, l.Until, l.On(today)})
		}
	}
	return list
}

// MemberAuthorisationsRequest narrows the list.
type MemberAuthorisationsRequest struct {
	Member   string   `json:"member,omitempty"`
	Acceptor string   `json:"acceptor,omitempty"`
	States   []string `json:"states,omitempty"`
}

func (r MemberAuthorisationsRequest) Filter() index.Filter {
	return index.Filter{Member: r.Member, Party: r.Acceptor, States: r.States}
}

// MemberListRequest narrows the list.
type MemberListRequest struct {
	Home   string   `json:"home,omitempty"`
	States []string `json:"states,omitempty"`
}

func (r MemberListRequest) Filter() index.Filter {
	return index.Filter{Party: r.Home, States: r.States}
}
