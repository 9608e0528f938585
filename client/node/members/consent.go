package members

import (
	"context"
	"crypto/sha256"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// The operations of consents, and of what is shown under them (个人信息).
var (
	MemberConsent = node.Sends[member.ConsentRequest](node.Describe("member.consent", "POST",
		"/v1/consents", node.Loyalty,
		"Record that a member lets you show its profile to some parties; for its home", "授权同意",
		`{"member":"wang","purpose":"joint_marketing","parties":["F","G"],"until":"2027-11-30"}`))
	MemberShare = node.Does(node.Describe("member.share", "POST", "/v1/consents/{consent}/shares", node.Loyalty,
		"Show a member's profile to a party of a consent; for its home", "共享资料",
		`{"consent":"D.0.44.0","party":"F","fields":[{"name":"birthday"},{"name":"tier","value":"gold"}]}`), share)
	MemberWithdraw = node.Sends[member.WithdrawConsentRequest](node.Describe("member.withdraw", "POST",
		"/v1/consents/{consent}/withdraw", node.Loyalty,
		"End a consent and purge what was shared; for the home, and after its end for those in it", "撤回同意",
		`{"consent":"D.0.44.0","reason":"member_asked"}`))
	MemberProfileRead = node.Does(node.Describe("member.profile.read", "POST",
		"/v1/consents/{consent}/profile", node.Loyalty,
		"Read the profile that was shown to you under a consent", "读取资料",
		`{"consent":"D.0.44.0"}`).Asking(), readProfile)
)

// Field is a part of a profile: named, to be taken from the vault, or given.
type Field struct {
	Name  string  `json:"name"`
	Value *string `json:"value,omitempty"`
}

// String writes the field as it is read: NAME, or NAME=VALUE.
func (f Field) String() string {
	if f.Value == nil {
		return f.Name
	}
	return f.Name + "=" + *f.Value
}

// checkFields refuses names of fields that are none.
func checkFields(list []Field) error {
	for _, f := range list {
		if err := name.CheckID("a field's name", f.Name); err != nil {
			return err
		}
	}
	return nil
}

// ShareRequest shows a profile to a party of a consent: all that the vault has, or only the fields that are named.
type ShareRequest struct {
	Consent number.Command `json:"consent"`
	Party   string         `json:"party"`
	Fields  []Field        `json:"fields,omitempty"`
}

// Hides says that fields aren't for the ledger, not even as a hash that could be guessed.
func (r ShareRequest) Hides() bool { return len(r.Fields) > 0 }

// Check refuses ids that are none.
func (r ShareRequest) Check() error {
	if err := checkFields(r.Fields); err != nil {
		return err
	}
	return r.request(make(codec.Hash, sha256.Size)).Check()
}

func (r ShareRequest) request(digest codec.Hash) command.Request {
	return member.ShareRequest{Consent: r.Consent, Party: r.Party, Digest: digest}
}

// share sends a profile from the party's peer to the other's, into the collection that only the two have; the ledger
// gets a salted digest.
func share(ctx context.Context, n *node.Node, c *node.Call, req ShareRequest) (node.Receipt, error) {
	v, err := n.Vault()
	if err != nil {
		return node.Receipt{}, err
	}
	return n.OncePrivate(ctx, c, func() (command.Request, map[string][]byte, error) {
		consent, err := n.Query().Consent(ctx, req.Consent)
		if err != nil {
			return nil, nil, err
		}
		data, err := shared(c, v, consent.Member, req.Fields)
		if err != nil {
			return nil, nil, err
		}
		sum := sha256.Sum256(data)
		digest := codec.Hash(sum[:])
		return req.request(digest), map[string][]byte{digest.String(): data}, nil
	})
}

// shared is what a party is shown: the vault's profile as it is, or the fields that were named, under a salt that is
// the same for the same request.
func shared(c *node.Call, v *vault.Vault, id string, fields []Field) ([]byte, error) {
	known, found, err := v.Profile(id)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		if !found {
			return nil, fault.New(fault.NotFound,
				"your vault has no profile of %s: `member.profile.set`, or say `fields`", id)
		}
		return known.Bytes, nil
	}
	chosen := map[string]string{}
	for _, f := range fields {
		value, has := known.Fields[f.Name]
		if f.Value != nil {
			value, has = *f.Value, true
		}
		if !has {
			return nil, fault.New(fault.NotFound, "your vault's profile of %s has no field %s", id, f.Name)
		}
		chosen[f.Name] = value
	}
	return vault.ProfileBytes(slices.Concat(c.Seed(v, "share", 0), c.Seed(v, "share", 1)), chosen)
}

// ReadProfileRequest asks for what was shown under a consent.
type ReadProfileRequest struct {
	Consent number.Command `json:"consent"`
	Party   string         `json:"party,omitempty"` // to whom, if that isn't the node's; for the home
}

// Shown is a profile that was shown.
type Shown struct {
	Consent number.Command    `json:"consent"`
	Digest  codec.Hash        `json:"digest"`
	Fields  map[string]string `json:"fields"`
}

func readProfile(ctx context.Context, n *node.Node, _ *node.Call, req ReadProfileRequest) (answer Shown, err error) {
	party := req.Party
	if party == "" {
		party = n.Party()
	}
	shown, err := n.Query().Profile(ctx, req.Consent, party)
	if err != nil {
		return answer, err
	}
	answer.Consent = req.Consent
	answer.Fields, answer.Digest, err = vault.ReadProfile(shown.Bytes)
	return answer, err
}
