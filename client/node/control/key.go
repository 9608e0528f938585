package control

import (
	"context"

	"tallystick/client/access"
	"tallystick/client/node"
)

// The operations of API keys (接口密钥).
var (
	KeyAdd = node.Alone(node.Describe("key.add", "POST", "/v1/keys", node.Keys,
		"Make an API key, which is told once: the node keeps its hash", "新建密钥",
		`{"name":"till-7","role":"counter","outlet":"12","perRequest":50000,"perDay":2000000,"perMinute":60}`), addKey)
	KeyList = node.Alone(node.Describe("key.list", "GET", "/v1/keys", node.Audit,
		"List the API keys, without what is secret of them", "密钥列表", `{}`), listKeys)
	KeyEnd = node.Alone(node.Describe("key.end", "POST", "/v1/keys/{key}/end", node.Keys,
		"End an API key: it is refused from now on", "停用密钥", `{"key":"abcdefgh"}`), endKey)
)

// AddedKey is a key that was made.
type AddedKey struct {
	access.Key
	Text string `json:"text"` // that its user sends: it is told here, and nowhere else
}

// addKey makes a key of what nobody but this vault can make of the request id and of who asks: he is told the same one
// again, and nobody else is.
func addKey(ctx context.Context, n *node.Node, c *node.Call, req access.NewKey) (made AddedKey, err error) {
	own, err := n.Store(ctx)
	if err != nil {
		return made, err
	}
	v, err := n.Vault()
	if err != nil {
		return made, err
	}
	bytes, err := v.Derive("key/"+c.Who.ID, c.RequestID(), access.KeyBytes)
	if err != nil {
		return made, err
	}
	made.Text, made.Key, err = access.NewKeyring(own).AddOnce(ctx, req, bytes)
	return made, err
}

func listKeys(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (list node.List[access.Key],
	err error) {
	own, err := n.Store(ctx)
	if err != nil {
		return list, err
	}
	list.Rows, err = access.NewKeyring(own).List(ctx)
	return list, err
}

// EndKeyRequest ends a key.
type EndKeyRequest struct {
	Key string `json:"key"` // its id
}

// EndedKey is a key that was ended.
type EndedKey struct {
	Key string `json:"key"` // its id
}

func endKey(ctx context.Context, n *node.Node, _ *node.Call, req EndKeyRequest) (done EndedKey, err error) {
	own, err := n.Store(ctx)
	if err != nil {
		return done, err
	}
	return EndedKey(req), access.NewKeyring(own).End(ctx, req.Key)
}
