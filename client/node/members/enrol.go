package members

import (
	"context"
	"encoding/base32"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// MemberEnrol makes a member (入会).
var MemberEnrol = node.Does(node.Describe("member.enrol", "POST", "/v1/members", node.Loyalty,
	"Make a member, whose home you are; for issuers and acceptors", "入会",
	`{"channel":"app","customer":"12345"}`), enrol)

// EnrolRequest makes a member. Without a name it gets a pseudonym that says nothing. A customer becomes its first
// account.
type EnrolRequest struct {
	Member string `json:"member,omitempty"`
	Customer
	Key member.Key `json:"key,omitempty"` // the member's own Ed25519 public key
}

// Check refuses what is malformed whatever the pseudonym and the account will be.
func (r EnrolRequest) Check() error {
	if err := r.checkAny(); err != nil || r.Member == "" {
		return err
	}
	return r.request(vault.Account{}).Check()
}

func (r EnrolRequest) request(account vault.Account) command.Request {
	return member.EnrolRequest{Member: r.Member, Channel: account.Channel, Account: account.Commitment, Key: r.Key}
}

// Enrolled is the receipt of an enrolment.
type Enrolled struct {
	node.Receipt
	Member string `json:"member"` // "" if it was enrolled before, and by another vault
}

func enrol(ctx context.Context, n *node.Node, c *node.Call, req EnrolRequest) (answer Enrolled, err error) {
	v, err := n.Vault()
	if err != nil {
		return answer, err
	}
	r, found, err := n.First(ctx, c)
	if err == nil && !found {
		r, err = enrolNew(ctx, n, c, v, &req)
	}
	if err == nil && r.Duplicate {
		req.Member, err = enrolledBy(ctx, n, c, v, r, req)
	}
	return Enrolled{r, req.Member}, err
}

// enrolNew makes a member, with a pseudonym if it has no name.
func enrolNew(ctx context.Context, n *node.Node, c *node.Call, v *vault.Vault,
	req *EnrolRequest) (r node.Receipt, err error) {
	if req.Member == "" {
		if req.Member, err = pseudonymOf(c, v, req.Customer); err != nil {
			return r, err
		}
	}
	if req.none() {
		return n.Once(ctx, c, node.Just(req.request(vault.Account{})))
	}
	return takeOnce(ctx, n, c, v, req.Customer, req.Member, req.request)
}

// pseudonymOf is the member that a customer is, or shall be, as every import from this vault has it; without a customer
// it is one of the call's own.
func pseudonymOf(c *node.Call, v *vault.Vault, who Customer) (string, error) {
	if who.none() {
		return pseudonym(c.Seed(v, "enrol", 0)), nil
	}
	account, err := v.Pseudonym(who.Channel, who.ID)
	return account.Member, err
}

// pseudonym makes a member's name of 80 random bits.
func pseudonym(random []byte) string {
	return "m-" + strings.ToLower(base32.StdEncoding.EncodeToString(random[:10]))
}

// enrolledBy is the member that a command made before, "" if the vault doesn't know its name.
func enrolledBy(ctx context.Context, n *node.Node, c *node.Call, v *vault.Vault, r node.Receipt,
	req EnrolRequest) (string, error) {
	id := req.Member
	switch {
	case id != "":
	case req.none():
		id = pseudonym(c.Seed(v, "enrol", 0))
	default:
		account, known, err := v.Account(req.Channel, req.ID)
		if err != nil || !known {
			return "", err
		}
		id = account.Member
	}
	made, err := n.Query().Member(ctx, id)
	if fault.CodeOf(err) == fault.NotFound || err == nil && made.Number != r.Number {
		return "", nil
	}
	return id, err
}
