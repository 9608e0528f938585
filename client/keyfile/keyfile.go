// Package keyfile is the form in which members keep the keys that they sign with: Ed25519, PEM, private ones PKCS#8.
package keyfile

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
)

// New makes a key: its public half, and the file with its private one.
func New() (member.Key, []byte, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return member.Key(public), pem.EncodeToMemory(&pem.Block{Type: privateKey, Bytes: der}), nil
}

// privateKey is what PEM calls a private key.
const privateKey = "PRIVATE KEY"

// Public reads a public key, of its own file or of a private one's. BAD_REQUEST.
func Public(file []byte) (member.Key, error) {
	block, err := read(file)
	if err != nil {
		return nil, err
	}
	if block.Type == privateKey {
		private, err := private(block)
		if err != nil {
			return nil, err
		}
		return member.Key(private.Public().(ed25519.PublicKey)), nil
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, fault.New(fault.BadRequest, "want an Ed25519 key")
	}
	return member.Key(public), nil
}

// Private reads a private key. BAD_REQUEST.
func Private(file []byte) (ed25519.PrivateKey, error) {
	block, err := read(file)
	if err != nil {
		return nil, err
	}
	return private(block)
}

func read(file []byte) (*pem.Block, error) {
	block, _ := pem.Decode(file)
	if block == nil {
		return nil, fault.New(fault.BadRequest, "want a key in PEM")
	}
	return block, nil
}

func private(block *pem.Block) (ed25519.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fault.New(fault.BadRequest, "want an Ed25519 private key, PKCS#8")
	}
	return private, nil
}
