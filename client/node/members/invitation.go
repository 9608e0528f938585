package members

import (
	"cmp"
	"context"
	"slices"

	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// The operations that tell a member a one-time code (一次性码), and those of what a member authorises (积分认证).
var (
	MemberInvite = node.Does(node.Describe("member.invite", "POST", "/v1/members/{member}/invitations", node.Loyalty,
		"Make a code with which an account can be linked, or a member merged", "邀请绑定",
		`{"member":"wang","party":"F","for":86400}`), invite)
	MemberAuthorise = node.Tries(node.Describe("member.authorise", "POST", "/v1/authorisations", node.Counter,
		"Let an acceptor spend so many of a member's points: at the member's wish, or with its signature", "积分认证",
		`{"member":"zhang","acceptor":"D","allow":[{"programme":"GP","points":20000}],"for":900}`), authorise)
	MemberAuthoriseCode = node.Does(node.Describe("member.authorise.code", "POST",
		"/v1/authorisations/code", node.Counter,
		"Let an acceptor spend so many of a member's points, once it has a one-time code", "一次性码认证",
		`{"member":"zhang","acceptor":"D","allow":[{"programme":"GP","points":500}],"for":900}`), authoriseCode)
	MemberAuthoriseSigned = node.Sends[member.AuthoriseRequest](node.Describe("member.authorise.signed", "POST",
		"/v1/authorisations/signed", node.Counter,
		"Present what a member has signed: that you may spend so many of its points", "签名认证",
		`{"member":"zhang","acceptor":"D","caps":[{"programme":"GP","amount":5}],"until":1796168419,"commitment":"","nonce":"96c262a60dd6fa4b035792889dd35273","signature":"e06698d02459bcc81cb636094c32d308adcf912b3eef4a50d96d36b6065bd8132a0c908109d6475a15af60851d361da8c73de901c2c36744b88147e95b6f7e03"}`))
)

// CodeReceipt is a receipt with the one-time code that the command made: it is told here, and nowhere else.
type CodeReceipt struct {
	node.Receipt
	Code code.Code `json:"code"` // "" if it had been made before, by another vault
}

// InviteRequest makes an invitation. The member's home may, and whoever names a customer whose account is linked to it.
type InviteRequest struct {
	Member string `json:"member"`
	Customer
	Party string `json:"party"` // the only one that may use it
	For   int64  `json:"for"`   // seconds from now that it can be used, 7 days at most
}

// Check refuses a customer that is none, and what is malformed whatever the code will be.
func (r InviteRequest) Check() error {
	if err := r.checkAny(); err != nil {
		return err
	}
	return r.request(make(code.Commitment, code.Size), vault.Account{}).Check()
}

func (r InviteRequest) request(commitment code.Commitment, account vault.Account) member.InviteRequest {
	return member.InviteRequest{Member: r.Member, Channel: account.Channel, Account: account.Commitment, For: r.Party,
		Commitment: commitment, Until: node.FromNow(r.For)}
}

func invite(ctx context.Context, n *node.Node, c *node.Call, req InviteRequest) (CodeReceipt, error) {
	return promiseCode(ctx, n, c, promise{"invitation", req.Member,
		func(v *vault.Vault, commitment code.Commitment) (_ command.Request, until int64, err error) {
			account := vault.Account{}
			if !req.none() {
				account, err = req.known(v)
			}
			made := req.request(commitment, account)
			return made, made.Until, err
		},
		func(of number.Command) (code.Commitment, int64, error) {
			i, err := n.Query().Invitation(ctx, of)
			return i.Commitment, i.Until, err
		}})
}

// promise is a command with the commitment of a one-time code.
type promise struct {
	purpose, member string // the vault's word for the code, and whose it is

	build func(*vault.Vault, code.Commitment) (req command.Request, until int64, err error)
	kept  func(number.Command) (code.Commitment, int64, error) // as the ledger has it
}

// promise sends such a command, keeps the code in the vault for as long as it can be used, and tells it. Asked again
// for the same, it tells the same code, if it is this vault's.
func promiseCode(ctx context.Context, n *node.Node, c *node.Call, p promise) (answer CodeReceipt, err error) {
	v, err := n.Vault()
	if err != nil {
		return answer, err
	}
	secret := c.Seed(v, p.purpose, 0)
	until := int64(0)
	if answer.Receipt, err = n.Once(ctx, c, func() (req command.Request, err error) {
		req, until, err = p.build(v, code.Commit(secret))
		return req, err
	}); err != nil {
		return answer, err
	}
	if answer.Duplicate {
		var kept code.Commitment
		if kept, until, err = p.kept(answer.Number); err != nil || !slices.Equal(kept, code.Commit(secret)) {
			return answer, err
		}
	}
	answer.Code = secret
	kept := vault.Secret{Purpose: p.purpose, Reference: answer.Number.String(), Member: p.member,
		Code: secret, Until: until}
	return answer, v.PutCode(kept)
}

// AuthoriseRequest lets an acceptor spend so many of a member's points.
type AuthoriseRequest struct {
	Member   string      `json:"member"`
	Acceptor string      `json:"acceptor"`
	Allow    []node.Part `json:"allow"`
	For      int64       `json:"for"` // seconds from now, 366 days at most
}

// Check refuses with BAD_REQUEST or LIMIT what is malformed.
func (r AuthoriseRequest) Check() error { return r.Request(nil).Check() }

// Request makes the authorisation, its caps sorted.
func (r AuthoriseRequest) Request(commitment code.Commitment) member.AuthoriseRequest {
	return member.AuthoriseRequest{Member: r.Member, Acceptor: r.Acceptor, Caps: caps(r.Allow),
		Until: node.FromNow(r.For), Commitment: commitment}
}

// caps are what an authorisation allows, sorted by programme.
func caps(allow []node.Part) []member.Limit {
	list := make([]member.Limit, len(allow))
	for i, p := range allow {
		list[i] = member.Limit{Programme: p.Programme, Amount: p.Points}
	}
	slices.SortFunc(list, func(a, b member.Limit) int { return cmp.Compare(a.Programme, b.Programme) })
	return list
}

func authorise(ctx context.Context, n *node.Node, c *node.Call, req AuthoriseRequest) (node.Receipt, error) {
	return n.Once(ctx, c, node.Just(req.Request(nil)))
}

func authoriseCode(ctx context.Context, n *node.Node, c *node.Call, req AuthoriseRequest) (CodeReceipt, error) {
	return promiseCode(ctx, n, c, promise{"authorisation", req.Member,
		func(_ *vault.Vault, commitment code.Commitment) (command.Request, int64, error) {
			made := req.Request(commitment)
			return made, made.Until, nil
		},
		func(of number.Command) (code.Commitment, int64, error) {
			one, err := n.Query().Authorisation(ctx, of)
			return one.Commitment, one.Until, err
		}})
}
