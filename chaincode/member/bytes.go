package member

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"

	"tallystick/chaincode/fault"
)

// Sizes in bytes; for people each is twice as many hexadecimal digits.
const (
	NonceSize = 16
	SaltSize  = 32
)

// Key is an Ed25519 public key of 32 bytes; nil for none.
type Key []byte

// Nonce makes a signed statement count once; nil for none.
type Nonce []byte

// Signature is Ed25519's, of 64 bytes; nil for none.
type Signature []byte

// Check refuses with BAD_REQUEST what is neither a key nor none.
func (k Key) Check() error { return checkSize("key", k, ed25519.PublicKeySize) }

// Check refuses with BAD_REQUEST what is neither a nonce nor none.
func (n Nonce) Check() error { return checkSize("nonce", n, NonceSize) }

// Check refuses with BAD_REQUEST what is neither a signature nor none.
func (s Signature) Check() error { return checkSize("signature", s, ed25519.SignatureSize) }

func checkSize(what string, b []byte, size int) error {
	if len(b) != 0 && len(b) != size {
		return fault.New(fault.BadRequest, "%s: want %d hexadecimal digits", what, 2*size)
	}
	return nil
}

// orNone is the key, with one way to write that there is none.
func (k Key) orNone() Key {
	if len(k) == 0 {
		return nil
	}
	return k
}

// String writes the digits.
func (n Nonce) String() string { return hex.EncodeToString(n) }

// MarshalJSON writes the digits.
func (k Key) MarshalJSON() ([]byte, error) { return writeHex(k) }

// MarshalJSON writes the digits.
func (n Nonce) MarshalJSON() ([]byte, error) { return writeHex(n) }

// MarshalJSON writes the digits.
func (s Signature) MarshalJSON() ([]byte, error) { return writeHex(s) }

// UnmarshalJSON reads what MarshalJSON writes.
func (k *Key) UnmarshalJSON(data []byte) error { return readHex(data, (*[]byte)(k)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Nonce) UnmarshalJSON(data []byte) error { return readHex(data, (*[]byte)(n)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Signature) UnmarshalJSON(data []byte) error { return readHex(data, (*[]byte)(s)) }

func writeHex(b []byte) ([]byte, error) { return json.Marshal(hex.EncodeToString(b)) }

// readHex doesn't echo the text: it may be anything.
func readHex(data []byte, to *[]byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return fault.New(fault.BadRequest, "want hexadecimal digits")
	}
	if *to = b; len(b) == 0 {
		*to = nil
	}
	return nil
}
