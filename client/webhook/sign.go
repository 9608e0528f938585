package webhook

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Secret signs messages in two ways: v1 by what the receiver knows too, v1a by a key of which it has the public half.
type Secret struct {
	_     struct{} `cbor:",toarray"`
	Bytes []byte   // of HMAC-SHA-256
	Seed  []byte   // of Ed25519's private key
	Until int64    // Unix milliseconds until which it signs beside a newer one; 0 for the newest
}

// secretBytes is how long a secret is.
const secretBytes = 32

// newSecret makes a secret.
func newSecret() Secret {
	s := Secret{Bytes: make([]byte, secretBytes), Seed: make([]byte, ed25519.SeedSize)}
	rand.Read(s.Bytes) // it never returns an error
	rand.Read(s.Seed)
	return s
}

// Text is the secret as the receiver has it: whsec_ and base64.
func (s Secret) Text() string { return "whsec_" + base64.StdEncoding.EncodeToString(s.Bytes) }

// Public is the public key by which the receiver checks v1a: whpk_ and base64.
func (s Secret) Public() string {
	key := ed25519.NewKeyFromSeed(s.Seed).Public().(ed25519.PublicKey)
	return "whpk_" + base64.StdEncoding.EncodeToString(key)
}

// sign writes the headers of a message, signed by each secret.
func sign(h http.Header, id string, at time.Time, body []byte, secrets []Secret) error {
	var signatures []string
	for _, s := range secrets {
		hook, err := standard.NewWebhookRaw(s.Bytes)
		if err != nil {
			return err
		}
		v1, err := hook.Sign(id, at, body)
		if err != nil {
			return err
		}
		v1a := ed25519.Sign(ed25519.NewKeyFromSeed(s.Seed), fmt.Appendf(nil, "%s.%d.%s", id, at.Unix(), body))
		signatures = append(signatures, v1, "v1a,"+base64.StdEncoding.EncodeToString(v1a))
	}
	h.Set(standard.HeaderWebhookID, id)
	h.Set(standard.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(standard.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}
