package member

import (
	"crypto/ed25519"
	"fmt"
	"strings"

	"tallystick/chaincode/number"
)

// Used notes that a signed statement has counted. The member and the nonce are
// its key.
type Used struct {
	_      struct{}       `cbor:",toarray"`
	Number number.Command `json:"number"` // command that it was used for
}

// Statement is the text that a member signs to authorise an acceptor:
//
//	tallystick authorisation v1
//	network: car-points
//	member: 7kq2…
//	acceptor: D
//	cap: GP 1000            one line a programme, sorted
//	until: 1798732800
//	nonce: 32 hexadecimal digits
//
// Every line ends with a newline, and ids have none, so no two requests have one
// text. The network and the nonce keep it from counting elsewhere or twice.
func Statement(network string, req AuthoriseRequest) []byte {
	var text strings.Builder
	fmt.Fprintf(&text, "tallystick authorisation v1\nnetwork: %s\nmember: %s\nacceptor: %s\n",
		network, req.Member, req.Acceptor)
	for _, c := range req.Caps {
		fmt.Fprintf(&text, "cap: %s %d\n", c.Programme, int64(c.Amount))
	}
	fmt.Fprintf(&text, "until: %d\nnonce: %s\n", req.Until, req.Nonce)
	return []byte(text.String())
}

// signed says whether the member's key has signed the statement.
func (m Member) signed(network string, req AuthoriseRequest) bool {
	return len(m.Key) == ed25519.PublicKeySize &&
		ed25519.Verify(ed25519.PublicKey(m.Key), Statement(network, req), req.Signature)
}
