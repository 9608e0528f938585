package members

import (
	"context"
	"errors"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// The operations of the accounts by which channels know members (渠道账户).
var (
	MemberRecognise = node.Does(node.Describe("member.recognise", "POST", "/v1/recognitions", node.Counter,
		"Find the member whose account a customer of yours is", "渠道识别",
		`{"channel":"app","customer":"12345"}`).Asking(), recognise)
	MemberLink = node.Does(node.Describe("member.link", "POST", "/v1/members/{member}/links", node.Loyalty,
		"Link an account of yours to a member: as its home, or with an invitation", "绑定",
		`{"member":"wang","channel":"shop","customer":"98-7"}`), link)
	MemberUnlink = node.Sends[member.UnlinkRequest](node.Describe("member.unlink", "POST",
		"/v1/members/{member}/unlink", node.Loyalty,
		"End an account: yours, or, for the member's home, anybody's", "解绑",
		`{"member":"wang","party":"F","channel":"app","account":"abababababababababababababababababababababababababababababababab","reason":"left"}`))
	MemberUnlinkCustomer = node.Does(node.Describe("member.unlink.customer", "POST",
		"/v1/members/{member}/links/end", node.Loyalty,
		"End the account of a customer of yours, and forget him", "解绑客户",
		`{"member":"wang","channel":"shop","customer":"98-7","reason":"customer_left"}`), unlinkCustomer)
)

// Customer is somebody as one of the party's own channels knows him. The id goes to the vault and nowhere else.
type Customer struct {
	Channel string `json:"channel,omitempty"`  // of the party's: app, shop, wechat …
	ID      string `json:"customer,omitempty"` // the channel's own id of him
}

// Hides says that a request with a customer isn't for the ledger, not even as a hash that could be guessed.
func (c Customer) Hides() bool { return !c.none() }

func (c Customer) none() bool { return c == Customer{} }

// checkAny refuses a customer that is none. There may be no customer.
func (c Customer) checkAny() error {
	if c.none() {
		return nil
	}
	return c.check()
}

func (c Customer) check() error {
	if c.ID == "" {
		return fault.New(fault.BadRequest, "say which customer: `channel` and `customer`")
	}
	return name.CheckID("`channel`", c.Channel)
}

// known is the customer's account in the vault. NOT_FOUND.
func (c Customer) known(v *vault.Vault) (vault.Account, error) {
	account, found, err := v.Account(c.Channel, c.ID)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "your vault knows no such customer of %s; link it first: `member.link`",
			c.Channel)
	}
	return account, err
}

// take puts the customer into the vault as a member, and has the account linked. A customer whom the vault didn't know
// is forgotten again if the ledger refuses, and kept if that isn't sure: then the same can be tried again.
func (c Customer) take(v *vault.Vault, member string, link func(vault.Account) error) error {
	_, known, err := v.Account(c.Channel, c.ID)
	if err != nil {
		return err
	}
	account, err := v.NewAccount(c.Channel, c.ID, member)
	if err != nil {
		return err
	}
	err = link(account)
	if err != nil && !known && !fault.CodeOf(err).Passing() {
		err = errors.Join(err, v.Forget(c.Channel, c.ID))
	}
	return err
}

// takeOnce is Once for a request that links a customer's account, whom the vault has taken in by then. Done before, it
// leaves the vault as it is.
func takeOnce(ctx context.Context, n *node.Node, c *node.Call, v *vault.Vault, who Customer, member string,
	build func(vault.Account) command.Request) (node.Receipt, error) {
	r, found, err := n.First(ctx, c)
	if found || err != nil {
		return r, err
	}
	err = who.take(v, member, func(account vault.Account) (err error) {
		r, err = n.Once(ctx, c, node.Just(build(account)))
		return err
	})
	return r, err
}

// RecogniseRequest names a customer.
type RecogniseRequest struct{ Customer }

// Check refuses a customer that is none.
func (r RecogniseRequest) Check() error { return r.check() }

func recognise(ctx context.Context, n *node.Node, _ *node.Call,
	req RecogniseRequest) (found answer.Recognised, err error) {
	v, err := n.Vault()
	if err != nil {
		return found, err
	}
	account, err := req.known(v)
	if err != nil {
		return found, err
	}
	return n.Query().Recognise(ctx, n.Party(), account.Channel, account.Commitment)
}

// LinkRequest links a customer to a member.
type LinkRequest struct {
	Member string `json:"member"`
	Customer
	Invitation number.Command `json:"invitation,omitzero"` // the member's; its home needs none
	Code       code.Code      `json:"code,omitempty"`      // one-time, of the invitation
}

// Check refuses a customer that is none, and what is malformed whatever account it becomes.
func (r LinkRequest) Check() error {
	if err := r.check(); err != nil {
		return err
	}
	return r.request(vault.Account{Channel: r.Channel, Commitment: anAccount}).Check()
}

// anAccount stands for the commitment to an account that is still to be made.
var anAccount = make(codec.Hash, 32)

func (r LinkRequest) request(account vault.Account) command.Request {
	return member.LinkRequest{Member: r.Member, Channel: account.Channel, Account: account.Commitment,
		Invitation: r.Invitation, Code: r.Code}
}

func link(ctx context.Context, n *node.Node, c *node.Call, req LinkRequest) (node.Receipt, error) {
	v, err := n.Vault()
	if err != nil {
		return node.Receipt{}, err
	}
	return takeOnce(ctx, n, c, v, req.Customer, req.Member, req.request)
}

// UnlinkCustomerRequest ends the account of a customer.
type UnlinkCustomerRequest struct {
	Member string `json:"member"`
	Customer
	Reason string `json:"reason"` // a code such as customer_left
}

// Check refuses what is malformed whatever account it is.
func (r UnlinkCustomerRequest) Check() error { return r.request("X", anAccount).Check() }

func (r UnlinkCustomerRequest) request(party string, account codec.Hash) member.UnlinkRequest {
	return member.UnlinkRequest{Member: r.Member, Party: party, Channel: r.Channel, Account: account, Reason: r.Reason}
}

func unlinkCustomer(ctx context.Context, n *node.Node, c *node.Call,
	req UnlinkCustomerRequest) (r node.Receipt, err error) {
	v, err := n.Vault()
	if err != nil {
		return r, err
	}
	if r, err = n.Once(ctx, c, func() (command.Request, error) {
		account, err := req.known(v)
		return req.request(n.Party(), account.Commitment), err
	}); err != nil {
		return r, err
	}
	return r, forget(ctx, n, v, req.Customer)
}

// forget removes a customer from the vault whose account isn't linked any more. One who was linked again since then
// stays.
func forget(ctx context.Context, n *node.Node, v *vault.Vault, who Customer) error {
	account, known, err := v.Account(who.Channel, who.ID)
	if err != nil || !known {
		return err
	}
	_, err = n.Query().Recognise(ctx, n.Party(), account.Channel, account.Commitment)
	if fault.CodeOf(err) == fault.NotFound {
		return v.Forget(account.Channel, account.Customer)
	}
	return err
}
