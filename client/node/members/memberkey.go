package members

import (
	"context"

	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/client/keyfile"
	"tallystick/client/node"
)

// MemberKeyGenerate makes a member's key (生成会员密钥).
var MemberKeyGenerate = node.Does(node.Describe("member.key.generate", "POST",
	"/v1/members/{member}/key/generate", node.Loyalty,
	"Make a key with which a member signs, for the member to keep, and set it; for its home", "生成会员密钥",
	`{"member":"wang"}`), generateKey)

// GenerateKeyRequest asks for a member's key.
type GenerateKeyRequest struct {
	Member string `json:"member"`
	// keeps the private key before the ledger hears of it; if it is nil, the answer has it
	Keep func(file []byte) error `json:"-"`
}

// Check refuses a name that is none.
func (r GenerateKeyRequest) Check() error { return member.SetKeyRequest{Member: r.Member}.Check() }

// GeneratedKey is the receipt of a key that was set, and the key.
type GeneratedKey struct {
	node.Receipt
	Key []byte `json:"key,omitempty"` // private, PEM; only in the first answer: nothing else has it
}

// generateKey makes the key once for a request id: asked again, nothing is made.
func generateKey(ctx context.Context, n *node.Node, c *node.Call,
	req GenerateKeyRequest) (made GeneratedKey, err error) {
	made.Receipt, err = n.Once(ctx, c, func() (command.Request, error) {
		public, file, err := keyfile.New()
		switch {
		case err != nil:
		case req.Keep != nil:
			err = req.Keep(file)
		default:
			made.Key = file
		}
		return member.SetKeyRequest{Member: req.Member, Key: public}, err
	})
	return made, err
}
